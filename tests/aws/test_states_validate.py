"""ValidateStateMachineDefinition and TestState: definitions that are not kept."""

import json

import pytest

from conftest import ROLE, refused, text
from words import PASS, fails


def test_a_definition_that_is_right(sfn):
    found = sfn.validate_state_machine_definition(definition=text(PASS))
    assert (found["result"], found["diagnostics"]) == ("OK", [])
    assert found.get("truncated", False) is False
    found = sfn.validate_state_machine_definition(definition=text(PASS), type="EXPRESS", severity="WARNING")
    assert found["result"] == "OK"


def test_a_definition_that_is_wrong(sfn):
    found = sfn.validate_state_machine_definition(definition='{"StartAt": "A"}')
    assert found["result"] == "FAIL"
    first = found["diagnostics"][0]
    assert (first["severity"], first["code"]) == ("ERROR", "SCHEMA_VALIDATION_FAILED")
    assert "States" in first["message"]
    assert first["location"] == "/"


def test_a_definition_that_is_no_json(sfn):
    found = sfn.validate_state_machine_definition(definition="{not json")
    assert (found["result"], found["diagnostics"][0]["code"]) == ("FAIL", "INVALID_JSON_DESCRIPTION")


def test_no_more_diagnostics_than_asked_for(sfn):
    states = {f"S{number}": {"Type": "Nonsense", "End": True} for number in range(5)}
    definition = text({"StartAt": "S0", "States": states})
    found = sfn.validate_state_machine_definition(definition=definition, maxResults=2)
    assert len(found["diagnostics"]) == 2
    assert found["truncated"] is True
    with refused("ValidationException", "...Member must have value less than or equal to 100"):
        sfn.validate_state_machine_definition(definition=definition, maxResults=101)


def test_a_pass_state(sfn):
    state = {"Type": "Pass", "Result": {"b": 1}, "ResultPath": "$.r", "Next": "B"}
    found = sfn.test_state(definition=json.dumps(state), roleArn=ROLE, input='{"a": 1}')
    assert (found["status"], found["nextState"]) == ("SUCCEEDED", "B")
    assert json.loads(found["output"]) == {"a": 1, "r": {"b": 1}}


def test_a_choice_that_is_looked_into(sfn):
    choice = {"Variable": "$.n", "NumericGreaterThan": 5, "Next": "Big"}
    state = {"Type": "Choice", "InputPath": "$.x", "Choices": [choice], "Default": "Small"}
    found = sfn.test_state(
        definition=json.dumps(state), roleArn=ROLE, input='{"x": {"n": 7}}', inspectionLevel="DEBUG"
    )
    assert found["nextState"] == "Big"
    assert json.loads(found["inspectionData"]["afterInputPath"]) == {"n": 7}


def test_a_failure(sfn):
    found = sfn.test_state(definition=json.dumps(fails()["States"]["A"]), roleArn=ROLE)
    assert (found["status"], found["error"], found["cause"]) == ("FAILED", "Oops", "why")


def test_a_mocked_task_with_variables(sfn):
    state = {
        "Type": "Task",
        "QueryLanguage": "JSONata",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "f", "Payload": "{% $who %}"},
        "Output": "{% $states.result.Payload %}",
        "End": True,
    }
    result = {"StatusCode": 200, "Payload": {"hello": "you"}, "ExecutedVersion": "$LATEST"}
    found = sfn.test_state(
        definition=json.dumps(state),
        roleArn=ROLE,
        variables='{"who": "ada"}',
        mock={"result": json.dumps(result), "fieldValidationMode": "NONE"},
        inspectionLevel="DEBUG",
    )
    assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", {"hello": "you"})
    assert json.loads(found["inspectionData"]["afterArguments"]) == {"FunctionName": "f", "Payload": "ada"}


def test_a_mocked_error_is_caught(sfn):
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Parameters": {"FunctionName": "f"},
        "Catch": [{"ErrorEquals": ["Oops"], "Next": "Sorry"}],
        "End": True,
    }
    found = sfn.test_state(
        definition=json.dumps(state), roleArn=ROLE, mock={"errorOutput": {"error": "Oops", "cause": "because"}}
    )
    assert (found["status"], found["nextState"], found["error"]) == ("CAUGHT_ERROR", "Sorry", "Oops")


def test_one_state_of_a_machine(sfn):
    found = sfn.test_state(definition=text(PASS), stateName="A", roleArn=ROLE, input="[1]")
    assert (found["status"], found["output"]) == ("SUCCEEDED", "[1]")


@pytest.mark.parametrize("bad", ["{", "{}", '{"Type": "Nonsense"}'])
def test_states_that_are_none(sfn, bad):
    with refused("InvalidDefinition"):
        sfn.test_state(definition=bad, roleArn=ROLE)


def test_an_input_that_is_none(sfn):
    with refused("InvalidExecutionInput"):
        sfn.test_state(definition='{"Type": "Pass", "End": true}', roleArn=ROLE, input="{")
