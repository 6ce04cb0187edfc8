"""A throw-away folder for people's data, which does not outlive its process for long."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

_PREFIX = "survey-verify-"
# Earlier versions laid the keys of a backup there.
_SWEPT = (_PREFIX, "survey-settings-")


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """Yield a new folder that only its owner reads; it is gone when the block ends.

    Its user holds a lock on it, which dies with the process: what others of this user left, killed
    on the way, is found unlocked by the next one and goes first.
    """
    for left in _left_behind():
        held = _hold(left)
        if held is not None:
            rmtree(left, ignore_errors=True)  # what cannot go today is tried again
            os.close(held)
    folder, held = _new()
    try:
        yield folder
    finally:
        rmtree(folder)
        os.close(held)


def _left_behind() -> list[Path]:
    place = Path(tempfile.gettempdir())
    return [found for prefix in _SWEPT for found in place.glob(f"{prefix}*")]


def _new() -> tuple[Path, int]:
    """Return a folder and the lock on it; one that somebody swept before it was held is left."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        held = _hold(folder)
        if held is not None:
            return folder, held


def _hold(folder: Path) -> int | None:
    """Lock a folder of our own; return `None` if it is none, is in use, or has gone meanwhile."""
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_ours = os.fstat(held).st_uid == os.geteuid()
        if is_ours and os.path.samestat(os.fstat(held), folder.lstat()):
            return held
    except OSError:
        pass
    os.close(held)
    return None
