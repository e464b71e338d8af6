"""GetExecutionHistory."""

import json

import pytest

from conftest import refused
from words import PASS, answers, fails

TYPES = ["ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"]


def test_every_event_in_order(sfn, machine, run):
    arn = machine(answers({"b": 1}))
    execution = run(arn, {"a": 1})["executionArn"]
    events = sfn.get_execution_history(executionArn=execution)["events"]
    assert [event["type"] for event in events] == TYPES
    assert [event["id"] for event in events] == [1, 2, 3, 4]
    assert [event["previousEventId"] for event in events] == [0, 0, 2, 3]
    first, entered, left, last = events
    started = first["executionStartedEventDetails"]
    assert json.loads(started["input"]) == {"a": 1}
    assert started["inputDetails"] == {"truncated": False}
    assert started["roleArn"].startswith("arn:aws:iam::")
    assert entered["stateEnteredEventDetails"]["name"] == "A"
    assert json.loads(left["stateExitedEventDetails"]["output"]) == {"b": 1}
    assert json.loads(last["executionSucceededEventDetails"]["output"]) == {"b": 1}
    assert all(one["timestamp"] <= two["timestamp"] for one, two in zip(events, events[1:]))


def test_backwards(sfn, machine, run):
    execution = run(machine(PASS))["executionArn"]
    events = sfn.get_execution_history(executionArn=execution, reverseOrder=True)["events"]
    assert [event["type"] for event in events] == TYPES[::-1]
    assert [event["id"] for event in events] == [4, 3, 2, 1]


@pytest.mark.parametrize("backwards", [False, True])
def test_in_pages(sfn, machine, run, backwards):
    execution = run(machine(PASS))["executionArn"]
    pages = sfn.get_paginator("get_execution_history").paginate(
        executionArn=execution, reverseOrder=backwards, PaginationConfig={"PageSize": 3}
    )
    pages = list(pages)
    assert [len(page["events"]) for page in pages] == [3, 1]
    types = [event["type"] for page in pages for event in page["events"]]
    assert types == (TYPES[::-1] if backwards else TYPES)


def test_without_data(sfn, machine, run):
    execution = run(machine(PASS), {"a": 1})["executionArn"]
    events = sfn.get_execution_history(executionArn=execution, includeExecutionData=False)["events"]
    assert [event["type"] for event in events] == TYPES
    for event in events:
        for details in (value for key, value in event.items() if key.endswith("EventDetails")):
            assert "input" not in details and "output" not in details


def test_a_failure(sfn, machine, run):
    execution = run(machine(fails("Oops", "because")))["executionArn"]
    events = sfn.get_execution_history(executionArn=execution)["events"]
    assert [event["type"] for event in events] == ["ExecutionStarted", "FailStateEntered", "ExecutionFailed"]
    assert events[-1]["executionFailedEventDetails"] == {"error": "Oops", "cause": "because"}


def test_a_version_is_named(sfn, machine, run):
    arn = machine(PASS, publish=True)
    execution = run(arn + ":1")["executionArn"]
    started = sfn.get_execution_history(executionArn=execution)["events"][0]["executionStartedEventDetails"]
    assert started["stateMachineVersionArn"] == arn + ":1"


def test_retries_catches_and_variables(sfn, machine, run):
    inner = {"StartAt": "I", "States": {"I": {"Type": "Fail", "Error": "E", "Cause": "c"}}}
    states = {
        "A": {"Type": "Pass", "Assign": {"x": {"y": 1}}, "Next": "B"},
        "B": {
            "Type": "Parallel",
            "Branches": [inner],
            "Retry": [{"ErrorEquals": ["E"], "MaxAttempts": 1, "IntervalSeconds": 1}],
            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "C"}],
            "Next": "C",
        },
        "C": {"Type": "Succeed"},
    }
    execution = run(machine({"StartAt": "A", "States": states}))["executionArn"]
    events = sfn.get_execution_history(executionArn=execution)["events"]
    types = [event["type"] for event in events]
    assert types == [
        "ExecutionStarted", "PassStateEntered", "PassStateExited", "ParallelStateEntered",
        "ParallelStateStarted", "FailStateEntered", "ParallelStateStarted", "FailStateEntered",
        "ParallelStateFailed", "ParallelStateExited", "SucceedStateEntered", "SucceedStateExited", "ExecutionSucceeded",
    ]  # fmt: skip
    details = events[2]["stateExitedEventDetails"]
    assert {key: json.loads(value) for key, value in details["assignedVariables"].items()} == {"x": {"y": 1}}


def test_tokens_and_sizes_that_are_none(sfn, machine, run):
    execution = run(machine(PASS))["executionArn"]
    with refused("InvalidToken", "Invalid Token: '...'"):
        sfn.get_execution_history(executionArn=execution, nextToken="x")
    with refused("ValidationException", "...Member must have value less than or equal to 1000"):
        sfn.get_execution_history(executionArn=execution, maxResults=1001)


def test_many_events_in_pages(sfn, machine, run):
    item = {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": True}}}
    each = {"StartAt": "M", "States": {"M": {"Type": "Map", "ItemProcessor": item, "End": True}}}
    execution = run(machine(each), list(range(60)))["executionArn"]
    events = []
    for page in sfn.get_paginator("get_execution_history").paginate(executionArn=execution, maxResults=100):
        events += page["events"]
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert sum(event["type"] == "MapIterationSucceeded" for event in events) == 60
