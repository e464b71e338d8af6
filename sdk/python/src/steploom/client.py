"""The client: what people do every day, with the rest in `Client.api`."""

from __future__ import annotations

import hashlib
import os
import time
from types import TracebackType
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Type, Union

from . import body, function_settings, name, start
from .answer import Answer
from .api import Api
from .body import Source
from .call import ANSWER_BYTES_MAX, TIMEOUT_S, Caller, Request
from .endpoint import find_endpoint, find_key
from .error import AlreadyExists, NotFound, TimedOut
from .page import every
from .retry import Patience, Retry
from .start import Outcome, Started
from .stream import Stream
from .transport import Connections, Transport
from .version import VERSION
from .wire import (
    Event,
    Execution,
    ExecutionStatus,
    ExecutionSummary,
    Function,
    FunctionSettings,
    LogLevel,
    LogLine,
    Machine,
    MachineType,
    StartExecution,
    SyncExecution,
)

EMPTY: Dict[str, Any] = {}
"""The event or input of what needs none."""

OPEN = frozenset({"RUNNING", "PENDING", "PAUSED", "QUARANTINED"})
"""How an execution stands to which something may still happen."""

UPLOAD_TIMEOUT_S = 600.0
"""Seconds for an upload: the module is sent and compiled meanwhile."""

INVOKE_TIMEOUT_S = 960.0
"""Seconds for an invocation: the longest that a function may run, and a minute for the rest."""

RUN_TIMEOUT_S = 360.0
"""Seconds for an execution that is run while its caller waits: the longest that it may, and a minute."""

Definition = Union[Mapping[str, Any], str, "os.PathLike[str]"]
"""A state machine: an object, text of JSON or YAML, or the path of a file of it."""


class Client:
    """A client of one Steploom. It may be used from many threads at once, and keeps connections open until
    `close`, or the end of a `with` block.

    Where an execution is asked for, its id is meant, or `MACHINE/NAME`. Every method raises what
    `steploom.error` lists; calls that may be repeated are, when the line breaks or the server asks for patience.
    """

    def __init__(
        self,
        endpoint: Optional[str] = None,
        api_key: Optional[str] = None,
        *,
        timeout_s: float = TIMEOUT_S,
        retry: Optional[Retry] = None,
        transport: Optional[Transport] = None,
        answer_bytes_max: int = ANSWER_BYTES_MAX,
    ) -> None:
        """Nothing is sent yet.

        `endpoint` is such as `http://127.0.0.1:8080`, which it is if neither it nor `STEPLOOM_ENDPOINT` is given.
        `api_key` is the token of an API key or a JSON Web Token; that in `STEPLOOM_API_KEY` if left out.
        `timeout_s`: seconds for an ordinary answer, each time that it is asked for. `answer_bytes_max`: the
        largest answer that is taken.
        """
        headers = {"User-Agent": f"steploom-python/{VERSION}"}
        key = find_key(api_key)
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        self._caller = Caller(
            find_endpoint(endpoint),
            transport=transport or Connections(),
            retry=retry or Retry(),
            headers=headers,
            timeout_s=timeout_s,
            answer_bytes_max=answer_bytes_max,
        )
        self.api = Api(self._caller)
        """Every operation of the HTTP API, by the id that it has in the OpenAPI document."""

    @property
    def endpoint(self) -> str:
        """Where it looks for Steploom."""
        return self._caller.endpoint

    def close(self) -> None:
        """Closes the connections that are kept open."""
        self._caller.transport.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"Client({self.endpoint!r})"

    # Functions

    def deploy_function(
        self,
        function: str,
        module: Union[bytes, Source],
        settings: Optional[FunctionSettings] = None,
        *,
        create_only: bool = False,
    ) -> Function:
        """Uploads a function, from a file or bytes of WebAssembly: a new one, or a new version of one.

        If the newest version has this module and these settings already, nothing is done and it is the answer.
        Settings that are left out have their defaults. `create_only`: raise `AlreadyExists` if there is one.
        """
        path = f"/v1/functions/{name.check(function, 'the function')}"
        content = bytes(module) if isinstance(module, (bytes, bytearray)) else body.read_file(module, "the module")
        if not create_only:
            found = self._deployed(function, content, settings or {})
            if found is not None:
                return found
        request = Request(
            "PUT",
            path,
            headers=_create_only(create_only),
            body=body.of_upload(content, settings),
            timeout_s=UPLOAD_TIMEOUT_S,
            is_repeatable=not create_only,
        )
        deployed: Function = self._caller.value(request)
        return deployed

    def _deployed(self, function: str, content: bytes, settings: Mapping[str, Any]) -> Optional[Function]:
        """The function, if its newest version is this."""
        try:
            found = self.api.get_function(function)
        except NotFound:
            return None
        latest = found["latest"]
        is_same = latest["module"] == hashlib.sha256(content).hexdigest()
        is_same = is_same and function_settings.are_same(latest["settings"], settings)
        return found if is_same else None

    def invoke(
        self,
        function: str,
        event: object = EMPTY,
        *,
        qualifier: Optional[str] = None,
        traceparent: Optional[str] = None,
        timeout_s: float = INVOKE_TIMEOUT_S,
    ) -> Answer:
        """Invokes a function and waits for its answer. Never repeated: the function may have run.

        `qualifier`: an alias, a release's number, or a version's as long as there is no release; the newest version if
        left out. `traceparent`: a W3C trace context that is passed on to the function. Raises `FunctionFailed` with
        its error and cause.
        """
        request = Request(
            "POST",
            f"/v1/functions/{name.check(function, 'the function')}/invoke",
            query={"qualifier": qualifier},
            headers={} if traceparent is None else {"traceparent": traceparent},
            body=body.of_json(event, "the event"),
            timeout_s=timeout_s,
            is_repeatable=False,
        )
        return Answer.of(self._caller.send(request))

    def invoke_async(
        self,
        function: str,
        event: object = EMPTY,
        *,
        execution_name: Optional[str] = None,
        qualifier: Optional[str] = None,
    ) -> Execution:
        """Invokes a function later, durably: the execution's output will be the function's answer.

        Under the same `execution_name` it happens once.
        """
        path = f"/v1/functions/{name.check(function, 'the function')}/invoke-async"
        given = execution_name
        called = name.made() if given is None else name.check(given, "the execution's name")
        request = Request(
            "POST",
            path,
            query={"name": called, "qualifier": qualifier},
            body=body.of_json(event, "the event"),
            is_repeatable=True,
        )
        try:
            invoked: Execution = self._caller.value(request)
        except AlreadyExists:
            if given is not None:
                raise
            # Nobody else knows the name: an attempt whose answer was lost has taken it.
            invoked = start.find(self._caller, name.of_function(function), called)
        return invoked

    def logs(
        self, function: str, *, request_id: Optional[str] = None, since: Optional[str] = None
    ) -> Iterator[LogLine]:
        """The lines of a function's log, oldest first, of one invocation or all; of the last hour, if neither
        `request_id` nor `since` (such as 2026-07-01T00:00:00Z) is given."""
        name.check(function, "the function")
        return every(self.api.read_logs, function, request_id=request_id, since=since)

    def follow_logs(self, function: str) -> Stream[LogLine]:
        """The lines of a function's log that are written once this has returned, as they come.

        When the line breaks it goes on from when it is back: what was written meanwhile is in `logs`.
        """
        name.check(function, "the function")
        return self.api.follow_logs(function)

    # Machines

    def deploy_machine(
        self,
        machine: str,
        definition: Definition,
        *,
        machine_type: Optional[MachineType] = None,
        create_only: bool = False,
    ) -> Machine:
        """Keeps a definition (Amazon States Language): a new machine, or a new version of one. The same object, or the
        same text, again makes no new version.

        `machine_type` cannot be changed later. `create_only`: raise `AlreadyExists` if there is one with another
        definition. Raises `Invalid` with every place that is wrong.
        """
        path = f"/v1/machines/{name.check(machine, 'the machine')}"
        if isinstance(definition, Mapping) and not create_only:
            found = self._kept(machine, definition, machine_type)
            if found is not None:
                return found
        content: Union[str, Mapping[str, Any]]
        if isinstance(definition, os.PathLike):
            content = body.read_file(definition, "the definition").decode(errors="replace")
        else:
            content = definition
        request = Request(
            "PUT",
            path,
            query={"type": machine_type},
            headers=_create_only(create_only),
            body=body.of_definition(content),
            is_repeatable=not create_only,
        )
        deployed: Machine = self._caller.value(request)
        return deployed

    def _kept(
        self, machine: str, definition: Mapping[str, Any], machine_type: Optional[MachineType]
    ) -> Optional[Machine]:
        """The machine, if its newest definition is this object. The server compares texts."""
        try:
            found = self.api.get_machine(machine)
        except NotFound:
            return None
        is_same = body.are_same(found["definition"], definition) and machine_type in (None, found["type"])
        return found if is_same else None

    # Executions

    def start(
        self,
        machine: str,
        input: object = EMPTY,
        *,
        name: Optional[str] = None,
        version: Optional[int] = None,
        qualifier: Optional[str] = None,
        tags: Optional[Mapping[str, str]] = None,
        priority: Optional[int] = None,
        start_before: Union[str, int, None] = None,
        concurrency_key: Optional[str] = None,
        concurrency_limit: Optional[int] = None,
        ordered: Optional[bool] = None,
        express: Optional[bool] = None,
        trace_header: Optional[str] = None,
    ) -> Started:
        """Starts an execution; it survives a crash from now on.

        Under one `name` only one is started: while it runs, the same input gives it again; another input, or one
        that has ended within a day, raises `AlreadyExists`. The other terms are those of `StartExecution`.
        """
        asked = _start(
            machine,
            input,
            name=name,
            version=version,
            qualifier=qualifier,
            tags=tags,
            priority=priority,
            startBefore=start_before,
            concurrencyKey=concurrency_key,
            concurrencyLimit=concurrency_limit,
            ordered=ordered,
            express=express,
            traceHeader=trace_header,
        )
        return start.start(self._caller, asked)

    def start_many(self, starts: Iterable[StartExecution]) -> List[Outcome]:
        """Starts any number of executions, in requests of 5,000 and 32 MiB at the most.

        Each start has its own outcome, in the order of the starts: a `Started`, or the error that it would have
        raised alone. One that is refused leaves the others alone, and none is raised.
        """
        return start.start_many(self._caller, starts)

    def run(
        self,
        machine: str,
        input: object = EMPTY,
        *,
        name: Optional[str] = None,
        version: Optional[int] = None,
        qualifier: Optional[str] = None,
        priority: Optional[int] = None,
        trace_header: Optional[str] = None,
        log_level: Optional[LogLevel] = None,
        include_execution_data: Optional[bool] = None,
        timeout_s: float = RUN_TIMEOUT_S,
    ) -> SyncExecution:
        """Runs an execution in memory while the caller waits, and gives how it ended: one that fails is no error
        here, so look at `status`. Nothing of it is kept but what `log_level` asks for. Never repeated.

        Raises `Invalid` / `MachineNotExpress` when the machine has what EXPRESS machines may not have.
        """
        asked = _start(
            machine,
            input,
            name=name,
            version=version,
            qualifier=qualifier,
            priority=priority,
            traceHeader=trace_header,
        )
        request = Request(
            "POST",
            "/v1/executions/sync",
            query={"logLevel": log_level, "includeExecutionData": include_execution_data},
            body=body.of_json(asked, "the input"),
            timeout_s=timeout_s,
            is_repeatable=False,
        )
        ended: SyncExecution = self._caller.value(request)
        return ended

    def describe(self, execution: str) -> Execution:
        """An execution as it stands, with input and output; shows what was just written."""
        return self._describe(execution, None)

    def wait(self, execution: str, timeout_s: Optional[float] = None) -> Execution:
        """Waits until an execution has ended, however it did, and gives it. PENDING, PAUSED and QUARANTINED are no
        ends. It follows the events and does not poll.

        Raises `TimedOut` after so many seconds; the execution goes on.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        patience = Patience(self._caller.retry, deadline)
        while True:
            found = self._describe(execution, deadline)
            if found["status"] not in OPEN:
                return found
            execution = found["id"]
            before = self._last_event_id(execution, deadline)
            for _ in self._events(execution, before, deadline):
                patience.renew()
            # The events have ended. So has the execution, unless it was redriven since.
            found = self._describe(execution, deadline)
            if found["status"] not in OPEN:
                return found
            still = TimedOut(f"execution {execution} is {found['status']}, though its events have ended")
            if not patience.pause(still):
                raise still

    def follow(self, execution: str, *, after: int = 0) -> Stream[Event]:
        """Events with an id above `after`, then those to come, until the execution has ended. The line may break
        meanwhile: no event is lost or told twice."""
        return self._events(self._id(execution), after, None)

    def history(self, execution: str, *, reverse: bool = False) -> Iterator[Event]:
        """The events until now, page by page; `reverse`: newest first."""
        return every(self.api.get_history, self._id(execution), reverse=reverse, limit=1_000)

    def stop(self, execution: str, error: Optional[str] = None, cause: Optional[str] = None) -> Execution:
        """Ends an execution; it has ended when this returns. One that had ended already is left as it is."""
        given = {"error": error, "cause": cause}
        request = Request(
            "POST",
            f"/v1/executions/{self._id(execution)}/stop",
            body=body.of_json({k: v for k, v in given.items() if v is not None}, "the error"),
            is_repeatable=True,
        )
        stopped: Execution = self._caller.value(request)
        return stopped

    def list(
        self,
        *,
        machine: Optional[str] = None,
        status: Optional[ExecutionStatus] = None,
        name_prefix: Optional[str] = None,
        since: Optional[str] = None,
        until: Optional[str] = None,
        tag: Optional[str] = None,
        qualifier: Optional[str] = None,
        error: Optional[str] = None,
        limit: Optional[int] = None,
    ) -> Iterator[ExecutionSummary]:
        """Executions, newest first, fetched page by page as they are asked for; a page has `limit` of them. It may
        lag by up to a second. `tag` is `key=value`; times are such as 2026-07-01T00:00:00Z."""
        return every(
            self.api.list_executions,
            machine=machine,
            status=status,
            name_prefix=name_prefix,
            since=since,
            until=until,
            tag=tag,
            qualifier=qualifier,
            error=error,
            limit=limit,
        )

    def _id(self, execution: str) -> str:
        """An execution's id, whichever way it was named, as a segment of a path."""
        if isinstance(execution, str) and "/" in execution:
            return self.describe(execution)["id"]
        return name.segment(execution, "the execution")

    def _describe(self, execution: str, deadline: Optional[float]) -> Execution:
        if isinstance(execution, str) and "/" in execution:
            machine, _, called = execution.partition("/")
            name.check_machine(machine, "the machine")
            name.check(called, "the execution's name")
            path = f"/v1/machines/{name.segment(machine, 'the machine')}/executions/{called}"
        else:
            path = f"/v1/executions/{name.segment(execution, 'the execution')}"
        found: Execution = self._caller.send(Request("GET", path), deadline=deadline).value
        return found

    def _last_event_id(self, execution: str, deadline: Optional[float]) -> int:
        """The newest event's id, so that waiting need not read a long history."""
        request = Request("GET", f"/v1/executions/{execution}/history", query={"limit": 1, "reverse": True})
        newest = self._caller.send(request, deadline=deadline).value["items"]
        return int(newest[0]["id"]) if newest else 0

    def _events(self, execution: str, after: int, deadline: Optional[float]) -> Stream[Event]:
        path = f"/v1/executions/{execution}/events"
        return Stream(self._caller, path, after=after, deadline=deadline)


def _start(machine: str, input: object, **terms: object) -> Dict[str, Any]:
    """A start as it is sent; terms that are `None` are left out."""
    given = {key: value for key, value in terms.items() if value is not None}
    return {"machine": name.check(machine, "the machine"), "input": input, **given}


def _create_only(create_only: bool) -> Dict[str, str]:
    """Create, or fail if it is there. Doing that twice is not as good as once: the second time would meet what the
    first has made."""
    return {"If-None-Match": "*"} if create_only else {}
