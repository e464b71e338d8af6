"""A probe: does what the event says, be it good or bad, for the tables in ../."""

import sys

from calls import call_back
from steploom import FunctionError, log


def handler(event, context):
    what = event.get("do") if isinstance(event, dict) else None
    match what:
        case "echo":
            return {"value": event.get("value")}
        case "fail":
            raise FunctionError(event["error"], event["message"])
        case "panic":
            raise FunctionError("Panic", "as the event says")
        case "exit":
            sys.exit(3)
        case "loop":
            while True:
                pass
        case "bomb":
            return bomb()
        case "deep":
            return deep(0)
        case "context":
            return {
                "function": context.function_name,
                "version": int(context.function_version),
                "retry": context.retry,
                "execution": context.execution,
                "state": context.state,
            }
        case "log":
            log.debug("one")
            log.info("two", n=2)
            log.warn("three")
            log.error("four")
            return {}
    return call_back(what, event)


def bomb():
    """Takes memory until it is refused."""
    taken = []
    while True:
        taken.append(bytearray(b"1" * (1 << 20)))


def deep(level):
    """Never returns."""
    return deep(level + 1) + level
