"""Every operation of the OpenAPI document: that there is a method, that it asks for the right thing, and that what the
generator writes is what is here."""

import inspect
import json
import re
import sys
import typing
import unittest
import urllib.request
from pathlib import Path
from typing import Any, Dict, List, Tuple
from urllib.parse import parse_qsl, urlsplit

import steploom
from server import Served, until
from steploom import Client
from steploom.client import OPEN
from steploom.function_settings import DEFAULTS
from steploom.wire import ExecutionStatus
from wasm import ECHO, FAIL

sys.path.append(str(Path(__file__).parent.parent / "tools"))

from generate import generate
from operations import CALLED, RESUMED, operations_of

PASS: Dict[str, Any] = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


class Recorder:
    """A transport that keeps what was asked for, and gives an empty object."""

    def __init__(self) -> None:
        self.asked: List[Tuple[str, str, Dict[str, str], Any]] = []
        self.status = 200
        self.headers: Dict[str, str] = {}
        self._pieces: List[bytes] = []

    def send(self, method: str, url: str, headers: Any, body: Any, *, deadline: Any, silence_s: float) -> "Recorder":
        self.asked.append((method, url, dict(headers), body))
        self._pieces = [b"{}", b""]
        return self

    def read(self) -> bytes:
        return self._pieces.pop(0) if self._pieces else b""

    def close(self) -> None:
        pass


class Document(Served):
    document: Dict[str, Any]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        with urllib.request.urlopen(f"{cls.server.url}/v1/openapi.json") as answer:
            cls.document = json.load(answer)

    def test_what_is_generated_is_what_is_here(self) -> None:
        for path, text in generate(self.document).items():
            self.assertEqual(path.read_text(), text, f"{path.name} is behind: run tools/generate.py")

    def test_every_operation_has_a_method_that_asks_for_it(self) -> None:
        operations = operations_of(self.document)
        self.assertGreater(len(operations), 100)
        for operation in operations:
            recorder = Recorder()
            api = Client("http://steploom.test", transport=recorder).api
            arguments: Dict[str, Any] = {}
            for parameter in inspect.signature(getattr(api, operation.name)).parameters.values():
                arguments[parameter.name] = _argument(parameter)
            made = getattr(api, operation.name)(**arguments)
            if isinstance(made, steploom.Stream):
                made.begun().close()
            method, url, headers, body = recorder.asked[0]
            with self.subTest(operation=operation.name):
                parts = urlsplit(url)
                asked = re.sub(r"\ba%2F7\b|\b7\b", "X", parts.path)
                self.assertEqual((method, asked), (operation.method, re.sub(r"\{\w+\}", "X", operation.path)))
                queries = {query["name"] for query in operation.parameters("query")}
                # A stream says it in a header.
                queries -= {"after"} if operation.name in RESUMED else set()
                self.assertEqual({name for name, _ in parse_qsl(parts.query)}, queries)
                self.assertEqual(body is not None, "requestBody" in operation.told)
                for header in operation.parameters("header"):
                    self.assertIn(header["name"].lower(), {name.lower() for name in headers})

    def test_there_is_no_method_that_is_no_operation(self) -> None:
        methods = {name for name in dir(Client(self.server.url).api) if not name.startswith("_")}
        self.assertEqual(methods, {operation.name for operation in operations_of(self.document)})

    def test_defaults_of_settings_are_the_servers(self) -> None:
        fields = self.document["components"]["schemas"]["FunctionSettings"]["properties"]
        self.assertEqual(set(fields), set(DEFAULTS))
        told = {name: field["default"] for name, field in fields.items() if "default" in field}
        self.assertEqual({**DEFAULTS, **told}, DEFAULTS)

    def test_open_and_closed_are_all_there_is(self) -> None:
        every = {*typing.get_args(ExecutionStatus)}
        self.assertEqual(every - OPEN, {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED", "EXPIRED"})
        self.assertLess(OPEN, every)

    def test_renamed_arguments_are_there(self) -> None:
        for (name, query), called in CALLED.items():
            (operation,) = (one for one in operations_of(self.document) if one.name == name)
            self.assertIn(query, {found["name"] for found in operation.parameters("query")})
            self.assertIn(called, inspect.signature(getattr(self.client.api, name)).parameters)


def _argument(parameter: inspect.Parameter) -> Any:
    kind = str(parameter.annotation)
    if parameter.name in ("module", "content"):
        return b"x"
    if parameter.name == "settings":
        return {}
    if parameter.name == "body":
        return [] if "List[" in kind else {}
    if parameter.name == "definition":
        return PASS
    if "bool" in kind:
        return True
    # A slash in an argument stays in its segment.
    return "7" if "int" in kind else "a/7"


class Areas(Served):
    """Each area against the server, there and back."""

    def setUp(self) -> None:
        self.api = self.client.api

    def test_process(self) -> None:
        self.assertEqual(self.api.index()["name"], "Steploom")
        self.assertEqual(self.api.healthz(), "ok\n")
        self.assertEqual(self.api.readyz(), "ready\n")
        self.assertIn("steploom_", self.api.metrics())
        self.assertIn("/v1/executions", self.api.openapi_document()["paths"])
        self.assertEqual(len(self.api.list_nodes()["items"]), 1)
        self.assertEqual(len(self.api.list_shards()["items"]), 16)

    def test_objects(self) -> None:
        self.api.put_bucket("b")
        content = bytes(range(256)) * 100
        for key in ("a", "a/b c", "é?&=#%", ".../x"):
            kept = self.api.put_object("b", key, content, "image/png")
            self.assertEqual((kept["key"], kept["sizeBytes"], kept["contentType"]), (key, 25_600, "image/png"))
            self.assertEqual(self.api.get_object("b", key), content)
        self.assertEqual(self.api.put_object("b", "empty", b"")["sizeBytes"], 0)
        self.assertEqual(self.api.get_object("b", "empty"), b"")
        keys = [found["key"] for found in steploom.every(self.api.list_objects, "b", limit=2)]
        self.assertEqual(len(keys), 5)
        with self.assertRaises(steploom.Conflict):
            self.api.delete_bucket("b")
        for key in keys:
            self.api.delete_object("b", key)
        self.api.delete_bucket("b")
        with self.assertRaises(steploom.NotFound):
            self.api.get_object("b", "a")
        with self.assertRaises(steploom.Invalid):
            self.api.get_object("b", "")

    def test_values(self) -> None:
        value = bytes(range(256))
        for key in ("a", "a/b c", "é?&=#%"):
            self.api.put_value("s", key, value)
            self.assertEqual(self.api.get_value("s", key), value)
        self.assertEqual(self.api.increment_value("s", "n"), {"value": 1})
        self.assertEqual(self.api.increment_value("s", "n", {"by": -3}), {"value": -2})
        self.assertEqual(self.api.get_value("s", "n"), b"-2")
        page = self.api.list_store_keys("s", prefix="a", limit=1)
        self.assertEqual(page, {"keys": ["a"], "next": "a"})
        rest = self.api.list_store_keys("s", prefix="a", after=page["next"])
        self.assertEqual(rest, {"keys": ["a/b c"]})
        with self.assertRaises(steploom.Conflict):
            self.api.increment_value("s", "a")
        self.api.delete_value("s", "a")
        with self.assertRaises(steploom.NotFound):
            self.api.get_value("s", "a")

    def test_tasks(self) -> None:
        self.api.put_activity("approve")
        resource = self.api.get_activity("approve")["arn"]
        definition = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": resource, "End": True}}}
        self.client.deploy_machine("approval", definition)
        self.assertIsNone(self.api.poll_activity("approve", {"waitSeconds": 0}))
        good, bad = self.client.start("approval", {"n": 1}), self.client.start("approval", {"n": 2})
        for _ in range(2):
            task: Any = self.api.poll_activity("approve", {"worker": "desk", "waitSeconds": 30})
            self.api.heartbeat_task(task["taskToken"])
            if task["input"]["n"] == 1:
                self.api.succeed_task(task["taskToken"], {"output": {"yes": True}})
            else:
                self.api.fail_task(task["taskToken"], {"error": "No", "cause": "why"})
        self.assertEqual(self.client.wait(good.id, timeout_s=60)["output"], {"yes": True})
        self.assertEqual(self.client.wait(bad.id, timeout_s=60)["error"], "No")
        with self.assertRaises(steploom.NotFound) as over:
            self.api.succeed_task(task["taskToken"], {"output": 1})
        self.assertEqual(over.exception.code, "TaskTimedOut")
        with self.assertRaises(steploom.Invalid) as made_up:
            self.api.heartbeat_task("made/up token")
        self.assertEqual(made_up.exception.code, "InvalidToken")
        self.api.change_activity_tags("approve", {"set": {"a": "b"}})
        self.assertIn("b", str(self.api.get_activity_tags("approve")))
        self.api.delete_activity("approve")

    def test_schedules(self) -> None:
        self.client.deploy_machine("nightly", PASS)
        self.api.put_schedule_group("g", {"tags": {"a": "b"}})
        definition: Any = {"expression": "0 9 * * 1-5", "target": {"machine": "nightly"}}
        made = self.api.put_schedule("s", definition, group="g", create_only=True)
        self.assertEqual(made["name"], "s")
        with self.assertRaises(steploom.AlreadyExists):
            self.api.put_schedule("s", definition, group="g", create_only=True)
        self.assertEqual(self.api.pause_schedule("s", group="g")["definition"]["state"], "DISABLED")
        self.assertEqual(self.api.resume_schedule("s", group="g")["definition"]["state"], "ENABLED")
        self.assertEqual(len(self.api.list_firings("s", group="g", limit=3)["items"]), 3)
        past: Any = {"from": "2026-01-05T00:00:00Z", "to": "2026-01-06T00:00:00Z"}
        self.api.backfill_schedule("s", past, group="g")
        self.assertEqual([found["name"] for found in self.api.list_schedules(group="g")["items"]], ["s"])
        self.api.delete_schedule("s", group="g")
        with self.assertRaises(steploom.NotFound):
            self.api.get_schedule("s", group="g")
        self.api.delete_schedule_group("g")

    def test_releases_of_machines(self) -> None:
        self.client.deploy_machine("m", PASS)
        release = self.api.publish_machine("m", {"description": "first"})
        self.assertEqual(release["number"], 1)
        self.assertEqual(self.api.publish_machine("m")["number"], 1)
        self.api.put_alias("m", "prod", {"routes": [{"release": 1, "weight": 100}]})
        started = self.client.start("m", qualifier="prod")
        self.assertEqual((started.execution["alias"], started.execution["release"]), ("prod", 1))
        with self.assertRaises(steploom.Conflict) as used:
            self.api.delete_release("m", 1)
        self.assertEqual(used.exception.code, "ReleaseInUse")
        self.api.delete_alias("m", "prod")
        self.api.delete_release("m", 1)
        self.assertEqual(self.api.list_releases("m")["items"], [])
        self.api.put_retention("m", {"days": 3})
        self.assertEqual(self.api.get_retention("m")["days"], 3)
        self.api.put_share("m", {"weight": 7})
        self.assertEqual(self.api.get_share("m"), {"weight": 7})
        self.assertEqual(self.api.change_tags("m", {"set": {"a": "b"}, "remove": ["c"]}), self.api.get_tags("m"))
        self.assertEqual(self.api.get_settings("m")["settings"]["type"], "STANDARD")
        self.assertEqual(len(self.api.list_machine_versions("m")["items"]), 1)
        self.assertEqual(self.api.get_definition("m", 1)["definition"], PASS)

    def test_profiles_of_functions(self) -> None:
        self.client.deploy_function("f", ECHO)
        self.assertEqual(self.api.publish_function("f")["number"], 1)
        self.api.put_function_alias("f", "prod", {"release": 1})
        self.assertEqual(self.client.invoke("f", 7, qualifier="prod").result, 7)
        self.api.put_function_url("f", {"auth": "none"}, alias="prod")
        self.assertEqual(list(self.api.list_function_urls("f")["items"]), ["prod"])
        self.api.delete_function_url("f", alias="prod")
        self.api.put_function_events("f", {"maxRetries": 1}, qualifier="prod")
        self.assertIn("1", str(self.api.get_function_events("f")))
        self.api.delete_function_events("f", qualifier="prod")
        self.api.change_function_tags("f", {"set": {"a": "b"}})
        self.assertIn("b", str(self.api.get_function_tags("f")))
        self.api.delete_function_alias("f", "prod")
        self.api.delete_function_release("f", 1)
        self.api.delete_function("f")
        with self.assertRaises(steploom.NotFound):
            self.client.invoke("f")

    def test_redriving_and_counting(self) -> None:
        self.client.deploy_function("fail", FAIL)
        failing = {
            "StartAt": "A",
            "States": {"A": {"Type": "Task", "Resource": "fail", "Next": "B"}, "B": PASS["States"]["A"]},
        }
        self.client.deploy_machine("redriven", failing)
        started = self.client.start("redriven")
        self.client.wait(started.id, timeout_s=60)
        again = self.api.redrive_execution(started.id, {"skip": {"done": True}, "clientToken": "t"})
        self.assertEqual(again["redriveCount"], 1)
        self.assertEqual(self.client.wait(started.id, timeout_s=60)["output"], {"done": True})
        until(lambda: self.api.count_executions(machine="redriven")["items"])
        with self.assertRaises(steploom.Conflict):
            self.api.redrive_execution(started.id)
        self.assertEqual(self.api.list_map_runs(started.id)["items"], [])

    def test_connections_and_the_audit(self) -> None:
        self.api.put_connection("billing", {"auth": {"type": "apiKey", "name": "x-key", "value": "s3cret"}})
        self.assertNotIn("s3cret", str(self.api.list_connections()))
        self.api.delete_connection("billing")
        actions = [found["action"] for found in steploom.every(self.api.list_audit, name="billing", limit=1)]
        self.assertEqual(len(actions), 2)


if __name__ == "__main__":
    unittest.main()
