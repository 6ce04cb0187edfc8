"""The one place that reads the time. Everything in the product is aware UTC."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path


def _real_now() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _real_now


def now() -> datetime:
    """Return the present moment as an aware UTC datetime."""
    return _source()


def use_source(source: Callable[[], datetime] | None) -> None:
    """Replace where the time comes from (`None` = the machine's clock)."""
    global _source
    _source = source or _real_now


def shifted_by_file(path: Path) -> Callable[[], datetime]:
    """Return a source whose offset (seconds) is read from `path`, so that processes share it.

    Only development uses this; a missing file means no offset.
    """
    cached: tuple[float, timedelta] = (-1.0, timedelta(0))

    def source() -> datetime:
        nonlocal cached
        try:
            modified = path.stat().st_mtime
        except OSError:
            return _real_now()
        if modified != cached[0]:
            seconds = json.loads(path.read_text(encoding="utf-8"))["offset_seconds"]
            cached = (modified, timedelta(seconds=seconds))
        return _real_now() + cached[1]

    return source
