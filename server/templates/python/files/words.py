"""Counts the words of a text: python3 words.py README.md"""

import re
import sys
from collections import Counter
from pathlib import Path


def count_words(text: str) -> Counter[str]:
    """How often each word occurs, whatever its case."""
    return Counter(re.findall(r"[^\W\d_]+", text.lower()))


def main() -> None:
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "README.md")
    for word, count in count_words(path.read_text(encoding="utf-8")).most_common(10):
        print(f"{count:4}  {word}")


if __name__ == "__main__":
    main()
