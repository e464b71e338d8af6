"""Names of functions, machines, executions and the rest, and how they stand in a path."""

from __future__ import annotations

import re
import uuid
from urllib.parse import quote

from .error import invalid

LENGTH_MAX = 80
"""Characters of a name."""

_NAME = re.compile(r"(?!.*\.\.)[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")
_OF_FUNCTION = "function:"


def check(name: object, what: str) -> str:
    """A name that Steploom takes: 1 to 80 of `A-Z a-z 0-9 - _ .`, not beginning with `.` or `-`, without `..`.

    Raises `Invalid` / `InvalidName`; `what` says what it is the name of.
    """
    if not isinstance(name, str):
        raise invalid("InvalidName", f"{what} must be a str, not {type(name).__name__}")
    if not name:
        raise invalid("InvalidName", f"{what} must not be empty")
    if len(name) > LENGTH_MAX:
        raise invalid("InvalidName", f"{what} has {len(name)} characters; at most {LENGTH_MAX} are allowed")
    if not _NAME.match(name):
        raise invalid(
            "InvalidName",
            f"{what} is {name!r}; a name has letters, digits, '-', '_' and '.', does not begin with '-' or '.' "
            "and has no '..'",
        )
    return name


def check_machine(name: object, what: str) -> str:
    """The same for what an execution runs: a machine, or `function:NAME`."""
    if isinstance(name, str) and name.startswith(_OF_FUNCTION):
        check(name[len(_OF_FUNCTION) :], what)
        return name
    return check(name, what)


def of_function(function: str) -> str:
    """What an asynchronous invocation of a function runs."""
    return _OF_FUNCTION + function


def segment(text: object, what: str) -> str:
    """Any text or number as one segment of a path. An empty one would name another path."""
    try:
        written = quote(str(text), safe="")
    except UnicodeEncodeError:
        written = ""
    if written in ("", ".", ".."):
        raise invalid("InvalidName", f"{what} must not be {str(text)!r}")
    return written


def made() -> str:
    """A name that nobody else has made."""
    return uuid.uuid4().hex
