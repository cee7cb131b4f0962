import unittest

from words import count_words


class CountWords(unittest.TestCase):
    def test_ignores_case(self):
        self.assertEqual(count_words("Red red RED")["red"], 3)

    def test_leaves_punctuation_and_numbers_out(self):
        self.assertEqual(dict(count_words("one, two: 2!")), {"one": 1, "two": 1})


if __name__ == "__main__":
    unittest.main()
