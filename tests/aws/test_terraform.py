"""What Terraform's AWS provider calls, in its order and with what it sends, and what it takes from the answers.

Read from the provider's sources (version 6): a plan validates, an apply creates and reads, a refresh reads, an update sends
all of definition and role, and a destroy waits until a description is refused with `StateMachineDoesNotExist`.
"""

import json

import pytest

from conftest import ROLE, refused, text, until
from words import PASS, answers


def plan(sfn, definition, kind="STANDARD"):
    """A plan asks whether the definition is right, wherever it changed."""
    found = sfn.validate_state_machine_definition(definition=definition, type=kind)
    assert found["result"] == "OK", found["diagnostics"]


def read(sfn, arn):
    """A refresh: the description, the versions, and the tags. Gives what would be kept in the state."""
    found = sfn.describe_state_machine(stateMachineArn=arn)
    versions = sfn.list_state_machine_versions(stateMachineArn=arn)["stateMachineVersions"]
    tags = sfn.list_tags_for_resource(resourceArn=arn)["tags"]
    return {
        "arn": found["stateMachineArn"],
        "creation_date": found["creationDate"],
        "definition": found["definition"],
        "description": found.get("description"),
        "encryption_configuration": found.get("encryptionConfiguration"),
        "logging_configuration": found.get("loggingConfiguration"),
        "name": found["name"],
        "revision_id": found.get("revisionId"),
        "role_arn": found["roleArn"],
        "status": found["status"],
        "tracing_configuration": found.get("tracingConfiguration"),
        "type": found["type"],
        "state_machine_version_arn": versions[0]["stateMachineVersionArn"] if versions else None,
        "tags": {tag["key"]: tag["value"] for tag in tags},
    }


def destroy(sfn, arn):
    sfn.delete_state_machine(stateMachineArn=arn)

    def gone():
        try:
            status = sfn.describe_state_machine(stateMachineArn=arn)["status"]
        except sfn.exceptions.StateMachineDoesNotExist:
            return True
        assert status in ("ACTIVE", "DELETING")

    until("the machine is gone", gone)


def test_aws_sfn_state_machine(sfn, name):
    definition = text(PASS)
    plan(sfn, definition)
    tags = [{"key": "team", "value": "blue"}, {"key": "stage", "value": "dev"}]
    arn = sfn.create_state_machine(
        definition=definition, name=name, publish=False, roleArn=ROLE, tags=tags, type="STANDARD"
    )["stateMachineArn"]
    created = read(sfn, arn)
    assert created["arn"] == arn
    assert (created["name"], created["definition"], created["role_arn"]) == (name, definition, ROLE)
    assert (created["status"], created["type"]) == ("ACTIVE", "STANDARD")
    assert created["tags"] == {"team": "blue", "stage": "dev"}
    assert created["state_machine_version_arn"] is None
    assert read(sfn, arn) == created, "a second plan is empty"

    changed = text(answers(2))
    plan(sfn, changed)
    sfn.untag_resource(resourceArn=arn, tagKeys=["stage"])
    sfn.tag_resource(resourceArn=arn, tags=[{"key": "team", "value": "red"}])
    sfn.update_state_machine(definition=changed, publish=False, roleArn=ROLE, stateMachineArn=arn)
    found = sfn.describe_state_machine(stateMachineArn=arn)
    assert json.loads(found["definition"]) == json.loads(changed)
    updated = read(sfn, arn)
    assert updated["tags"] == {"team": "red"}
    assert updated["creation_date"] == created["creation_date"]
    assert read(sfn, arn) == updated, "a second plan is empty"
    destroy(sfn, arn)


def test_aws_sfn_state_machine_that_publishes(sfn, name):
    plan(sfn, text(PASS))
    arn = sfn.create_state_machine(definition=text(PASS), name=name, publish=True, roleArn=ROLE, type="STANDARD")
    arn = arn["stateMachineArn"]
    assert read(sfn, arn)["state_machine_version_arn"] == arn + ":1"
    # The provider sends the description that it has read, which is empty.
    sfn.update_state_machine(
        definition=text(answers(2)), publish=True, roleArn=ROLE, stateMachineArn=arn, versionDescription=""
    )
    assert read(sfn, arn)["state_machine_version_arn"] == arn + ":2"
    destroy(sfn, arn)


def test_aws_sfn_state_machine_with_every_block(sfn, name):
    """Blocks that are written out but say what is so anyway: they must come back as they were sent."""
    arn = sfn.create_state_machine(
        definition=text(PASS),
        name=name,
        publish=False,
        roleArn=ROLE,
        type="EXPRESS",
        encryptionConfiguration={"type": "AWS_OWNED_KEY"},
        loggingConfiguration={"includeExecutionData": False, "level": "OFF"},
        tracingConfiguration={"enabled": True},
    )["stateMachineArn"]
    created = read(sfn, arn)
    assert created["encryption_configuration"] == {"type": "AWS_OWNED_KEY"}
    assert created["logging_configuration"] == {"includeExecutionData": False, "level": "OFF"}
    assert created["tracing_configuration"] == {"enabled": True}
    assert created["type"] == "EXPRESS"
    sfn.update_state_machine(
        definition=text(PASS),
        publish=False,
        roleArn=ROLE,
        stateMachineArn=arn,
        loggingConfiguration={"includeExecutionData": False, "level": "OFF"},
        tracingConfiguration={"enabled": False},
    )
    assert read(sfn, arn)["tracing_configuration"] == {"enabled": False}
    destroy(sfn, arn)


def test_aws_sfn_state_machine_that_somebody_deleted(sfn, name):
    arn = sfn.create_state_machine(definition=text(PASS), name=name, publish=False, roleArn=ROLE, type="STANDARD")
    arn = arn["stateMachineArn"]
    destroy(sfn, arn)
    with refused("StateMachineDoesNotExist"):
        sfn.describe_state_machine(stateMachineArn=arn)
    again = sfn.create_state_machine(definition=text(PASS), name=name, publish=False, roleArn=ROLE, type="STANDARD")
    destroy(sfn, again["stateMachineArn"])


def test_a_plan_shows_what_is_wrong(sfn):
    found = sfn.validate_state_machine_definition(definition='{"StartAt": "A", "States": {}}', type="STANDARD")
    assert found["result"] == "FAIL"
    for diagnostic in found["diagnostics"]:
        assert diagnostic["severity"] and diagnostic["code"] and diagnostic["message"]


def test_aws_sfn_activity(sfn, name):
    arn = sfn.create_activity(name=name, tags=[{"key": "team", "value": "blue"}])["activityArn"]
    found = sfn.describe_activity(activityArn=arn)
    assert found["creationDate"] and found["name"] == name
    assert found["encryptionConfiguration"] == {"type": "AWS_OWNED_KEY"}
    assert sfn.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "team", "value": "blue"}]
    sfn.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert sfn.list_tags_for_resource(resourceArn=arn)["tags"] == []
    sfn.delete_activity(activityArn=arn)
    with refused("ActivityDoesNotExist"):
        sfn.describe_activity(activityArn=arn)


@pytest.mark.parametrize("description", ["", "what runs"])
def test_aws_sfn_alias(sfn, name, description):
    """Without a description in the configuration the provider sends an empty one."""
    arn = sfn.create_state_machine(definition=text(PASS), name=name, publish=True, roleArn=ROLE, type="STANDARD")
    arn = arn["stateMachineArn"]
    routes = [{"stateMachineVersionArn": arn + ":1", "weight": 100}]
    alias = sfn.create_state_machine_alias(name="live", description=description, routingConfiguration=routes)
    alias = alias["stateMachineAliasArn"]
    found = sfn.describe_state_machine_alias(stateMachineAliasArn=alias)
    assert (found["name"], found.get("description", "")) == ("live", description)
    assert found["routingConfiguration"] == routes
    assert found["creationDate"]
    sfn.update_state_machine(definition=text(answers(2)), publish=True, roleArn=ROLE, stateMachineArn=arn, versionDescription="")
    routes = [{"stateMachineVersionArn": f"{arn}:{number}", "weight": weight} for number, weight in ((2, 70), (1, 30))]
    sfn.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=routes)
    found = sfn.describe_state_machine_alias(stateMachineAliasArn=alias)
    assert found["routingConfiguration"] == routes, "in the order in which they were sent, or every plan shows a change"
    sfn.delete_state_machine_alias(stateMachineAliasArn=alias)
    with refused("ResourceNotFound"):
        sfn.describe_state_machine_alias(stateMachineAliasArn=alias)
    destroy(sfn, arn)


def test_data_sources(sfn, machine, name):
    """`data "aws_sfn_state_machine"` looks through all pages for the name, then describes it."""
    arn = machine(PASS)
    found = None
    for page in sfn.get_paginator("list_state_machines").paginate():
        for item in page["stateMachines"]:
            if item["name"] == name:
                found = item["stateMachineArn"]
    assert found == arn
    assert sfn.describe_state_machine(stateMachineArn=found)["definition"] == text(PASS)
