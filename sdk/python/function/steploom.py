"""What functions in Python share: errors with a name, log lines with a level and fields, and calls back.

    from steploom import FunctionError, log

    def handler(event, context):
        log.info("asked", order=event["order"])
        raise FunctionError("OrderUnknown", f"there is no order {event['order']}")

Where Steploom runs a function it has a module of the same name in its place; this one is for tests.
"""

import json
import sys

__all__ = [
    "FunctionError",
    "config",
    "fail",
    "fuel",
    "heartbeat",
    "invoke",
    "keyvalue",
    "log",
    "objects",
    "start",
    "succeed",
]


class FunctionError(Exception):
    """An error with a name, which Retry and Catch match. Any other exception's name is its class."""

    def __init__(self, name, message=""):
        super().__init__(message)
        self.error_type = self.code = str(name)
        self.message = message


class _Log:
    """Writes lines to the log, each a JSON object on standard error."""

    def debug(self, message, /, **fields):
        """For whoever looks for a fault."""
        self._write("DEBUG", message, fields)

    def info(self, message, /, **fields):
        """What happened."""
        self._write("INFO", message, fields)

    def warn(self, message, /, **fields):
        """What should not have happened, and does no harm."""
        self._write("WARN", message, fields)

    def error(self, message, /, **fields):
        """What went wrong."""
        self._write("ERROR", message, fields)

    warning = warn
    __call__ = info

    @staticmethod
    def _write(level, message, fields):
        line = {"level": level, "message": str(message), **fields}
        print(json.dumps(line, ensure_ascii=False, default=str), file=sys.stderr)


log = _Log()


# Calls back: what the function's owner grants it, such as by `steploom deploy --grant invoke=resize`. Nobody is here who
# could answer them; a test puts something in their place: unittest.mock.patch("handler.invoke").


def _nobody(*_, **__):
    message = "there is no platform here: calls back are answered where Steploom runs the function"
    raise FunctionError("NoPlatform", message)


invoke = start = succeed = fail = heartbeat = config = _nobody


class objects:
    """Objects of a bucket."""

    read = write = remove = list = staticmethod(_nobody)


class keyvalue:
    """Values of a store, by keys."""

    get = set = delete = increment = keys = staticmethod(_nobody)


def fuel():
    """How much fuel is left; nobody counts here."""
    return sys.maxsize
