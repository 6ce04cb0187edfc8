"""Failpoints: a process under test kills itself with SIGKILL at a named point.

`FAIL=point:3` means the third pass, `point:1/3` the first and every third after it; several are
joined by commas. Passes are counted in files of the folder `FAIL_FOLDER`, which processes share: a
process started again goes on counting, so the third pass comes once, whoever makes it. Threads and
processes may pass at the same time. Without `FAIL` nothing happens.

`FAIL=each:1` is for going through everything: whoever comes first to a step dies there, and the
next process gets one step further (`first_time`).

The product knows nothing of this: `around` and `commits` wrap its functions from outside, in the
entry modules of the tests.
"""

import fcntl
import os
import signal
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

_POINTS = "failpoints"  # in `Session.info`: what the unit of work has done so far
_EACH = "each"


def _plan(text: str) -> dict[str, list[tuple[int, int]]]:
    """Return point -> [(first pass, every so many after it; 0: never again)]."""
    plan: dict[str, list[tuple[int, int]]] = {}
    for entry in filter(None, text.split(",")):
        point, _, when = entry.partition(":")
        first, _, step = when.partition("/")
        plan.setdefault(point, []).append((int(first), int(step or 0)))
    return plan


_planned: dict[str, list[tuple[int, int]]] = {}
_folder = Path()


def arm() -> None:
    """Read the plan of this process from its environment."""
    global _folder
    _planned.update(_plan(os.environ.get("FAIL", "")))
    _folder = Path(os.environ.get("FAIL_FOLDER", "."))


def passes(folder: Path, point: str) -> int:
    """Return how often `point` was passed by all processes that share `folder`."""
    path = folder / point
    return path.stat().st_size if path.exists() else 0


def due(point: str) -> bool:
    """Count a pass through `point`; whether it is one at which to die."""
    if point not in _planned:
        return False
    descriptor = os.open(_folder / point, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        os.write(descriptor, b".")
        number = os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)
    return any(
        number == first or (step and number > first and (number - first) % step == 0)
        for first, step in _planned[point]
    )


def die() -> None:
    """End this process at once, as the kernel does when memory runs out."""
    os.kill(os.getpid(), signal.SIGKILL)


def reach(point: str) -> None:
    """Pass through `point`."""
    if due(point):
        die()


def first_time(step: str) -> None:
    """Die at `step`, unless a process that shares the folder has died there before."""
    if _EACH not in _planned:
        return
    with (_folder / _EACH).open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        if step in file.read().splitlines():
            return
        file.write(f"{step}\n")
        file.flush()
        die()


def died_at(folder: Path) -> list[str]:
    """Return the steps at which a process of `each:1` has died, in order."""
    path = folder / _EACH
    return path.read_text().splitlines() if path.exists() else []


def around(owner: Any, name: str, *, before: str = "", after: str = "") -> None:
    """Wrap a function or method: points that are passed before it runs and after it returned."""
    real: Callable[..., Any] = getattr(owner, name)

    @wraps(real)
    def wrapped(*args: Any, **options: Any) -> Any:
        reach(before)
        result = real(*args, **options)
        reach(after)
        return result

    setattr(owner, name, wrapped)


def commits(owner: Any, name: str, point: str) -> None:
    """Wrap a function of a session: `point.before` and `point.after` lie around the commit.

    Only of a unit of work in which it did something, that is, returned something true.
    """
    real: Callable[..., Any] = getattr(owner, name)

    @wraps(real)
    def wrapped(*args: Any, **options: Any) -> Any:
        result = real(*args, **options)
        if result:
            session = next(one for one in (*args, *options.values()) if isinstance(one, Session))
            session.info.setdefault(_POINTS, []).append(point)
        return result

    setattr(owner, name, wrapped)


def watch_commits(*, every: str = "") -> None:
    """Pass the points of `commits`; `every` names a point that lies around each commit."""
    real = Session.commit

    def commit(session: Session) -> None:
        points = [*session.info.pop(_POINTS, ()), *filter(None, [every])]
        for point in points:
            reach(f"{point}.before")
        real(session)
        for point in points:
            reach(f"{point}.after")

    Session.commit = commit  # type: ignore[method-assign]
