"""Who changed what.

Made by tools/generate.py from the server's OpenAPI document: do not edit.
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Optional

from .. import wire
from .part import Part


class Audit(Part):
    """Who changed what."""

    def list_audit(
        self,
        *,
        name: Optional[str] = None,
        limit: Optional[int] = None,
        next: Optional[str] = None,
    ) -> wire.AuditPage:
        """Who changed what, in order, a page at a time.

        Each record has the digest of the one before; `head` is the end of the chain, kept apart from it.
        """
        return self._value("GET", "/v1/audit", query={"name": name, "limit": limit, "next": next})
