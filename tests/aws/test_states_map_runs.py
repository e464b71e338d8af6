"""Map runs of distributed Maps."""

import json

import pytest

from conftest import ended, refused, until
from words import asks, maps


@pytest.fixture
def done(sfn, machine, run):
    """A machine's execution that mapped five items, and its map run's ARN."""
    arn = machine(maps(item={"Type": "Pass", "End": True}))
    execution = run(arn, {"items": [1, 2, 3, 4, 5]})
    assert (execution["status"], json.loads(execution["output"])) == ("SUCCEEDED", [1, 2, 3, 4, 5])
    listed = sfn.list_map_runs(executionArn=execution["executionArn"])["mapRuns"]
    assert len(listed) == 1
    return arn, execution, listed[0]


def test_a_map_run_is_listed(sfn, done):
    arn, execution, item = done
    assert item["executionArn"] == execution["executionArn"]
    assert item["stateMachineArn"] in (arn, arn + "/each")
    assert item["mapRunArn"].startswith(arn.replace(":stateMachine:", ":mapRun:") + "/each:")
    assert item["startDate"] <= item["stopDate"]


def test_a_map_run_is_described(sfn, done):
    _, execution, item = done
    found = sfn.describe_map_run(mapRunArn=item["mapRunArn"])
    assert found["mapRunArn"] == item["mapRunArn"]
    assert (found["executionArn"], found["status"]) == (execution["executionArn"], "SUCCEEDED")
    counts = {
        "pending": 0, "running": 0, "succeeded": 5, "failed": 0, "timedOut": 0, "aborted": 0, "total": 5,
        "resultsWritten": 0, "failuresNotRedrivable": 0, "pendingRedrive": 0,
    }  # fmt: skip
    assert found["itemCounts"] == counts
    assert found["executionCounts"] == counts
    assert (found["toleratedFailurePercentage"], found["toleratedFailureCount"]) == (0.0, 0)
    assert found["redriveCount"] == 0


def test_a_map_runs_executions_are_none(sfn, done):
    """Iterations are no executions of their own here (docs/aws.md)."""
    _, _, item = done
    assert sfn.list_executions(mapRunArn=item["mapRunArn"])["executions"] == []


def test_events_name_the_map_run(sfn, done):
    _, execution, item = done
    events = sfn.get_execution_history(executionArn=execution["executionArn"])["events"]
    started = next(event for event in events if event["type"] == "MapRunStarted")
    assert started["mapRunStartedEventDetails"] == {"mapRunArn": item["mapRunArn"]}


def test_lists_in_pages(sfn, machine, run):
    first = maps()["States"]["Each"]
    # Names of states are one machine's, whatever they stand in.
    second = json.loads(json.dumps(first).replace('"Item"', '"Other"').replace('"each"', '"again"'))
    first, second = {**first, "Next": "Two", "ResultPath": None}, {**second, "ResultPath": None}
    del first["End"]
    execution = run(machine({"StartAt": "One", "States": {"One": first, "Two": second}}), {"items": [1]})
    assert execution["status"] == "SUCCEEDED"
    pages = sfn.get_paginator("list_map_runs").paginate(
        executionArn=execution["executionArn"], PaginationConfig={"PageSize": 1}
    )
    labels = [item["mapRunArn"].split("/")[1].split(":")[0] for page in pages for item in page["mapRuns"]]
    assert sorted(labels) == ["again", "each"]


def test_a_failed_item_fails_the_run(sfn, machine, run):
    arn = machine(maps(item={"Type": "Fail", "Error": "Oops"}))
    execution = run(arn, {"items": [1, 2]})
    assert (execution["status"], execution["error"]) == ("FAILED", "States.ExceedToleratedFailureThreshold")
    item = sfn.list_map_runs(executionArn=execution["executionArn"])["mapRuns"][0]
    found = sfn.describe_map_run(mapRunArn=item["mapRunArn"])
    assert found["status"] == "FAILED"
    assert found["itemCounts"]["failed"] >= 1
    assert found["itemCounts"]["total"] == 2


def test_update(sfn, machine, name):
    activity = sfn.create_activity(name=name)["activityArn"]
    task = asks(activity)["States"]["A"]
    arn = machine(maps(item=task, MaxConcurrency=1))
    started = sfn.start_execution(stateMachineArn=arn, input=json.dumps({"items": [1, 2]}))["executionArn"]
    runs = until("it has a map run", lambda: sfn.list_map_runs(executionArn=started)["mapRuns"])
    map_run = runs[0]["mapRunArn"]
    found = sfn.describe_map_run(mapRunArn=map_run)
    assert (found["status"], found["maxConcurrency"]) == ("RUNNING", 1)
    assert "stopDate" not in found
    answer = sfn.update_map_run(mapRunArn=map_run, maxConcurrency=2, toleratedFailurePercentage=50.0)
    assert set(answer) == {"ResponseMetadata"}
    until("both run at once", lambda: sfn.describe_map_run(mapRunArn=map_run)["itemCounts"]["running"] == 2)
    found = sfn.describe_map_run(mapRunArn=map_run)
    assert (found["maxConcurrency"], found["toleratedFailurePercentage"]) == (2, 50.0)
    with refused("ValidationException"):
        sfn.update_map_run(mapRunArn=map_run, toleratedFailurePercentage=101.0)
    with refused("ValidationException"):
        sfn.update_map_run(mapRunArn=map_run, maxConcurrency=-1)
    tokens = [sfn.get_activity_task(activityArn=activity)["taskToken"] for _ in range(2)]
    sfn.send_task_failure(taskToken=tokens[0])
    sfn.send_task_success(taskToken=tokens[1], output="1")
    assert ended(sfn, started)["status"] == "SUCCEEDED", "half of them may fail"
    sfn.delete_activity(activityArn=activity)


def test_a_map_run_that_is_not_there(sfn, done):
    _, _, item = done
    missing = item["mapRunArn"].rpartition(":")[0] + ":00000000-0000-4000-8000-000000000000"
    with refused("ResourceNotFound"):
        sfn.describe_map_run(mapRunArn=missing)
    with refused("ResourceNotFound"):
        sfn.update_map_run(mapRunArn=missing, maxConcurrency=1)
    with refused("ResourceNotFound"):
        sfn.list_executions(mapRunArn=missing)
