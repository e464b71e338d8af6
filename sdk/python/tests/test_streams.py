"""Streams that break and come back, and waiting for an end."""

import json
import socket
import threading
import unittest
from typing import Any, List, Tuple
from unittest import mock

import steploom
from fake import END, ID, STREAM, Asked, Fake, Says, answer, client_of, event, problem
from steploom import Retry


def ids_of(*says: Says, attempts_max: int = 4) -> Tuple[List[int], Any, Fake]:
    """The ids of a stream's events, and the error that it ended with."""
    ids: List[int] = []
    error = None
    with Fake(*says) as fake:
        try:
            for one in client_of(fake, retry=Retry(pause_s=0.0, attempts_max=attempts_max)).follow(ID):
                ids.append(one["id"])
        except steploom.Error as raised:
            error = raised
    return ids, error, fake


class Following(unittest.TestCase):
    def test_a_broken_stream_goes_on_after_the_last_event(self) -> None:
        says = [STREAM + b":\n\n" + event(1) + event(2) + event(3)[:20], b"", STREAM + event(3) + END]
        ids, error, fake = ids_of(*says)
        self.assertEqual((ids, error), ([1, 2, 3], None))
        self.assertEqual([asked.header("last-event-id") for asked in fake.asked], ["0", "2", "2"])
        self.assertEqual({asked.header("accept") for asked in fake.asked}, {"text/event-stream"})

    def test_it_begins_where_it_is_told(self) -> None:
        with Fake(STREAM + event(8) + END) as fake:
            self.assertEqual([one["id"] for one in client_of(fake).follow(ID, after=7)], [8])
        self.assertEqual(fake.asked[0].header("last-event-id"), "7")

    def test_nothing_after_the_end_is_told(self) -> None:
        ids, error, fake = ids_of(STREAM + event(1) + END + event(2))
        self.assertEqual((ids, error, len(fake.asked)), ([1], None, 1))

    def test_a_stream_that_only_breaks_ends(self) -> None:
        ids, error, fake = ids_of(*[STREAM] * 9, attempts_max=3)
        self.assertEqual((ids, len(fake.asked)), ([], 3))
        self.assertIsInstance(error, steploom.Unreachable)

    def test_one_that_goes_on_each_time_may_break_for_ever(self) -> None:
        says = [STREAM + event(n) for n in range(1, 20)] + [STREAM + END]
        ids, error, _ = ids_of(*says, attempts_max=2)
        self.assertEqual((ids, error), (list(range(1, 20)), None))
        # A heartbeat says as well that the line was good.
        ids, error, _ = ids_of(*[STREAM + b":\n\n"] * 9, STREAM + END, attempts_max=2)
        self.assertEqual((ids, error), ([], None))

    def test_an_error_in_the_stream_ends_it_unless_it_passes(self) -> None:
        def wrong(status: int, code: str) -> bytes:
            data = json.dumps({"status": status, "code": code, "title": "t"})
            return STREAM + f"event: error\ndata: {data}\n\n".encode()

        self.assertEqual(ids_of(wrong(503, "C"), STREAM + event(1) + END)[:2], ([1], None))
        _, error, fake = ids_of(wrong(500, "Internal"), STREAM + END)
        self.assertIsInstance(error, steploom.Internal)
        self.assertEqual(len(fake.asked), 1)

    def test_a_refusal_ends_it_unless_it_passes(self) -> None:
        busy = problem(429, "TooManyRequests", "retry-after: 0")
        self.assertEqual(ids_of(busy, STREAM + event(1) + END)[:2], ([1], None))
        _, error, fake = ids_of(problem(404, "ExecutionNotFound"))
        self.assertIsInstance(error, steploom.NotFound)
        self.assertEqual(len(fake.asked), 1)

    def test_what_is_no_event_ends_it(self) -> None:
        for strange in (
            b"id: 1\ndata: {\n\n",
            b"id: 1\ndata: 7\n\n",
            b"data: {}\n\n",
            b"event: error\ndata: {}\n\n",
        ):
            ids, error, fake = ids_of(STREAM + strange)
            self.assertIsInstance(error, steploom.BadAnswer, strange)
            self.assertEqual((ids, len(fake.asked)), ([], 1))

    def test_a_line_that_falls_silent_is_made_again(self) -> None:
        over = threading.Event()

        def silent(asked: Asked, sock: socket.socket) -> None:
            sock.sendall(STREAM + event(1))
            over.wait()

        with mock.patch("steploom.stream.SILENCE_S_MAX", 0.1):
            ids, error, fake = ids_of(silent, STREAM + event(2) + END)
        over.set()
        self.assertEqual((ids, error, len(fake.asked)), ([1, 2], None, 2))

    def test_it_can_be_left(self) -> None:
        left = threading.Event()

        def endless(asked: Asked, sock: socket.socket) -> None:
            sock.sendall(STREAM + event(1))
            # The other side closes.
            if not sock.recv(1):
                left.set()

        with Fake(endless) as fake:
            with client_of(fake).follow(ID) as events:
                self.assertEqual(next(events)["id"], 1)
            self.assertTrue(left.wait(10))
            self.assertEqual(list(events), [])
        self.assertEqual(len(fake.asked), 1)

    def test_logs_are_followed_from_the_call_on(self) -> None:
        line = b'event: log\ndata: {"message": "hello"}\n\n'
        with Fake(b"", STREAM, STREAM + line + line + END) as fake:
            lines = client_of(fake).follow_logs("f")
            # It is open when the call returns.
            self.assertEqual(len(fake.asked), 2)
            self.assertEqual([one["message"] for one in lines], ["hello", "hello"])
        self.assertEqual({asked.header("last-event-id") for asked in fake.asked}, {None})
        missed = b'event: error\ndata: {"status": 409, "code": "LogsMissed", "title": "t"}\n\n'
        with Fake(STREAM + line + missed) as fake, self.assertRaises(steploom.Conflict) as raised:
            list(client_of(fake).follow_logs("f"))
        self.assertEqual(raised.exception.code, "LogsMissed")


class Waiting(unittest.TestCase):
    @staticmethod
    def standing(status: str) -> bytes:
        return answer({"id": ID, "name": "n", "machine": "m", "status": status}, keep=False)

    def test_it_goes_on_while_the_execution_is_open(self) -> None:
        newest = answer({"items": [{"id": 5}]}, keep=False)
        for status in ("RUNNING", "PENDING", "PAUSED", "QUARANTINED"):
            # The events end, and yet it is open: it was redriven meanwhile.
            says = [self.standing(status), newest, STREAM + END, self.standing(status)]
            says += [self.standing(status), newest, STREAM + event(6) + END, self.standing("FAILED")]
            with Fake(*says) as fake:
                self.assertEqual(client_of(fake).wait(ID)["status"], "FAILED", status)
            # It reads the newest event alone, however long the history is.
            self.assertIn("limit=1&reverse=true", fake.asked[1].line)
            self.assertEqual(fake.asked[2].header("last-event-id"), "5")

    def test_every_end_is_one(self) -> None:
        for status in ("SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "EXPIRED"):
            with Fake(self.standing(status)) as fake:
                self.assertEqual(client_of(fake).wait(ID)["status"], status)
            self.assertEqual(len(fake.asked), 1)

    def test_events_that_end_at_once_do_not_keep_it_busy(self) -> None:
        says = [
            self.standing("QUARANTINED"),
            answer({"items": []}),
            STREAM + END,
            self.standing("QUARANTINED"),
        ]
        with Fake(*says * 9) as fake, self.assertRaises(steploom.TimedOut) as raised:
            client_of(fake).wait(ID)
        self.assertEqual(len(fake.asked), 16)
        self.assertIn("QUARANTINED", str(raised.exception))

    def test_time_ends_it_in_the_midst_of_a_stream(self) -> None:
        over = threading.Event()

        def endless(asked: Asked, sock: socket.socket) -> None:
            sock.sendall(STREAM)
            while not over.wait(0.01):
                sock.sendall(b":\n\n")

        with Fake(self.standing("RUNNING"), answer({"items": []}), endless) as fake:
            with self.assertRaises(steploom.TimedOut):
                client_of(fake).wait(ID, timeout_s=0.3)
            over.set()


if __name__ == "__main__":
    unittest.main()
