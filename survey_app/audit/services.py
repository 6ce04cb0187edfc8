"""Writing to the audit log."""

from typing import Any, Protocol

from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.audit.actions import Action
from survey_app.audit.models import AuditEvent


class Actor(Protocol):
    """Whoever acts: a staff user (with an id), or `job` / `cli` / `member` without one."""

    @property
    def actor_kind(self) -> str:
        """`user`, `job`, `cli` or `member`."""

    @property
    def actor_id(self) -> int | None:
        """The user's id, when there is one."""


def record(
    session: Session,
    action: Action,
    actor: Actor,
    subject: tuple[str, int | None],
    **details: Any,
) -> None:
    """Log `action` on `subject` (kind, id) in the caller's unit of work.

    Raises:
        ValueError: a detail that the action does not declare.
    """
    undeclared = details.keys() - action.details
    if undeclared:
        raise ValueError(f"{action.name} declares no {sorted(undeclared)}")
    session.add(
        AuditEvent(
            at=clock.now(),
            action=action.code,
            actor_kind=actor.actor_kind,
            actor_id=actor.actor_id,
            subject_kind=subject[0],
            subject_id=subject[1],
            details=details,
        )
    )
