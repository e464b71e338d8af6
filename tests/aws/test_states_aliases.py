"""Aliases: names for one or two versions with weights."""

import pytest

from conftest import refused, text, until
from words import PASS, answers


@pytest.fixture
def versions(sfn, machine):
    """A machine with the versions 1 to 3, which answer their number."""
    arn = machine(answers(1), publish=True)
    for number in (2, 3):
        sfn.update_state_machine(stateMachineArn=arn, definition=text(answers(number)), publish=True)
    return arn


def routes(arn, **weights):
    """`routes(arn, v1=30, v2=70)`"""
    return [{"stateMachineVersionArn": f"{arn}:{key[1:]}", "weight": weight} for key, weight in weights.items()]


def test_the_life_of_an_alias(sfn, versions):
    created = sfn.create_state_machine_alias(
        name="live", description="what runs", routingConfiguration=routes(versions, v1=100)
    )
    alias = created["stateMachineAliasArn"]
    assert alias == versions + ":live"
    found = sfn.describe_state_machine_alias(stateMachineAliasArn=alias)
    assert (found["name"], found["description"]) == ("live", "what runs")
    assert found["stateMachineAliasArn"] == alias
    assert found["routingConfiguration"] == routes(versions, v1=100)
    assert found["creationDate"] == created["creationDate"]
    updated = sfn.update_state_machine_alias(
        stateMachineAliasArn=alias, routingConfiguration=routes(versions, v1=20, v2=80)
    )
    found = sfn.describe_state_machine_alias(stateMachineAliasArn=alias)
    assert found["routingConfiguration"] == routes(versions, v1=20, v2=80)
    assert found["description"] == "what runs"
    assert found["updateDate"] == updated["updateDate"]
    sfn.update_state_machine_alias(stateMachineAliasArn=alias, description="other words")
    assert sfn.describe_state_machine_alias(stateMachineAliasArn=alias)["description"] == "other words"
    with refused("ValidationException"):
        sfn.update_state_machine_alias(stateMachineAliasArn=alias)
    assert set(sfn.delete_state_machine_alias(stateMachineAliasArn=alias)) == {"ResponseMetadata"}
    with refused("ResourceNotFound", "Request references a resource that does not exist."):
        sfn.describe_state_machine_alias(stateMachineAliasArn=alias)
    with refused("ResourceNotFound", "Request references a resource that does not exist."):
        sfn.update_state_machine_alias(stateMachineAliasArn=alias, description="Updated")
    assert sfn.list_state_machine_aliases(stateMachineArn=versions)["stateMachineAliases"] == []


def test_an_execution_by_alias(sfn, versions, run):
    alias = sfn.create_state_machine_alias(name="live", routingConfiguration=routes(versions, v2=100))
    alias = alias["stateMachineAliasArn"]
    found = run(alias)
    assert found["output"] == "2"
    assert found["stateMachineArn"] == versions
    assert found["stateMachineAliasArn"] == alias
    assert found["stateMachineVersionArn"] == versions + ":2"
    listed = until("it is listed", lambda: sfn.list_executions(stateMachineArn=alias)["executions"])
    assert [item["executionArn"] for item in listed] == [found["executionArn"]]
    assert listed[0]["stateMachineAliasArn"] == alias
    sfn.delete_state_machine_alias(stateMachineAliasArn=alias)


def test_weights_decide(sfn, versions, run):
    alias = sfn.create_state_machine_alias(name="live", routingConfiguration=routes(versions, v1=50, v3=50))
    alias = alias["stateMachineAliasArn"]
    seen = set()

    def both():
        seen.add(run(alias)["output"])
        return seen == {"1", "3"}

    until("both versions have run", both)
    sfn.update_state_machine_alias(stateMachineAliasArn=alias, routingConfiguration=routes(versions, v1=0, v3=100))
    assert {run(alias)["output"] for _ in range(5)} == {"3"}
    sfn.delete_state_machine_alias(stateMachineAliasArn=alias)


def test_the_same_creation_again_is_the_same_alias(sfn, versions):
    parameters = {"name": "live", "description": "d", "routingConfiguration": routes(versions, v1=100)}
    first = sfn.create_state_machine_alias(**parameters)
    again = sfn.create_state_machine_alias(**parameters)
    assert again["stateMachineAliasArn"] == first["stateMachineAliasArn"]
    assert again["creationDate"] == first["creationDate"]
    with refused("ConflictException"):
        sfn.create_state_machine_alias(name="live", routingConfiguration=routes(versions, v2=100))
    sfn.delete_state_machine_alias(stateMachineAliasArn=first["stateMachineAliasArn"])


def test_aliases_are_listed_in_pages(sfn, versions):
    names = [f"alias-{letter}" for letter in "abcde"]
    made = {
        sfn.create_state_machine_alias(name=name, routingConfiguration=routes(versions, v1=100))["stateMachineAliasArn"]
        for name in names
    }
    listed, token = [], {}
    while True:
        page = sfn.list_state_machine_aliases(stateMachineArn=versions, maxResults=2, **token)
        listed += [item["stateMachineAliasArn"] for item in page["stateMachineAliases"]]
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    assert sorted(listed) == sorted(made)
    with refused("InvalidToken", "Invalid Token: 'Invalid token'"):
        sfn.list_state_machine_aliases(stateMachineArn=versions, nextToken="InvalidToken")
    of_version = sfn.list_state_machine_aliases(stateMachineArn=versions + ":1")["stateMachineAliases"]
    assert sorted(item["stateMachineAliasArn"] for item in of_version) == sorted(made)
    assert sfn.list_state_machine_aliases(stateMachineArn=versions + ":2")["stateMachineAliases"] == []
    for arn in made:
        sfn.delete_state_machine_alias(stateMachineAliasArn=arn)


def test_routes_that_are_none(sfn, versions):
    def refuse(message, listed):
        with refused("ValidationException", message):
            sfn.create_state_machine_alias(name="live", routingConfiguration=listed)

    refuse("Sum of routing configuration weights must equal 100. Received: [70, 29]", routes(versions, v1=70, v2=29))
    refuse("Sum of routing configuration weights must equal 100. Received: [70, 31]", routes(versions, v1=70, v2=31))
    refuse(
        "1 validation error detected: Value '101' at 'routingConfiguration.1.member.weight' failed to satisfy "
        "constraint: Member must have value less than or equal to 100",
        routes(versions, v1=101),
    )
    refuse("...Member must have value greater than or equal to 0", routes(versions, v1=-1))
    refuse("...Member must have length greater than or equal to 1", [])
    refuse("...Member must have length less than or equal to 2", routes(versions, v1=50, v2=30, v3=20))
    refuse(
        f"Routing configuration must contain distinct state machine version ARNs. Received: [{versions}:1, {versions}:1]",
        routes(versions, v1=50) * 2,
    )
    plain = [{"stateMachineVersionArn": versions, "weight": 70}, *routes(versions, v2=30)]
    refuse(
        f"Routing configuration must contain state machine version ARNs. Received: [{versions}, {versions}:2]", plain
    )
    with refused("ResourceNotFound"):
        sfn.create_state_machine_alias(name="live", routingConfiguration=routes(versions, v9=100))


@pytest.mark.parametrize("bad", ["123", "", "A" * 81, "INVALID ALIAS", "!INVALID", "ALIAS@"])
def test_names_that_are_none(sfn, versions, bad):
    with refused("ValidationException", "...Value '...' at 'name' failed to satisfy constraint: ..."):
        sfn.create_state_machine_alias(name=bad, routingConfiguration=routes(versions, v1=100))


def test_an_alias_goes_with_its_machine(sfn, machine):
    arn = machine(PASS, publish=True)
    alias = sfn.create_state_machine_alias(name="live", routingConfiguration=routes(arn, v1=100))
    sfn.delete_state_machine(stateMachineArn=arn)

    def gone():
        try:
            sfn.describe_state_machine_alias(stateMachineAliasArn=alias["stateMachineAliasArn"])
        except sfn.exceptions.ResourceNotFound:
            return True

    until("the alias is gone", gone)
