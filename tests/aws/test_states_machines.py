"""State machines: create, describe, update, list, delete."""

import json
import time

import pytest

from conftest import ACCOUNT, REGION, ROLE, refused, text, until
from words import PASS, answers, waits

ARN = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:"


def test_create_answers_the_arn_and_the_time(sfn, name):
    before = time.time() - 60
    created = sfn.create_state_machine(name=name, definition=text(PASS), roleArn=ROLE)
    assert created["stateMachineArn"] == ARN + name
    assert before < created["creationDate"].timestamp() < time.time() + 60
    assert "stateMachineVersionArn" not in created
    sfn.delete_state_machine(stateMachineArn=created["stateMachineArn"])


def test_describe_gives_what_was_kept(sfn, machine, name):
    definition = '{"StartAt" : "A",\n "States":{"A":{"Type":"Pass","End":true}}}'
    arn = machine(definition)
    found = sfn.describe_state_machine(stateMachineArn=arn)
    assert found["stateMachineArn"] == arn
    assert found["name"] == name
    assert found["definition"] == definition, "to the letter"
    assert found["roleArn"] == ROLE
    assert (found["type"], found["status"]) == ("STANDARD", "ACTIVE")
    assert found["loggingConfiguration"] == {"level": "OFF", "includeExecutionData": False}
    assert found["tracingConfiguration"] == {"enabled": False}
    assert found["encryptionConfiguration"] == {"type": "AWS_OWNED_KEY"}


def test_describe_names_the_variables(sfn, machine):
    state = {"Type": "Pass", "Assign": {"answer": 42}, "Next": "B"}
    arn = machine({"StartAt": "A", "States": {"A": state, "B": {"Type": "Pass", "OutputPath": "$answer", "End": True}}})
    assert sfn.describe_state_machine(stateMachineArn=arn)["variableReferences"] == {"B": ["answer"]}


def test_describe_without_data(sfn, machine):
    arn = machine(PASS)
    found = sfn.describe_state_machine(stateMachineArn=arn, includedData="METADATA_ONLY")
    assert found["stateMachineArn"] == arn
    with refused("ValidationException", "...Member must satisfy enum value set..."):
        sfn.describe_state_machine(stateMachineArn=arn, includedData="SOME")


def test_the_same_creation_again_is_the_same_machine(sfn, machine, name):
    arn = machine(PASS)
    first = sfn.describe_state_machine(stateMachineArn=arn)["creationDate"]
    again = sfn.create_state_machine(name=name, definition=text(PASS), roleArn=ROLE)
    assert again["stateMachineArn"] == arn
    assert again["creationDate"] == first


@pytest.mark.parametrize(
    "other",
    [
        {"definition": text(answers(1))},
        {"type": "EXPRESS"},
        {"tracingConfiguration": {"enabled": True}},
        {"definition": json.dumps(PASS, indent=2)},
    ],
    ids=["definition", "type", "tracing", "spaces"],
)
def test_another_machine_of_the_same_name_is_refused(sfn, machine, name, other):
    arn = machine(PASS)
    parameters = {"name": name, "definition": text(PASS), "roleArn": ROLE, **other}
    with refused("StateMachineAlreadyExists", f"State Machine Already Exists: '{arn}'"):
        sfn.create_state_machine(**parameters)


def test_a_repeat_with_another_role_or_tags_is_the_same_machine(sfn, machine, name):
    arn = machine(PASS)
    again = sfn.create_state_machine(
        name=name, definition=text(PASS), roleArn=ROLE + "2", tags=[{"key": "a", "value": "b"}]
    )
    assert again["stateMachineArn"] == arn
    assert sfn.describe_state_machine(stateMachineArn=arn)["roleArn"] == ROLE
    assert sfn.list_tags_for_resource(resourceArn=arn)["tags"] == []


def test_create_publishes_a_version(sfn, name):
    created = sfn.create_state_machine(
        name=name, definition=text(PASS), roleArn=ROLE, publish=True, versionDescription="the first"
    )
    version = created["stateMachineVersionArn"]
    assert version == created["stateMachineArn"] + ":1"
    found = sfn.describe_state_machine(stateMachineArn=version)
    assert found["stateMachineArn"] == version
    assert found["description"] == "the first"
    sfn.delete_state_machine(stateMachineArn=created["stateMachineArn"])


def test_a_description_needs_a_version(sfn, name):
    with refused("ValidationException", "Version description can only be set when publish is true"):
        sfn.create_state_machine(name=name, definition=text(PASS), roleArn=ROLE, versionDescription="none")


def test_an_express_machine(sfn, machine):
    arn = machine(PASS, type="EXPRESS")
    assert sfn.describe_state_machine(stateMachineArn=arn)["type"] == "EXPRESS"


def test_definitions_that_are_none(sfn, name):
    rows = [
        ('{"StartAt": "A"}', "Invalid State Machine Definition: '...These fields are required: [States]...'"),
        ("{", "Invalid State Machine Definition: '...'"),
        ("[]", "Invalid State Machine Definition: '...'"),
        (text({"StartAt": "B", "States": PASS["States"]}), "Invalid State Machine Definition: '...'"),
    ]
    for definition, message in rows:
        with refused("InvalidDefinition", message):
            sfn.create_state_machine(name=name, definition=definition, roleArn=ROLE)
    with refused("StateMachineDoesNotExist"):
        sfn.describe_state_machine(stateMachineArn=ARN + name)


@pytest.mark.parametrize("bad", ["a b", "a*b", "a#b", "a\x00b", "a/b", "a:b", "<a>", 'a"b', "a%b"])
def test_names_that_are_none(sfn, bad):
    with refused("InvalidName", f"Invalid Name: '{bad}'"):
        sfn.create_state_machine(name=bad, definition=text(PASS), roleArn=ROLE)


def test_a_name_that_is_too_long(sfn):
    with refused("ValidationException", "1 validation error detected: Value '...' at 'name' failed to satisfy constraint: ..."):
        sfn.create_state_machine(name="a" * 81, definition=text(PASS), roleArn=ROLE)
    with refused("ValidationException", "...Member must have length greater than or equal to 1"):
        sfn.create_state_machine(name="", definition=text(PASS), roleArn=ROLE)


def test_a_name_in_another_script(sfn):
    """AWS takes them. Here names are ASCII, as they stand in URLs (docs/aws.md)."""
    with refused("InvalidName", "Invalid Name: 'größe-機-1'"):
        sfn.create_state_machine(name="größe-機-1", definition=text(PASS), roleArn=ROLE)


def test_update_changes_what_is_given(sfn, machine):
    arn = machine(PASS)
    updated = sfn.update_state_machine(stateMachineArn=arn, definition=text(answers(2)))
    assert updated["updateDate"] and updated["revisionId"]
    found = sfn.describe_state_machine(stateMachineArn=arn)
    assert json.loads(found["definition"]) == answers(2)
    assert found["roleArn"] == ROLE
    assert found["revisionId"] == updated["revisionId"]
    again = sfn.update_state_machine(stateMachineArn=arn, roleArn=ROLE + "2")
    assert again["revisionId"] != updated["revisionId"]
    assert sfn.describe_state_machine(stateMachineArn=arn)["roleArn"] == ROLE + "2"
    sfn.update_state_machine(stateMachineArn=arn, tracingConfiguration={"enabled": True})
    assert sfn.describe_state_machine(stateMachineArn=arn)["tracingConfiguration"] == {"enabled": True}


def test_update_to_the_same_keeps_the_revision(sfn, machine):
    arn = machine(PASS)
    first = sfn.update_state_machine(stateMachineArn=arn, definition=text(answers(2)))
    again = sfn.update_state_machine(stateMachineArn=arn, definition=text(answers(2)))
    assert again["revisionId"] == first["revisionId"]


def test_update_publishes(sfn, machine):
    arn = machine(PASS)
    updated = sfn.update_state_machine(
        stateMachineArn=arn, definition=text(answers(2)), publish=True, versionDescription="second thought"
    )
    assert updated["stateMachineVersionArn"] == arn + ":1"
    version = sfn.describe_state_machine(stateMachineArn=arn + ":1")
    assert (json.loads(version["definition"]), version["description"]) == (answers(2), "second thought")


def test_updates_that_are_none(sfn, machine):
    arn = machine(PASS)
    nothing = (
        "Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified"
    )
    with refused("MissingRequiredParameter", nothing):
        sfn.update_state_machine(stateMachineArn=arn)
    with refused("InvalidDefinition"):
        sfn.update_state_machine(stateMachineArn=arn, definition="{}")
    missing = arn + "-none"
    with refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{missing}'"):
        sfn.update_state_machine(stateMachineArn=missing, definition=text(PASS))
    assert json.loads(sfn.describe_state_machine(stateMachineArn=arn)["definition"]) == PASS


def test_what_runs_keeps_its_definition(sfn, machine):
    arn = machine(waits())
    execution = sfn.start_execution(stateMachineArn=arn)["executionArn"]
    sfn.update_state_machine(stateMachineArn=arn, definition=text(PASS))
    found = sfn.describe_state_machine_for_execution(executionArn=execution)
    assert json.loads(found["definition"]) == waits()
    assert (found["stateMachineArn"], found["roleArn"]) == (arn, ROLE)
    assert found["name"] and found["updateDate"]
    without = sfn.describe_state_machine_for_execution(executionArn=execution, includedData="METADATA_ONLY")
    assert without["stateMachineArn"] == arn
    sfn.stop_execution(executionArn=execution)
    with refused("ExecutionDoesNotExist"):
        sfn.describe_state_machine_for_execution(executionArn=execution + "-none")


def test_a_list_has_every_machine(sfn, machine, name):
    arns = {machine(PASS, name=f"{name}-{letter}") for letter in "abc"}
    pages = list(sfn.get_paginator("list_state_machines").paginate(PaginationConfig={"PageSize": 2}))
    assert all(len(page["stateMachines"]) <= 2 for page in pages)
    listed = [item["stateMachineArn"] for page in pages for item in page["stateMachines"]]
    assert arns <= set(listed)
    assert len(listed) == len(set(listed))
    one = next(item for page in pages for item in page["stateMachines"] if item["stateMachineArn"] in arns)
    assert (one["type"], one["name"]) == ("STANDARD", one["stateMachineArn"].rpartition(":")[2])


def test_deletion(sfn, name):
    arn = sfn.create_state_machine(name=name, definition=text(PASS), roleArn=ROLE)["stateMachineArn"]
    answer = sfn.delete_state_machine(stateMachineArn=arn)
    assert set(answer) == {"ResponseMetadata"}

    def gone():
        try:
            return sfn.describe_state_machine(stateMachineArn=arn)["status"] != "DELETING"
        except sfn.exceptions.StateMachineDoesNotExist:
            return True

    until("the machine is gone", gone)
    with refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'"):
        sfn.describe_state_machine(stateMachineArn=arn)
    with refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}'"):
        sfn.start_execution(stateMachineArn=arn)
    sfn.delete_state_machine(stateMachineArn=arn)
    sfn.create_state_machine(name=name, definition=text(answers(1)), roleArn=ROLE)
    sfn.delete_state_machine(stateMachineArn=arn)


def test_arns_that_are_none(sfn):
    rows = {
        "describe_state_machine": "stateMachineArn",
        "delete_state_machine": "stateMachineArn",
        "start_execution": "stateMachineArn",
        "list_executions": "stateMachineArn",
        "list_state_machine_versions": "stateMachineArn",
        "list_state_machine_aliases": "stateMachineArn",
        "describe_execution": "executionArn",
        "get_execution_history": "executionArn",
        "stop_execution": "executionArn",
        "redrive_execution": "executionArn",
        "describe_state_machine_for_execution": "executionArn",
        "list_map_runs": "executionArn",
        "describe_map_run": "mapRunArn",
        "describe_activity": "activityArn",
        "delete_activity": "activityArn",
        "get_activity_task": "activityArn",
        "list_tags_for_resource": "resourceArn",
        "describe_state_machine_alias": "stateMachineAliasArn",
        "delete_state_machine_version": "stateMachineVersionArn",
    }
    for operation, parameter in rows.items():
        with refused("InvalidArn", "Invalid Arn: 'Invalid ARN prefix: no_arn'"):
            getattr(sfn, operation)(**{parameter: "no_arn"})
        with refused("InvalidArn", "Invalid Arn: '...'"):
            getattr(sfn, operation)(**{parameter: "arn:aws:lambda:us-east-1:000000000000:function:f"})
