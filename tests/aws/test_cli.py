"""The AWS CLI: a user's session with machines, typed as in AWS's documents."""

import json
import os
import subprocess

import pytest

from conftest import ENDPOINT, ROLE, text
from words import PASS, answers, asks, fails

STARTS = {"AWS_DISABLE_HOST_PREFIX_INJECTION": "true", "AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1"}


def aws(*words, code=0):
    """Runs `aws stepfunctions`; gives what it printed as JSON, or its complaint where it must fail."""
    command = ["aws", "stepfunctions", *words, "--endpoint-url", ENDPOINT, "--region", "us-east-1", "--output", "json"]
    said = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **STARTS}, timeout=60, check=False)
    assert said.returncode == code, f"{said.returncode}: {said.stdout}{said.stderr}"
    if code:
        return said.stderr
    return json.loads(said.stdout) if said.stdout.strip() else {}


@pytest.fixture
def arn(name):
    """A machine made by the CLI."""
    words = ["--name", name, "--definition", text(answers({"a": 1})), "--role-arn", ROLE]
    made = aws("create-state-machine", *words, "--tags", "key=team,value=blue")["stateMachineArn"]
    yield made
    aws("delete-state-machine", "--state-machine-arn", made)


def test_a_session_with_a_machine(arn, tmp_path):
    assert aws("describe-state-machine", "--state-machine-arn", arn)["status"] == "ACTIVE"
    listed = aws("list-state-machines", "--query", "stateMachines[].stateMachineArn")
    assert arn in listed
    started = aws("start-execution", "--state-machine-arn", arn, "--name", "one", "--input", "{}")
    execution = started["executionArn"]
    found = {}
    while found.get("status", "RUNNING") == "RUNNING":
        found = aws("describe-execution", "--execution-arn", execution)
    assert json.loads(found["output"]) == {"a": 1}
    events = aws("get-execution-history", "--execution-arn", execution)["events"]
    assert [event["id"] for event in events] == [1, 2, 3, 4]
    listed = aws("list-executions", "--state-machine-arn", arn, "--max-items", "1")
    assert listed["executions"][0]["executionArn"] == execution
    file = tmp_path / "definition.json"
    file.write_text(text(PASS))
    aws("update-state-machine", "--state-machine-arn", arn, "--definition", f"file://{file}", "--publish")
    assert len(aws("list-state-machine-versions", "--state-machine-arn", arn)["stateMachineVersions"]) == 1
    tags = aws("list-tags-for-resource", "--resource-arn", arn)["tags"]
    assert tags == [{"key": "team", "value": "blue"}]


def test_a_session_with_an_activity(name):
    activity = aws("create-activity", "--name", name)["activityArn"]
    words = ["--name", name, "--definition", text(asks(activity)), "--role-arn", ROLE]
    machine = aws("create-state-machine", *words)["stateMachineArn"]
    execution = aws("start-execution", "--state-machine-arn", machine)["executionArn"]
    task = aws("get-activity-task", "--activity-arn", activity, "--worker-name", "cli")
    aws("send-task-success", "--task-token", task["taskToken"], "--task-output", '"done"')
    found = {}
    while found.get("status", "RUNNING") == "RUNNING":
        found = aws("describe-execution", "--execution-arn", execution)
    assert found["output"] == '"done"'
    aws("delete-state-machine", "--state-machine-arn", machine)
    aws("delete-activity", "--activity-arn", activity)


def test_definitions_without_a_machine():
    found = aws("validate-state-machine-definition", "--definition", '{"StartAt": "A"}')
    assert found["result"] == "FAIL"
    found = aws("test-state", "--definition", text(fails()["States"]["A"]), "--role-arn", ROLE)
    assert found["status"] == "FAILED"


def test_a_synchronous_execution(name):
    words = ["--name", name, "--definition", text(PASS), "--role-arn", ROLE, "--type", "EXPRESS"]
    machine = aws("create-state-machine", *words)["stateMachineArn"]
    found = aws("start-sync-execution", "--state-machine-arn", machine, "--input", "[1]")
    assert (found["status"], found["output"]) == ("SUCCEEDED", "[1]")
    aws("delete-state-machine", "--state-machine-arn", machine)


def test_an_error_is_told(arn):
    said = aws("describe-state-machine", "--state-machine-arn", arn + "-none", code=255)
    assert "(StateMachineDoesNotExist)" in said and f"State Machine Does Not Exist: '{arn}-none'" in said
