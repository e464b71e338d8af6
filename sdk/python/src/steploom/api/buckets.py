"""The objects that tasks and Maps read and write.

Made by tools/generate.py from the server's OpenAPI document: do not edit.
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Optional

from .. import wire
from ..body import Body
from .part import Part, segment


class Buckets(Part):
    """The objects that tasks and Maps read and write."""

    def delete_bucket(self, name: str) -> None:
        """Deletes a bucket, which must be empty."""
        self._send("DELETE", f"/v1/buckets/{segment(name, 'name')}")

    def delete_object(self, name: str, key: str) -> None:
        """Deletes an object; there may be none."""
        self._send("DELETE", f"/v1/buckets/{segment(name, 'name')}/objects/{segment(key, 'key')}", is_repeatable=True)

    def get_object(self, name: str, key: str) -> bytes:
        """An object's content."""
        return self._send("GET", f"/v1/buckets/{segment(name, 'name')}/objects/{segment(key, 'key')}").content

    def list_buckets(self, *, limit: Optional[int] = None, next: Optional[str] = None) -> wire.BucketPage:
        """Buckets by name, a page at a time."""
        return self._value("GET", "/v1/buckets", query={"limit": limit, "next": next})

    def list_objects(
        self,
        name: str,
        *,
        prefix: Optional[str] = None,
        limit: Optional[int] = None,
        next: Optional[str] = None,
    ) -> wire.ObjectPage:
        """Objects by key, a page at a time."""
        return self._value(
            "GET",
            f"/v1/buckets/{segment(name, 'name')}/objects",
            query={"prefix": prefix, "limit": limit, "next": next},
        )

    def put_bucket(self, name: str) -> wire.Bucket:
        """Makes a bucket. One that is there stays as it is."""
        return self._value("PUT", f"/v1/buckets/{segment(name, 'name')}")

    def put_object(
        self,
        name: str,
        key: str,
        content: bytes,
        content_type: str = "application/octet-stream",
    ) -> wire.BucketObject:
        """Puts an object, replacing what was there. When the answer is there, it survives a crash; whoever reads
        sees the old object or the new one.
        """
        return self._value(
            "PUT",
            f"/v1/buckets/{segment(name, 'name')}/objects/{segment(key, 'key')}",
            body=Body(content, content_type),
        )
