"""Definitions that the tests use."""

PASS = {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}}


def answers(value):
    """A machine that answers the value."""
    return {"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": value, "End": True}}}


def fails(error="Oops", cause="why"):
    """A machine that fails."""
    return {"StartAt": "A", "States": {"A": {"Type": "Fail", "Error": error, "Cause": cause}}}


def waits(seconds=600):
    """A machine that waits."""
    return {"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": seconds, "End": True}}}


def asks(activity_arn, **fields):
    """A machine with one task, which a worker of the activity does."""
    return {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": activity_arn, "End": True, **fields}}}


def maps(tolerated=0, item=None, **fields):
    """A machine with a distributed Map over the input's `items`."""
    item = item or {"Type": "Pass", "End": True}
    processor = {
        "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
        "StartAt": "Item",
        "States": {"Item": item},
    }
    state = {
        "Type": "Map",
        "Label": "each",
        "ItemsPath": "$.items",
        "ItemProcessor": processor,
        "ToleratedFailurePercentage": tolerated,
        "End": True,
        **fields,
    }
    return {"StartAt": "Each", "States": {"Each": state}}
