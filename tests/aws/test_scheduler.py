"""EventBridge Scheduler: schedules, groups, tags, and that what is due starts."""

import datetime
import json

import pytest

from conftest import ACCOUNT, REGION, ROLE, client, ended, refused, until
from words import PASS

OFF = {"Mode": "OFF"}


@pytest.fixture(scope="session")
def scheduler():
    """EventBridge Scheduler."""
    return client("scheduler")


@pytest.fixture
def schedule(scheduler, name, machine):
    """Makes a schedule, and deletes it after the test: `schedule(expression, **parameters)` gives its parameters."""
    made = []

    def make(expression, **parameters):
        target = parameters.pop("Target", None) or {"Arn": machine(PASS), "RoleArn": ROLE}
        parameters = {"Name": name, "ScheduleExpression": expression, "FlexibleTimeWindow": OFF, "Target": target, **parameters}
        answer = scheduler.create_schedule(**parameters)
        group = parameters.get("GroupName", "default")
        made.append((group, parameters["Name"]))
        assert answer["ScheduleArn"] == f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/{group}/{parameters['Name']}"
        return parameters

    yield make
    for group, called in made:
        try:
            scheduler.delete_schedule(Name=called, GroupName=group)
        except scheduler.exceptions.ResourceNotFoundException:
            pass


def soon(seconds):
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) + datetime.timedelta(seconds=seconds)


def test_the_life_of_a_schedule(scheduler, schedule, name):
    start, end = soon(3600), soon(7200)
    given = schedule(
        "cron(0 9 ? * MON-FRI *)",
        Description="a report",
        ScheduleExpressionTimezone="Europe/Berlin",
        StartDate=start,
        EndDate=end,
        State="DISABLED",
        FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
        ActionAfterCompletion="DELETE",
    )
    found = scheduler.get_schedule(Name=name)
    for key, value in given.items():
        if key != "Target":
            assert found[key] == value, key
    assert found["Target"]["Arn"] == given["Target"]["Arn"]
    assert found["Target"]["RoleArn"] == ROLE
    assert found["GroupName"] == "default"
    assert found["CreationDate"] == found["LastModificationDate"]
    update = {key: given[key] for key in ("Name", "FlexibleTimeWindow", "Target")}
    answer = scheduler.update_schedule(ScheduleExpression="rate(2 hours)", **update)
    assert answer["ScheduleArn"] == found["Arn"]
    changed = scheduler.get_schedule(Name=name, GroupName="default")
    assert changed["ScheduleExpression"] == "rate(2 hours)"
    assert changed["ScheduleExpressionTimezone"] == "UTC"
    assert changed["State"] == "ENABLED"
    assert "Description" not in changed and "StartDate" not in changed
    assert set(scheduler.delete_schedule(Name=name)) == {"ResponseMetadata"}
    with refused("ResourceNotFoundException", f"Schedule {name} does not exist.") as error:
        scheduler.get_schedule(Name=name)
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    with refused("ResourceNotFoundException"):
        scheduler.delete_schedule(Name=name)
    with refused("ResourceNotFoundException"):
        scheduler.update_schedule(ScheduleExpression="rate(2 hours)", **update)


def test_the_same_again(scheduler, schedule, name):
    given = schedule("rate(1 day)", ClientToken="token-1", State="DISABLED")
    scheduler.create_schedule(**given)
    with refused("ConflictException", f"Schedule {name} already exists.") as error:
        scheduler.create_schedule(**{**given, "ClientToken": "token-2"})
    assert error.response["ResponseMetadata"]["HTTPStatusCode"] == 409


def test_at_starts_a_machine_once_and_goes(scheduler, sfn, machine, name):
    arn = machine(PASS)
    due = soon(2)
    scheduler.create_schedule(
        Name=name,
        ScheduleExpression=f"at({due:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow=OFF,
        ActionAfterCompletion="DELETE",
        Target={"Arn": arn, "RoleArn": ROLE, "Input": json.dumps({"at": "<aws.scheduler.scheduled-time>"})},
    )
    started = until("it starts", lambda: sfn.list_executions(stateMachineArn=arn)["executions"])
    execution = ended(sfn, started[0]["executionArn"])
    assert json.loads(execution["input"]) == {"at": f"{due:%Y-%m-%dT%H:%M:%SZ}"}

    def gone():
        try:
            scheduler.get_schedule(Name=name)
        except scheduler.exceptions.ResourceNotFoundException:
            return True
        return False

    until("it is deleted", gone)
    assert len(sfn.list_executions(stateMachineArn=arn)["executions"]) == 1


def test_a_rate_fires_at_once(sfn, schedule):
    given = schedule("rate(1 hour)")
    until("it starts", lambda: sfn.list_executions(stateMachineArn=given["Target"]["Arn"])["executions"])


def test_what_is_kept_of_a_target(scheduler, schedule, name, machine):
    target = {
        "Arn": machine(PASS),
        "RoleArn": ROLE,
        "Input": '{"n": 1}',
        "RetryPolicy": {"MaximumEventAgeInSeconds": 120, "MaximumRetryAttempts": 3},
        "DeadLetterConfig": {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:letters"},
    }
    schedule("rate(1 day)", Target=target, State="DISABLED")
    assert scheduler.get_schedule(Name=name)["Target"] == target


def test_groups_and_their_schedules(scheduler, schedule, name):
    arn = scheduler.create_schedule_group(Name=name, Tags=[{"Key": "team", "Value": "billing"}])["ScheduleGroupArn"]
    assert arn == f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule-group/{name}"
    with refused("ConflictException", f"Schedule group {name} already exists."):
        scheduler.create_schedule_group(Name=name)
    found = scheduler.get_schedule_group(Name=name)
    assert (found["Arn"], found["Name"], found["State"]) == (arn, name, "ACTIVE")
    groups = scheduler.list_schedule_groups(NamePrefix=name)["ScheduleGroups"]
    assert [group["Name"] for group in groups] == [name]
    assert scheduler.get_schedule_group(Name="default")["State"] == "ACTIVE"
    given = schedule("rate(1 day)", GroupName=name, Name="one", State="DISABLED")
    schedule("rate(1 day)", GroupName=name, Name="two", Target=given["Target"])
    first = scheduler.list_schedules(GroupName=name, MaxResults=1)
    assert [one["Name"] for one in first["Schedules"]] == ["one"]
    second = scheduler.list_schedules(GroupName=name, MaxResults=1, NextToken=first["NextToken"])
    assert [one["Name"] for one in second["Schedules"]] == ["two"]
    assert "NextToken" not in second
    assert second["Schedules"][0]["Target"] == {"Arn": given["Target"]["Arn"]}
    enabled = scheduler.list_schedules(GroupName=name, State="ENABLED")["Schedules"]
    assert [one["Name"] for one in enabled] == ["two"]
    assert [one["Name"] for one in scheduler.list_schedules(GroupName=name, NamePrefix="o")["Schedules"]] == ["one"]
    scheduler.delete_schedule_group(Name=name)
    with refused("ResourceNotFoundException", f"Schedule group {name} does not exist."):
        scheduler.get_schedule_group(Name=name)
    with refused("ResourceNotFoundException"):
        scheduler.get_schedule(Name="one", GroupName=name)
    with refused("ResourceNotFoundException"):
        scheduler.list_schedules(GroupName=name)
    with refused("ResourceNotFoundException"):
        scheduler.create_schedule(**given)
    with refused("ValidationException"):
        scheduler.delete_schedule_group(Name="default")


def test_tags_of_a_group(scheduler, name):
    arn = scheduler.create_schedule_group(Name=name, Tags=[{"Key": "a", "Value": "1"}])["ScheduleGroupArn"]

    def tags():
        return {tag["Key"]: tag["Value"] for tag in scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"]}

    scheduler.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b/c", "Value": "3"}])
    assert tags() == {"a": "2", "b/c": "3"}
    scheduler.untag_resource(ResourceArn=arn, TagKeys=["a", "none"])
    assert tags() == {"b/c": "3"}
    scheduler.delete_schedule_group(Name=name)
    with refused("ResourceNotFoundException"):
        scheduler.list_tags_for_resource(ResourceArn=arn)


@pytest.mark.parametrize(
    "expression",
    ["rate(5 weeks)", "rate(0 minutes)", "rate(30 seconds)", "cron(0 9 * * *)", "cron(0 9 * * * *)", "at(tomorrow)", "0 9 * * *", "@daily"],
)
def test_expressions_that_are_none(schedule, expression):
    with refused("ValidationException", f"Invalid Schedule Expression {expression}."):
        schedule(expression)


@pytest.mark.parametrize(
    "wrong",
    [
        {"ScheduleExpressionTimezone": "Mars/Olympus"},
        {"FlexibleTimeWindow": {"Mode": "FLEXIBLE"}},
        {"FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 1441}},
        {"FlexibleTimeWindow": {"Mode": "SOMETIMES"}},
        {"State": "PAUSED"},
        {"Name": "a b"},
        {"Name": "n" * 65},
        {"Description": "d" * 513},
        {"Target": {"Arn": "arn:aws:sqs:us-east-1:000000000000:queue", "RoleArn": ROLE}},
        {"Target": {"Arn": "machine", "RoleArn": ROLE}},
        {"StartDate": 2_000_000_000, "EndDate": 1_900_000_000},
    ],
)
def test_what_is_wrong(schedule, wrong):
    with refused("ValidationException"):
        schedule("rate(1 day)", **wrong)


def test_inputs_that_are_no_json(schedule, machine):
    with refused("ValidationException"):
        schedule("rate(1 day)", Target={"Arn": machine(PASS), "RoleArn": ROLE, "Input": "{"})


def test_schedules_of_the_native_api_are_shown(scheduler, name):
    from conftest import post

    body = json.dumps({"expression": "@daily", "target": {"machine": "native"}, "state": "DISABLED"})
    status, _, _ = post(body, path=f"/v1/schedules/{name}", method="PUT", kind="application/json")
    assert status == 201
    found = scheduler.get_schedule(Name=name)
    assert found["Target"]["Arn"] == f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:native"
    assert found["ScheduleExpression"] == "@daily"
    scheduler.delete_schedule(Name=name)
