#!/usr/bin/env python3
"""Takes from botocore's service models (Apache-2.0) what this crate needs: operations, shapes, constraints.

    pip install botocore && python3 gateway/aws/model/extract.py
"""

import gzip
import json
import os

import botocore

SERVICES = {"stepfunctions": "states", "lambda": "lambda", "scheduler": "scheduler"}
FACTS = ("type", "required", "payload", "min", "max", "pattern", "enum", "exception")
PLACES = ("location", "locationName", "streaming")
# Words in the order in which AWS names them when another is given: it is none that the model has.
ORDERS = {
    "ExecutionStatus": ["SUCCEEDED", "TIMED_OUT", "PENDING_REDRIVE", "ABORTED", "FAILED", "RUNNING"],
}
HERE = os.path.dirname(os.path.abspath(__file__))


def read(service):
    folder = os.path.join(os.path.dirname(botocore.__file__), "data", service)
    newest = os.path.join(folder, sorted(os.listdir(folder))[-1], "service-2.json")
    if os.path.exists(newest):
        with open(newest) as file:
            return json.load(file)
    with gzip.open(newest + ".gz") as file:
        return json.load(file)


def member(given):
    return {"shape": given["shape"], **{key: given[key] for key in PLACES if key in given}}


def shape(name, given):
    kept = {key: given[key] for key in FACTS if given.get(key) or given.get(key) == 0}
    if name in ORDERS:
        kept["enum"] = sorted(kept["enum"], key=ORDERS[name].index)
    if "error" in given:
        kept["status"] = given["error"].get("httpStatusCode", 400)
    if "members" in given:
        kept["members"] = {name: member(m) for name, m in given["members"].items()}
    for key in ("member", "key", "value"):
        if key in given:
            kept[key] = member(given[key])
    return kept


def operation(given):
    http = given.get("http", {})
    return {
        "method": http.get("method", "POST"),
        "uri": http.get("requestUri", "/"),
        "status": http.get("responseCode", 200),
        **{key: given[key]["shape"] for key in ("input", "output") if key in given},
    }


def main():
    for service, name in SERVICES.items():
        model = read(service)
        kept = {
            "operations": {name: operation(o) for name, o in sorted(model["operations"].items())},
            "shapes": {name: shape(name, s) for name, s in sorted(model["shapes"].items())},
        }
        with open(os.path.join(HERE, f"{name}.json"), "w") as file:
            json.dump(kept, file, separators=(",", ":"))
            file.write("\n")


if __name__ == "__main__":
    main()
