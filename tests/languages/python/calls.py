"""Calls back, as ../calls.json wants them."""

from steploom import FunctionError, config, fail, fuel, heartbeat, invoke, keyvalue, objects, start, succeed


def call_back(what, event):
    name, key, value = (event.get(each) if isinstance(event, dict) else None for each in ("name", "key", "value"))
    match what:
        case "fuel":
            left = fuel()
            return {"value": 0 < fuel() < left}
        case "invoke":
            return {"value": invoke(name, value)}
        case "start":
            id = start(name, value, key)
            return {"value": len(id) > 0 and start(name, value, key) == id}
        case "config":
            return {"value": config(key)}
        case "objects":
            return use_objects(name, key, value)
        case "keyvalue":
            return use_keyvalue(name, key, value)
        case "tasks" if key == "succeed":
            return succeed(name, value)
        case "tasks" if key == "fail":
            return fail(name, "Late", "too late")
        case "tasks":
            return heartbeat(name)
    raise FunctionError("UnknownProbe", f"there is no probe {what!r}")


def use_objects(bucket, key, text):
    objects.write(bucket, key, text, "text/plain")
    body, content_type = objects.read(bucket, key)
    keys, _ = objects.list(bucket, key)
    objects.remove(bucket, key)
    left, _ = objects.list(bucket, key)
    return {"body": body.decode(), "contentType": content_type, "keys": keys, "left": left}


def use_keyvalue(store, key, text):
    absent = keyvalue.get(store, key)
    keyvalue.set(store, key, text)
    value = keyvalue.get(store, key).decode()
    keys, _ = keyvalue.keys(store, key)
    keyvalue.delete(store, key)
    total = keyvalue.increment(store, key, -5)
    keyvalue.delete(store, key)
    return {"absent": absent, "value": value, "keys": keys, "sum": total}
