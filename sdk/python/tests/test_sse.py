"""Server-sent events, in any pieces."""

import unittest

from steploom.error import BadAnswer
from steploom.sse import Event, Parser

STREAM = (
    "\ufeffid: 1\nevent: A\ndata: one\ndata: two\n\n"
    ": heartbeat\n\n"
    "data:x\r\ndata:y\r\n\r\n"
    "event: nothing\n\n"
    "id: 2\rdata: é\r\r"
    "id: bad\0id\nretry: 5\nfield\ndata\n\n"
    "data: not ended"
).encode()

EVENTS = [
    Event("A", "1", "one\ntwo"),
    Event("message", "1", "x\ny"),
    Event("message", "2", "é"),
]


class Sse(unittest.TestCase):
    def test_events_in_pieces_of_any_size(self) -> None:
        for size in (1, 2, 3, 5, 7, 50, len(STREAM)):
            parser = Parser()
            found = []
            for at in range(0, len(STREAM), size):
                found += list(parser.push(STREAM[at : at + size]))
            self.assertEqual(found[:3], EVENTS, size)
            # A field without a value is an empty one: an event of one empty line.
            self.assertEqual(found[3:], [Event("message", "2", "")], size)
            self.assertEqual(parser.comments, 1, size)

    def test_an_event_has_a_limit(self) -> None:
        parser = Parser(event_bytes_max=10)
        self.assertEqual(list(parser.push(b"data: 123\n\n")), [Event("message", "", "123")])
        with self.assertRaises(BadAnswer):
            list(parser.push(b"data: 12345678901"))
        parser = Parser(event_bytes_max=10)
        with self.assertRaises(BadAnswer):
            for _ in range(10):
                list(parser.push(b"data: 12\n"))


if __name__ == "__main__":
    unittest.main()
