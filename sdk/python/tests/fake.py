"""A server that says what a test gives it, to the byte."""

from __future__ import annotations

import json
import socket
import threading
from types import TracebackType
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Type, Union

from steploom import Client, Retry


class Asked(NamedTuple):
    """A request that came."""

    head: str
    body: bytes
    connection: int
    """The number of the connection, from 0."""

    @property
    def line(self) -> str:
        return self.head.split("\r\n", 1)[0].rsplit(" ", 1)[0]

    @property
    def value(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> Optional[str]:
        for line in self.head.split("\r\n")[1:]:
            found, _, value = line.partition(":")
            if found.lower() == name:
                return value.strip()
        return None


Says = Union[bytes, Callable[[Asked, socket.socket], object]]
"""What is sent for a request: bytes, or whatever this does with the socket. `b""` closes the connection."""


class Fake:
    """Answers each request with the next thing to say; it closes a connection after what is not `kept`."""

    def __init__(self, *says: Says) -> None:
        self.asked: List[Asked] = []
        self._says = list(says)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._open: List[socket.socket] = []
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        # A close alone does not wake the thread that accepts.
        try:
            self._listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._listener.close()
        with self._lock:
            for sock in self._open:
                try:
                    sock.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        self._thread.join(10)

    def __enter__(self) -> Fake:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def _accept(self) -> None:
        connection = 0
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.append(sock)
            threading.Thread(target=self._serve, args=(sock, connection), daemon=True).start()
            connection += 1

    def _serve(self, sock: socket.socket, connection: int) -> None:
        try:
            file = sock.makefile("rb")
            while True:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    byte = file.read(1)
                    if not byte:
                        return
                    head += byte
                asked = Asked(head.decode(), b"", connection)
                length = int(asked.header("content-length") or 0)
                asked = asked._replace(body=file.read(length))
                with self._lock:
                    self.asked.append(asked)
                    says = self._says.pop(0) if self._says else b""
                if callable(says):
                    says(asked, sock)
                    return
                sock.sendall(says)
                if b"connection: close" in says.lower() or not says:
                    return
        except OSError:
            pass
        finally:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            sock.close()


def answer(value: Any, status: str = "200 OK", *headers: str, keep: bool = True) -> bytes:
    """An answer of JSON."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    lines = [f"HTTP/1.1 {status}", "content-type: application/json", f"content-length: {len(body)}", *headers]
    if not keep:
        lines.append("connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def problem(status: int, code: str, *headers: str, **more: Any) -> bytes:
    """An answer that refuses."""
    return answer({"status": status, "code": code, "title": "no", **more}, f"{status} No", *headers)


STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"


def event(id: int, kind: str = "X") -> bytes:
    """An event of an execution."""
    data = {"id": id, "previousEventId": 0, "timestamp": "2026-03-14T01:59:00Z", "type": kind, "details": {}}
    return f"id: {id}\nevent: {kind}\ndata: {json.dumps(data)}\n\n".encode()


END = b'event: end\ndata: {"lastEventId": 0}\n\n'

ID = "00070000-018b-cfe5-6800-000000000001"
EXECUTION: Dict[str, Any] = {"id": ID, "name": "n", "machine": "m", "status": "SUCCEEDED", "input": {}}
BUSY = problem(429, "TooManyRequests", "retry-after: 7")
AWAY = problem(503, "Unavailable")


def client_of(fake: Fake, **more: Any) -> Client:
    """A client of it that does not pause."""
    return Client(fake.url, retry=more.pop("retry", Retry(pause_s=0.0)), **more)
