"""Greets whoever the event names: {"name": "Ada"} gives {"greeting": "Hello, Ada!"}."""

from steploom import FunctionError, log


def handler(event, context):
    name = event.get("name") if isinstance(event, dict) else None
    if not isinstance(name, str):
        raise FunctionError("MissingName", 'the event needs a "name"')
    log.info("greeted", name=name)
    return {"greeting": f"Hello, {name}!"}
