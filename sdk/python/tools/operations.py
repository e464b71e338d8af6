"""Operations of the OpenAPI document, and what it does not say of them."""

from __future__ import annotations

from typing import List, NamedTuple, Optional

from shapes import Schema

REPEATABLE = {
    "change_activity_tags": "True",
    "change_function_tags": "True",
    "change_tags": "True",
    "delete_object": "True",
    "delete_value": "True",
    "heartbeat_task": "True",
    "pause_execution": "True",
    "pause_schedule": "True",
    "publish_function": "True",
    "publish_machine": "True",
    "release_execution": "True",
    "resume_execution": "True",
    "resume_schedule": "True",
    "revoke_key": "True",
    "stop_execution": "True",
    "stop_map_run": "True",
    "update_map_run": "True",
    "validate_machine": "True",
    # With a name, or a token, it is done once.
    "invoke_function_async": "execution_name is not None",
    "redrive_execution": 'bool((body or {}).get("clientToken"))',
    "start_execution": 'bool(body.get("name"))',
    "start_executions": 'all(start.get("name") for start in body)',
    # For those who wait for it themselves.
    "readyz": "False",
}
"""Whether doing it twice is as good as once, where the method (GET and PUT are, others not) does not say."""

TIMEOUT_S = {"put_function": 600, "invoke_function": 960, "run_execution": 360, "poll_activity": 75}
"""Seconds for an answer, where that may take longer than others: the longest it may, and some more."""

CALLED = {("invoke_function_async", "name"): "execution_name"}
"""What a field of a query is called, if not as itself in Python's spelling: another argument has that name."""

DEFINITIONS = ("put_machine", "validate_machine")
"""Those whose body is a definition, which may be YAML."""

NEEDLESS = (
    "fail_task",
    "poll_activity",
    "publish_function",
    "publish_machine",
    "redrive_execution",
    "split_shard",
    "stop_execution",
)
"""Those that need no body, though the document says so."""

RESUMED = ("follow_events",)
"""Streams whose items have ids, so that they can be taken up again."""

BEGUN = ("follow_logs", "follow_machine_logs")
"""Streams that give what comes from the call on."""

METHODS = ("get", "put", "post", "patch", "delete")


class Operation(NamedTuple):
    """An operation of the document."""

    method: str
    path: str
    told: Schema

    @property
    def name(self) -> str:
        name: str = self.told["operationId"]
        return name

    @property
    def tag(self) -> str:
        tag: str = self.told["tags"][0]
        return tag

    @property
    def body(self) -> Optional[Schema]:
        return self.told.get("requestBody")

    @property
    def may_create_only(self) -> bool:
        """Whether it can be told to fail if the thing is there."""
        return any(found["name"].lower() == "if-none-match" for found in self.parameters("header"))

    def parameters(self, place: str) -> List[Schema]:
        return [found for found in self.told.get("parameters", ()) if found["in"] == place]


def operations_of(document: Schema) -> List[Operation]:
    """All operations, by tag and name. Fails if the tables above name what the document does not have."""
    found = [
        Operation(method.upper(), path, item[method])
        for path, item in document["paths"].items()
        for method in METHODS
        if method in item
    ]
    unknown = {*REPEATABLE, *TIMEOUT_S, *DEFINITIONS, *NEEDLESS, *RESUMED, *BEGUN} - {
        operation.name for operation in found
    }
    assert not unknown, f"the tables name what the document does not have: {unknown}"
    return sorted(found, key=lambda operation: (operation.tag, operation.name))
