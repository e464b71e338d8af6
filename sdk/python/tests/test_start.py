"""Starts that are sent again, and many at once: the parts, and what becomes of each."""

import json
import socket
import unittest
from typing import Any, Dict

import steploom
from fake import AWAY, EXECUTION, ID, Asked, Fake, answer, client_of, problem
from steploom import start


class Starting(unittest.TestCase):
    def test_a_start_is_sent_again_under_one_name_of_ours(self) -> None:
        with Fake(b"", AWAY, answer(EXECUTION, "200 OK")) as fake:
            started = client_of(fake).start("m", {"a": 1})
        names = {asked.value["name"] for asked in fake.asked}
        self.assertEqual((len(fake.asked), len(names)), (3, 1))
        self.assertTrue(started.is_new)
        self.assertEqual(fake.asked[0].value, {"machine": "m", "input": {"a": 1}, "name": names.pop()})

    def test_two_starts_have_two_names(self) -> None:
        with Fake(*[answer(EXECUTION, "201 Created")] * 2) as fake:
            for _ in range(2):
                client_of(fake).start("m")
        self.assertEqual(len({asked.value["name"] for asked in fake.asked}), 2)

    def test_one_that_had_ended_already_when_it_came_again_is_found(self) -> None:
        taken = problem(409, "ExecutionAlreadyExists")
        with Fake(b"", taken, answer(EXECUTION)) as fake:
            started = client_of(fake).start("m")
        name = fake.asked[0].value["name"]
        self.assertEqual(fake.asked[2].line, f"GET /v1/machines/m/executions/{name}")
        self.assertEqual((started.id, started.is_new), (ID, True))
        with Fake(b"", taken, answer(EXECUTION)) as fake:
            client_of(fake).invoke_async("f", 1)
        self.assertRegex(fake.asked[2].line, "GET /v1/machines/function%3Af/executions/[0-9a-f]{32}")

    def test_a_name_of_the_callers_that_is_taken_is_told(self) -> None:
        taken = problem(409, "ExecutionAlreadyExists")
        with Fake(
            taken,
            taken,
            answer({"items": [{"error": {"status": 409, "code": "ExecutionAlreadyExists", "message": "m"}}]}),
        ) as fake:
            client = client_of(fake)
            with self.assertRaises(steploom.AlreadyExists):
                client.start("m", name="mine")
            with self.assertRaises(steploom.AlreadyExists):
                client.invoke_async("f", execution_name="mine")
            (outcome,) = client.start_many([{"machine": "m", "name": "mine"}])
            self.assertIsInstance(outcome, steploom.AlreadyExists)
        self.assertEqual(len(fake.asked), 3)


class Batches(unittest.TestCase):
    """Many starts: the parts, and what becomes of each."""

    @staticmethod
    def accept(asked: Asked, sock: socket.socket) -> None:
        starts = [json.loads(line) for line in asked.body.splitlines()]
        items = [{"execution": {"id": s["input"], "name": s["name"]}, "isNew": True} for s in starts]
        sock.sendall(answer({"items": items}, keep=False))

    def test_parts_have_so_many_starts_and_bytes(self) -> None:
        for starts_max, bytes_max, lengths in (
            (3, 1000, [3, 3, 1]),
            (5000, 160, [2, 2, 2, 1]),
            (5000, 10, [1] * 7),
        ):
            with Fake(*[self.accept] * 7) as fake:
                client = client_of(fake)
                starts = [{"machine": "m", "input": f"{n}"} for n in range(7)]
                outcomes = start.start_many(client._caller, iter(starts), starts_max=starts_max, bytes_max=bytes_max)
            self.assertEqual([len(asked.body.splitlines()) for asked in fake.asked], lengths)
            self.assertEqual([outcome.id for outcome in outcomes], [f"{n}" for n in range(7)])  # type: ignore[union-attr]
            if bytes_max > 10:
                self.assertTrue(all(len(asked.body) <= bytes_max for asked in fake.asked))

    def test_each_has_its_own_outcome(self) -> None:
        def error(status: int, code: str) -> Dict[str, Any]:
            return {"error": {"status": status, "code": code, "message": "m"}}

        done = {"execution": EXECUTION, "isNew": True}
        first = [
            done,
            error(404, "MachineNotFound"),
            error(429, "TooManyRequests"),
            error(409, "ExecutionAlreadyExists"),
        ]
        with Fake(answer({"items": first}), answer(EXECUTION), answer({"items": [done]})) as fake:
            outcomes = client_of(fake).start_many(
                [
                    {"machine": "m"},
                    {"machine": "nobody"},
                    {"machine": "busy"},
                    {"machine": "m"},
                    {"machine": "no name"},
                    {"machine": "m", "input": float("nan")},
                    {"machine": "m", "name": ""},
                ]
            )
        kinds = [type(outcome).__name__ for outcome in outcomes]
        self.assertEqual(kinds, ["Started", "NotFound", "Started", "Started", "Invalid", "Invalid", "Invalid"])
        # Only the one for which there was no room is sent again, under its name.
        again = [json.loads(line) for line in fake.asked[2].body.splitlines()]
        self.assertEqual(again, [json.loads(fake.asked[0].body.splitlines()[2])])

    def test_a_request_that_fails_is_the_outcome_of_its_starts_and_ends_the_rest(self) -> None:
        with Fake(self.accept, *[AWAY] * 4, self.accept) as fake:
            client = client_of(fake)
            starts = [{"machine": "m", "input": f"{n}"} for n in range(6)]
            outcomes = start.start_many(client._caller, starts, starts_max=2)
        kinds = [type(outcome).__name__ for outcome in outcomes]
        self.assertEqual(kinds, ["Started"] * 2 + ["Unavailable"] * 2 + ["NotSent"] * 2)
        self.assertIs(outcomes[5].__cause__, outcomes[2])  # type: ignore[union-attr]
        self.assertEqual(len(fake.asked), 5)

    def test_a_request_that_is_wrong_alone_leaves_the_rest(self) -> None:
        with Fake(problem(413, "BodyTooLarge"), self.accept) as fake:
            starts = [{"machine": "m", "input": f"{n}"} for n in range(2)]
            outcomes = start.start_many(client_of(fake)._caller, starts, starts_max=1)
        self.assertEqual([type(outcome).__name__ for outcome in outcomes], ["Invalid", "Started"])

    def test_an_answer_that_is_short_is_none(self) -> None:
        with Fake(answer({"items": []})) as fake:
            (outcome,) = client_of(fake).start_many([{"machine": "m"}])
        self.assertIsInstance(outcome, steploom.BadAnswer)

    def test_nothing_to_start_asks_nothing(self) -> None:
        with Fake() as fake:
            self.assertEqual(client_of(fake).start_many([]), [])
        self.assertEqual(fake.asked, [])


if __name__ == "__main__":
    unittest.main()
