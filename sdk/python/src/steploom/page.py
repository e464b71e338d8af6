"""Lists that come in pages."""

from __future__ import annotations

from typing import Any, Callable, Iterator, Mapping


def every(operation: Callable[..., Mapping[str, Any]], *arguments: Any, **query: Any) -> Iterator[Any]:
    """The items of all pages that an operation of `Client.api` gives, fetched as they are asked for.

    `every(client.api.list_machines, limit=500)`; `limit` is how many a page has.
    """
    while True:
        page = operation(*arguments, **query)
        yield from page["items"]
        query["next"] = page.get("next")
        if not query["next"]:
            return
