"""What a function answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .call import Response
from .error import BadAnswer


@dataclass(frozen=True)
class Answer:
    """What a function answered, and what it took."""

    result: Any
    """The answer itself: JSON."""
    request_id: str
    """The invocation's id, under which its log is found."""
    version: int
    """The version that ran."""
    duration_us: int
    """Microseconds of wall time in the sandbox."""
    fuel: int
    """Fuel used: about one a WebAssembly instruction."""

    @staticmethod
    def of(response: Response) -> Answer:
        """The body and the headers of an answer. Raises `BadAnswer` if it has not all of them."""
        headers = response.headers
        try:
            return Answer(
                response.value,
                headers["x-steploom-request-id"],
                int(headers["x-steploom-version"]),
                int(headers["x-steploom-duration-us"]),
                int(headers["x-steploom-fuel"]),
            )
        except (KeyError, ValueError) as error:
            raise BadAnswer(f"it is none of a function: {error!r}", status=response.status) from error
