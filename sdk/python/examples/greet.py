"""Deploys a machine, starts an execution, shows its events as they happen, and how it ended.

python3 examples/greet.py Ada          # a server is at STEPLOOM_ENDPOINT, or http://127.0.0.1:8080
"""

import json
import sys

from steploom import Client

GREET = {
    "Comment": "Waits a second and greets.",
    "StartAt": "Wait",
    "States": {
        "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Greet"},
        "Greet": {
            "Type": "Pass",
            "Parameters": {"greeting.$": "States.Format('Hello, {}!', $.name)"},
            "End": True,
        },
    },
}


def main(name: str) -> int:
    with Client() as client:
        machine = client.deploy_machine("greet", GREET)
        print(f"machine greet, version {machine['latest']['version']}")

        started = client.start("greet", {"name": name})
        for event in client.follow(started.id):
            print(f"{event['timestamp']}  {event['id']:>3}  {event['type']}")

        ended = client.wait(started.id, timeout_s=60)
        print(f"{ended['status']}: {json.dumps(ended.get('output'))}")
        return 0 if ended["status"] == "SUCCEEDED" else 1


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:] or ["world"])))
