"""Every statement, every commit and what is done with key files, as steps to die at (`each:1`).

What only looks leaves nothing behind: nobody dies around it in `make test`, only in `make faults`.

A step is called by when it is and what it does: `before UPDATE receipt 3f2a`, `after commit of
INSERT ballot 09cd`. The four digits tell statements on the same table apart.
"""

import hashlib
import re
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from survey_app.feedback import keys, urns
from tests.faults import failpoints
from tests.faults.sizes import RUNS

_TABLE = re.compile(r"\b(?:FROM|INTO|UPDATE|VACUUM \(FREEZE\))\s+(\w+)")
_last = threading.local()


def watch() -> None:
    """Make a step of each side of everything that the urn's code does from now on."""
    event.listen(Engine, "before_cursor_execute", _before)
    event.listen(Engine, "after_cursor_execute", _after)
    _watch_commits()
    _step_around(keys, "new_key", "drawing a key")
    _step_around(Path, "rename", "naming the key")
    _step_around(urns, "open_ballots", "opening")
    _step_around(urns, "erase_traces", "erasing")
    _step_around(keys.KeyCabinet, "destroy", "destroying the key")
    _step_around(Path, "unlink", "unlinking the key")


def said(statement: str) -> str:
    """Return a statement in a few words."""
    table = _TABLE.search(statement)
    verb, mark = statement.split()[0], hashlib.sha256(statement.encode()).hexdigest()[:4]
    return f"{verb} {table[1] if table else '-'} {mark}"


def _is_small_step(statement: str) -> bool:
    return statement.startswith("SELECT") and "pg_advisory" not in statement and not RUNS


def _before(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
    if not _is_small_step(statement):
        failpoints.first_time(f"before {said(statement)}")


def _after(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
    if _is_small_step(statement):
        return
    _last.statement = said(statement)
    failpoints.first_time(f"after {said(statement)}")


def _watch_commits() -> None:
    real = Session.commit

    def commit(session: Session) -> None:
        what = f"commit of {getattr(_last, 'statement', 'nothing')}"
        failpoints.first_time(f"before {what}")
        real(session)
        failpoints.first_time(f"after {what}")

    Session.commit = commit  # type: ignore[method-assign]


def _step_around(owner: Any, name: str, step: str) -> None:
    real = getattr(owner, name)

    def wrapped(*args: Any, **options: Any) -> Any:
        failpoints.first_time(f"before {step}")
        result = real(*args, **options)
        failpoints.first_time(f"after {step}")
        return result

    setattr(owner, name, wrapped)
