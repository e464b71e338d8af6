"""Versions of machines: publish, list, delete, run."""

import json

from conftest import refused, text, until
from words import PASS, answers


def test_publishing_counts_up(sfn, machine):
    arn = machine(answers(1))
    first = sfn.publish_state_machine_version(stateMachineArn=arn, description="one")
    assert first["stateMachineVersionArn"] == arn + ":1" and first["creationDate"]
    sfn.update_state_machine(stateMachineArn=arn, definition=text(answers(2)))
    second = sfn.publish_state_machine_version(stateMachineArn=arn)
    assert second["stateMachineVersionArn"] == arn + ":2"
    assert json.loads(sfn.describe_state_machine(stateMachineArn=arn + ":1")["definition"]) == answers(1)
    assert json.loads(sfn.describe_state_machine(stateMachineArn=arn + ":2")["definition"]) == answers(2)


def test_the_same_revision_is_published_once(sfn, machine):
    arn = machine(PASS)
    first = sfn.publish_state_machine_version(stateMachineArn=arn)
    again = sfn.publish_state_machine_version(stateMachineArn=arn)
    assert again["stateMachineVersionArn"] == first["stateMachineVersionArn"]
    assert again["creationDate"] == first["creationDate"]


def test_a_revision_that_is_no_more_is_refused(sfn, machine):
    arn = machine(PASS)
    old = sfn.update_state_machine(stateMachineArn=arn, definition=text(answers(1)))["revisionId"]
    new = sfn.update_state_machine(stateMachineArn=arn, definition=text(answers(2)))["revisionId"]
    with refused("ConflictException", f"Failed to publish the State Machine version for revision {old}. The current State Machine revision is {new}."):
        sfn.publish_state_machine_version(stateMachineArn=arn, revisionId=old)
    sfn.publish_state_machine_version(stateMachineArn=arn, revisionId=new)


def test_a_version_runs_its_own_definition(sfn, machine, run):
    arn = machine(answers(1))
    sfn.publish_state_machine_version(stateMachineArn=arn)
    sfn.update_state_machine(stateMachineArn=arn, definition=text(answers(2)))
    of_version, of_machine = run(arn + ":1"), run(arn)
    assert (of_version["output"], of_machine["output"]) == ("1", "2")
    assert of_version["stateMachineVersionArn"] == arn + ":1"
    assert of_version["stateMachineArn"] == arn
    assert "stateMachineVersionArn" not in of_machine
    listed = until("it is listed", lambda: sfn.list_executions(stateMachineArn=arn + ":1")["executions"])
    assert [(item["executionArn"], item["stateMachineVersionArn"]) for item in listed] == [
        (of_version["executionArn"], arn + ":1")
    ]


def test_versions_are_listed_newest_first(sfn, machine):
    arn = machine(answers(0))
    assert sfn.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"] == []
    for number in range(1, 6):
        sfn.update_state_machine(stateMachineArn=arn, definition=text(answers(number)), publish=True)
    listed, token = [], {}
    while True:
        page = sfn.list_state_machine_versions(stateMachineArn=arn, maxResults=2, **token)
        assert len(page["stateMachineVersions"]) <= 2
        listed += [item["stateMachineVersionArn"] for item in page["stateMachineVersions"]]
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert listed == [f"{arn}:{number}" for number in range(5, 0, -1)]


def test_a_deleted_version_is_gone_and_its_number_is_not_given_again(sfn, machine):
    arn = machine(answers(1), publish=True)
    answer = sfn.delete_state_machine_version(stateMachineVersionArn=arn + ":1")
    assert set(answer) == {"ResponseMetadata"}
    with refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}:1'"):
        sfn.describe_state_machine(stateMachineArn=arn + ":1")
    with refused("StateMachineDoesNotExist"):
        sfn.start_execution(stateMachineArn=arn + ":1")
    sfn.delete_state_machine_version(stateMachineVersionArn=arn + ":1")
    updated = sfn.update_state_machine(stateMachineArn=arn, definition=text(answers(2)), publish=True)
    assert updated["stateMachineVersionArn"] == arn + ":2"


def test_a_version_with_an_alias_is_kept(sfn, machine):
    arn = machine(PASS, publish=True)
    routes = [{"stateMachineVersionArn": arn + ":1", "weight": 100}]
    alias = sfn.create_state_machine_alias(name="live", routingConfiguration=routes)["stateMachineAliasArn"]
    message = "Version to be deleted must not be referenced by an alias. Current list of aliases referencing this version: [live]"
    with refused("ConflictException", message):
        sfn.delete_state_machine_version(stateMachineVersionArn=arn + ":1")
    sfn.delete_state_machine_alias(stateMachineAliasArn=alias)
    sfn.delete_state_machine_version(stateMachineVersionArn=arn + ":1")


def test_publishing_what_is_not_there(sfn, machine):
    missing = machine(PASS) + "-none"
    with refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{missing}'"):
        sfn.publish_state_machine_version(stateMachineArn=missing)
    with refused("StateMachineDoesNotExist"):
        sfn.update_state_machine(stateMachineArn=missing + ":2", definition=text(PASS))
