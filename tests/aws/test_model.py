"""Every operation of the services' models has a test, and so has every paginator."""

import ast
import pathlib

import boto3
import pytest
from botocore import xform_name

FOLDER = pathlib.Path(__file__).parent
# Services whose every operation is tested, and the beginning of their files' names.
SERVICES = [("stepfunctions", "test_states_*.py")]


def _called(pattern):
    """Names of methods that the tests call, and of paginators that they ask for."""
    calls, paginators = set(), set()
    for path in FOLDER.glob(pattern):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            calls.add(node.func.attr)
            if node.func.attr == "get_paginator":
                paginators.add(node.args[0].value)
    return calls | paginators, paginators


def _client(service):
    return boto3.client(service, region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")


@pytest.mark.parametrize(("service", "pattern"), SERVICES)
def test_every_operation_is_called(service, pattern):
    calls, _ = _called(pattern)
    operations = {xform_name(name) for name in _client(service).meta.service_model.operation_names}
    assert sorted(operations - calls) == []


@pytest.mark.parametrize(("service", "pattern"), SERVICES)
def test_every_paginator_is_used(service, pattern):
    _, used = _called(pattern)
    client = _client(service)
    names = {xform_name(name) for name in client.meta.service_model.operation_names}
    paginators = {name for name in names if client.can_paginate(name)}
    assert sorted(paginators - used) == []
