"""What the operations of each area have in common."""

from __future__ import annotations

from typing import Any, Mapping, Optional

from ..body import Body
from ..call import Caller, Request, Response
from ..name import segment

__all__ = ["Part", "segment"]


class Part:
    """Some of the operations. Arguments are as the OpenAPI document has them, in Python's spelling."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def _send(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Mapping[str, object]] = None,
        body: Optional[Body] = None,
        create_only: bool = False,
        is_repeatable: Optional[bool] = None,
        timeout_s: Optional[float] = None,
    ) -> Response:
        """Sends a request, again if it may be repeated: one that must find nothing there may not."""
        request = Request(
            method,
            path,
            query=query or {},
            headers={"If-None-Match": "*"} if create_only else {},
            body=body,
            is_repeatable=False if create_only else is_repeatable,
            timeout_s=timeout_s,
        )
        return self._caller.send(request)

    def _value(self, method: str, path: str, **more: Any) -> Any:
        """The same, and reads an answer of JSON; `None` if there is no content."""
        response = self._send(method, path, **more)
        return None if response.status == 204 else response.value
