"""Keys by which callers prove who they are.

Made by tools/generate.py from the server's OpenAPI document: do not edit.
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Optional

from .. import wire
from ..body import of_json
from .part import Part, segment


class Keys(Part):
    """Keys by which callers prove who they are."""

    def create_key(self, body: wire.CreateKey) -> wire.CreatedKey:
        """Makes a key. Its secret is in this answer and nowhere else: it cannot be shown again.

        Once there is a key, each request needs one, this server's first key included.
        """
        return self._value("POST", "/v1/keys", body=of_json(body, "the body"))

    def list_keys(
        self,
        *,
        limit: Optional[int] = None,
        next: Optional[str] = None,
        account: Optional[str] = None,
    ) -> wire.KeyPage:
        """Keys by id, a page at a time, without their secrets; also those that were revoked."""
        return self._value("GET", "/v1/keys", query={"limit": limit, "next": next, "account": account})

    def revoke_key(self, id: str, *, account: Optional[str] = None) -> None:
        """Revokes a key for ever. This node takes it no longer, others stop within five seconds."""
        self._send("DELETE", f"/v1/keys/{segment(id, 'id')}", query={"account": account}, is_repeatable=True)
