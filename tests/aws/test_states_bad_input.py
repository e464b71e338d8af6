"""Requests that no AWS client would send, byte by byte, and parameters that are none."""

import json

import pytest

from conftest import ROLE, post, refused, text
from words import PASS

LIST = "AWSStepFunctions.ListStateMachines"


def error(answer):
    """Status, code and message of a refusal, which must be of the protocol's form."""
    status, headers, body = answer
    assert 400 <= status < 500, (status, body[:300])
    assert headers["content-type"] == "application/x-amz-json-1.0"
    assert headers["x-amzn-requestid"]
    found = json.loads(body)
    code = found["__type"].rpartition("#")[2]
    return status, code, found.get("message") or found.get("Message", "")


def test_a_request_by_hand():
    status, headers, body = post("{}", LIST)
    assert status == 200
    assert headers["content-type"] == "application/x-amz-json-1.0"
    assert headers["x-amzn-requestid"]
    assert isinstance(json.loads(body)["stateMachines"], list)


@pytest.mark.parametrize(
    "target",
    [
        "AWSStepFunctions.DoWhatIMean",
        "AWSStepFunctions.",
        "AWSStepFunctions.liststatemachines",
        "AWSStepFunctions.ListStateMachines.Twice",
        "AWSStepFunctions",
    ],
)
def test_operations_that_are_none(target):
    status, code, _ = error(post("{}", target))
    assert (status, code) == (400, "UnknownOperationException")


@pytest.mark.parametrize("target", ["Nonsense", "Nonsense.List", ".", "DynamoDB_20120810.ListTables"])
def test_services_that_are_none(target):
    status, _, body = post("{}", target)
    assert 400 <= status < 500, body[:300]


@pytest.mark.parametrize("body", ["", " ", "not json", "{", "[]", "7", '"text"', "null", b"\xff\xfe", '{"a": 1} {}'])
def test_bodies_that_are_none(body):
    status, code, message = error(post(body, "AWSStepFunctions.DescribeStateMachine"))
    # An empty body is one without members: one is missing then.
    assert (status, code) in [(400, "SerializationException"), (400, "ValidationException")], message


@pytest.mark.parametrize(
    "body",
    [
        {"stateMachineArn": 7},
        {"stateMachineArn": ["a"]},
        {"stateMachineArn": {"a": 1}},
        {"stateMachineArn": True},
    ],
)
def test_members_of_another_type(body):
    status, code, _ = error(post(json.dumps(body), "AWSStepFunctions.DescribeStateMachine"))
    assert (status, code) == (400, "SerializationException")


@pytest.mark.parametrize(
    "body",
    [
        {"maxResults": "ten"},
        {"maxResults": {}},
        {"maxResults": []},
        {"nextToken": 7},
    ],
)
def test_list_members_of_another_type(body):
    status, code, _ = error(post(json.dumps(body), LIST))
    assert (status, code) == (400, "SerializationException")


@pytest.mark.parametrize(
    "body",
    [
        {"resourceArn": "a", "tags": {"key": "a"}},
        {"resourceArn": "a", "tags": ["a"]},
        {"resourceArn": "a", "tags": [{"key": 1}]},
        {"resourceArn": "a", "tags": "a"},
    ],
)
def test_structures_of_another_type(body):
    status, code, _ = error(post(json.dumps(body), "AWSStepFunctions.TagResource"))
    assert (status, code) == (400, "SerializationException")


@pytest.mark.parametrize("body", [{"unknown": 1}, {"maxResults": None}, {"nextToken": None}])
def test_what_is_unknown_or_null_is_left_alone(body):
    status, _, answer = post(json.dumps(body), LIST)
    assert status == 200, answer


@pytest.mark.parametrize("operation", ["DescribeStateMachine", "DeleteStateMachine", "StartExecution", "StopExecution"])
def test_members_that_are_missing(operation):
    member = "executionArn" if operation == "StopExecution" else "stateMachineArn"
    status, code, message = error(post("{}", f"AWSStepFunctions.{operation}"))
    expect = f"1 validation error detected: Value null at '{member}' failed to satisfy constraint: Member must not be null"
    assert (status, code, message) == (400, "ValidationException", expect)


def test_all_that_is_missing_is_told_at_once():
    _, code, message = error(post("{}", "AWSStepFunctions.CreateStateMachine"))
    assert code == "ValidationException"
    assert message.startswith("3 validation errors detected: ")
    for member in ("name", "definition", "roleArn"):
        assert f"Value null at '{member}' failed to satisfy constraint: Member must not be null" in message


def test_content_types_that_clients_send():
    for kind in ("application/x-amz-json-1.0; charset=utf-8", "application/x-amz-json-1.0"):
        assert post("{}", LIST, kind=kind)[0] == 200


def test_a_content_type_that_is_none_is_no_error_of_the_server():
    status, _, body = post("{}", LIST, kind="text/html")
    assert status < 500, body[:300]


def test_methods_that_are_none():
    status, _, _ = post("", LIST, method="PUT")
    assert 400 <= status < 500


def test_a_body_of_a_mebibyte(sfn, name):
    definition = {**PASS, "Comment": "c" * (1024 * 1024 - 200)}
    assert len(text(definition)) <= 1024 * 1024
    arn = sfn.create_state_machine(name=name, definition=text(definition), roleArn=ROLE)["stateMachineArn"]
    assert sfn.describe_state_machine(stateMachineArn=arn)["definition"] == text(definition)
    sfn.delete_state_machine(stateMachineArn=arn)
    too_large = text({**PASS, "Comment": "c" * (1024 * 1024)})
    with refused("ValidationException", "...Member must have length less than or equal to 1048576"):
        sfn.create_state_machine(name=name, definition=too_large, roleArn=ROLE)


def test_a_body_that_is_far_too_large():
    body = json.dumps({"stateMachineArn": "a" * (8 * 1024 * 1024)})
    try:
        status, _, _ = post(body, "AWSStepFunctions.DescribeStateMachine")
    except OSError:
        return  # It hung up on us before all was sent.
    assert 400 <= status < 500


def test_depths_that_no_definition_has():
    deep = '{"stateMachineArn":' + "[" * 100_000 + "]" * 100_000 + "}"
    assert error(post(deep, "AWSStepFunctions.DescribeStateMachine"))[1] == "SerializationException"


def test_an_input_that_is_deep(sfn, machine):
    arn = machine(PASS)
    with refused("InvalidExecutionInput"):
        sfn.start_execution(stateMachineArn=arn, input="[" * 100_000 + "]" * 100_000)


@pytest.mark.parametrize(
    ("parameters", "at"),
    [
        ({"type": "NONE"}, "type"),
        ({"roleArn": ""}, "roleArn"),
        ({"definition": ""}, "definition"),
        ({"roleArn": "r" * 257}, "roleArn"),
        ({"publish": True, "versionDescription": "d" * 257}, "versionDescription"),
        ({"loggingConfiguration": {"level": "SOME"}}, "loggingConfiguration.level"),
    ],
)
def test_parameters_that_break_a_constraint(sfn, name, parameters, at):
    given = {"name": name, "definition": text(PASS), "roleArn": ROLE, **parameters}
    with refused("ValidationException", f"1 validation error detected: Value '...' at '{at}' failed to satisfy constraint: ..."):
        sfn.create_state_machine(**given)


def test_a_role_that_is_none(sfn, name):
    for bad in ("no role", "arn:aws:iam::1234:role/short", "arn:aws:iam::000000000000:user/u", "arn:aws:iam::000000000000:role/"):
        with refused("InvalidArn", "Invalid Arn: '...'"):
            sfn.create_state_machine(name=name, definition=text(PASS), roleArn=bad)


def test_logging_that_is_none(sfn, name):
    given = {"name": name, "definition": text(PASS), "roleArn": ROLE}
    with refused("InvalidLoggingConfiguration", "Invalid Logging Configuration: Must specify exactly one Log Destination."):
        sfn.create_state_machine(**given, loggingConfiguration={"level": "ALL"})
    with refused("InvalidLoggingConfiguration", "Invalid Logging Configuration: Must specify exactly one Log Destination."):
        sfn.create_state_machine(**given, loggingConfiguration={"level": "ALL", "destinations": []})


def test_keys_of_ones_own_are_refused_rather_than_left_out(sfn, machine, name):
    arn = machine(PASS)
    own = {"type": "CUSTOMER_MANAGED_KMS_KEY", "kmsKeyId": "alias/mine"}
    with refused("InvalidEncryptionConfiguration"):
        sfn.create_state_machine(name=name + "-2", definition=text(PASS), roleArn=ROLE, encryptionConfiguration=own)
    with refused("InvalidEncryptionConfiguration"):
        sfn.update_state_machine(stateMachineArn=arn, encryptionConfiguration=own)
    with refused("InvalidEncryptionConfiguration"):
        sfn.create_activity(name=name, encryptionConfiguration=own)
