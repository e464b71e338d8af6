"""A socket that knows how long its user waits.

A socket's own timeout is for each read alone, so that a server that sends a byte now and then would never be
given up. Here there is a deadline for all of them as well.
"""

from __future__ import annotations

import io
import socket
import time
from typing import Optional


class Line:
    """A connected socket, as `http.client` uses one. Reads and writes raise TimeoutError."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._deadline: Optional[float] = None
        self._silence_s = 60.0

    def bound(self, deadline: Optional[float], silence_s: float) -> None:
        """From now on: until when (`time.monotonic`), and for how long nothing may be heard."""
        self._deadline = deadline
        self._silence_s = silence_s

    def sendall(self, data: bytes) -> None:
        self._wait()
        try:
            self._sock.sendall(data)
        except socket.timeout as error:
            raise TimeoutError("nothing was taken in time") from error

    def makefile(self, mode: str) -> io.BufferedReader:
        """What is read: `mode` is `rb`. It stays good when this is closed."""
        return io.BufferedReader(_Raw(self, self._sock), 64 * 1024)

    def fileno(self) -> int:
        return self._sock.fileno()

    def close(self) -> None:
        self._sock.close()

    def _wait(self) -> None:
        """Sets how long the next read or write may take."""
        left_s = self._silence_s
        if self._deadline is not None:
            left_s = min(left_s, self._deadline - time.monotonic())
        if left_s <= 0:
            raise TimeoutError("the time is over")
        self._sock.settimeout(left_s)

    def read_into(self, raw: io.RawIOBase, buffer: memoryview) -> Optional[int]:
        """Reads what there is, and waits until there is something."""
        self._wait()
        try:
            return raw.readinto(buffer)
        except socket.timeout as error:
            raise TimeoutError("nothing was said in time") from error


class _Raw(io.RawIOBase):
    """The socket's bytes. It holds the socket open for as long as it is open itself."""

    def __init__(self, line: Line, sock: socket.socket) -> None:
        self._line = line
        self._raw = sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> Optional[int]:  # type: ignore[override]
        return self._line.read_into(self._raw, buffer)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()
