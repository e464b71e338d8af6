"""Every day's work, against the real server."""

import json
import signal
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path
from typing import Any, Dict, List

import steploom
from server import Served, until
from steploom import Client, Retry
from wasm import ECHO, FAIL, SPIN

PASS: Dict[str, Any] = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}
WAIT: Dict[str, Any] = {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3600, "End": True}}}
ABSENT = "00070000-018b-cfe5-6800-000000000001"
ODD = [
    "",
    " ",
    "a b",
    "a/b",
    "é",
    "..",
    "-a",
    ".a",
    "a..b",
    "a\n",
    "a?b=c",
    "a%2Fb",
    "\ud800",
    "x" * 81,
    None,
    7,
]


class Functions(Served):
    def test_one_is_deployed_once_and_invoked(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "echo.wasm"
            path.write_bytes(ECHO)
            first = self.client.deploy_function("once", path)
        self.assertEqual((first["name"], first["latest"]["version"]), ("once", 1))
        again = self.client.deploy_function("once", ECHO)
        self.assertEqual(again, first)
        with_settings = self.client.deploy_function("once", ECHO, {"timeoutMs": 500, "environment": {"A": "b"}})
        self.assertEqual(with_settings["latest"]["version"], 2)
        self.assertEqual(with_settings["latest"]["settings"]["timeoutMs"], 500)
        same = self.client.deploy_function("once", ECHO, {"environment": {"A": "b"}, "timeoutMs": 500})
        self.assertEqual(same, with_settings)
        self.assertEqual(self.client.deploy_function("once", FAIL)["latest"]["version"], 3)
        with self.assertRaises(steploom.AlreadyExists) as raised:
            self.client.deploy_function("once", ECHO, create_only=True)
        self.assertEqual(raised.exception.code, "FunctionExists")

        answer = self.client.invoke("once", {"a": [1, 2.5, "é\ud83d\ude00"[:1]]}, qualifier="1")
        self.assertEqual((answer.result, answer.version), ({"a": [1, 2.5, "é"]}, 1))
        self.assertGreater(answer.fuel, 0)
        self.assertGreater(answer.duration_us, 0)
        events: List[Any] = [None, 0, "", [], {}, "x" * 10_000]
        for event in events:
            self.assertEqual(self.client.invoke("once", event, qualifier="1").result, event)
        self.assertEqual(self.client.invoke("once", qualifier="1").result, {})

    def test_one_that_fails_says_how(self) -> None:
        self.client.deploy_function("fail", FAIL)
        with self.assertRaises(steploom.FunctionFailed) as raised:
            self.client.invoke("fail", {"errorType": "Oops", "errorMessage": "it went wrong"})
        failed = raised.exception
        self.assertEqual((failed.status, failed.code), (502, "FunctionFailed"))
        self.assertEqual((failed.error, failed.cause), ("Oops", "it went wrong"))
        self.assertIn("it went wrong", str(failed))
        lines = list(self.client.logs("fail", request_id=failed.invocation_id))
        self.assertTrue(lines)
        self.assertEqual({line["requestId"] for line in lines}, {failed.invocation_id})

        self.client.deploy_function("spin", SPIN, {"timeoutMs": 50})
        with self.assertRaises(steploom.FunctionFailed) as raised:
            self.client.invoke("spin")
        self.assertEqual((raised.exception.status, raised.exception.error), (504, "States.Timeout"))
        self.client.deploy_function("spin", SPIN, {"fuelMax": 1000})
        with self.assertRaises(steploom.FunctionFailed) as raised:
            self.client.invoke("spin")
        self.assertEqual(raised.exception.error, "Function.OutOfFuel")

    def test_one_is_invoked_later(self) -> None:
        self.client.deploy_function("later", ECHO)
        execution = self.client.invoke_async("later", {"a": 1}, execution_name="monday")
        ended = self.client.wait("function:later/monday", timeout_s=60)
        self.assertEqual(ended["id"], execution["id"])
        self.assertEqual((ended["status"], ended["output"]), ("SUCCEEDED", {"a": 1}))
        with self.assertRaises(steploom.AlreadyExists):
            self.client.invoke_async("later", {"a": 2}, execution_name="monday")
        other = self.client.invoke_async("later", {"a": 1})
        self.assertNotEqual(other["id"], execution["id"])

    def test_what_is_no_module_is_refused(self) -> None:
        for module in (b"", b"not wasm", ECHO[:-5], b"\0asm\x01\0\0\0"):
            with self.assertRaises(steploom.Invalid):
                self.client.deploy_function("bad", module)
        with self.assertRaises(steploom.Invalid) as raised:
            self.client.deploy_function("bad", "/nowhere/at/all.wasm")
        self.assertEqual(raised.exception.code, "CannotRead")
        wrong: List[Dict[str, Any]] = [{"timeoutMs": 0}, {"unknown": 1}, {"environment": {"STEPLOOM_A": "b"}}]
        for settings in wrong:
            with self.assertRaises(steploom.Invalid):
                self.client.deploy_function("bad", ECHO, settings)  # type: ignore[arg-type]
        with self.assertRaises(steploom.NotFound) as missing:
            self.client.api.get_function("bad")
        self.assertEqual(missing.exception.code, "FunctionNotFound")

    def test_its_log_is_followed(self) -> None:
        self.client.deploy_function("told", FAIL)
        with self.client.follow_logs("told") as lines:
            with self.assertRaises(steploom.FunctionFailed) as raised:
                self.client.invoke("told", {"errorType": "Oops", "errorMessage": "it went wrong"})
            line = next(lines)
        self.assertEqual(line["requestId"], raised.exception.invocation_id)
        self.assertEqual(list(lines), [])
        with self.assertRaises(steploom.NotFound):
            self.client.follow_logs("absent")

    def test_bad_names_and_events(self) -> None:
        client: Any = self.client
        for call in (
            client.invoke,
            client.invoke_async,
            client.logs,
            client.follow_logs,
            client.start,
            client.run,
            lambda odd: client.deploy_function(odd, ECHO),
            lambda odd: client.deploy_machine(odd, PASS),
        ):
            for odd in ODD:
                with self.subTest(odd=odd), self.assertRaises(steploom.Invalid) as raised:
                    call(odd)
                self.assertEqual(raised.exception.code, "InvalidName")
        deep: List[Any] = []
        for _ in range(100_000):
            deep = [deep]
        for event in ({1, 2}, float("nan"), b"bytes", object(), "\ud800", deep):
            with self.assertRaises(steploom.Invalid) as raised:
                self.client.invoke("f", event)
            self.assertEqual(raised.exception.code, "InvalidJson")
        self.client.deploy_function("echo", ECHO)
        with self.assertRaises(steploom.Invalid) as raised:
            self.client.invoke("echo", "x" * (7 * 1024 * 1024))
        self.assertEqual((raised.exception.status, raised.exception.code), (413, "BodyTooLarge"))


class Machines(Served):
    def test_one_is_deployed_once(self) -> None:
        first = self.client.deploy_machine("m", PASS)
        self.assertEqual((first["name"], first["latest"]["version"]), ("m", 1))
        # Whatever the text was, the same object is the same definition.
        self.client.deploy_machine("m", json.dumps(PASS, indent=4))
        self.assertEqual(self.client.api.get_machine("m")["latest"]["version"], 2)
        again = self.client.deploy_machine("m", {"States": PASS["States"], "StartAt": "A"})
        self.assertEqual((again["latest"]["version"], again["definition"]), (2, PASS))
        other = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 1, "End": True}}}
        self.assertEqual(self.client.deploy_machine("m", other)["latest"]["version"], 3)
        other["States"]["A"]["Result"] = True  # type: ignore[index]
        self.assertEqual(self.client.deploy_machine("m", other)["latest"]["version"], 4)
        text = "StartAt: A\nStates:\n  A:\n    Type: Succeed\n"
        self.assertEqual(self.client.deploy_machine("m", text)["latest"]["version"], 5)
        self.assertEqual(self.client.deploy_machine("m", text)["latest"]["version"], 5)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "m.asl.json"
            path.write_text(json.dumps(WAIT))
            self.assertEqual(self.client.deploy_machine("m", path)["latest"]["version"], 6)
        with self.assertRaises(steploom.AlreadyExists) as raised:
            self.client.deploy_machine("m", PASS, create_only=True)
        self.assertEqual(raised.exception.code, "MachineExists")
        express = self.client.deploy_machine("quick", PASS, machine_type="EXPRESS")
        self.assertEqual(express["type"], "EXPRESS")
        with self.assertRaises(steploom.Conflict) as fixed:
            self.client.deploy_machine("quick", PASS, machine_type="STANDARD")
        self.assertEqual(fixed.exception.code, "MachineTypeFixed")
        self.assertNotIsInstance(fixed.exception, steploom.AlreadyExists)

    def test_what_is_wrong_with_one_is_told(self) -> None:
        wrong = {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}}}
        with self.assertRaises(steploom.Invalid) as raised:
            self.client.deploy_machine("wrong", wrong)
        (place,) = raised.exception.places
        self.assertEqual((place.code, place.path), ("MISSING_TRANSITION_TARGET", "/States/A/Next"))
        self.assertIn("/States/A/Next", str(raised.exception))
        for text in ("", "{", "[1]", "nothing: [", "\ud800"):
            with self.assertRaises(steploom.Invalid):
                self.client.deploy_machine("wrong", text)
        self.assertFalse(self.client.api.validate_machine(wrong)["valid"])
        self.assertTrue(self.client.api.validate_machine(PASS)["valid"])


class Executions(Served):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.client.deploy_machine("pass", PASS)
        cls.client.deploy_machine("wait", WAIT)
        failing = {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": "Oops", "Cause": "why"}}}
        cls.client.deploy_machine("fail", failing)
        cls.client.deploy_machine("express", PASS, machine_type="EXPRESS")

    def test_one_is_started_followed_and_waited_for(self) -> None:
        started = self.client.start("pass", {"a": 1}, tags={"k": "v"}, priority=5, trace_header="t")
        self.assertTrue(started.is_new)
        self.assertEqual(started.execution["tags"], {"k": "v"})
        ended = self.client.wait(started.id, timeout_s=60)
        self.assertEqual((ended["status"], ended["output"], ended["traceHeader"]), ("SUCCEEDED", {"a": 1}, "t"))
        kinds = [event["type"] for event in self.client.follow(started.id)]
        self.assertEqual((kinds[0], kinds[-1]), ("ExecutionStarted", "ExecutionSucceeded"))
        self.assertEqual([event["type"] for event in self.client.history(started.id)], kinds)
        newest_first = [event["type"] for event in self.client.history(f"pass/{started.name}", reverse=True)]
        self.assertEqual(newest_first, kinds[::-1])
        later = [event["id"] for event in self.client.follow(started.id, after=2)]
        self.assertEqual(later, list(range(3, len(kinds) + 1)))

    def test_a_name_is_taken_once(self) -> None:
        first = self.client.start("wait", {"a": 1}, name="one")
        again = self.client.start("wait", {"a": 1}, name="one")
        self.assertEqual((again.id, first.is_new, again.is_new), (first.id, True, False))
        with self.assertRaises(steploom.AlreadyExists) as raised:
            self.client.start("wait", {"a": 2}, name="one")
        self.assertEqual(raised.exception.code, "ExecutionAlreadyExists")
        self.assertEqual(self.client.describe("wait/one")["id"], first.id)

    def test_many_are_started(self) -> None:
        starts: List[Any] = [{"machine": "pass", "input": n} for n in range(5_001)]
        starts[7] = {"machine": "nobody"}
        starts[8] = {"machine": "pass", "input": "x" * 300_000}
        outcomes = self.client.start_many(starts)
        self.assertEqual(len(outcomes), 5_001)
        self.assertIsInstance(outcomes[7], steploom.NotFound)
        self.assertIsInstance(outcomes[8], steploom.Invalid)
        started = {n: o for n, o in enumerate(outcomes) if isinstance(o, steploom.Started)}
        self.assertEqual(len(started), 4_999)
        self.assertEqual(len({one.id for one in started.values()}), 4_999)
        for n in (0, 9, 4_999, 5_000):
            self.assertEqual(self.client.wait(started[n].id, timeout_s=60)["output"], n)

    def test_one_is_run_while_its_caller_waits(self) -> None:
        ended = self.client.run("pass", {"a": 1})
        self.assertEqual((ended["status"], ended["output"]), ("SUCCEEDED", {"a": 1}))
        self.assertGreater(ended["billing"]["durationMs"], 0)
        failed = self.client.run("fail")
        self.assertEqual((failed["status"], failed["error"], failed["cause"]), ("FAILED", "Oops", "why"))
        with self.assertRaises(steploom.NotFound):
            self.client.run("absent")
        self.client.run("express", {}, log_level="ALL", include_execution_data=True)
        lines = steploom.every(self.client.api.read_machine_logs, "express")
        self.assertTrue(any("ExecutionStarted" in line["message"] for line in lines))

    def test_express_is_waited_for(self) -> None:
        for started in (self.client.start("express", 1), self.client.start("pass", 1, express=True)):
            ended = self.client.wait(started.id, timeout_s=60)
            self.assertEqual((ended["status"], ended["output"]), ("SUCCEEDED", 1))

    def test_waiting_ends_with_time_and_not_with_a_pause(self) -> None:
        started = self.client.start("wait")
        self.client.api.pause_execution(started.id)
        self.assertEqual(self.client.describe(started.id)["status"], "PAUSED")
        with self.assertRaises(steploom.TimedOut):
            self.client.wait(started.id, timeout_s=0.2)
        with self.assertRaises(steploom.TimedOut):
            self.client.wait(started.id, timeout_s=0)
        found: List[Any] = []
        waiting = threading.Thread(target=lambda: found.append(self.client.wait(started.id, timeout_s=60)))
        waiting.start()
        stopped = self.client.stop(started.id, "Cancelled", "by a test")
        waiting.join(60)
        self.assertEqual(found[0]["id"], started.id)
        for ended in (stopped, found[0]):
            self.assertEqual((ended["status"], ended["error"], ended["cause"]), ("ABORTED", "Cancelled", "by a test"))
        self.assertEqual(self.client.stop(started.id)["error"], "Cancelled")

    def test_pending_is_no_end(self) -> None:
        first = self.client.start("wait", concurrency_key="k")
        second = self.client.start("wait", concurrency_key="k")
        self.assertEqual(self.client.describe(second.id)["status"], "PENDING")
        with self.assertRaises(steploom.TimedOut):
            self.client.wait(second.id, timeout_s=0.2)
        for one in (first, second):
            self.client.stop(one.id)

    def test_a_failure_is_no_error_of_the_wait(self) -> None:
        ended = self.client.wait(self.client.start("fail").id, timeout_s=60)
        self.assertEqual((ended["status"], ended["error"]), ("FAILED", "Oops"))

    def test_they_are_listed_page_by_page(self) -> None:
        names = [self.client.start("wait", name=f"listed-{n}").name for n in range(5)]

        def listed() -> List[str]:
            return [e["name"] for e in self.client.list(machine="wait", name_prefix="listed-", limit=2)]

        # The list lags.
        until(lambda: len(listed()) == 5)
        self.assertEqual(sorted(listed()), names)
        self.assertEqual(list(self.client.list(machine="wait", status="SUCCEEDED")), [])
        with self.assertRaises(steploom.Invalid):
            list(self.client.list(limit=0))

    def test_what_is_not_there(self) -> None:
        for call in (
            lambda: self.client.start("absent"),
            lambda: self.client.describe(ABSENT),
            lambda: self.client.describe("pass/absent"),
            lambda: self.client.wait(ABSENT),
            lambda: self.client.wait("function:absent/absent"),
            lambda: self.client.stop(ABSENT),
            lambda: list(self.client.follow(ABSENT)),
            lambda: list(self.client.history(ABSENT)),
        ):
            with self.assertRaises(steploom.NotFound) as raised:
                call()
            self.assertTrue(raised.exception.request_id)

    def test_odd_ids(self) -> None:
        for odd in ("", "x", "a b", "é", "..", "pass/", "/", "pass/a/b", "a b/c", None, 7):
            with self.subTest(odd=odd), self.assertRaises(steploom.Invalid):
                self.client.describe(odd)  # type: ignore[arg-type]
            with self.subTest(odd=odd), self.assertRaises(steploom.Invalid):
                self.client.wait(odd)  # type: ignore[arg-type]

    def test_odd_terms(self) -> None:
        with self.assertRaises(steploom.Invalid):
            self.client.start("pass", priority=101)
        with self.assertRaises(steploom.Invalid) as late:
            self.client.start("pass", start_before="2026-01-01T00:00:00Z")
        self.assertEqual(late.exception.code, "StartBeforePassed")
        with self.assertRaises(steploom.Invalid):
            self.client.start("pass", name="")
        with self.assertRaises(steploom.Invalid):
            self.client.start("pass", "x" * 300_000)


class Restarts(Served):
    def test_following_outlives_the_server(self) -> None:
        definition = {
            "StartAt": "A",
            "States": {"A": {"Type": "Wait", "SecondsPath": "$.s", "Next": "B"}, "B": {"Type": "Succeed"}},
        }
        self.client.deploy_machine("m", definition)
        started = self.client.start("m", {"s": 2})
        kinds: List[str] = []
        entered, gone = threading.Event(), threading.Event()
        # It has to be patient for as long as the server takes to come back.
        patient = Client(self.server.url, retry=Retry(attempts_max=1_000, pause_s=0.1, pause_s_max=0.1))

        def follow() -> None:
            for event in patient.follow(started.id):
                kinds.append(event["type"])
                if event["type"] == "WaitStateEntered":
                    entered.set()
                    gone.wait(60)

        following = threading.Thread(target=follow)
        following.start()
        self.assertTrue(entered.wait(60))
        self.server.stop(signal.SIGKILL)
        gone.set()
        self.server.start_again()
        ended = patient.wait(started.id, timeout_s=60)
        following.join(60)
        self.assertEqual(ended["status"], "SUCCEEDED")
        self.assertEqual(kinds, [event["type"] for event in patient.history(started.id)])
        self.assertEqual((kinds[0], kinds[-1]), ("ExecutionStarted", "ExecutionSucceeded"))
        patient.close()


class Keys(Served):
    def test_who_has_none_is_told_so(self) -> None:
        admin = self.client.api.create_key({"kind": "api", "scopes": ["admin"]})
        with self.assertRaises(steploom.Unauthorized):
            self.client.api.list_functions()
        with Client(self.server.url, admin["token"]) as known:
            self.assertEqual(known.api.list_functions()["items"], [])
            few = known.api.create_key({"kind": "api", "scopes": ["executions"]})
            with Client(self.server.url, few["token"]) as narrow:
                with self.assertRaises(steploom.Forbidden):
                    narrow.deploy_machine("m", PASS)
            known.api.revoke_key(few["id"])
            with self.assertRaises(steploom.Unauthorized), Client(self.server.url, few["token"]) as revoked:
                revoked.api.list_executions()


class Example(Served):
    def test_it_runs(self) -> None:
        example = Path(__file__).parent.parent / "examples" / "greet.py"
        source = str(Path(steploom.__file__).parent.parent)
        done = subprocess.run(
            [sys.executable, str(example), "Ada"],
            env={"STEPLOOM_ENDPOINT": self.server.url, "PYTHONPATH": source},
            capture_output=True,
            text=True,
            timeout=120,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("machine greet, version 1\n", done.stdout)
        self.assertIn("ExecutionSucceeded", done.stdout)
        self.assertIn('SUCCEEDED: {"greeting": "Hello, Ada!"}', done.stdout)


if __name__ == "__main__":
    unittest.main()
