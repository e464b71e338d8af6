import unittest

from handler import handler
from steploom import FunctionError


class Greets(unittest.TestCase):
    def test_by_name(self):
        self.assertEqual(handler({"name": "Ada"}, None), {"greeting": "Hello, Ada!"})

    def test_nobody_without_a_name(self):
        for event in ({}, {"name": None}, None, 7):
            with self.assertRaises(FunctionError) as raised:
                handler(event, None)
            self.assertEqual(raised.exception.error_type, "MissingName")


if __name__ == "__main__":
    unittest.main()
