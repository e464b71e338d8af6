"""What functions wrote while they ran.

Made by tools/generate.py from the server's OpenAPI document: do not edit.
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Optional

from .. import wire
from ..stream import Stream
from .part import Part, segment


class Logs(Part):
    """What functions wrote while they ran."""

    def follow_logs(self, name: str) -> Stream[wire.LogLine]:
        """Log lines of a function's invocations from now on, as server-sent events called `log`."""
        stream: Stream[wire.LogLine] = Stream(self._caller, f"/v1/functions/{segment(name, 'name')}/logs/stream")
        return stream.begun()

    def follow_machine_logs(self, name: str) -> Stream[wire.LogLine]:
        """What happens in those executions of a machine that are logged, from now on, as server-sent events called
        `log`.
        """
        stream: Stream[wire.LogLine] = Stream(self._caller, f"/v1/machines/{segment(name, 'name')}/logs/stream")
        return stream.begun()

    def read_logs(
        self,
        name: str,
        *,
        request_id: Optional[str] = None,
        since: Optional[str] = None,
        limit: Optional[int] = None,
        next: Optional[str] = None,
    ) -> wire.LogPage:
        """Log lines of a function's invocations, oldest first."""
        return self._value(
            "GET",
            f"/v1/functions/{segment(name, 'name')}/logs",
            query={"requestId": request_id, "since": since, "limit": limit, "next": next},
        )

    def read_machine_logs(
        self,
        name: str,
        *,
        request_id: Optional[str] = None,
        since: Optional[str] = None,
        limit: Optional[int] = None,
        next: Optional[str] = None,
    ) -> wire.LogPage:
        """What happened in those executions of a machine that are logged, oldest first.

        `requestId` is an execution's id; each line's message is an event as a JSON object, in the fields in
        which AWS logs it.
        """
        return self._value(
            "GET",
            f"/v1/machines/{segment(name, 'name')}/logs",
            query={"requestId": request_id, "since": since, "limit": limit, "next": next},
        )
