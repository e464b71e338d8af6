"""A stream of events that comes back when the line breaks.

The server ends a stream with an event `end`; a stream that just stops has been cut (a network, a restart), and is
taken up again after the last event that was seen.
"""

from __future__ import annotations

import time
from collections import deque
from types import TracebackType
from typing import Any, Deque, Dict, Generic, Iterator, Mapping, Optional, Type, TypeVar

from . import body
from .call import Caller, Request
from .error import BadAnswer, Error, TimedOut, Unreachable, problem_of
from .retry import Patience, passes
from .sse import Event, Parser
from .transport import Reply

SILENCE_S_MAX = 60.0
"""Seconds that a line may be silent: four heartbeats of the server."""

T = TypeVar("T")


class Stream(Generic[T]):
    """Items as they come: an iterator that ends after the last one, or with an error.

    It holds a connection until it has ended; `close`, or a `with` block, ends it before.
    """

    def __init__(
        self,
        caller: Caller,
        path: str,
        *,
        after: Optional[int] = None,
        deadline: Optional[float] = None,
    ) -> None:
        """With `after` its items have ids, and it begins after that one. `deadline` (of `time.monotonic`) is for
        all of it."""
        self._caller = caller
        self._path = path
        self._after = after
        self._deadline = deadline
        self._patience = Patience(caller.retry, deadline)
        self._reply: Optional[Reply] = None
        self._parser = Parser()
        self._ready: Deque[Event] = deque()
        self._has_ended = False

    def begun(self) -> Stream[T]:
        """The same, once the server has begun to give it."""
        while self._reply is None:
            try:
                self._open()
            except Error as error:
                self._again(error)
        return self

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        while not self._has_ended:
            try:
                event = self._event()
            except Error as error:
                self._again(error)
                continue
            if event.kind == "end":
                break
            if event.kind == "error":
                self._again(_error_in(event))
                continue
            try:
                return self._item(event)
            except BadAnswer:
                self.close()
                raise
        self.close()
        raise StopIteration

    def close(self) -> None:
        """Ends it. May be called twice."""
        self._has_ended = True
        self._cut()

    def __enter__(self) -> Stream[T]:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self._cut()

    def _cut(self) -> None:
        self._ready.clear()
        reply, self._reply = self._reply, None
        if reply is not None:
            reply.close()

    def _open(self) -> None:
        headers: Dict[str, str] = {"Accept": "text/event-stream"}
        if self._after is not None:
            headers["Last-Event-ID"] = str(self._after)
        request = Request("GET", self._path, headers=headers)
        # The head must come soon; what follows may take as long as it takes.
        self._reply = self._caller.open(request, deadline=self._deadline, silence_s=SILENCE_S_MAX)
        self._parser = Parser()

    def _event(self) -> Event:
        """The next event of the line, which is made if there is none."""
        while not self._ready:
            if self._reply is None:
                self._open()
                continue
            piece = self._reply.read()
            if not piece:
                raise Unreachable(self._caller.endpoint, "the stream was closed before its end")
            heartbeats = self._parser.comments
            self._ready.extend(self._parser.push(piece))
            if self._parser.comments > heartbeats:
                # The line has been good for a while, though nothing happened.
                self._patience.renew()
        return self._ready.popleft()

    def _item(self, event: Event) -> T:
        item: Any = body.read(event.data.encode())
        if not isinstance(item, Mapping):
            raise BadAnswer(f"{event.data[:200]!r} is no item of a stream")
        if self._after is not None:
            if not event.id.isdecimal():
                raise BadAnswer(f"{event.id!r} is not an event's id")
            self._after = int(event.id)
        self._patience.renew()
        return item  # type: ignore[return-value]

    def _again(self, error: Error) -> None:
        """Gives the line up and pauses, if trying again may help; else it ends with the error."""
        self._cut()
        is_over = self._deadline is not None and time.monotonic() >= self._deadline
        if is_over or not passes(error) or not self._patience.pause(error):
            self.close()
            if self._deadline is not None and passes(error) and isinstance(error, TimedOut):
                raise TimedOut("the time is over, and the stream had not ended") from error
            raise error


def _error_in(event: Event) -> Error:
    """The problem that the server met on the way."""
    try:
        return problem_of(body.read(event.data.encode()))
    except (BadAnswer, KeyError, TypeError, ValueError, AttributeError):
        return BadAnswer(f"{event.data[:200]!r} is no problem")
