"""When to try again."""

import math
import pickle
import time
import unittest
from typing import List

from steploom.error import (
    BadAnswer,
    Error,
    FunctionFailed,
    Invalid,
    TimedOut,
    TooManyRequests,
    Unavailable,
    Unreachable,
    problem_of,
)
from steploom.retry import Patience, Retry, is_without_effect, passes


class Pauses(unittest.TestCase):
    def test_they_double_up_to_a_limit_with_full_jitter(self) -> None:
        retry = Retry(attempts_max=100)
        for failures, most in ((1, 0.1), (2, 0.2), (4, 0.8), (40, 5.0)):
            pauses = [retry.pause_after(failures) or 0.0 for _ in range(200)]
            self.assertLessEqual(max(pauses), most)
            self.assertGreater(max(pauses), most / 2)
            self.assertLess(min(pauses), most / 2)

    def test_attempts_end(self) -> None:
        self.assertIsNotNone(Retry().pause_after(3))
        self.assertIsNone(Retry().pause_after(4))
        self.assertIsNone(Retry(attempts_max=1).pause_after(1))

    def test_the_servers_wish_counts_within_reason(self) -> None:
        self.assertEqual(Retry().pause_after(1, 7.0), 7.0)
        self.assertLessEqual(Retry().pause_after(1, 0.0) or 0.0, 0.1)
        self.assertIsNone(Retry().pause_after(1, 31.0))

    def test_time_ends(self) -> None:
        slept: List[float] = []
        asked = TooManyRequests(429, "C", "t", retry_after_s=20.0)
        self.assertTrue(Patience(Retry(sleep=slept.append)).pause(asked))
        self.assertEqual(slept, [20.0])
        self.assertFalse(Patience(Retry(sleep=slept.append, time_s_max=19.0)).pause(asked))
        self.assertFalse(Patience(Retry(sleep=slept.append), time.monotonic() + 19.0).pause(asked))
        self.assertEqual(slept, [20.0])
        patience = Patience(Retry(sleep=slept.append, time_s_max=math.inf, attempts_max=2))
        self.assertTrue(patience.pause(asked))
        self.assertFalse(patience.pause(asked))
        patience.renew()
        self.assertTrue(patience.pause(asked))


class Errors(unittest.TestCase):
    def test_which_pass(self) -> None:
        table: list[tuple[Error, bool, bool]] = [
            (Unreachable("u", "w", is_refused=True), True, True),
            (Unreachable("u", "w"), True, False),
            (TimedOut("t"), True, False),
            (TooManyRequests(429, "C", "t"), True, False),
            (Unavailable(503, "C", "t"), True, False),
            (Unavailable(408, "C", "t"), False, False),
            (BadAnswer("w", status=503), True, False),
            (BadAnswer("w", status=502), False, False),
            (BadAnswer("w"), False, False),
            (Invalid(400, "C", "t"), False, False),
            (FunctionFailed(502, "FunctionFailed", "t"), False, False),
        ]
        for error, may, is_harmless in table:
            self.assertEqual((passes(error), is_without_effect(error)), (may, is_harmless), error)


class Shown(unittest.TestCase):
    def test_what_is_wrong_is_told_once_with_each_place(self) -> None:
        found = {
            "status": 400,
            "code": "C",
            "title": "t",
            "problems": [
                {"code": "C", "path": "query/limit", "message": "t"},
                {"code": "D", "path": "/A", "message": "m"},
            ],
        }
        self.assertEqual(str(problem_of(found)), "t (C)\n  query/limit\n  /A: m (D)")
        failed = problem_of(
            {"status": 502, "code": "FunctionFailed", "title": "it failed", "error": "E", "cause": "why"}
        )
        self.assertEqual(str(failed), "it failed (FunctionFailed): why")


class Pickled(unittest.TestCase):
    def test_errors_go_from_process_to_process(self) -> None:
        failed = FunctionFailed(502, "FunctionFailed", "t", request_id="r")
        failed.cause = "why"
        for error in (Unreachable("u", "w", is_refused=True), BadAnswer("w", status=503), TimedOut("t"), failed):
            again = pickle.loads(pickle.dumps(error))
            self.assertEqual((type(again), str(again), again.__dict__), (type(error), str(error), error.__dict__))


if __name__ == "__main__":
    unittest.main()
