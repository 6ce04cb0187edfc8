"""Queueing long work, and taking it further in chunks that survive a crash.

A handler does one chunk inside the unit of work that also stores the progress: a chunk is done and
counted, or neither, whatever gets killed. It receives how far the task is and says how far it got.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey_app import clock, crashes
from survey_app.database import Database
from survey_app.errors import Conflict, DomainError
from survey_app.i18n import _
from survey_app.tasks.models import Task

log = logging.getLogger(__name__)

ACTIVE = ("pending", "running")
_SECONDS_PER_TURN = 1.0


@dataclass(frozen=True)
class Work:
    """What a handler is told: the payload, and how much is done of how much."""

    kind: str
    key: str
    payload: dict[str, Any]
    done: int
    total: int
    created_by: int | None


@dataclass(frozen=True)
class Step:
    """What a handler answers: how much is done now, of how much; finished when they are equal."""

    done: int
    total: int

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.done >= self.total


@dataclass(frozen=True)
class Progress:
    """How far a task is, for a page that shows it."""

    state: str
    done: int
    total: int
    error: str | None


Handler = Callable[[Session, Work], Step]


def enqueue(
    session: Session,
    kind: str,
    key: str,
    payload: Mapping[str, Any],
    *,
    total: int = 0,
    created_by: int | None = None,
) -> int:
    """Queue work once and return its id; the same `key` again returns the same task.

    One that failed or was cancelled goes on from where it stopped.
    """
    now = clock.now()
    task = session.scalar(select(Task).where(Task.key == key).with_for_update())
    if task is None:
        task = Task(
            kind=kind,
            key=key,
            payload=dict(payload),
            total=total,
            created_by=created_by,
            created_at=now,
            updated_at=now,
        )
        session.add(task)
    elif task.state in {"failed", "cancelled"}:
        task.state, task.error, task.updated_at = "pending", None, now
    session.flush()
    return task.id


def progress(session: Session, key: str) -> Progress | None:
    """Return how far the task of `key` is, or `None` when there is none."""
    row = session.execute(
        select(Task.state, Task.done, Task.total, Task.error).where(Task.key == key)
    ).one_or_none()
    return Progress(*row) if row else None


def cancel(session: Session, key: str) -> None:
    """Stop a task before its next chunk.

    Raises:
        Conflict: there is no such task, or it has ended.
    """
    task = session.scalar(select(Task).where(Task.key == key).with_for_update())
    if task is None or task.state not in ACTIVE:
        raise Conflict(_("Việc này đã kết thúc, không còn gì để dừng."))
    task.state, task.updated_at = "cancelled", clock.now()


def run(
    database: Database, handlers: Mapping[str, Handler], *, seconds: float = _SECONDS_PER_TURN
) -> int:
    """Do chunks, oldest task first, until nothing is left or `seconds` have passed.

    Returns how many chunks were done. An exception of a handler ends its task as failed; a database
    that does not answer is raised, and the next run goes on.
    """
    until = time.monotonic() + seconds
    chunks = 0
    while time.monotonic() < until and _waits(database, handlers):
        if not _one_chunk(database, handlers):
            break
        chunks += 1
    return chunks


def _waits(database: Database, handlers: Mapping[str, Handler]) -> bool:
    """Whether there is work, without taking the writers' turn."""
    with database.reading() as session:
        return session.scalar(select(_due(handlers).exists())) or False


def _due(handlers: Mapping[str, Handler]) -> Select[Task]:
    return select(Task).where(Task.state.in_(ACTIVE), Task.kind.in_(list(handlers)))


def _one_chunk(database: Database, handlers: Mapping[str, Handler]) -> bool:
    task_id: int | None = None
    try:
        with database.writing() as session:
            task = _next(session, handlers)
            if task is None:
                return False
            task_id = task.id
            _advance(task, handlers[task.kind](session, _work(task)))
    except OperationalError:
        raise
    except Exception as error:
        if task_id is None:
            raise
        _fail(database, task_id, error)
    return True


def _next(session: Session, handlers: Mapping[str, Handler]) -> Task | None:
    return session.scalar(
        _due(handlers).order_by(Task.id).limit(1).with_for_update(skip_locked=True)
    )


def _work(task: Task) -> Work:
    return Work(task.kind, task.key, dict(task.payload), task.done, task.total, task.created_by)


def _advance(task: Task, step: Step) -> None:
    task.done, task.total = step.done, step.total
    task.state = "done" if step.finished else "running"
    task.updated_at = clock.now()


def _fail(database: Database, task_id: int, error: Exception) -> None:
    """End a task as failed: with the sentence for people, or the kind of error for the log."""
    if isinstance(error, DomainError):
        message = error.message
    else:
        message = type(error).__name__
        log.error("task %s failed\n%s", task_id, crashes.report(error))
    with database.writing() as session:
        task = session.get_one(Task, task_id)
        task.state, task.error, task.updated_at = "failed", message, clock.now()
