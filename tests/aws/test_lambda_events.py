"""Events that functions are handed on AWS Lambda's wire: how often they are tried, and who is told how they ended."""

import json
import urllib.request

import pytest

from conftest import ACCOUNT, ENDPOINT, ROLE, client, refused, until
from functions import ARN, lam, make, module, name, payload, script  # noqa: F401 - some are fixtures

FAILS = {"behaviour": "fail", "errorType": "Custom", "errorMessage": "no luck"}
NONE_OF_IT = "The function {} doesn't have an EventInvokeConfig"


@pytest.fixture
def heard(name):
    """A machine that tells what it was started with: its ARN, and what waits for the first input."""
    sfn = client("stepfunctions")
    definition = json.dumps({"StartAt": "S", "States": {"S": {"Type": "Succeed"}}})
    arn = sfn.create_state_machine(name=f"{name}-heard", definition=definition, roleArn=ROLE)["stateMachineArn"]

    def first():
        found = until("it is told", lambda: sfn.list_executions(stateMachineArn=arn)["executions"])
        return json.loads(sfn.describe_execution(executionArn=found[0]["executionArn"])["input"])

    yield arn, first
    sfn.delete_state_machine(stateMachineArn=arn)


def executions(function):
    """The executions of a function's own machine, newest first."""
    with urllib.request.urlopen(f"{ENDPOINT}/v1/executions?machine=function:{function}") as answer:
        return json.load(answer)["items"]


def one(execution):
    with urllib.request.urlopen(f"{ENDPOINT}/v1/executions/{execution['id']}") as answer:
        return json.load(answer)


def to(arn):
    return {"Destination": arn}


def test_settings_are_put_changed_shown_listed_and_deleted(lam, make, name):
    make(Publish=True)
    lam.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    made = lam.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=1)
    assert made["FunctionArn"] == f"{ARN}{name}:$LATEST"
    assert (made["MaximumRetryAttempts"], made["DestinationConfig"]) == (1, {"OnFailure": {}, "OnSuccess": {}})
    assert "MaximumEventAgeInSeconds" not in made
    changed = lam.update_function_event_invoke_config(FunctionName=name, MaximumEventAgeInSeconds=60)
    assert (changed["MaximumRetryAttempts"], changed["MaximumEventAgeInSeconds"]) == (1, 60)
    put = lam.put_function_event_invoke_config(FunctionName=name, MaximumEventAgeInSeconds=90)
    assert "MaximumRetryAttempts" not in put
    for qualifier in ("1", "live"):
        lam.put_function_event_invoke_config(FunctionName=name, Qualifier=qualifier, MaximumRetryAttempts=0)
    assert lam.get_function_event_invoke_config(FunctionName=f"{name}:live")["MaximumRetryAttempts"] == 0
    pages = lam.get_paginator("list_function_event_invoke_configs").paginate(FunctionName=name, PaginationConfig={"PageSize": 1})
    listed = [config["FunctionArn"] for page in pages for config in page["FunctionEventInvokeConfigs"]]
    assert listed == [f"{ARN}{name}:{qualifier}" for qualifier in ("$LATEST", "1", "live")]
    lam.delete_alias(FunctionName=name, Name="live")
    with refused("ResourceNotFoundException", NONE_OF_IT.format(f"{ARN}{name}:live")):
        lam.get_function_event_invoke_config(FunctionName=name, Qualifier="live")
    lam.delete_function_event_invoke_config(FunctionName=name)
    with refused("ResourceNotFoundException", NONE_OF_IT.format(f"{ARN}{name}:$LATEST")):
        lam.delete_function_event_invoke_config(FunctionName=name)


def test_bad_settings_are_refused(lam, make, name):
    make()
    sqs = f"arn:aws:sqs:us-east-1:{ACCOUNT}:letters"
    absent = f"{ARN}{name}-absent"
    refusals = [
        ({}, "InvalidParameterValueException", "You must specify at least one of error handling or destination setting."),
        ({"MaximumRetryAttempts": 3}, "ValidationException", "...Value '3' at 'maximumRetryAttempts' failed..."),
        ({"MaximumEventAgeInSeconds": 59}, "ValidationException", "...Value '59' at 'maximumEventAgeInSeconds' failed..."),
        ({"MaximumEventAgeInSeconds": 21601}, "ValidationException", "..."),
        ({"DestinationConfig": {"OnSuccess": to("no arn")}}, "ValidationException", "...'destinationConfig.onSuccess.destination'..."),
        (
            {"DestinationConfig": {"OnFailure": to(sqs)}},
            "InvalidParameterValueException",
            f"The provided destination config DestinationConfig(onSuccess=null, onFailure=OnFailure(destination={sqs})) is invalid.",
        ),
        (
            {"DestinationConfig": {"OnSuccess": to(absent)}},
            "InvalidParameterValueException",
            f"The destination ARN {absent} is invalid.",
        ),
        (
            {"DestinationConfig": {"OnSuccess": to(ARN + name)}},
            "InvalidParameterValueException",
            "You can't specify the function as a destination for itself.",
        ),
        ({"Qualifier": "7", "MaximumRetryAttempts": 1}, "ResourceNotFoundException", "The function doesn't exist."),
        ({"FunctionName": f"{name}-absent", "MaximumRetryAttempts": 1}, "ResourceNotFoundException", "The function doesn't exist."),
    ]
    for parameters, code, message in refusals:
        with refused(code, message):
            lam.put_function_event_invoke_config(**{"FunctionName": name, **parameters})
    with refused("ResourceNotFoundException", NONE_OF_IT.format(f"{ARN}{name}:$LATEST")):
        lam.update_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=1)
    with refused("ResourceNotFoundException", "The function doesn't exist."):
        lam.list_function_event_invoke_configs(FunctionName=f"{name}-absent")
    with refused("InvalidParameterValueException", "...neither the ARN of a function nor that of a machine..."):
        lam.update_function_configuration(FunctionName=name, DeadLetterConfig={"TargetArn": sqs})


def test_a_machine_is_told_of_a_success(lam, make, name, heard):
    make(Publish=True)
    lam.create_alias(FunctionName=name, Name="live", FunctionVersion="1")
    lam.put_function_event_invoke_config(FunctionName=name, Qualifier="live", DestinationConfig={"OnSuccess": to(heard[0])})
    lam.invoke(FunctionName=name, Qualifier="live", InvocationType="Event", Payload='{"a": [1]}')
    record = heard[1]()
    assert record.pop("timestamp").endswith("Z")
    assert record["requestContext"].pop("requestId")
    assert record == {
        "version": "1.0",
        "requestContext": {
            "functionArn": f"{ARN}{name}:live",
            "condition": "Success",
            "approximateInvokeCount": 1,
        },
        "requestPayload": {"a": [1]},
        "responseContext": {"statusCode": 200, "executedVersion": "1"},
        "responsePayload": {"a": [1]},
    }


def test_a_machine_is_told_of_a_failure_and_a_function_given_the_dead_letter(lam, make, name, heard):
    letters = f"{name}-letters"
    make(FunctionName=letters)
    make(FAILS, DeadLetterConfig={"TargetArn": ARN + letters})
    lam.put_function_event_invoke_config(
        FunctionName=name, MaximumRetryAttempts=0, DestinationConfig={"OnFailure": to(heard[0])}
    )
    lam.invoke(FunctionName=name, InvocationType="Event", Payload='"a text"')
    record = heard[1]()
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 1
    assert record["requestPayload"] == "a text"
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    assert record["responsePayload"] == {"errorMessage": "no luck", "errorType": "Custom"}
    letter = until("the dead letter arrives", lambda: executions(letters))[0]
    assert one(letter)["input"] == "a text"
    failed = until("it fails", lambda: [run for run in executions(name) if run["status"] == "FAILED"])[0]
    assert (one(failed)["error"], one(failed)["cause"]) == ("Custom", "no luck")


def test_a_function_that_is_told_has_destinations_of_its_own(lam, make, name, heard):
    second = f"{name}-second"
    make(FunctionName=second)
    make({"behaviour": "constant", "value": 1})
    lam.put_function_event_invoke_config(FunctionName=second, DestinationConfig={"OnSuccess": to(heard[0])})
    lam.put_function_event_invoke_config(FunctionName=name, DestinationConfig={"OnSuccess": to(ARN + second)})
    lam.invoke(FunctionName=name, InvocationType="Event", Payload="{}")
    record = heard[1]()
    assert record["requestContext"]["functionArn"] == f"{ARN}{second}:$LATEST"
    assert record["requestPayload"]["requestContext"]["functionArn"] == f"{ARN}{name}:$LATEST"
    assert record["requestPayload"]["responsePayload"] == 1


def test_an_event_that_failed_waits_to_be_tried_again(lam, make, name):
    make(FAILS)
    lam.invoke(FunctionName=name, InvocationType="Event", Payload="{}")
    run = until("it is there", lambda: executions(name))[0]

    def waits():
        with urllib.request.urlopen(f"{ENDPOINT}/v1/executions/{run['id']}/history") as answer:
            kinds = [event["type"] for event in json.load(answer)["items"]]
        return "WaitStateEntered" in kinds

    until("it waits", waits)
    assert one(run)["status"] == "RUNNING"


def test_a_machine_hands_over_an_event(lam, make, name):
    make({"behaviour": "constant", "value": 1})
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": name, "InvocationType": "Event", "Payload.$": "$"},
        "OutputPath": "$.StatusCode",
        "End": True,
    }
    sfn = client("stepfunctions")
    definition = json.dumps({"StartAt": "S", "States": {"S": state}})
    machine = sfn.create_state_machine(name=name, definition=definition, roleArn=ROLE)["stateMachineArn"]
    started = sfn.start_execution(stateMachineArn=machine, input='{"n": 7}')["executionArn"]

    def look():
        found = sfn.describe_execution(executionArn=started)
        return found if found["status"] != "RUNNING" else None

    assert until("it ends", look)["output"] == "202"
    run = until("the function runs", lambda: executions(name))[0]
    assert one(run)["input"] == {"n": 7}
    sfn.delete_state_machine(stateMachineArn=machine)
