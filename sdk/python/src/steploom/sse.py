"""Reading server-sent events: bytes in, events out (the HTML standard, section 9.2.6)."""

from __future__ import annotations

import re
from typing import Iterator, NamedTuple, Optional

from .error import BadAnswer

EVENT_BYTES_MAX = 256 * 1024 * 1024
"""Bytes of one event. Data of a state may have 64 MiB, where its machine says so, and an event may hold it twice."""

_END = re.compile(rb"\r\n|\r|\n")


class Event(NamedTuple):
    """An event that was dispatched."""

    kind: str
    """Its type; `message` if it named none."""
    id: str
    """The last id that the stream has named, with this event or before."""
    data: str
    """Its lines of data, joined."""


class Parser:
    """What was read so far. Bytes may come in any pieces."""

    def __init__(self, event_bytes_max: int = EVENT_BYTES_MAX) -> None:
        self.comments = 0
        """How many comments came: the server's heartbeats."""
        self._event_bytes_max = event_bytes_max
        self._line = bytearray()
        self._after_return = False
        self._has_begun = False
        self._kind = ""
        self._id = ""
        self._data = bytearray()

    def push(self, piece: bytes) -> Iterator[Event]:
        """Takes the next bytes and gives the events that they end.

        Raises `BadAnswer` when an event is larger than any of ours.
        """
        if self._after_return and piece:
            # The carriage return that ended the piece before and this line feed are one end.
            self._after_return = False
            if piece[:1] == b"\n":
                piece = piece[1:]
        at = 0
        for end in _END.finditer(piece):
            self._line += piece[at : end.start()]
            at = end.end()
            event = self._end_line()
            if event is not None:
                yield event
        self._line += piece[at:]
        self._after_return = piece[-1:] == b"\r"
        if len(self._line) + len(self._data) > self._event_bytes_max:
            raise BadAnswer(f"an event has more than {self._event_bytes_max} bytes")

    def _end_line(self) -> Optional[Event]:
        line = bytes(self._line)
        self._line.clear()
        if not self._has_begun:
            self._has_begun = True
            # A byte order mark.
            line = line[3:] if line.startswith(b"\xef\xbb\xbf") else line
        if not line:
            return self._dispatch()
        field, _, value = line.partition(b":")
        value = value[1:] if value.startswith(b" ") else value
        if field == b"":
            self.comments += 1
        elif field == b"event":
            self._kind = value.decode(errors="replace")
        elif field == b"data":
            self._data += value + b"\n"
        elif field == b"id" and b"\0" not in value:
            self._id = value.decode(errors="replace")
        # The server's advice on pauses is ours to ignore.
        return None

    def _dispatch(self) -> Optional[Event]:
        kind, data = self._kind, bytes(self._data)
        self._kind = ""
        self._data.clear()
        if not data:
            return None
        return Event(kind or "message", self._id, data[:-1].decode(errors="replace"))
