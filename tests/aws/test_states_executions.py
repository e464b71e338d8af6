"""Executions: start, describe, list, stop, redrive."""

import json
import time

import pytest

from conftest import ROLE, ended, refused, until
from words import PASS, answers, asks, fails, waits


def test_an_execution_from_start_to_end(sfn, machine, run, name):
    arn = machine(PASS)
    found = run(arn, {"a": [1, None, "ü"]}, name="first")
    assert found["executionArn"] == arn.replace(":stateMachine:", ":execution:") + ":first"
    assert (found["stateMachineArn"], found["name"], found["status"]) == (arn, "first", "SUCCEEDED")
    assert json.loads(found["input"]) == json.loads(found["output"]) == {"a": [1, None, "ü"]}
    assert found["inputDetails"] == found["outputDetails"] == {"included": True}
    assert found["startDate"] <= found["stopDate"]
    assert abs(found["startDate"].timestamp() - time.time()) < 120
    assert found["redriveCount"] == 0
    assert found["redriveStatus"] == "NOT_REDRIVABLE"
    assert found["redriveStatusReason"] == "Execution is SUCCEEDED and cannot be redriven"
    assert "error" not in found and "cause" not in found


def test_an_execution_without_a_name_gets_one(sfn, machine, run):
    found = run(machine(PASS))
    assert found["name"] == found["executionArn"].rpartition(":")[2]
    assert json.loads(found["input"]) == {}


def test_what_runs_has_no_end(sfn, machine):
    arn = sfn.start_execution(stateMachineArn=machine(waits()))["executionArn"]
    found = sfn.describe_execution(executionArn=arn)
    assert found["status"] == "RUNNING"
    assert not {"stopDate", "output", "error", "cause"} & set(found)
    assert found["redriveStatus"] == "NOT_REDRIVABLE"
    assert found["redriveStatusReason"] == "Execution is RUNNING and cannot be redriven"
    sfn.stop_execution(executionArn=arn)


def test_a_failure_says_why(sfn, machine, run):
    found = run(machine(fails("Oops", "because")))
    assert (found["status"], found["error"], found["cause"]) == ("FAILED", "Oops", "because")
    assert "output" not in found
    assert found["redriveStatus"] == "REDRIVABLE"


def test_described_without_data(sfn, machine, run):
    arn = run(machine(PASS), {"a": 1})["executionArn"]
    found = sfn.describe_execution(executionArn=arn, includedData="METADATA_ONLY")
    assert "input" not in found and "output" not in found
    assert found["status"] == "SUCCEEDED"
    full = sfn.describe_execution(executionArn=arn, includedData="ALL_DATA")
    assert full["input"] == '{"a": 1}'


def test_a_trace_header_is_kept(sfn, machine, run):
    header = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0"
    arn = machine(PASS)
    found = run(arn, traceHeader=header)
    assert found["traceHeader"] == header
    until("it is listed", lambda: sfn.list_executions(stateMachineArn=arn)["executions"])
    found = sfn.describe_execution(executionArn=found["executionArn"])
    assert found["traceHeader"] == header, "also once it has left memory"
    assert "traceHeader" not in run(arn)


def test_the_context_object_has_the_role_of_the_start(sfn, machine, run):
    role = {"Type": "Pass", "Parameters": {"role.$": "$$.Execution.RoleArn"}, "End": True}
    arn = machine({"StartAt": "A", "States": {"A": role}})
    assert json.loads(run(arn)["output"]) == {"role": ROLE}
    other = ROLE + "-other"
    sfn.update_state_machine(stateMachineArn=arn, roleArn=other)
    until("the machine has the other role", lambda: json.loads(run(arn)["output"]) == {"role": other})


def test_the_same_start_again_is_the_same_execution(sfn, machine):
    arn = machine(waits())
    first = sfn.start_execution(stateMachineArn=arn, name="one", input='{"a": 1}')
    again = sfn.start_execution(stateMachineArn=arn, name="one", input='{"a": 1}')
    assert again["executionArn"] == first["executionArn"]
    assert again["startDate"] == first["startDate"]
    with refused("ExecutionAlreadyExists", f"Execution Already Exists: '{first['executionArn']}'"):
        sfn.start_execution(stateMachineArn=arn, name="one", input='{"a": 2}')
    sfn.stop_execution(executionArn=first["executionArn"])
    ended(sfn, first["executionArn"])
    with refused("ExecutionAlreadyExists"):
        sfn.start_execution(stateMachineArn=arn, name="one", input='{"a": 1}')


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("", "Invalid execution input."),
        ("not some json", "Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"),
        ("{'not': 'json'", "Unexpected character (''' (code 39)): was expecting double-quote to start field name"),
    ],
)
def test_inputs_that_are_none(sfn, machine, data, message):
    arn = machine(PASS)
    with refused("InvalidExecutionInput", f"Invalid State Machine Execution Input: '{message}'"):
        sfn.start_execution(stateMachineArn=arn, input=data)


def test_an_input_that_is_too_large(sfn, machine):
    arn = machine(PASS)
    # AWS has one limit for all; here a machine may ask for more, so the input is at fault and not the parameter.
    with refused("InvalidExecutionInput", "Invalid State Machine Execution Input: '...262144...'"):
        sfn.start_execution(stateMachineArn=arn, input=json.dumps("a" * 262_143))
    found = sfn.start_execution(stateMachineArn=arn, input=json.dumps("a" * 262_142))
    assert ended(sfn, found["executionArn"])["status"] == "SUCCEEDED"


@pytest.mark.parametrize("bad", ["a b", "a:b", "a/b", "a\x1fb", "a?"])
def test_names_that_are_none(sfn, machine, bad):
    arn = machine(PASS)
    with refused("InvalidName", f"Invalid Name: '{bad}'"):
        sfn.start_execution(stateMachineArn=arn, name=bad)


def test_names_of_a_length_that_is_none(sfn, machine):
    arn = machine(PASS)
    with refused("ValidationException", "...Member must have length less than or equal to 80"):
        sfn.start_execution(stateMachineArn=arn, name="a" * 81)
    with refused("ValidationException", "...Member must have length greater than or equal to 1"):
        sfn.start_execution(stateMachineArn=arn, name="")


def test_what_is_not_there(sfn, machine):
    arn = machine(PASS)
    with refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}-none'"):
        sfn.start_execution(stateMachineArn=arn + "-none")
    none = arn.replace(":stateMachine:", ":execution:") + ":none"
    for operation in ("describe_execution", "get_execution_history", "stop_execution", "redrive_execution", "list_map_runs"):
        with refused("ExecutionDoesNotExist", f"Execution Does Not Exist: '{none}'"):
            getattr(sfn, operation)(executionArn=none)
    with refused("StateMachineDoesNotExist", f"State Machine Does Not Exist: '{arn}-none'"):
        sfn.list_executions(stateMachineArn=arn + "-none")


def test_stop(sfn, machine):
    arn = sfn.start_execution(stateMachineArn=machine(waits()))["executionArn"]
    stopped = sfn.stop_execution(executionArn=arn, error="Enough", cause="it is late")
    found = ended(sfn, arn)
    assert (found["status"], found["error"], found["cause"]) == ("ABORTED", "Enough", "it is late")
    assert found["stopDate"] == stopped["stopDate"]
    again = sfn.stop_execution(executionArn=arn)
    assert again["stopDate"] == stopped["stopDate"]
    assert ended(sfn, arn)["error"] == "Enough"


def test_stop_without_a_reason(sfn, machine):
    arn = sfn.start_execution(stateMachineArn=machine(waits()))["executionArn"]
    sfn.stop_execution(executionArn=arn)
    found = ended(sfn, arn)
    assert found["status"] == "ABORTED"
    assert "error" not in found and "cause" not in found


def test_reasons_that_are_too_long(sfn, machine):
    arn = sfn.start_execution(stateMachineArn=machine(waits()))["executionArn"]
    with refused("ValidationException", "1 validation error detected: Value '...' at 'error' failed to satisfy constraint: ..."):
        sfn.stop_execution(executionArn=arn, error="e" * 257)
    with refused("ValidationException", "1 validation error detected: Value '...' at 'cause' failed to satisfy constraint: ..."):
        sfn.stop_execution(executionArn=arn, cause="c" * 32_769)
    sfn.stop_execution(executionArn=arn, error="e" * 256, cause="c" * 32_768)


@pytest.fixture
def many(sfn, machine):
    """A machine with five executions: one that runs, two that succeeded, one that failed, one that was stopped."""
    choice = {"Variable": "$.do", "StringEquals": "wait", "Next": "Wait"}
    fail = {"Variable": "$.do", "StringEquals": "fail", "Next": "Fail"}
    states = {
        "A": {"Type": "Choice", "Choices": [choice, fail], "Default": "Done"},
        "Wait": {"Type": "Wait", "Seconds": 600, "End": True},
        "Fail": {"Type": "Fail", "Error": "Oops"},
        "Done": {"Type": "Succeed"},
    }
    arn = machine({"StartAt": "A", "States": states})
    started = []
    for number, do in enumerate(["pass", "pass", "fail", "wait", "wait"]):
        execution = sfn.start_execution(stateMachineArn=arn, name=f"x{number}", input=json.dumps({"do": do}))
        started.append(execution["executionArn"])
    sfn.stop_execution(executionArn=started[4])
    for index in (0, 1, 2, 4):
        ended(sfn, started[index])
    until("the list has all", lambda: len(sfn.list_executions(stateMachineArn=arn)["executions"]) == 5)
    yield arn, started
    sfn.stop_execution(executionArn=started[3])


def test_lists_by_status(sfn, many):
    arn, started = many

    def names(**parameters):
        listed = sfn.list_executions(stateMachineArn=arn, **parameters)["executions"]
        return [item["name"] for item in listed]

    assert names() == ["x4", "x3", "x2", "x1", "x0"], "the newest first"
    expect = {"SUCCEEDED": ["x1", "x0"], "FAILED": ["x2"], "RUNNING": ["x3"], "ABORTED": ["x4"], "TIMED_OUT": []}
    for status, listed in expect.items():
        until(f"{status} is {listed}", lambda s=status, e=listed: names(statusFilter=s) == e)
    assert names(redriveFilter="NOT_REDRIVEN") == ["x4", "x3", "x2", "x1", "x0"]
    assert names(redriveFilter="REDRIVEN") == []
    message = (
        "1 validation error detected: Value 'succeeded' at 'statusFilter' failed to satisfy constraint: Member must "
        "satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, ABORTED, FAILED, RUNNING]"
    )
    with refused("ValidationException", message):
        names(statusFilter="succeeded")


def test_an_item_of_the_list(sfn, many):
    arn, started = many
    item = sfn.list_executions(stateMachineArn=arn, statusFilter="FAILED")["executions"][0]
    assert item["executionArn"] == started[2]
    assert (item["stateMachineArn"], item["name"], item["status"]) == (arn, "x2", "FAILED")
    assert item["startDate"] <= item["stopDate"]
    assert item["redriveCount"] == 0
    runs = sfn.list_executions(stateMachineArn=arn, statusFilter="RUNNING")["executions"][0]
    assert "stopDate" not in runs


def test_lists_in_pages(sfn, many):
    arn, _ = many
    pages = list(sfn.get_paginator("list_executions").paginate(stateMachineArn=arn, PaginationConfig={"PageSize": 2}))
    assert [len(page["executions"]) for page in pages] == [2, 2, 1]
    assert "nextToken" not in pages[-1]
    names = [item["name"] for page in pages for item in page["executions"]]
    assert names == ["x4", "x3", "x2", "x1", "x0"]
    with refused("InvalidToken", "Invalid Token: 'Invalid token'"):
        sfn.list_executions(stateMachineArn=arn, nextToken="x")
    with refused("ValidationException", "...Member must have value less than or equal to 1000"):
        sfn.list_executions(stateMachineArn=arn, maxResults=1001)
    with refused("ValidationException", "...Member must have value greater than or equal to 0"):
        sfn.list_executions(stateMachineArn=arn, maxResults=-1)
    assert len(sfn.list_executions(stateMachineArn=arn, maxResults=0)["executions"]) == 5, "0 is the default"


def test_a_token_belongs_to_its_list(sfn, many, machine):
    arn, _ = many
    token = sfn.list_executions(stateMachineArn=arn, maxResults=1)["nextToken"]
    with refused("InvalidToken"):
        sfn.list_state_machines(nextToken=token + "x")


def test_a_list_needs_one_of_machine_and_map_run(sfn, many):
    arn, _ = many
    with refused("ValidationException"):
        sfn.list_executions()
    map_run = arn.replace(":stateMachine:", ":mapRun:") + "/each:" + "0" * 8 + "-0000-4000-8000-" + "0" * 12
    with refused("ValidationException"):
        sfn.list_executions(stateMachineArn=arn, mapRunArn=map_run)
    with refused("ResourceNotFound"):
        sfn.list_executions(mapRunArn=map_run)


def test_redrive(sfn, machine):
    activity = sfn.create_activity(name="redriven-by-hand")["activityArn"]
    arn = sfn.start_execution(stateMachineArn=machine(asks(activity)))["executionArn"]
    task = sfn.get_activity_task(activityArn=activity)
    sfn.send_task_failure(taskToken=task["taskToken"], error="Once")
    assert ended(sfn, arn)["status"] == "FAILED"
    redriven = sfn.redrive_execution(executionArn=arn, clientToken="token-1")
    again = sfn.redrive_execution(executionArn=arn, clientToken="token-1")
    assert again["redriveDate"] == redriven["redriveDate"]
    with refused("ExecutionNotRedrivable", "...Execution is RUNNING and cannot be redriven"):
        sfn.redrive_execution(executionArn=arn, clientToken="token-2")
    task = sfn.get_activity_task(activityArn=activity)
    sfn.send_task_success(taskToken=task["taskToken"], output='"done"')
    found = ended(sfn, arn)
    assert (found["status"], found["output"], found["redriveCount"]) == ("SUCCEEDED", '"done"', 1)
    assert found["redriveDate"] == redriven["redriveDate"]
    again = sfn.redrive_execution(executionArn=arn, clientToken="token-1")
    assert again["redriveDate"] == redriven["redriveDate"], "also after its end"
    events = sfn.get_execution_history(executionArn=arn)["events"]
    once = next(event for event in events if event["type"] == "ExecutionRedriven")
    assert once["executionRedrivenEventDetails"] == {"redriveCount": 1}
    sfn.delete_activity(activityArn=activity)


def test_redrives_that_are_none(sfn, machine, run):
    succeeded = run(machine(PASS))["executionArn"]
    with refused("ExecutionNotRedrivable", "...Execution is SUCCEEDED and cannot be redriven"):
        sfn.redrive_execution(executionArn=succeeded)
    arn = sfn.start_execution(stateMachineArn=machine(waits()))["executionArn"]
    with refused("ExecutionNotRedrivable", "...Execution is RUNNING and cannot be redriven"):
        sfn.redrive_execution(executionArn=arn)
    sfn.stop_execution(executionArn=arn)


def test_a_time_out(sfn, machine, run):
    found = run(machine({**waits(), "TimeoutSeconds": 1}))
    assert found["status"] == "TIMED_OUT"
    assert found["redriveStatus"] == "REDRIVABLE"
    assert "error" not in found and "cause" not in found


def test_fifty_at_once(sfn, machine):
    arn = machine(answers([1]))
    started = [sfn.start_execution(stateMachineArn=arn)["executionArn"] for _ in range(50)]
    assert len(set(started)) == 50
    assert {ended(sfn, execution)["output"] for execution in started} == {"[1]"}


def test_a_machine_that_starts_another(sfn, machine):
    child = machine(answers(7))
    state = {
        "Type": "Task",
        "Resource": "arn:aws:states:::states:startExecution.sync:2",
        "Parameters": {"StateMachineArn": child, "Input": {}},
        "OutputPath": "$.Output",
        "End": True,
    }
    arn = machine({"StartAt": "A", "States": {"A": state}})
    execution = sfn.start_execution(stateMachineArn=arn)["executionArn"]
    assert ended(sfn, execution)["output"] == "7"
    listed = until("the child is listed", lambda: sfn.list_executions(stateMachineArn=child)["executions"])
    assert len(listed) == 1


@pytest.mark.parametrize(
    ("machine_arn", "why"),
    [
        ("no/arn", "Invalid ARN prefix: no/arn"),
        ("arn:aws:states:us-east-1:000000000000:activity:a", "Resource type not valid in this context: activity"),
        ("arn:aws:states:us-east-1:000000000000", "Invalid ARN: arn:aws:states:us-east-1:000000000000"),
    ],
)
def test_a_task_that_names_no_machine(sfn, machine, run, machine_arn, why):
    with refused("InvalidArn", f"Invalid Arn: '{why}'"):
        sfn.start_execution(stateMachineArn=machine_arn)
    for resource, error in (("states", "StepFunctions"), ("aws-sdk:sfn", "Sfn")):
        state = {
            "Type": "Task",
            "Resource": f"arn:aws:states:::{resource}:startExecution",
            "Parameters": {"StateMachineArn": machine_arn, "Input": {}},
            "End": True,
        }
        found = run(machine({"StartAt": "A", "States": {"A": state}}))
        assert found["error"] == f"{error}.InvalidArnException"
        assert found["cause"].startswith(f"Invalid Arn: '{why}' (Service: ")
