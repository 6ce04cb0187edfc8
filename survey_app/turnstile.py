"""Who writes next, among processes. Pure of any database.

SQLite lets writers fight for its one lock: a process that writes all the time takes it again before
another has woken up. Whoever wants the lock goes through here first, one at a time; the one inside
is the next, so two busy processes take turns.

It is about fairness only, so nothing that is wrong here keeps anybody from writing.
"""

import fcntl
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

log = logging.getLogger(__name__)

_LOOK_AGAIN_SECONDS = 0.0003  # the kernel's own queue knows no deadline


class Turnstile:
    """A file that one process at a time has locked; the kernel frees it when the process ends.

    It lies beside `database`, the file whose writers take turns, and is its owner's.
    """

    def __init__(self, database: Path) -> None:
        self._database = database
        self._path = database.with_name(f"{database.name}-turn")
        self._descriptor: int | None = None
        self._trouble_told = False

    @contextmanager
    def inside(self, until: float) -> Iterator[None]:
        """Be the next for the length of the block. One thread of the process at a time.

        The block is entered without a turn when none came before `until` (of `time.monotonic`) or
        the file cannot be used.
        """
        taken = self._take(until)
        try:
            yield
        finally:
            if taken:
                self._leave()

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _take(self, until: float) -> bool:
        try:
            if self._descriptor is None:
                self._descriptor = self._open()
            while not _locked(self._descriptor):
                if time.monotonic() >= until:
                    return False
                time.sleep(_LOOK_AGAIN_SECONDS)
        except OSError as error:  # no right to it, no room for it, no locks on this file system
            if not self._trouble_told:
                self._trouble_told = True
                log.warning("writers take no turns: %s", type(error).__name__)
            return False
        return True

    def _leave(self) -> None:
        if self._descriptor is None:
            return
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        except OSError:
            self.close()

    def _open(self) -> int:
        like, how = self._database.stat(), os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW
        try:
            made = os.open(self._path, how | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return os.open(self._path, how)
        # Root may be the first to write. Whoever may write the database may use this too; who may
        # only read it could stand here for good. Only a file made here is given away: another could
        # be a link to anything.
        writers = like.st_mode & 0o222
        with suppress(OSError):
            os.fchmod(made, writers | writers << 1)
        with suppress(OSError):
            os.fchown(made, like.st_uid, like.st_gid)
        return made


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
