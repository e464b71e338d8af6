"""What starts executions and invocations by time.

Made by tools/generate.py from the server's OpenAPI document: do not edit.
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Literal, Optional

from .. import wire
from ..body import of_json
from .part import Part, segment


class Schedules(Part):
    """What starts executions and invocations by time."""

    def backfill_schedule(self, name: str, body: wire.Backfill, *, group: Optional[str] = None) -> wire.Schedule:
        """Fires the due times of a range in the past that were not accepted before, also of a schedule that is
        paused. The answer comes before they are fired: `progress.backfills` has the range until then.
        """
        return self._value(
            "POST",
            f"/v1/schedules/{segment(name, 'name')}/backfill",
            body=of_json(body, "the body"),
            query={"group": group},
        )

    def delete_schedule(self, name: str, *, group: Optional[str] = None) -> None:
        """Deletes a schedule. What it started goes on."""
        self._send("DELETE", f"/v1/schedules/{segment(name, 'name')}", query={"group": group})

    def delete_schedule_group(self, name: str) -> None:
        """Deletes a group with all its schedules. The group `default` stays."""
        self._send("DELETE", f"/v1/schedule-groups/{segment(name, 'name')}")

    def get_schedule(self, name: str, *, group: Optional[str] = None) -> wire.Schedule:
        """One schedule, and how far it has come."""
        return self._value("GET", f"/v1/schedules/{segment(name, 'name')}", query={"group": group})

    def get_schedule_group(self, name: str) -> wire.ScheduleGroup:
        """One group of schedules."""
        return self._value("GET", f"/v1/schedule-groups/{segment(name, 'name')}")

    def list_firings(
        self,
        name: str,
        *,
        group: Optional[str] = None,
        limit: Optional[int] = None,
        after: Optional[str] = None,
    ) -> wire.Firings:
        """The next times at which a schedule fires, as things stand: none of one that is paused, unless `after`
        asks what would be.
        """
        return self._value(
            "GET",
            f"/v1/schedules/{segment(name, 'name')}/firings",
            query={"group": group, "limit": limit, "after": after},
        )

    def list_schedule_groups(
        self,
        *,
        limit: Optional[int] = None,
        next: Optional[str] = None,
    ) -> wire.ScheduleGroupPage:
        """Groups of schedules by name, a page at a time."""
        return self._value("GET", "/v1/schedule-groups", query={"limit": limit, "next": next})

    def list_schedules(
        self,
        *,
        group: Optional[str] = None,
        name_prefix: Optional[str] = None,
        state: Optional[Literal["ENABLED", "DISABLED"]] = None,
        limit: Optional[int] = None,
        next: Optional[str] = None,
    ) -> wire.SchedulePage:
        """Schedules by group and name, a page at a time. With `state`, a page may have fewer than its limit and be
        followed by another.
        """
        return self._value(
            "GET",
            "/v1/schedules",
            query={"group": group, "namePrefix": name_prefix, "state": state, "limit": limit, "next": next},
        )

    def pause_schedule(self, name: str, *, group: Optional[str] = None) -> wire.Schedule:
        """Lets a schedule fire no more. What is due until it is resumed is not made up for; what it started goes
        on.
        """
        return self._value(
            "POST",
            f"/v1/schedules/{segment(name, 'name')}/pause",
            query={"group": group},
            is_repeatable=True,
        )

    def put_schedule(
        self,
        name: str,
        body: wire.ScheduleDefinition,
        *,
        group: Optional[str] = None,
        create_only: bool = False,
    ) -> wire.Schedule:
        """Makes a schedule, or replaces its definition. If its expression, zone or start changes, it begins anew;
        else what was fired stays fired.
        """
        return self._value(
            "PUT",
            f"/v1/schedules/{segment(name, 'name')}",
            body=of_json(body, "the body"),
            query={"group": group},
            create_only=create_only,
        )

    def put_schedule_group(
        self,
        name: str,
        body: wire.PutScheduleGroup,
        *,
        create_only: bool = False,
    ) -> wire.ScheduleGroup:
        """Makes a group of schedules, or replaces its tags."""
        return self._value(
            "PUT",
            f"/v1/schedule-groups/{segment(name, 'name')}",
            body=of_json(body, "the body"),
            create_only=create_only,
        )

    def resume_schedule(self, name: str, *, group: Optional[str] = None) -> wire.Schedule:
        """Lets a paused schedule fire again, from now on."""
        return self._value(
            "POST",
            f"/v1/schedules/{segment(name, 'name')}/resume",
            query={"group": group},
            is_repeatable=True,
        )
