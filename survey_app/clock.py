"""The one place that reads the time. Everything in the product is aware UTC."""

import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

Source = Callable[[], datetime]
FILE = "clock.json"  # in the instance folder of a development installation


def _real_now() -> datetime:
    return datetime.now(UTC)


_source: Source = _real_now


def now() -> datetime:
    """Return the present moment as an aware UTC datetime."""
    return _source()


def of_machine() -> datetime:
    """Return the machine's own time, whatever clock the product goes by: for comparing clocks."""
    return _real_now()


def use_source(source: Source | None) -> None:
    """Replace where the time comes from (`None` = the machine's clock)."""
    global _source
    _source = source or _real_now


@contextmanager
def pretending(source: Source) -> Iterator[None]:
    """Take the time from `source` until the block ends."""
    before = _source
    use_source(source)
    try:
        yield
    finally:
        use_source(before)


def shifted_by_file(path: Path) -> Source:
    """Return a source that processes share: `path` says how far off it runs, or where it stands.

    Only development uses this; a missing file means the machine's clock. See `set_to`, `stop`.
    """
    known: tuple[int, int] = (0, 0)
    offset, stands_at = timedelta(0), None

    def source() -> datetime:
        nonlocal known, offset, stands_at
        try:
            status = path.stat()
        except OSError:
            return _real_now()
        if (status.st_mtime_ns, status.st_ino) != known:
            offset, stands_at = _read(path)
            known = (status.st_mtime_ns, status.st_ino)
        return stands_at or _real_now() + offset

    return source


def set_to(path: Path, moment: datetime) -> None:
    """Let the clock in `path` go on from `moment`."""
    _write(path, {"offset_seconds": (moment - _real_now()).total_seconds()})


def stop(path: Path) -> None:
    """Let the clock in `path` stand still where it is; without a file there is nothing to stop."""
    if path.exists():
        _write(path, {"stands_at": shifted_by_file(path)().isoformat()})


def go_on(path: Path) -> None:
    """Let a stopped clock in `path` go on from where it stands."""
    if path.exists():
        set_to(path, shifted_by_file(path)())


def be_real(path: Path) -> None:
    """Go back to the machine's clock."""
    path.unlink(missing_ok=True)


def _read(path: Path) -> tuple[timedelta, datetime | None]:
    said = json.loads(path.read_text(encoding="utf-8"))
    stands_at = said.get("stands_at")
    return (
        timedelta(seconds=said.get("offset_seconds", 0)),
        datetime.fromisoformat(stands_at) if stands_at else None,
    )


def _write(path: Path, said: dict[str, object]) -> None:
    """Replace the file at once, so that no process reads half of it."""
    fresh = path.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
    fresh.write_text(json.dumps(said), encoding="utf-8")
    fresh.replace(path)
