"""A client of Steploom: functions in WebAssembly, chained into durable step functions.

    from steploom import Client

    with Client() as client:
        started = client.start("word-count", {"text": "to be or not to be"})
        print(client.wait(started.id)["output"])

What is here is loaded when it is asked for: code that runs inside Steploom, where there is no network, may import this
package for other things than the client.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, List

from .version import VERSION as __version__

if TYPE_CHECKING:
    from .answer import Answer
    from .client import Client
    from .error import (
        AlreadyExists,
        BadAnswer,
        Conflict,
        Error,
        Forbidden,
        FunctionFailed,
        Internal,
        Invalid,
        NotFound,
        NotSent,
        Place,
        Problem,
        TimedOut,
        TooManyRequests,
        Unauthorized,
        Unavailable,
        Unreachable,
    )
    from .page import every
    from .retry import Retry
    from .start import Started
    from .stream import Stream
    from .transport import Connections, Reply, Transport

_HOMES = {
    "answer": ("Answer",),
    "client": ("Client",),
    "error": (
        "AlreadyExists",
        "BadAnswer",
        "Conflict",
        "Error",
        "Forbidden",
        "FunctionFailed",
        "Internal",
        "Invalid",
        "NotFound",
        "NotSent",
        "Place",
        "Problem",
        "TimedOut",
        "TooManyRequests",
        "Unauthorized",
        "Unavailable",
        "Unreachable",
    ),
    "page": ("every",),
    "retry": ("Retry",),
    "start": ("Started",),
    "stream": ("Stream",),
    "transport": ("Connections", "Reply", "Transport"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AlreadyExists",
    "Answer",
    "BadAnswer",
    "Client",
    "Conflict",
    "Connections",
    "Error",
    "Forbidden",
    "FunctionFailed",
    "Internal",
    "Invalid",
    "NotFound",
    "NotSent",
    "Place",
    "Problem",
    "Reply",
    "Retry",
    "Started",
    "Stream",
    "TimedOut",
    "TooManyRequests",
    "Transport",
    "Unauthorized",
    "Unavailable",
    "Unreachable",
    "__version__",
    "every",
]


if not TYPE_CHECKING:
    # A type checker would take any name for one that is here.
    def __getattr__(name: str) -> Any:
        if name not in _HOME_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(f".{_HOME_OF[name]}", __name__), name)
        globals()[name] = found
        return found


def __dir__() -> List[str]:
    return __all__
