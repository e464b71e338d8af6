"""Runs of machines, their history and events.

Made by tools/generate.py from the server's OpenAPI document: do not edit.
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import List, Literal, Optional

from .. import wire
from ..body import of_json
from ..stream import Stream
from .part import Part, segment


class Executions(Part):
    """Runs of machines, their history and events."""

    def count_executions(self, *, machine: Optional[str] = None) -> wire.ExecutionCounts:
        """How many executions there are, by machine and status: kept up with every execution, so it costs the same
        however many there are. May lag by under a second.
        """
        return self._value("GET", "/v1/executions/counts", query={"machine": machine})

    def follow_events(self, id: str, *, after: Optional[int] = None) -> Stream[wire.Event]:
        """An execution's events as they happen, as server-sent events: those that were, then those to come, then
        one called `end`.

        A reader whose line broke comes back with `Last-Event-ID` and misses nothing.
        """
        stream: Stream[wire.Event] = Stream(self._caller, f"/v1/executions/{segment(id, 'id')}/events", after=after or 0)
        return stream

    def get_execution(self, id: str) -> wire.Execution:
        """One execution; reads what was just written."""
        return self._value("GET", f"/v1/executions/{segment(id, 'id')}")

    def get_execution_by_name(self, name: str, execution: str) -> wire.Execution:
        """One execution by its machine and name."""
        return self._value(
            "GET",
            f"/v1/machines/{segment(name, 'name')}/executions/{segment(execution, 'execution')}",
        )

    def get_history(
        self,
        id: str,
        *,
        limit: Optional[int] = None,
        reverse: Optional[bool] = None,
        next: Optional[str] = None,
    ) -> wire.History:
        """A page of an execution's history."""
        return self._value(
            "GET",
            f"/v1/executions/{segment(id, 'id')}/history",
            query={"limit": limit, "reverse": reverse, "next": next},
        )

    def get_map_run(self, id: str, number: int) -> wire.MapRun:
        """One map run, with how far it is."""
        return self._value("GET", f"/v1/executions/{segment(id, 'id')}/map-runs/{segment(number, 'number')}")

    def list_executions(
        self,
        *,
        machine: Optional[str] = None,
        status: Optional[wire.ExecutionStatus] = None,
        name_prefix: Optional[str] = None,
        since: Optional[str] = None,
        until: Optional[str] = None,
        tag: Optional[str] = None,
        qualifier: Optional[str] = None,
        error: Optional[str] = None,
        limit: Optional[int] = None,
        next: Optional[str] = None,
    ) -> wire.ExecutionPage:
        """Executions, newest first. May lag by under a second."""
        return self._value(
            "GET",
            "/v1/executions",
            query={"machine": machine, "status": status, "namePrefix": name_prefix, "since": since, "until": until, "tag": tag, "qualifier": qualifier, "error": error, "limit": limit, "next": next},
        )

    def list_map_runs(self, id: str) -> wire.MapRuns:
        """The map runs of an execution, with how far each is."""
        return self._value("GET", f"/v1/executions/{segment(id, 'id')}/map-runs")

    def pause_execution(self, id: str) -> wire.Execution:
        """Lets an execution begin nothing new: no attempt, no state, and no timer has an effect. What runs goes
        on, and what comes of it counts once it is resumed; a stop ends it all the same. One that is paused
        already is left as it is; one that has ended is refused.
        """
        return self._value("POST", f"/v1/executions/{segment(id, 'id')}/pause", is_repeatable=True)

    def redrive_execution(self, id: str, body: Optional[wire.RedriveExecution] = None) -> wire.Execution:
        """Lets an execution that failed, timed out or was stopped go on from where it ended. What ended well is
        not run again; states that failed or were under way are, with their retries to come. The state that
        failed can be given another `input`, or be passed over by giving its output (`skip`), and the execution
        can follow another `version` of its machine from then on. What cannot be is a 409, which says why. The
        body may be empty.
        """
        return self._value(
            "POST",
            f"/v1/executions/{segment(id, 'id')}/redrive",
            body=None if body is None else of_json(body, "the body"),
            is_repeatable=bool((body or {}).get("clientToken")),
        )

    def release_execution(self, id: str) -> wire.Execution:
        """Lets an execution that was set aside (`QUARANTINED`; `error` and `cause` say why) go on, once what was
        wrong is mended: a damaged file restored, a newer release installed. If it still cannot go on, that is a
        409, which says why. One that was not set aside is left as it is.
        """
        return self._value("POST", f"/v1/executions/{segment(id, 'id')}/release", is_repeatable=True)

    def resume_execution(self, id: str) -> wire.Execution:
        """Lets a paused execution go on: what came meanwhile counts now, in its order. One that is not paused is
        left as it is; one that has ended is refused.
        """
        return self._value("POST", f"/v1/executions/{segment(id, 'id')}/resume", is_repeatable=True)

    def run_execution(
        self,
        body: wire.StartExecution,
        *,
        log_level: Optional[Literal["ALL", "ERROR", "FATAL", "OFF"]] = None,
        include_execution_data: Optional[bool] = None,
    ) -> wire.SyncExecution:
        """Runs an execution to its end, in memory, and answers how it ended. Nothing is journaled.

        It takes five minutes at the most, and ends when its caller goes away. The machine may have only what
        EXPRESS machines may have on AWS. An execution that fails is an answer like another: its status says so.
        """
        return self._value(
            "POST",
            "/v1/executions/sync",
            body=of_json(body, "the body"),
            query={"logLevel": log_level, "includeExecutionData": include_execution_data},
            timeout_s=360,
        )

    def start_execution(self, body: wire.StartExecution) -> wire.Execution:
        """Starts an execution. When the answer is there, the execution survives a crash.

        With a name it is idempotent: while the execution runs, the same name and input give the same answer,
        and another input is a conflict.
        """
        return self._value(
            "POST",
            "/v1/executions",
            body=of_json(body, "the body"),
            is_repeatable=bool(body.get("name")),
        )

    def start_executions(self, body: List[wire.StartExecution]) -> wire.StartBatch:
        """Starts up to 5,000 executions, each for itself.

        The body is an array of what `POST /v1/executions` takes, or lines of it (`Content-Type:
        application/x-ndjson`). The answers are in the same order; one that is refused leaves the others alone.
        Those that were accepted survive a crash. Starts with names may be sent again.
        """
        return self._value(
            "POST",
            "/v1/executions/batch",
            body=of_json(body, "the body"),
            is_repeatable=all(start.get("name") for start in body),
        )

    def stop_execution(self, id: str, body: Optional[wire.StopExecution] = None) -> wire.Execution:
        """Asks an execution to end; it has ended when the answer is there. One that had ended already is left as
        it is. The body may be empty.
        """
        return self._value(
            "POST",
            f"/v1/executions/{segment(id, 'id')}/stop",
            body=None if body is None else of_json(body, "the body"),
            is_repeatable=True,
        )

    def stop_map_run(self, id: str, number: int) -> wire.MapRun:
        """Ends a map run: its state fails with `States.MapRunStopped`, which `Retry` and `Catch` see. One that has
        ended is left as it is.
        """
        return self._value(
            "POST",
            f"/v1/executions/{segment(id, 'id')}/map-runs/{segment(number, 'number')}/stop",
            is_repeatable=True,
        )

    def update_map_run(self, id: str, number: int, body: wire.UpdateMapRun) -> wire.MapRun:
        """Changes how many iterations may be in flight, and what may fail, while a map run goes on."""
        return self._value(
            "PATCH",
            f"/v1/executions/{segment(id, 'id')}/map-runs/{segment(number, 'number')}",
            body=of_json(body, "the body"),
            is_repeatable=True,
        )
