"""Functions for tests of Lambda's wire: made of the scripted module, deleted after the test."""

import io
import json
import os
import zipfile

import pytest

from conftest import ACCOUNT, client

ROLE = f"arn:aws:iam::{ACCOUNT}:role/lambda"
ARN = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:"
# Answers as its variable BEHAVIOUR says (modules/scripted).
SCRIPTED = os.environ.get("STEPLOOM_SCRIPTED_WASM") or os.path.join(os.environ.get("STEPLOOM_MODULES", ""), "scripted.wasm")


@pytest.fixture(scope="session")
def lam():
    return client("lambda")


@pytest.fixture(scope="session")
def module():
    if not os.path.exists(SCRIPTED):
        pytest.skip("neither STEPLOOM_MODULES nor STEPLOOM_SCRIPTED_WASM leads to scripted.wasm")
    with open(SCRIPTED, "rb") as file:
        return file.read()


@pytest.fixture
def name(request):
    plain = "".join(c if c.isalnum() else "-" for c in request.node.name)[:30]
    return f"{plain}-{os.getpid()}"


@pytest.fixture
def make(lam, module, name):
    """Makes a function that behaves so; deletes it after the test."""
    made = []

    def function(behaviour=None, **parameters):
        called = parameters.pop("FunctionName", name)
        parameters.setdefault("Code", {"ZipFile": zipped(module)})
        parameters.setdefault("Environment", script(behaviour or {"behaviour": "echo"}))
        found = lam.create_function(
            FunctionName=called, Role=ROLE, Runtime="provided.al2023", Handler="bootstrap", **parameters
        )
        made.append(called)
        return found

    yield function
    for called in made:
        try:
            lam.delete_function(FunctionName=called)
        except lam.exceptions.ResourceNotFoundException:
            pass


def zipped(module, called="bootstrap.wasm"):
    return zipped_files({called: module})


def zipped_files(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for called, content in files.items():
            file.writestr(called, content)
    return buffer.getvalue()


def script(behaviour):
    return {"Variables": {"BEHAVIOUR": json.dumps(behaviour)}}


def constant(value):
    return script({"behaviour": "constant", "value": value})


def payload(answer):
    return json.loads(answer["Payload"].read())
