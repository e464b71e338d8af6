"""What carries requests: a protocol that you may fill in, and the connections that fill it in by default."""

from __future__ import annotations

import http.client
import selectors
import socket
import threading
import time
from typing import TYPE_CHECKING, Dict, List, Mapping, NamedTuple, Optional, Protocol
from urllib.parse import urlsplit

from .error import BadAnswer, TimedOut, Unreachable
from .line import Line

if TYPE_CHECKING:
    import ssl

CONNECT_TIMEOUT_S = 5.0
"""Seconds for a connection to come about: a host that is there answers within this, over any distance."""

IDLE_S_MAX = 20.0
"""Seconds that an unused connection is kept: less than the server keeps it (30), so that it is not closed while
it is just being used again."""

IDLE_MAX = 16
"""Unused connections that are kept."""

PIECE_BYTES = 64 * 1024
"""Bytes of an answer that are read at once, at the most."""


class Reply(Protocol):
    """An answer whose body is still to be read."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, their names in small letters."""

    def read(self) -> bytes:
        """The next bytes of the body as soon as there are some; `b""` at its end.

        Raises `Unreachable` if the line breaks, `TimedOut` if time is over.
        """

    def close(self) -> None:
        """Ends it, wherever it is. May be called twice."""


class Transport(Protocol):
    """Sends one request and does not repeat it. Called from many threads at once."""

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Optional[bytes],
        *,
        deadline: Optional[float],
        silence_s: float,
    ) -> Reply:
        """The answer once its head is there, whatever its status; redirects are not followed.

        `deadline` (of `time.monotonic`) is for the whole exchange, the body's reading included; `silence_s` is how
        long the other side may say nothing.

        Raises `Unreachable`, with `is_refused` if nothing was sent, and `TimedOut`.
        """

    def close(self) -> None:
        """Closes what is kept open."""


class Origin(NamedTuple):
    """Where a connection leads."""

    is_tls: bool
    host: str
    port: int


class Connections:
    """The default transport: HTTP/1.1 over connections that are kept and used again, one for each thread that
    calls at the moment. Proxies of the environment are not used."""

    def __init__(self, *, connect_timeout_s: float = CONNECT_TIMEOUT_S, tls: Optional[ssl.SSLContext] = None) -> None:
        """`tls` says whom to trust behind `https`; the system's authorities if left out."""
        self._connect_timeout_s = connect_timeout_s
        self._tls = tls
        self._lock = threading.Lock()
        self._idle: Dict[Origin, List[_Connection]] = {}

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Optional[bytes],
        *,
        deadline: Optional[float],
        silence_s: float,
    ) -> Reply:
        parts = urlsplit(url)
        is_tls = parts.scheme == "https"
        origin = Origin(is_tls, parts.hostname or "", parts.port or (443 if is_tls else 80))
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        shown = f"{parts.scheme}://{parts.netloc}"
        connection = self._take(origin) or self._connect(origin, shown, deadline)
        connection.line.bound(deadline, silence_s)
        try:
            response = connection.exchange(method, target, {"Host": parts.netloc, **headers}, body)
        except BaseException as error:
            connection.close()
            _tell(error, shown)
            raise
        return _Reply(self, origin, connection, response, shown)

    def close(self) -> None:
        with self._lock:
            idle = [connection for kept in self._idle.values() for connection in kept]
            self._idle.clear()
        for connection in idle:
            connection.close()

    def __del__(self) -> None:
        self.close()

    def _take(self, origin: Origin) -> Optional[_Connection]:
        """An idle connection that is as it should be."""
        while True:
            with self._lock:
                kept = self._idle.get(origin)
                if not kept:
                    return None
                connection = kept.pop()
            if connection.is_usable():
                return connection
            connection.close()

    def keep(self, origin: Origin, connection: _Connection) -> None:
        """Takes back a connection that could take the next request."""
        connection.idle_since = time.monotonic()
        with self._lock:
            kept = self._idle.setdefault(origin, [])
            if len(kept) < IDLE_MAX:
                kept.append(connection)
                return
        connection.close()

    def _connect(self, origin: Origin, shown: str, deadline: Optional[float]) -> _Connection:
        timeout_s = self._connect_timeout_s
        if deadline is not None:
            timeout_s = min(timeout_s, deadline - time.monotonic())
            if timeout_s <= 0:
                raise TimedOut(f"there was no time left to connect to {shown}")
        try:
            sock = socket.create_connection((origin.host, origin.port), timeout_s)
        except (OSError, UnicodeError) as error:
            why = str(error) or type(error).__name__
            if isinstance(error, ConnectionRefusedError):
                why += "; start it with 'steploom up'"
            raise Unreachable(shown, why, is_refused=True) from error
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if origin.is_tls:
                sock = self._context().wrap_socket(sock, server_hostname=origin.host)
        except OSError as error:
            sock.close()
            raise Unreachable(shown, str(error), is_refused=True) from error
        return _Connection(origin, Line(sock))

    def _context(self) -> ssl.SSLContext:
        # Reading the system's certificates takes longer than a whole call, and plain HTTP needs none.
        with self._lock:
            if self._tls is None:
                import ssl

                self._tls = ssl.create_default_context()
            return self._tls


class _Connection:
    """A connection, and HTTP on it."""

    def __init__(self, origin: Origin, line: Line) -> None:
        self.line = line
        self.idle_since = 0.0
        self._http = http.client.HTTPConnection(origin.host, origin.port)
        # It never connects by itself: that would be a request sent twice.
        self._http.auto_open = 0
        self._http.sock = line

    def exchange(
        self, method: str, target: str, headers: Mapping[str, str], body: Optional[bytes]
    ) -> http.client.HTTPResponse:
        """Sends a request and reads the head of its answer."""
        try:
            self._http.request(method, target, body=body, headers=dict(headers))
        except (BrokenPipeError, ConnectionResetError) as broken:
            # The server may have said why before it stopped reading, such as 413.
            try:
                return self._http.getresponse()
            except (OSError, http.client.HTTPException):
                raise broken from None
        return self._http.getresponse()

    def is_usable(self) -> bool:
        """Whether it may take a request: used lately, and not closed by the other side meanwhile."""
        if time.monotonic() - self.idle_since > IDLE_S_MAX:
            return False
        with selectors.DefaultSelector() as selector:
            selector.register(self.line, selectors.EVENT_READ)
            # Nothing was asked for: bytes would be an end, or an answer to nobody.
            return not selector.select(0)

    def close(self) -> None:
        self.line.close()


class _Reply:
    """An answer on a connection, which goes back to where it came from at the body's end."""

    def __init__(
        self,
        connections: Connections,
        origin: Origin,
        connection: _Connection,
        response: http.client.HTTPResponse,
        shown: str,
    ) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self._connections = connections
        self._origin = origin
        self._connection: Optional[_Connection] = connection
        self._response = response
        self._shown = shown

    def read(self) -> bytes:
        if self._connection is None:
            return b""
        try:
            piece = self._response.read1(PIECE_BYTES)
            if piece:
                return piece
            if self._response.length:
                raise http.client.IncompleteRead(b"", self._response.length)
        except BaseException as error:
            self.close()
            _tell(error, self._shown)
            raise
        connection, self._connection = self._connection, None
        self._response.close()
        if self._response.will_close:
            connection.close()
        else:
            self._connections.keep(self._origin, connection)
        return b""

    def close(self) -> None:
        if self._connection is not None:
            self._response.close()
            self._connection.close()
            self._connection = None


def _tell(error: BaseException, shown: str) -> None:
    """Raises what the error means for the caller, if it is one of the line."""
    if isinstance(error, TimeoutError):
        raise TimedOut(f"Steploom at {shown} did not answer in time") from error
    if isinstance(error, (http.client.RemoteDisconnected, http.client.IncompleteRead)):
        raise Unreachable(shown, "it was closed before the end of the answer") from error
    if isinstance(error, OSError):
        raise Unreachable(shown, str(error) or type(error).__name__) from error
    if isinstance(error, http.client.HTTPException):
        raise BadAnswer(f"it is no HTTP: {error!r}") from error
