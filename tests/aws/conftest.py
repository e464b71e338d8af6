"""What the tests of the AWS wire share: clients for the server at STEPLOOM_ENDPOINT, names, machines, and waiting.

`cargo xtask aws` starts the server, sets the environment and runs them; arguments behind `--` are pytest's.
Every answer that a client of theirs gets is held against the service's model (`shapes.py`).
"""

import itertools
import json
import os
import time
import urllib.error
import urllib.request

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import shapes

ENDPOINT = os.environ.get("STEPLOOM_ENDPOINT", "")
ACCOUNT = os.environ.get("STEPLOOM_ACCOUNT", "000000000000")
REGION = "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/any"
# How long something may take before it counts as not happening.
PATIENCE_SECONDS = float(os.environ.get("STEPLOOM_PATIENCE_SECONDS", "30"))

_numbers = itertools.count()


def pytest_configure(config):
    config.addinivalue_line("markers", "needs(what): a part of the server that it needs besides the wire")
    if not ENDPOINT:
        pytest.exit("STEPLOOM_ENDPOINT is not set: run `cargo xtask aws`", returncode=2)


def client(service, **config):
    """A client of the server that retries nothing, checks no parameters by itself, and holds answers against the model."""
    settings = {
        "inject_host_prefix": False,
        "parameter_validation": False,
        "retries": {"total_max_attempts": 1},
        "read_timeout": 90,
    }
    settings.update(config)
    made = boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(**settings),
    )
    return shapes.watch(made)


@pytest.fixture(scope="session")
def sfn():
    """Step Functions."""
    return client("stepfunctions")


@pytest.fixture
def name(request):
    """A name that no other test has."""
    plain = "".join(c if c.isalnum() else "-" for c in request.node.name)[:40]
    return f"{plain}-{os.getpid()}-{next(_numbers)}"


@pytest.fixture
def machine(sfn, name):
    """Makes machines, and deletes them after the test: `machine(definition, **parameters)` gives the ARN."""
    made = []

    def make(definition, **parameters):
        parameters.setdefault("name", name if not made else f"{name}-{len(made)}")
        arn = sfn.create_state_machine(definition=text(definition), roleArn=ROLE, **parameters)["stateMachineArn"]
        made.append(arn)
        return arn

    yield make
    for arn in made:
        sfn.delete_state_machine(stateMachineArn=arn)


@pytest.fixture
def run(sfn):
    """Starts an execution and gives its description once it has ended."""

    def start(machine_arn, data=None, **parameters):
        if data is not None:
            parameters["input"] = json.dumps(data)
        started = sfn.start_execution(stateMachineArn=machine_arn, **parameters)
        return ended(sfn, started["executionArn"])

    return start


def text(definition):
    """The definition as text."""
    return definition if isinstance(definition, str) else json.dumps(definition)


def ended(sfn, arn):
    """The execution's description, once it runs no more."""

    def look():
        found = sfn.describe_execution(executionArn=arn)
        return found if found["status"] != "RUNNING" else None

    return until(f"{arn} ends", look)


def until(what, look):
    """What `look` gives, once that is something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"it does not come to this: {what}")
        time.sleep(0.05)


class Refused:
    """The error inside `with refused(...) as error`: its message and the raw answer."""

    message = ""
    response = None


class refused:  # noqa: N801 - it is used as a word
    """`with refused("Code", "the message")`: what is inside must be answered by that error. `...` in a message is any text."""

    def __init__(self, code, message=None):
        self.code, self.message, self.error = code, message, Refused()

    def __enter__(self):
        return self.error

    def __exit__(self, kind, raised, _):
        if kind is None:
            raise AssertionError(f"it was answered, and should be refused with {self.code}")
        if not isinstance(raised, ClientError):
            return False
        error = raised.response["Error"]
        self.error.message, self.error.response = error["Message"], raised.response
        assert error["Code"] == self.code, f"{error['Code']}: {error['Message']}"
        if self.message is not None:
            parts = self.message.split("...")
            rest = error["Message"]
            fits = rest.startswith(parts[0]) and rest.endswith(parts[-1])
            for part in parts:
                at = rest.find(part)
                fits = fits and at >= 0
                rest = rest[at + len(part) :]
            assert fits, f"expected the message {self.message!r}, got {error['Message']!r}"
        return True


def post(body, target=None, kind="application/x-amz-json-1.0", path="/", method="POST", headers=None):
    """Sends bytes as they are; gives status, headers and body."""
    data = body if isinstance(body, bytes) else body.encode()
    request = urllib.request.Request(ENDPOINT + path, data=data, method=method)
    credential = f"test/20260101/{REGION}/states/aws4_request"
    signed = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"
    all_headers = {"Authorization": signed, "X-Amz-Date": "20260101T000000Z"}
    if kind is not None:
        all_headers["Content-Type"] = kind
    if target is not None:
        all_headers["X-Amz-Target"] = target
    all_headers.update(headers or {})
    for key, value in all_headers.items():
        request.add_header(key, value)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()
