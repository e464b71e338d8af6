"""The real server, in a folder of its own on a free port of the loopback interface."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path
from types import TracebackType
from typing import Any, Callable, List, Optional, Type

from steploom import Client

STEPLOOM = os.environ.get("STEPLOOM")


class Server:
    """A running `steploom up`."""

    def __init__(self, *arguments: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="steploom-python-"))
        self._arguments = arguments
        self.url = ""
        self._process: Optional[subprocess.Popen[str]] = None
        self.log: List[str] = []
        self.start()

    @property
    def data(self) -> Path:
        return self._folder / "data"

    def start(self, listen: str = "127.0.0.1:0") -> None:
        """Starts it, and returns once it serves."""
        assert STEPLOOM is not None
        plain = {name: value for name, value in os.environ.items() if not name.startswith("STEPLOOM")}
        self._process = subprocess.Popen(
            [STEPLOOM, "up", "--data", str(self.data), "--listen", listen, *self._arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=plain,
        )
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.log.append(line)
            found = re.search(r"http://127\.0\.0\.1:[1-9]\d*", line)
            if found:
                self.url = found[0]
                break
        else:
            raise AssertionError("the server did not start:\n" + "".join(self.log))
        # It must never wait for somebody to read what it says.
        threading.Thread(target=self._drain, args=(self._process,), daemon=True).start()

    def _drain(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout as said:
            self.log.extend(said)

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Ends the process; the folder stays."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    def start_again(self) -> None:
        """Starts it in the same folder and at the same address."""
        self.start(self.url.rsplit("/", 1)[1])

    def client(self) -> Client:
        return Client(self.url)

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        try:
            self.stop()
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)


class Served(unittest.TestCase):
    """Tests of one class share a server."""

    server: Server
    client: Client

    @classmethod
    def setUpClass(cls) -> None:
        if STEPLOOM is None:
            raise unittest.SkipTest("STEPLOOM is not the path of the program")
        cls.server = Server()
        cls.addClassCleanup(cls.server.__exit__, None, None, None)
        cls.client = cls.server.client()
        cls.addClassCleanup(cls.client.close)


def until(condition: Callable[[], Any]) -> None:
    """Waits for what comes true by itself."""
    for _ in range(600):
        if condition():
            return
        threading.Event().wait(0.05)
    raise AssertionError("it did not come true")
