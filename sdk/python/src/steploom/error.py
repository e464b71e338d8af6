"""What can go wrong with a call.

`Error` is above all of them. A `Problem` is what Steploom answered: match on its class or its `code`, show
its text. The others are what happens when no answer came, or none that makes sense.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, Mapping, Optional, Sequence, Tuple, Type


class Error(Exception):
    """Anything that this package raises."""

    def __reduce__(self) -> Tuple[Any, ...]:
        # Pickled, as between processes, it is made of what it has and not by its arguments again.
        return _made_again, (type(self), self.args), self.__dict__


def _made_again(kind: Type[Error], arguments: Tuple[Any, ...]) -> Error:
    error = kind.__new__(kind)
    error.args = arguments
    return error


class Unreachable(Error, ConnectionError):
    """Nothing answered, or the line broke.

    `is_refused` says that not even a connection came about, so that nothing can have happened. Else what was
    asked for may have happened: look before you repeat it.
    """

    def __init__(self, endpoint: str, why: str, *, is_refused: bool = False) -> None:
        if is_refused:
            text = f"cannot reach Steploom at {endpoint}: {why}"
        else:
            text = f"the connection to Steploom at {endpoint} broke: {why}"
        super().__init__(text)
        self.endpoint = endpoint
        self.why = why
        self.is_refused = is_refused


class TimedOut(Error, TimeoutError):
    """The time that the caller gave is over. What was asked for may have happened, or may still."""


class BadAnswer(Error):
    """What answered does not speak this protocol, or said more than is taken: look at the endpoint and at both
    versions."""

    def __init__(self, why: str, *, status: Optional[int] = None, retry_after_s: Optional[float] = None) -> None:
        super().__init__(f"the answer makes no sense: {why}")
        self.status = status
        """The HTTP status, if there was one."""
        self.retry_after_s = retry_after_s
        """Seconds after which whatever answered asks to be asked again."""


class NotSent(Error):
    """A start of many that was not sent, since a request before it failed; that is the `__cause__`."""


@dataclass(frozen=True)
class Place:
    """One place that is wrong in what was sent."""

    code: str
    """A stable name, such as MISSING_TRANSITION_TARGET."""
    path: str
    """Where, such as /States/Count/Next or query/limit."""
    message: str
    """What, for a person."""


class Problem(Error):
    """Steploom answered that it will not or cannot."""

    def __init__(
        self,
        status: int,
        code: str,
        title: str,
        *,
        request_id: Optional[str] = None,
        places: Sequence[Place] = (),
        retry_after_s: Optional[float] = None,
    ) -> None:
        super().__init__(title)
        self.status = status
        """The HTTP status."""
        self.code = code
        """A stable name that programs may match, such as FunctionNotFound."""
        self.title = title
        """What is wrong and what to do, for a person."""
        self.request_id = request_id
        """By which it is found in the server's log."""
        self.places: Tuple[Place, ...] = tuple(places)
        """Each place that is wrong, if it is a definition or a request that is."""
        self.retry_after_s = retry_after_s
        """Seconds after which the server asks to be asked again."""

    def __str__(self) -> str:
        lines = [f"{self.title} ({self.code})"]
        for place in self.places:
            is_told = place.message == self.title
            lines.append(f"  {place.path}" if is_told else f"  {place.path}: {place.message} ({place.code})")
        return "\n".join(lines)


class Invalid(Problem, ValueError):
    """The request is wrong as it stands: change it. Names and JSON are checked before anything is sent."""


class Unauthorized(Problem):
    """There are keys, and the call came without a good one (401)."""


class Forbidden(Problem):
    """The key may not do this (403)."""


class NotFound(Problem):
    """There is no such thing (404)."""


class Conflict(Problem):
    """It does not fit what is there: look at that, then decide (409)."""


class AlreadyExists(Conflict):
    """The name is taken: a code that ends with `Exists`."""


class TooManyRequests(Problem):
    """A limit was reached: wait for `retry_after_s` (429)."""


class Unavailable(Problem):
    """Something is away, or the request came too slowly: try again after `retry_after_s` (503, 408)."""


class Internal(Problem):
    """A bug of Steploom, or stored data that fails its check: its log says which (500)."""


class FunctionFailed(Problem):
    """The function failed, not the server (502; 504 with the error States.Timeout if it took too long)."""

    error: str = ""
    """The name that `Retry` and `Catch` would match, such as Function.OutOfFuel."""
    cause: str = ""
    """Why."""
    invocation_id: str = ""
    """The invocation's request id, under which its log is found."""

    def __str__(self) -> str:
        return f"{super().__str__()}: {self.cause}" if self.cause else super().__str__()


_BY_STATUS: Dict[int, Type[Problem]] = {
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    408: Unavailable,
    409: Conflict,
    429: TooManyRequests,
    500: Internal,
    503: Unavailable,
}


def problem_of(found: Mapping[str, Any], *, retry_after_s: Optional[float] = None) -> Problem:
    """The error for a problem document, or for an answer to one start of many.

    Raises KeyError, TypeError, ValueError or AttributeError if it is neither.
    """
    status, code = int(found["status"]), str(found["code"])
    places = [Place(str(p["code"]), str(p["path"]), str(p["message"])) for p in found.get("problems") or ()]
    problem = _class_of(status, code)(
        status,
        code,
        str(found["title"] if "title" in found else found["message"]),
        request_id=found.get("requestId"),
        places=places,
        retry_after_s=retry_after_s,
    )
    if isinstance(problem, FunctionFailed):
        problem.error = str(found.get("error") or "")
        problem.cause = str(found.get("cause") or "")
        problem.invocation_id = str(found.get("invocationId") or "")
    return problem


def _class_of(status: int, code: str) -> Type[Problem]:
    if code == "FunctionFailed":
        return FunctionFailed
    if status == 409 and code.endswith("Exists"):
        return AlreadyExists
    otherwise = Invalid if 400 <= status < 500 else Problem
    return _BY_STATUS.get(status, otherwise)


def invalid(code: str, why: str) -> Invalid:
    """The same that Steploom would have answered, without asking it."""
    return Invalid(400, code, why)
