"""Tasks that workers of your own ask for.

Made by tools/generate.py from the server's OpenAPI document: do not edit.
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Optional

from .. import wire
from ..body import of_json
from .part import Part, segment


class Activities(Part):
    """Tasks that workers of your own ask for."""

    def change_activity_tags(self, name: str, body: Optional[wire.ChangeTags] = None) -> wire.Tags:
        """Sets some of an activity's tags and removes others."""
        return self._value(
            "POST",
            f"/v1/activities/{segment(name, 'name')}/tags",
            body=None if body is None else of_json(body, "the body"),
            is_repeatable=True,
        )

    def delete_activity(self, name: str) -> None:
        """Deletes an activity. Tasks that wait already go on waiting; states that are entered from now on fail."""
        self._send("DELETE", f"/v1/activities/{segment(name, 'name')}")

    def get_activity(self, name: str) -> wire.Activity:
        """One activity."""
        return self._value("GET", f"/v1/activities/{segment(name, 'name')}")

    def get_activity_tags(self, name: str) -> wire.Tags:
        """An activity's tags."""
        return self._value("GET", f"/v1/activities/{segment(name, 'name')}/tags")

    def list_activities(self, *, limit: Optional[int] = None, next: Optional[str] = None) -> wire.ActivityPage:
        """Activities by name, a page at a time."""
        return self._value("GET", "/v1/activities", query={"limit": limit, "next": next})

    def poll_activity(self, name: str, body: Optional[wire.PollActivity] = None) -> Optional[wire.ActivityTask]:
        """Gives the oldest task of an activity to this worker, and waits for one if there is none. The worker ends
        it by its token. The body may be empty.
        """
        return self._value(
            "POST",
            f"/v1/activities/{segment(name, 'name')}/poll",
            body=None if body is None else of_json(body, "the body"),
            timeout_s=75,
        )

    def put_activity(self, name: str) -> wire.Activity:
        """Makes an activity. One that is there stays as it is."""
        return self._value("PUT", f"/v1/activities/{segment(name, 'name')}")
