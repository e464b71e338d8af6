"""One call: sending a request, again where that is safe, and reading the answer."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Dict, List, Mapping, NamedTuple, Optional
from urllib.parse import quote, urlencode

from . import body
from .body import Body
from .error import BadAnswer, Error, TimedOut, invalid, problem_of
from .retry import Patience, Retry, is_without_effect, passes
from .transport import Reply, Transport

TIMEOUT_S = 60.0
"""Seconds for an ordinary answer."""

ANSWER_BYTES_MAX = 256 * 1024 * 1024
"""Bytes of an answer: an execution's input and output may have 64 MiB each, and 1,000 events are a page."""

PROBLEM_BYTES_MAX = 4 * 1024 * 1024
"""Bytes of a problem: it names 100 places at the most."""

REPEATABLE = frozenset({"GET", "PUT"})
"""Methods of which doing it twice is as good as once, if nothing else is said."""


@dataclass(frozen=True)
class Request:
    """What is asked for."""

    method: str
    path: str
    """It begins with a slash; its segments are escaped."""
    query: Mapping[str, object] = field(default_factory=dict)
    """Fields that are `None` are left out."""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Optional[Body] = None
    timeout_s: Optional[float] = None
    """Seconds for one attempt; the client's if left out."""
    is_repeatable: Optional[bool] = None
    """Whether doing it twice is as good as once; by its method if left out."""

    @property
    def may_be_repeated(self) -> bool:
        """Whether doing it twice is as good as once."""
        return self.method in REPEATABLE if self.is_repeatable is None else self.is_repeatable


class Response(NamedTuple):
    """An answer of status 2xx."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    attempts: int
    """How often it was asked for."""

    @property
    def value(self) -> Any:
        """Its JSON. Raises `BadAnswer`."""
        return body.read(self.content)

    @property
    def text(self) -> str:
        """Its text."""
        return self.content.decode(errors="replace")


class Caller:
    """What sends requests to one Steploom, for everything else here. May be used from many threads."""

    def __init__(
        self,
        endpoint: str,
        *,
        transport: Transport,
        retry: Retry,
        headers: Mapping[str, str],
        timeout_s: float = TIMEOUT_S,
        answer_bytes_max: int = ANSWER_BYTES_MAX,
    ) -> None:
        self.endpoint = endpoint
        self.transport = transport
        self.retry = retry
        self._headers = dict(headers)
        self._timeout_s = timeout_s
        self._answer_bytes_max = answer_bytes_max

    def send(self, request: Request, *, deadline: Optional[float] = None) -> Response:
        """Sends it, again if need be, and gives an answer of status 2xx.

        `deadline` (of `time.monotonic`) is for all attempts. Raises what `error` lists.
        """
        patience = Patience(self.retry, deadline)
        attempts = 0
        while True:
            attempts += 1
            try:
                return self._attempt(request, deadline, attempts)
            except Error as error:
                may = request.may_be_repeated or is_without_effect(error)
                if not (may and passes(error) and patience.pause(error)):
                    raise

    def value(self, request: Request) -> Any:
        """Sends it and reads an answer of JSON; `None` if there is no content."""
        answer = self.send(request)
        return None if answer.status == 204 else answer.value

    def _attempt(self, request: Request, deadline: Optional[float], attempts: int) -> Response:
        timeout_s = self._timeout_s if request.timeout_s is None else request.timeout_s
        until = time.monotonic() + timeout_s
        until = until if deadline is None else min(until, deadline)
        reply = self.open(request, deadline=until, silence_s=timeout_s)
        content = _read(reply, self._answer_bytes_max, until)
        return Response(reply.status, reply.headers, content, attempts)

    def open(self, request: Request, *, deadline: Optional[float], silence_s: float) -> Reply:
        """One attempt: an answer of status 2xx whose body is still to be read."""
        headers: Dict[str, str] = {"Accept": "application/json", **self._headers, **request.headers}
        content = None
        if request.body is not None:
            content = request.body.content
            headers["Content-Type"] = request.body.kind
        _check_headers(headers)
        url = self.endpoint + request.path + _query(request.query)
        reply = self.transport.send(request.method, url, headers, content, deadline=deadline, silence_s=silence_s)
        if 200 <= reply.status < 300:
            return reply
        try:
            raise _refusal(reply, deadline)
        finally:
            reply.close()


def _query(fields: Mapping[str, object]) -> str:
    """What stands behind the path; fields that are `None` are left out."""

    def text(value: object) -> str:
        return str(value).lower() if isinstance(value, bool) else str(value)

    given = {name: text(value) for name, value in fields.items() if value is not None}
    try:
        return "?" + urlencode(given, quote_via=quote) if given else ""
    except UnicodeEncodeError as error:
        raise invalid("InvalidQuery", f"the query is no text: {error}") from error


def _check_headers(headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if not (isinstance(value, str) and value.isascii() and value.isprintable()):
            raise invalid("InvalidHeader", f"the header {name} must be plain text")


def _read(reply: Reply, bytes_max: int, deadline: Optional[float]) -> bytes:
    """The whole body."""
    said = reply.headers.get("content-length", "")
    length = int(said) if said.isdecimal() else 0
    pieces: List[bytes] = []
    if length <= bytes_max:
        length = 0
        while length <= bytes_max:
            piece = reply.read()
            if not piece:
                return b"".join(pieces)
            pieces.append(piece)
            length += len(piece)
            if deadline is not None and time.monotonic() > deadline:
                reply.close()
                raise TimedOut("the answer did not come in time")
    reply.close()
    raise BadAnswer(f"it has more than {bytes_max} bytes", status=reply.status)


def _refusal(reply: Reply, deadline: Optional[float]) -> Error:
    """The problem in an answer that is none of 2xx, or what else it is."""
    status = reply.status
    wish = reply.headers.get("retry-after", "")
    retry_after_s = float(wish) if wish.isdecimal() else None
    content = _read(reply, PROBLEM_BYTES_MAX, deadline)
    try:
        return problem_of(body.read(content), retry_after_s=retry_after_s)
    except (BadAnswer, KeyError, TypeError, ValueError, AttributeError):
        shown = content[:200].decode(errors="replace")
        return BadAnswer(f"status {status} with {shown!r}", status=status, retry_after_s=retry_after_s)
