"""Being told to stop: an event that a signal handler may set.

`threading.Event.set` takes a lock. A handler that runs in the middle of the same thread's `wait`
finds that lock held by the very thread it has interrupted, and both wait for ever. A byte in a pipe
needs no lock.
"""

import os
import select
import signal
import threading
from contextlib import suppress


class Stop(threading.Event):
    """Set once, by a signal or by anybody; it is never cleared."""

    def __init__(self, *signals: signal.Signals) -> None:
        super().__init__()
        self._told = False
        self._read_end, self._write_end = os.pipe()
        os.set_blocking(self._write_end, False)
        for one in signals:
            signal.signal(one, lambda *_: self.set())

    def set(self) -> None:
        """Tell everybody who waits, now or later."""
        self._told = True
        with suppress(BlockingIOError):
            os.write(self._write_end, b".")

    def is_set(self) -> bool:
        """Whether it was told."""
        return self._told

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until it is told, at most `timeout` seconds; return whether it was."""
        if not self._told:
            select.select([self._read_end], [], [], timeout)
        return self._told
