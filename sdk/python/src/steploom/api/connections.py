"""Credentials for calls that tasks make over HTTP.

Made by tools/generate.py from the server's OpenAPI document: do not edit.
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Optional

from .. import wire
from ..body import of_json
from .part import Part, segment


class Connections(Part):
    """Credentials for calls that tasks make over HTTP."""

    def delete_connection(self, name: str) -> None:
        """Deletes a connection."""
        self._send("DELETE", f"/v1/connections/{segment(name, 'name')}")

    def list_connections(self, *, limit: Optional[int] = None, next: Optional[str] = None) -> wire.ConnectionPage:
        """Connections by name, a page at a time."""
        return self._value("GET", "/v1/connections", query={"limit": limit, "next": next})

    def put_connection(self, name: str, body: wire.PutConnection) -> wire.Connection:
        """Makes a connection, credentials for `http:invoke`, or replaces one. What is secret in it is kept sealed
        and never shown.
        """
        return self._value("PUT", f"/v1/connections/{segment(name, 'name')}", body=of_json(body, "the body"))
