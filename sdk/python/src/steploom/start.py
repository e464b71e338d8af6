"""Starting executions: one, and many in as few requests as they fit in.

A start without a name gets one, so that it may be sent again when the line breaks: under one name only one
execution is started. Should that have ended already when the start comes again, the server says that the name is
taken; as nobody else knows the name, it was taken by us, and the execution is looked up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Union

from . import body, name, wire
from .call import Caller, Request
from .error import AlreadyExists, BadAnswer, Error, Invalid, NotSent, problem_of
from .retry import Patience, passes

STARTS_MAX = 5_000
"""Starts in one request."""

BYTES_MAX = 32 * 1024 * 1024
"""Bytes of one request of many starts."""


@dataclass(frozen=True)
class Started:
    """An execution that was started, or found."""

    execution: wire.ExecutionSummary
    """It; what `start` gives has its input as well."""
    is_new: bool
    """Whether this call started it; else it was there already, by the same name and input."""

    @property
    def id(self) -> str:
        """The execution's id."""
        return self.execution["id"]

    @property
    def name(self) -> str:
        """The execution's name."""
        return self.execution["name"]


Outcome = Union[Started, Error]
"""What became of one start of many."""


def start(caller: Caller, asked: Mapping[str, Any]) -> Started:
    """Starts one execution. Raises `AlreadyExists` when the name is taken by another input or one that ended."""
    one = _Start.of(asked)
    request = Request("POST", "/v1/executions", body=body.Body(one.line, body.JSON), is_repeatable=True)
    try:
        response = caller.send(request)
    except AlreadyExists:
        if not one.is_named_by_us:
            raise
        return Started(find(caller, one.machine, one.name), is_new=True)
    return Started(response.value, is_new=response.status == 201 or one.is_named_by_us)


def find(caller: Caller, machine: str, execution: str) -> Any:
    """An execution by its machine and name."""
    path = f"/v1/machines/{name.segment(machine, 'machine')}/executions/{name.segment(execution, 'name')}"
    return caller.value(Request("GET", path))


def start_many(
    caller: Caller,
    starts: Iterable[Mapping[str, Any]],
    *,
    starts_max: int = STARTS_MAX,
    bytes_max: int = BYTES_MAX,
) -> List[Outcome]:
    """Starts many executions; the outcomes stand in their order, and none is raised."""
    outcomes: List[Outcome] = []
    broken: Optional[Error] = None
    for part in _split(starts, outcomes, starts_max, bytes_max):
        if broken is not None:
            for one in part:
                outcomes[one.place] = _not_sent(broken)
            continue
        try:
            _start_part(caller, part, outcomes)
        except Error as error:
            for one in part:
                if isinstance(outcomes[one.place], NotSent):
                    outcomes[one.place] = error
            # What is wrong with one request alone says nothing about the next.
            broken = None if isinstance(error, Invalid) else error
    return outcomes


class _Start(NamedTuple):
    """A start as it is sent."""

    place: int
    machine: str
    name: str
    is_named_by_us: bool
    line: bytes

    @staticmethod
    def of(asked: Mapping[str, Any], place: int = 0) -> _Start:
        """Checks what can be checked here. Raises `Invalid`."""
        machine = name.check(asked.get("machine"), "the machine")
        given = asked.get("name")
        called = name.made() if given is None else name.check(given, "the execution's name")
        line = body.write({**asked, "name": called}, "the input")
        return _Start(place, machine, called, given is None, line)


def _split(
    starts: Iterable[Mapping[str, Any]], outcomes: List[Outcome], starts_max: int, bytes_max: int
) -> Iterator[List[_Start]]:
    """Parts that each fit one request. Gives each start its place among the outcomes."""
    part: List[_Start] = []
    bytes_of_part = 0
    for asked in starts:
        outcomes.append(NotSent("it was not sent"))
        try:
            one = _Start.of(asked, len(outcomes) - 1)
        except Invalid as error:
            outcomes[-1] = error
            continue
        bytes_of_line = len(one.line) + 1
        if part and (len(part) == starts_max or bytes_of_part + bytes_of_line > bytes_max):
            yield part
            part, bytes_of_part = [], 0
        part.append(one)
        bytes_of_part += bytes_of_line
    if part:
        yield part


def _start_part(caller: Caller, part: List[_Start], outcomes: List[Outcome]) -> None:
    """Starts what fits one request; those that the server had no room for are sent again."""
    patience = Patience(caller.retry)
    left = part
    while True:
        for one, found in zip(left, _answers(caller, left)):
            outcomes[one.place] = _outcome(caller, one, found)
        refused = [(one, outcomes[one.place]) for one in left]
        again = [(one, why) for one, why in refused if isinstance(why, Error) and passes(why)]
        if not again or not patience.pause(again[0][1]):
            return
        left = [one for one, _ in again]


def _answers(caller: Caller, part: List[_Start]) -> List[Any]:
    lines = b"".join(one.line + b"\n" for one in part)
    request = Request("POST", "/v1/executions/batch", body=body.Body(lines, body.NDJSON), is_repeatable=True)
    found = caller.value(request)
    items = found.get("items") if isinstance(found, dict) else None
    if not isinstance(items, list) or len(items) != len(part):
        raise BadAnswer(f"it does not answer each of {len(part)} starts")
    return items


def _outcome(caller: Caller, one: _Start, found: Any) -> Outcome:
    try:
        if "error" not in found:
            return Started(found["execution"], is_new=found["isNew"] or one.is_named_by_us)
        problem = problem_of(found["error"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return BadAnswer(f"{str(found)[:200]!r} is no answer to a start")
    if isinstance(problem, AlreadyExists) and one.is_named_by_us:
        try:
            return Started(find(caller, one.machine, one.name), is_new=True)
        except Error as error:
            return error
    return problem


def _not_sent(broken: Error) -> NotSent:
    error = NotSent("it was not sent, since a request before it failed")
    error.__cause__ = broken
    return error
