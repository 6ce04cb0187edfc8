"""Who writes next, among processes. Pure of any database.

SQLite lets writers fight for its one lock: a process that writes all the time takes it again before
another has woken up. Whoever wants the lock goes through here first, one at a time; the one inside
is the next, so two busy processes take turns.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Turnstile:
    """A file that one process at a time has locked; the kernel frees it when the process ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Be the next for the length of the block. One thread of the process at a time."""
        if self._descriptor is None:
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
