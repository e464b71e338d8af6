"""Small values by key, which functions keep.

Made by tools/generate.py from the server's OpenAPI document: do not edit.
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Optional

from .. import wire
from ..body import Body, of_json
from .part import Part, segment


class Stores(Part):
    """Small values by key, which functions keep."""

    def delete_value(self, store: str, key: str) -> None:
        """Deletes a value; there may be none."""
        self._send("DELETE", f"/v1/stores/{segment(store, 'store')}/values/{segment(key, 'key')}", is_repeatable=True)

    def get_value(self, store: str, key: str) -> bytes:
        """A value, as it was set."""
        return self._send("GET", f"/v1/stores/{segment(store, 'store')}/values/{segment(key, 'key')}").content

    def increment_value(self, store: str, key: str, body: Optional[wire.IncrementValue] = None) -> wire.Incremented:
        """Adds to a value that is a whole number in decimal digits; one that is not there is 0. Of additions at
        the same time none is lost. A value that is no number stays as it is: 409 `NotANumber`.
        """
        return self._value(
            "POST",
            f"/v1/stores/{segment(store, 'store')}/values/{segment(key, 'key')}/increment",
            body=None if body is None else of_json(body, "the body"),
        )

    def list_store_keys(
        self,
        store: str,
        *,
        prefix: Optional[str] = None,
        after: Optional[str] = None,
        limit: Optional[int] = None,
    ) -> wire.StoreKeys:
        """Keys of a store by their bytes, a page at a time. A store is there as soon as something is written into
        it; one that is not there has no keys.
        """
        return self._value(
            "GET",
            f"/v1/stores/{segment(store, 'store')}/keys",
            query={"prefix": prefix, "after": after, "limit": limit},
        )

    def put_value(self, store: str, key: str, content: bytes, content_type: str = "application/octet-stream") -> None:
        """Sets a value of up to 1 MiB, replacing what was there. When the answer is there, it survives a crash."""
        self._send(
            "PUT",
            f"/v1/stores/{segment(store, 'store')}/values/{segment(key, 'key')}",
            body=Body(content, content_type),
        )
