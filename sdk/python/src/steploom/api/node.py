"""The process itself: health, readiness, metrics.

Made by tools/generate.py from the server's OpenAPI document: do not edit.
"""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any, Optional

from .. import wire
from ..body import of_json
from .part import Part, segment


class Node(Part):
    """The process itself: health, readiness, metrics."""

    def healthz(self) -> str:
        """The process runs. Whether it can serve is `/readyz`'s to say."""
        return self._send("GET", "/healthz").text

    def index(self) -> wire.Index:
        """Name, version and links: JSON for who accepts it, else text."""
        return self._value("GET", "/")

    def list_nodes(self) -> wire.ClusterNodes:
        """The nodes that work on this database, by their ids."""
        return self._value("GET", "/v1/nodes")

    def list_shards(self) -> wire.Shards:
        """All shards by their first slots, and who owns them."""
        return self._value("GET", "/v1/shards")

    def metrics(self) -> str:
        """Everything measured, in Prometheus's text format."""
        return self._send("GET", "/metrics").text

    def openapi_document(self) -> Any:
        """This document."""
        return self._value("GET", "/v1/openapi.json")

    def readyz(self) -> str:
        """Whether the process can serve; if not, what is missing."""
        return self._send("GET", "/readyz", is_repeatable=False).text

    def split_shard(self, id: int, body: Optional[wire.SplitShard] = None) -> wire.ShardSplit:
        """Splits a shard in two, so that two nodes can share its executions. They go on; calls that concern them
        wait for a moment. The body may be empty.
        """
        return self._value(
            "POST",
            f"/v1/shards/{segment(id, 'id')}/split",
            body=None if body is None else of_json(body, "the body"),
        )
