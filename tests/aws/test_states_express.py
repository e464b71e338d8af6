"""Express machines: StartSyncExecution, and what they cannot do."""

import json

from conftest import refused
from words import PASS, answers, fails


def test_a_synchronous_execution(sfn, machine):
    arn = machine(answers({"b": 1}), type="EXPRESS")
    found = sfn.start_sync_execution(stateMachineArn=arn, name="one", input='{"a": 1}')
    assert found["executionArn"].startswith(arn.replace(":stateMachine:", ":express:") + ":one:")
    assert (found["stateMachineArn"], found["name"], found["status"]) == (arn, "one", "SUCCEEDED")
    assert json.loads(found["input"]) == {"a": 1}
    assert json.loads(found["output"]) == {"b": 1}
    assert found["inputDetails"] == found["outputDetails"] == {"included": True}
    assert found["startDate"] <= found["stopDate"]
    assert found["billingDetails"]["billedMemoryUsedInMB"] % 64 == 0
    assert found["billingDetails"]["billedDurationInMilliseconds"] % 100 == 0


def test_a_failure_is_an_answer(sfn, machine):
    arn = machine(fails("Oops", "because"), type="EXPRESS")
    found = sfn.start_sync_execution(stateMachineArn=arn)
    assert (found["status"], found["error"], found["cause"]) == ("FAILED", "Oops", "because")
    assert "output" not in found


def test_a_time_out_is_an_answer(sfn, machine):
    slow = {"StartAt": "A", "TimeoutSeconds": 1, "States": {"A": {"Type": "Wait", "Seconds": 60, "End": True}}}
    found = sfn.start_sync_execution(stateMachineArn=machine(slow, type="EXPRESS"))
    assert found["status"] == "TIMED_OUT"


def test_without_data(sfn, machine):
    arn = machine(PASS, type="EXPRESS")
    found = sfn.start_sync_execution(stateMachineArn=arn, includedData="METADATA_ONLY")
    assert "input" not in found and "output" not in found
    assert found["inputDetails"] == found["outputDetails"] == {"included": False}


def test_a_trace_header_comes_back(sfn, machine):
    header = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0"
    found = sfn.start_sync_execution(stateMachineArn=machine(PASS, type="EXPRESS"), traceHeader=header)
    assert found["traceHeader"] == header


def test_the_same_name_twice_runs_twice(sfn, machine):
    arn = machine(PASS, type="EXPRESS")
    one = sfn.start_sync_execution(stateMachineArn=arn, name="one")
    two = sfn.start_sync_execution(stateMachineArn=arn, name="one")
    assert one["executionArn"] != two["executionArn"]


def test_an_asynchronous_execution(sfn, machine):
    arn = machine(PASS, type="EXPRESS")
    started = sfn.start_execution(stateMachineArn=arn, name="one")
    assert started["executionArn"].startswith(arn.replace(":stateMachine:", ":express:") + ":one:")


def test_what_express_cannot_do(sfn, machine):
    arn = machine(PASS, type="EXPRESS")
    execution = sfn.start_execution(stateMachineArn=arn)["executionArn"]
    message = "Invalid Arn: 'Resource type not valid in this context: express'"
    for operation in ("describe_execution", "stop_execution", "get_execution_history"):
        with refused("InvalidArn", message):
            getattr(sfn, operation)(executionArn=execution)
    with refused("StateMachineTypeNotSupported", "This operation is not supported by this type of state machine"):
        sfn.list_executions(stateMachineArn=arn)


def test_a_standard_machine_is_not_synchronous(sfn, machine):
    with refused("StateMachineTypeNotSupported", "This operation is not supported by this type of state machine"):
        sfn.start_sync_execution(stateMachineArn=machine(PASS))


def test_what_is_no_express_definition(sfn, name):
    state = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "End": True}
    definition = json.dumps({"StartAt": "A", "States": {"A": state}})
    with refused("InvalidDefinition", "...Express state machine does not support '.waitForTaskToken' service integration..."):
        sfn.create_state_machine(name=name, definition=definition, roleArn="arn:aws:iam::000000000000:role/r", type="EXPRESS")


def test_bad_input(sfn, machine):
    arn = machine(PASS, type="EXPRESS")
    with refused("InvalidExecutionInput", "Invalid State Machine Execution Input: '...'"):
        sfn.start_sync_execution(stateMachineArn=arn, input="{")
    with refused("StateMachineDoesNotExist"):
        sfn.start_sync_execution(stateMachineArn=arn + "-none")


def calls(resource, child, **fields):
    """A machine with one task, which starts the child with the task's input."""
    parameters = {"StateMachineArn": child, "Input.$": "$", **fields}
    task = {"Type": "Task", "Resource": resource, "Parameters": parameters, "End": True}
    return {"StartAt": "A", "States": {"A": task}}


def test_a_task_runs_one_to_its_end(machine, run):
    child = machine(answers({"b": 1}), type="EXPRESS")
    arn = machine(calls("arn:aws:states:::aws-sdk:sfn:startSyncExecution", child, Name="one"))
    found = json.loads(run(arn, {"a": 1})["output"])
    assert found["ExecutionArn"].startswith(child.replace(":stateMachine:", ":express:") + ":one:")
    assert (found["StateMachineArn"], found["Name"], found["Status"]) == (child, "one", "SUCCEEDED")
    assert json.loads(found["Input"]) == {"a": 1}
    assert json.loads(found["Output"]) == {"b": 1}
    assert found["InputDetails"] == found["OutputDetails"] == {"Included": True}
    assert found["BillingDetails"]["BilledMemoryUsedInMB"] % 64 == 0


def test_a_task_is_told_of_a_failure(machine, run):
    child = machine(fails("Oops", "because"), type="EXPRESS")
    found = run(machine(calls("arn:aws:states:::aws-sdk:sfn:startSyncExecution", child)))
    assert found["status"] == "SUCCEEDED", "the child's failure is an answer"
    child_ended = json.loads(found["output"])
    assert (child_ended["Status"], child_ended["Error"], child_ended["Cause"]) == ("FAILED", "Oops", "because")


def test_a_task_cannot_run_a_standard_machine_to_its_end(machine, run):
    child = machine(PASS)
    found = run(machine(calls("arn:aws:states:::aws-sdk:sfn:startSyncExecution", child)))
    assert (found["status"], found["error"]) == ("FAILED", "Sfn.StateMachineTypeNotSupportedException")


def test_a_task_is_told_the_arn_of_one_that_it_starts(sfn, machine, run):
    child = machine(PASS, type="EXPRESS")
    for resource in ("arn:aws:states:::states:startExecution", "arn:aws:states:::aws-sdk:sfn:startExecution"):
        started = json.loads(run(machine(calls(resource, child)))["output"])
        assert started["ExecutionArn"].startswith(child.replace(":stateMachine:", ":express:") + ":"), resource


def test_its_context_object(sfn, machine):
    shows = {"Type": "Pass", "Parameters": {"shown.$": "$$.Execution"}, "End": True}
    arn = machine({"StartAt": "A", "States": {"A": shows}}, type="EXPRESS")
    found = sfn.start_sync_execution(stateMachineArn=arn)
    shown = json.loads(found["output"])["shown"]
    assert set(shown) == {"Id", "Input", "StartTime", "Name", "RoleArn"}
    assert shown["Id"] == found["executionArn"]
