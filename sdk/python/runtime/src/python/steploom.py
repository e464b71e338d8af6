"""What a function has at hand: errors with a name, log lines with fields, the context of its call, and calls back.

    from steploom import FunctionError, log

    def handler(event, context):
        log.info("asked", order=event["order"])
        raise FunctionError("OrderUnknown", f"there is no order {event['order']}")
"""

import os
from collections import namedtuple
from datetime import datetime, timezone

import _steploom

__all__ = [
    "Context",
    "FunctionError",
    "config",
    "context",
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


# Calls back: what a function asks of the platform while it runs. Its owner grants each, such as by
# `steploom deploy --grant invoke=resize`; what is not granted is a FunctionError with the code AccessDenied.

Object = namedtuple("Object", ["body", "content_type"])
Keys = namedtuple("Keys", ["keys", "next"])


def invoke(name, event=None):
    """Invokes a function and waits for its result, or its error. 6 MiB each at most. Grant: invoke=NAME."""
    _, result = _ask({"op": "invoke", "function": name}, _json(event))
    return _steploom.loads(result.decode())


def start(machine, input=None, name=None):
    """Starts an execution, which goes on by itself, and gives its id. While one of that name runs, the same name and
    input give the same id. Grant: start=MACHINE."""
    said, _ = _ask({"op": "start", "machine": machine, "name": name}, _json(input))
    return said["id"]


def succeed(token, output=None):
    """Ends the task that waits for this token, with its output. Grant: tasks."""
    _ask({"op": "succeed", "token": token}, _json(output))


def fail(token, error, cause=""):
    """Ends it badly: the error is what Retry and Catch match. Grant: tasks."""
    _ask({"op": "fail", "token": token, "error": error, "cause": cause})


def heartbeat(token):
    """Says that it is still being worked on. Grant: tasks."""
    _ask({"op": "heartbeat", "token": token})


def config(key):
    """A variable of the function's own (deploy --env), or None. Grant: config."""
    return _ask({"op": "config", "key": key})[0].get("value")


def fuel():
    """How much fuel is left to this call; about one goes with each instruction. Needs no grant."""
    return _steploom.fuel()


class objects:
    """Objects of a bucket: bytes under a key, 16 MiB at most. Grant: objects=BUCKET."""

    @staticmethod
    def read(bucket, key):
        """The body and the content_type of an object, which may be None; one that is not there is an error."""
        said, body = _ask({"op": "read", "bucket": bucket, "key": key})
        return Object(body, said.get("contentType"))

    @staticmethod
    def write(bucket, key, body, content_type=None):
        """Writes bytes or a text; an object that is there is replaced."""
        _ask({"op": "write", "bucket": bucket, "key": key, "contentType": content_type}, _bytes(body))

    @staticmethod
    def remove(bucket, key):
        """Removes an object; there may be none."""
        _ask({"op": "remove", "bucket": bucket, "key": key})

    @staticmethod
    def list(bucket, prefix="", after=None):
        """A page of the keys with this prefix, and what the next page is asked for after; None behind the last."""
        return _page({"op": "list", "bucket": bucket, "prefix": prefix, "after": after})


class keyvalue:
    """Values of a store, by keys. Grant: keyvalue=STORE."""

    @staticmethod
    def get(store, key):
        """The value of a key, as bytes, or None."""
        try:
            return _ask({"op": "get", "store": store, "key": key})[1]
        except FunctionError as error:
            if error.code == "KeyNotFound":
                return None
            raise

    @staticmethod
    def set(store, key, value):
        """Sets the value of a key, bytes or a text."""
        _ask({"op": "set", "store": store, "key": key}, _bytes(value))

    @staticmethod
    def delete(store, key):
        """Deletes a key; there may be none."""
        _ask({"op": "delete", "store": store, "key": key})

    @staticmethod
    def increment(store, key, by=1):
        """Adds to the whole number that a key has, 0 if it has none, and gives the sum; nobody comes in between."""
        return _ask({"op": "increment", "store": store, "key": key, "by": by})[0]["value"]

    @staticmethod
    def keys(store, prefix="", after=None):
        """A page of keys, as of objects.list."""
        return _page({"op": "keys", "store": store, "prefix": prefix, "after": after})


def _ask(line, body=b""):
    """What the answer's line says, and its body; what is None is left out."""
    answer, body = _steploom.ask({name: value for name, value in line.items() if value is not None}, body)
    if error := answer.get("error"):
        raise FunctionError(error["code"], error["message"])
    return answer["ok"], body


def _page(line):
    said, _ = _ask(line)
    return Keys(said["keys"], said.get("next"))


def _json(value):
    return _steploom.dumps(value, ",", ":", False, False).encode()


def _bytes(content):
    return content.encode() if isinstance(content, str) else content
