"""Tasks that somebody outside ends, by their token.

Made by tools/generate.py from the server's OpenAPI document: do not edit.
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Optional

from .. import wire
from ..body import of_json
from .part import Part, segment


class Tasks(Part):
    """Tasks that somebody outside ends, by their token."""

    def fail_task(self, token: str, body: Optional[wire.FailTask] = None) -> None:
        """Ends a task with a failure. The body may be empty."""
        self._send(
            "POST",
            f"/v1/tasks/{segment(token, 'token')}/failure",
            body=None if body is None else of_json(body, "the body"),
        )

    def heartbeat_task(self, token: str) -> None:
        """Says that a task is still being worked on: its `HeartbeatSeconds` begin anew."""
        self._send("POST", f"/v1/tasks/{segment(token, 'token')}/heartbeat", is_repeatable=True)

    def succeed_task(self, token: str, body: Optional[wire.SucceedTask] = None) -> None:
        """Ends a task with its result: one that waits for its token, or an activity's. When the answer is there,
        it survives a crash.
        """
        self._send(
            "POST",
            f"/v1/tasks/{segment(token, 'token')}/success",
            body=None if body is None else of_json(body, "the body"),
        )
