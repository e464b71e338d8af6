"""When to try again, and after how long."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import Callable, Optional

from .error import BadAnswer, Error, Problem, TimedOut, Unreachable


@dataclass(frozen=True)
class Retry:
    """How often and for how long a call is tried that may be repeated.

    The pause after a failure is anything between nothing and a time that doubles with each, so that many
    clients do not come back at once. The server's wish (`Retry-After`) goes before if it is longer.
    """

    attempts_max: int = 4
    """1 never repeats. With the pauses below, it is over in under a second when nobody is there."""
    pause_s: float = 0.1
    """Seconds: the longest pause after the first failure."""
    pause_s_max: float = 5.0
    """Seconds: the longest pause of our own making."""
    wish_s_max: float = 30.0
    """Seconds: the longest pause that a server may ask for; beyond it the caller should decide."""
    time_s_max: float = 120.0
    """Seconds from the first attempt, after which none is begun any more."""
    sleep: Callable[[float], object] = time.sleep
    """What waits."""

    def pause_after(self, failures: int, wish_s: Optional[float] = None) -> Optional[float]:
        """Seconds to pause after so many failures (1 is the first); `None`: do not try again."""
        if failures >= self.attempts_max or (wish_s or 0.0) > self.wish_s_max:
            return None
        doubled = self.pause_s * 2.0 ** min(failures - 1, 16)
        own = random.uniform(0.0, min(doubled, self.pause_s_max))
        return max(own, wish_s or 0.0)


def passes(error: Error) -> bool:
    """Whether trying again may help: nobody answered, or whoever did asked for patience."""
    if isinstance(error, (Problem, BadAnswer)):
        return error.status in (429, 503)
    return isinstance(error, (Unreachable, TimedOut))


def is_without_effect(error: Error) -> bool:
    """Whether nothing was sent, so that anything may be tried again."""
    return isinstance(error, Unreachable) and error.is_refused


class Patience:
    """What is left of a `Retry` in one call."""

    def __init__(self, retry: Retry, deadline: Optional[float] = None) -> None:
        """`deadline` (of `time.monotonic`) ends it earlier."""
        self._retry = retry
        self._deadline = deadline
        self.renew()

    def pause(self, error: Error) -> bool:
        """Counts a failure and pauses; whether to try again then. Without another try it does not pause."""
        self._failures += 1
        wish_s = error.retry_after_s if isinstance(error, (Problem, BadAnswer)) else None
        pause_s = self._retry.pause_after(self._failures, wish_s)
        if pause_s is None or time.monotonic() + pause_s >= self._over:
            return False
        self._retry.sleep(pause_s)
        return True

    def renew(self) -> None:
        """Something went well: failures count from the beginning again."""
        self._failures = 0
        over = time.monotonic() + self._retry.time_s_max
        self._over = over if self._deadline is None else min(over, self._deadline)
