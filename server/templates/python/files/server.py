"""Answers with the words of README.md as JSON: python3 server.py, then /words?top=5"""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from words import count_words

PORT = int(os.environ.get("PORT", "8000"))


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        if url.path not in ("/", "/words"):
            return self.send_error(404, "Try /words?top=5")
        top = parse_qs(url.query).get("top", ["10"])[0]
        if not top.isdecimal():
            return self.send_error(400, "top is a number")
        words = count_words(Path("README.md").read_text(encoding="utf-8"))
        self.answer(dict(words.most_common(int(top))))

    def answer(self, data):
        body = json.dumps(data, indent=2, ensure_ascii=False).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    print(f"Listening on http://localhost:{PORT}", flush=True)
    ThreadingHTTPServer(("", PORT), Handler).serve_forever()
