"""Activities, and the workers that do their tasks."""

import json

import pytest

from conftest import ACCOUNT, REGION, ended, refused
from words import asks

ARN = f"arn:aws:states:{REGION}:{ACCOUNT}:activity:"


@pytest.fixture
def activity(sfn, name):
    """An activity's ARN."""
    arn = sfn.create_activity(name=name)["activityArn"]
    yield arn
    sfn.delete_activity(activityArn=arn)


def test_the_life_of_an_activity(sfn, name):
    created = sfn.create_activity(name=name)
    arn = created["activityArn"]
    assert arn == ARN + name
    again = sfn.create_activity(name=name)
    assert (again["activityArn"], again["creationDate"]) == (arn, created["creationDate"])
    found = sfn.describe_activity(activityArn=arn)
    assert (found["activityArn"], found["name"], found["creationDate"]) == (arn, name, created["creationDate"])
    assert found["encryptionConfiguration"] == {"type": "AWS_OWNED_KEY"}
    assert set(sfn.delete_activity(activityArn=arn)) == {"ResponseMetadata"}
    with refused("ActivityDoesNotExist", f"Activity Does Not Exist: '{arn}'"):
        sfn.describe_activity(activityArn=arn)
    sfn.delete_activity(activityArn=arn)


def test_activities_are_listed_in_pages(sfn, name):
    made = [sfn.create_activity(name=f"{name}-{letter}")["activityArn"] for letter in "abc"]
    pages = list(sfn.get_paginator("list_activities").paginate(PaginationConfig={"PageSize": 2}))
    assert all(len(page["activities"]) <= 2 for page in pages)
    listed = {item["activityArn"]: item for page in pages for item in page["activities"]}
    assert set(made) <= set(listed)
    assert listed[made[0]]["name"] == f"{name}-a"
    assert listed[made[0]]["creationDate"]
    for arn in made:
        sfn.delete_activity(activityArn=arn)


@pytest.mark.parametrize("bad", ["activity name", "activity{name", 'activity"name', "activity\\name", "\x00a", "activity~name"])
def test_names_that_are_none(sfn, bad):
    with refused("InvalidName", f"Invalid Name: '{bad}'"):
        sfn.create_activity(name=bad)


def test_a_worker_does_a_task(sfn, machine, activity):
    arn = sfn.start_execution(stateMachineArn=machine(asks(activity)), input='{"a": 1}')["executionArn"]
    task = sfn.get_activity_task(activityArn=activity, workerName="ada")
    assert json.loads(task["input"]) == {"a": 1}
    assert set(sfn.send_task_heartbeat(taskToken=task["taskToken"])) == {"ResponseMetadata"}
    assert set(sfn.send_task_success(taskToken=task["taskToken"], output='{"b": 2}')) == {"ResponseMetadata"}
    found = ended(sfn, arn)
    assert (found["status"], json.loads(found["output"])) == ("SUCCEEDED", {"b": 2})
    events = sfn.get_execution_history(executionArn=arn)["events"]
    types = [event["type"] for event in events]
    assert types[2:5] == ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"]
    assert events[2]["activityScheduledEventDetails"]["resource"] == activity
    assert events[3]["activityStartedEventDetails"]["workerName"] == "ada"


def test_a_worker_fails_a_task(sfn, machine, activity):
    arn = sfn.start_execution(stateMachineArn=machine(asks(activity)))["executionArn"]
    task = sfn.get_activity_task(activityArn=activity)
    sfn.send_task_failure(taskToken=task["taskToken"], error="Oops", cause="because")
    found = ended(sfn, arn)
    assert (found["status"], found["error"], found["cause"]) == ("FAILED", "Oops", "because")


def test_an_answer_comes_once(sfn, machine, activity):
    arn = sfn.start_execution(stateMachineArn=machine(asks(activity)))["executionArn"]
    token = sfn.get_activity_task(activityArn=activity)["taskToken"]
    sfn.send_task_success(taskToken=token, output="1")
    ended(sfn, arn)
    for again in (
        lambda: sfn.send_task_success(taskToken=token, output="2"),
        lambda: sfn.send_task_failure(taskToken=token),
        lambda: sfn.send_task_heartbeat(taskToken=token),
    ):
        with pytest.raises((sfn.exceptions.TaskTimedOut, sfn.exceptions.TaskDoesNotExist)):
            again()
    assert ended(sfn, arn)["output"] == "1"


def test_outputs_and_tokens_that_are_none(sfn, machine, activity):
    arn = sfn.start_execution(stateMachineArn=machine(asks(activity)))["executionArn"]
    token = sfn.get_activity_task(activityArn=activity)["taskToken"]
    with refused("InvalidOutput"):
        sfn.send_task_success(taskToken=token, output="{")
    for bad in ("x", "AAAA" * 40):
        with refused("InvalidToken", "Invalid Token: 'Invalid token'"):
            sfn.send_task_success(taskToken=bad, output="1")
        with refused("InvalidToken", "Invalid Token: 'Invalid token'"):
            sfn.send_task_failure(taskToken=bad)
        with refused("InvalidToken", "Invalid Token: 'Invalid token'"):
            sfn.send_task_heartbeat(taskToken=bad)
    sfn.send_task_success(taskToken=token, output="null")
    assert ended(sfn, arn)["output"] == "null"


def test_a_task_token_by_a_function_less_callback(sfn, machine, activity):
    """A task that waits for its token tells the token to a child, which a worker of an activity passes on."""
    child = machine(asks(activity))
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.waitForTaskToken",
        "Parameters": {"StateMachineArn": child, "Input": {"token.$": "$$.Task.Token"}},
        "End": True,
    }
    arn = sfn.start_execution(stateMachineArn=machine({"StartAt": "A", "States": {"A": state}}))["executionArn"]
    task = sfn.get_activity_task(activityArn=activity)
    token = json.loads(task["input"])["token"]
    sfn.send_task_heartbeat(taskToken=token)
    sfn.send_task_success(taskToken=token, output='"called back"')
    assert ended(sfn, arn)["output"] == '"called back"'
    sfn.send_task_success(taskToken=task["taskToken"], output="1")


def test_a_heartbeat_that_does_not_come(sfn, machine, activity):
    definition = asks(activity, HeartbeatSeconds=1, TimeoutSeconds=60)
    arn = sfn.start_execution(stateMachineArn=machine(definition))["executionArn"]
    token = sfn.get_activity_task(activityArn=activity)["taskToken"]
    found = ended(sfn, arn)
    assert (found["status"], found["error"]) == ("FAILED", "States.Timeout")
    with pytest.raises((sfn.exceptions.TaskTimedOut, sfn.exceptions.TaskDoesNotExist)):
        sfn.send_task_heartbeat(taskToken=token)


def test_an_activity_that_is_not_there(sfn, machine, activity):
    missing = activity + "-none"
    with refused("ActivityDoesNotExist", f"Activity Does Not Exist: '{missing}'"):
        sfn.get_activity_task(activityArn=missing)
    gone = sfn.start_execution(stateMachineArn=machine(asks(missing)))["executionArn"]
    found = ended(sfn, gone)
    assert (found["status"], found["error"]) == ("FAILED", "States.Runtime")
