"""asyncio's loop for a function: nothing comes from outside, so it runs what is ready and sleeps until the next timer."""

import asyncio
import time
from asyncio import base_events


class _Clock:
    """What the loop waits with, where others wait for sockets."""

    def select(self, timeout):
        if timeout is None:
            raise RuntimeError("every task waits for another one: nothing is left that could go on")
        if timeout > 0:
            time.sleep(timeout)
        return []


class Loop(base_events.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self._selector = _Clock()

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass

    def run_in_executor(self, executor, function, *args):
        """There are no threads: what should run beside the loop runs at once."""
        future = self.create_future()
        try:
            future.set_result(function(*args))
        except Exception as error:
            future.set_exception(error)
        return future


class _Policy(type(asyncio.events._get_event_loop_policy())):
    _loop_factory = Loop


asyncio.events._event_loop_policy = _Policy()
asyncio.new_event_loop = asyncio.events.new_event_loop = Loop
_loop = Loop()


def run(coroutine):
    """Runs a handler's coroutine, and what it started and left running for as long as the handler runs."""
    return _loop.run_until_complete(coroutine)
