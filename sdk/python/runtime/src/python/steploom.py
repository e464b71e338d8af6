"""What a function has at hand: errors with a name, log lines with fields, and the context of its call.

    from steploom import FunctionError, log

    def handler(event, context):
        log.info("asked", order=event["order"])
        raise FunctionError("OrderUnknown", f"there is no order {event['order']}")
"""

import os
from datetime import datetime, timezone

import _steploom

__all__ = ["Context", "FunctionError", "context", "log"]


class FunctionError(Exception):
    """An error with a name, which Retry and Catch match. Any other exception's name is its class."""

    def __init__(self, name, message=""):
        super().__init__(message)
        self.error_type = str(name)


class _Log:
    """Writes lines to the log, each a JSON object with a level, a message and fields."""

    __slots__ = ()

    def debug(self, message, /, **fields):
        """For whoever looks for a fault."""
        _steploom.log("DEBUG", str(message), fields)

    def info(self, message, /, **fields):
        """What happened."""
        _steploom.log("INFO", str(message), fields)

    def warn(self, message, /, **fields):
        """What should not have happened, and does no harm."""
        _steploom.log("WARN", str(message), fields)

    def error(self, message, /, **fields):
        """What went wrong."""
        _steploom.log("ERROR", str(message), fields)

    warning = warn
    __call__ = info


log = _Log()


class Context:
    """What a call learns about itself. Each value is read from the environment when it is asked for."""

    __slots__ = ()

    @property
    def request_id(self):
        """The invocation's id, under which its log is found."""
        return os.environ.get("STEPLOOM_REQUEST_ID", "")

    aws_request_id = request_id

    @property
    def function_name(self):
        """The function's name."""
        return os.environ.get("STEPLOOM_FUNCTION", "")

    @property
    def function_version(self):
        """The function's version, a text."""
        return os.environ.get("STEPLOOM_VERSION", "")

    @property
    def account(self):
        """The account that the function belongs to."""
        return os.environ.get("STEPLOOM_ACCOUNT", "")

    @property
    def invoked_function_arn(self):
        """The function's ARN, with its version."""
        return f"arn:aws:lambda:us-east-1:{self.account}:function:{self.function_name}:{self.function_version}"

    @property
    def deadline(self):
        """When the call must end, with a time zone; None where no end is set."""
        text = os.environ.get("STEPLOOM_DEADLINE")
        return datetime.fromisoformat(text) if text else None

    @property
    def retry(self):
        """How often the step was retried before; 0 outside of a step."""
        return int(os.environ.get("STEPLOOM_RETRY") or 0)

    @property
    def execution(self):
        """The execution's name, in a step only; else None."""
        return os.environ.get("STEPLOOM_EXECUTION")

    @property
    def state(self):
        """The state's name, in a step only; else None."""
        return os.environ.get("STEPLOOM_STATE")

    @property
    def attempt(self):
        """The attempt's id, the same when it is made again after a crash; in a step only, else None."""
        return os.environ.get("STEPLOOM_ATTEMPT")

    def get_remaining_time_in_millis(self):
        """Milliseconds until the deadline, 0 when it is over."""
        deadline = self.deadline
        if deadline is None:
            return 0
        left = deadline - datetime.now(timezone.utc)
        return max(0, int(left.total_seconds() * 1000))

    def __repr__(self):
        return f"Context(request_id={self.request_id!r}, function_name={self.function_name!r})"


context = Context()
