"""What Terraform's AWS provider (version 6) calls for schedules and their groups, and what it takes from the answers."""

import datetime

import pytest

from conftest import ACCOUNT, REGION, ROLE, refused, until
from test_scheduler import scheduler  # noqa: F401 - a fixture

ARN = f"arn:aws:scheduler:{REGION}:{ACCOUNT}:"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:of-terraform"
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:letters"
OFF = {"Mode": "OFF"}
# What the provider sends for a target that says no more: AWS's defaults.
USUAL_RETRY = {"MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185}


@pytest.fixture
def group(scheduler, name):
    """A group, which the provider waits for; its schedules go with it."""
    make_group(scheduler, name)
    yield name
    try:
        scheduler.delete_schedule_group(Name=name)
    except scheduler.exceptions.ResourceNotFoundException:
        pass


def make_group(scheduler, name, **parameters):
    arn = scheduler.create_schedule_group(Name=name, **parameters)["ScheduleGroupArn"]
    assert arn == f"{ARN}schedule-group/{name}"
    until("the group is active", lambda: scheduler.get_schedule_group(Name=name)["State"] == "ACTIVE")
    return arn


def read_group(scheduler, name):
    found = scheduler.get_schedule_group(Name=name)
    tags = scheduler.list_tags_for_resource(ResourceArn=found["Arn"])["Tags"]
    return {
        "arn": found["Arn"],
        "creation_date": found["CreationDate"],
        "last_modification_date": found["LastModificationDate"],
        "name": found["Name"],
        "state": found["State"],
        "tags": {tag["Key"]: tag["Value"] for tag in tags},
    }


def read(scheduler, group, name):
    """A refresh. Gives what would be kept in the state."""
    found = scheduler.get_schedule(GroupName=group, Name=name)
    return {
        "action_after_completion": found.get("ActionAfterCompletion"),
        "arn": found["Arn"],
        "description": found.get("Description"),
        "end_date": found.get("EndDate"),
        "flexible_time_window": found["FlexibleTimeWindow"],
        "group_name": found["GroupName"],
        "kms_key_arn": found.get("KmsKeyArn"),
        "name": found["Name"],
        "schedule_expression": found["ScheduleExpression"],
        "schedule_expression_timezone": found["ScheduleExpressionTimezone"],
        "start_date": found.get("StartDate"),
        "state": found["State"],
        "target": found["Target"],
    }


def test_aws_scheduler_schedule_group(scheduler, name):
    arn = make_group(scheduler, name, Tags=[{"Key": "team", "Value": "blue"}, {"Key": "stage", "Value": "dev"}])
    created = read_group(scheduler, name)
    assert (created["arn"], created["name"], created["state"]) == (arn, name, "ACTIVE")
    assert created["tags"] == {"team": "blue", "stage": "dev"}
    assert read_group(scheduler, name) == created, "a second plan is empty"
    scheduler.untag_resource(ResourceArn=arn, TagKeys=["stage"])
    scheduler.tag_resource(ResourceArn=arn, Tags=[{"Key": "team", "Value": "red"}])
    assert read_group(scheduler, name)["tags"] == {"team": "red"}
    scheduler.delete_schedule_group(Name=name)

    def gone():
        try:
            state = scheduler.get_schedule_group(Name=name)["State"]
        except scheduler.exceptions.ResourceNotFoundException:
            return True
        assert state in ("ACTIVE", "DELETING")
        return False

    until("the group is gone", gone)
    with refused("ResourceNotFoundException"):
        scheduler.delete_schedule_group(Name=name)


def test_aws_scheduler_schedule(scheduler, group, name):
    target = {"Arn": MACHINE, "RoleArn": ROLE, "Input": '{"a":1}', "RetryPolicy": USUAL_RETRY}
    given = {
        "ActionAfterCompletion": "NONE",
        "FlexibleTimeWindow": OFF,
        "GroupName": group,
        "Name": name,
        "ScheduleExpression": "rate(1 hour)",
        "ScheduleExpressionTimezone": "UTC",
        "State": "DISABLED",
    }
    start = datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc)
    end = datetime.datetime(2030, 2, 1, tzinfo=datetime.timezone.utc)
    letters = {**target, "DeadLetterConfig": {"Arn": QUEUE}}
    made = scheduler.create_schedule(**given, Description="hourly", StartDate=start, EndDate=end, Target=letters)
    # The group's name is taken from the ARN.
    assert made["ScheduleArn"] == f"{ARN}schedule/{group}/{name}"
    created = read(scheduler, group, name)
    assert (created["arn"], created["group_name"], created["name"]) == (made["ScheduleArn"], group, name)
    assert (created["description"], created["start_date"], created["end_date"]) == ("hourly", start, end)
    assert (created["state"], created["action_after_completion"]) == ("DISABLED", "NONE")
    assert created["flexible_time_window"] == OFF
    assert created["target"] == letters, "as it was sent, or every plan shows a change"
    assert read(scheduler, group, name) == created, "a second plan is empty"

    changed = {
        **given,
        "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 10},
        "ScheduleExpression": "cron(0 9 ? * MON-FRI *)",
        "ScheduleExpressionTimezone": "Europe/Berlin",
    }
    scheduler.update_schedule(**changed, Target=target)
    updated = read(scheduler, group, name)
    assert updated["schedule_expression"] == "cron(0 9 ? * MON-FRI *)"
    assert updated["schedule_expression_timezone"] == "Europe/Berlin"
    assert updated["flexible_time_window"] == changed["FlexibleTimeWindow"]
    assert [updated[key] for key in ("description", "start_date", "end_date", "kms_key_arn")] == [None] * 4
    assert updated["target"] == target
    scheduler.delete_schedule(GroupName=group, Name=name)
    with refused("ResourceNotFoundException"):
        scheduler.get_schedule(GroupName=group, Name=name)
    with refused("ResourceNotFoundException"):
        scheduler.delete_schedule(GroupName=group, Name=name)


def test_aws_scheduler_schedule_that_says_little(scheduler, name):
    """What is left out of the configuration has AWS's defaults when it is read, and no group is the group `default`."""
    scheduler.create_schedule(
        FlexibleTimeWindow=OFF,
        Name=name,
        ScheduleExpression="rate(1 days)",
        State="DISABLED",
        Target={"Arn": MACHINE, "RoleArn": ROLE},
    )
    found = read(scheduler, "default", name)
    assert (found["group_name"], found["schedule_expression_timezone"]) == ("default", "UTC")
    assert found["schedule_expression"] == "rate(1 days)"
    assert found["target"].get("RetryPolicy", USUAL_RETRY) == USUAL_RETRY
    assert {"Arn", "RoleArn"} <= found["target"].keys() <= {"Arn", "RoleArn", "RetryPolicy"}
    scheduler.delete_schedule(GroupName="default", Name=name)


def test_aws_scheduler_schedule_that_somebody_deleted(scheduler, group, name):
    with refused("ResourceNotFoundException"):
        scheduler.get_schedule(GroupName=group, Name=name)
    with refused("ResourceNotFoundException"):
        scheduler.get_schedule(GroupName="no-such-group", Name=name)
