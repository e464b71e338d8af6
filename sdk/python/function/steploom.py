"""What functions in Python share: errors with a name, and log lines with a level and fields.

    from steploom import FunctionError, log

    def handler(event, context):
        log.info("asked", order=event["order"])
        raise FunctionError("OrderUnknown", f"there is no order {event['order']}")
"""

import json
import sys

__all__ = ["FunctionError", "log"]


class FunctionError(Exception):
    """An error with a name, which Retry and Catch match. Any other exception's name is its class."""

    def __init__(self, name, message=""):
        super().__init__(message)
        self.error_type = str(name)


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
