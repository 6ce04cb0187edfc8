"""What a member's page needs, in one statement each: no ORM objects, no joins over collections."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from survey_app.database import run, table_of
from survey_app.invitations.entries import ENTRY_COLUMNS, with_context
from survey_app.invitations.entries import INVITATION as _INVITATION
from survey_app.invitations.entries import Entry as Entry
from survey_app.invitations.models import EntryMeans, Invitation
from survey_app.quizzes.models import Attempt, Grading

_ATTEMPT_TABLE = table_of(Attempt)
_GRADING = table_of(Grading)


class Try(NamedTuple):
    """One attempt, as stored."""

    id: int
    public_id: str
    attempt_no: int
    state: str
    version_id: int
    paper: list[Any]
    answers: dict[str, Any]
    revision: int
    started_at: datetime
    deadline: datetime
    submitted_at: datetime | None
    receipt: str | None


class Graded(NamedTuple):
    """The newest grading of an attempt."""

    attempt_id: int
    right_count: int
    question_count: int


_TRY_COLUMNS = tuple(_ATTEMPT_TABLE.c[name] for name in Try._fields)


_ENTRY = with_context(select(*ENTRY_COLUMNS).select_from(_INVITATION), "quiz").where(
    _INVITATION.c.public_id == bindparam("public_id"), _INVITATION.c.superseded_by_id.is_(None)
)
_ENTRY_LOCKED = _ENTRY.with_for_update(of=_INVITATION)
_TRIES = (
    select(*_TRY_COLUMNS)
    .where(_ATTEMPT_TABLE.c.invitation_id == bindparam("invitation_id"))
    .order_by(_ATTEMPT_TABLE.c.attempt_no)
)
# What a link shows, and a result, in one look each; most people have one attempt, graded once.
_ENTRY_WITH_TRIES = (
    _ENTRY.outerjoin(_ATTEMPT_TABLE, _ATTEMPT_TABLE.c.invitation_id == _INVITATION.c.id)
    .add_columns(*_TRY_COLUMNS)
    .order_by(_ATTEMPT_TABLE.c.attempt_no)
)
_ATTEMPT = with_context(
    select(*_TRY_COLUMNS, *ENTRY_COLUMNS)
    .select_from(_ATTEMPT_TABLE)
    .join(_INVITATION, _INVITATION.c.id == _ATTEMPT_TABLE.c.invitation_id),
    "quiz",
).where(_ATTEMPT_TABLE.c.public_id == bindparam("public_id"))
# Invitation first, then attempt, everywhere: PostgreSQL locks in the order named here.
_ATTEMPT_LOCKED = _ATTEMPT.with_for_update(of=(_INVITATION, _ATTEMPT_TABLE))
_GRADINGS = (
    select(_GRADING.c.attempt_id, _GRADING.c.right_count, _GRADING.c.question_count)
    .join(_ATTEMPT_TABLE, _ATTEMPT_TABLE.c.id == _GRADING.c.attempt_id)
    .where(_ATTEMPT_TABLE.c.invitation_id == bindparam("invitation_id"))
    .order_by(_GRADING.c.id)
)
_OTHER = _ATTEMPT_TABLE.alias("other")
_ATTEMPT_GRADED = (
    _ATTEMPT.outerjoin(_OTHER, _OTHER.c.invitation_id == _INVITATION.c.id)
    .outerjoin(_GRADING, _GRADING.c.attempt_id == _OTHER.c.id)
    .add_columns(_GRADING.c.attempt_id, _GRADING.c.right_count, _GRADING.c.question_count)
    .order_by(_GRADING.c.id)
)


def entry(session: Session, public_id: str, *, lock: bool = False) -> Entry | None:
    """Return the invitation of a link; `lock` holds its row until the unit of work ends."""
    row = run(session, _ENTRY_LOCKED if lock else _ENTRY, {"public_id": public_id}).one_or_none()
    return Entry._make(row) if row else None


def entry_with_tries(session: Session, public_id: str) -> tuple[Entry, list[Try]] | None:
    """Return the invitation of a link and its attempts, oldest first, in one statement."""
    rows = run(session, _ENTRY_WITH_TRIES, {"public_id": public_id}).all()
    if not rows:
        return None
    width = len(Entry._fields)
    return Entry._make(rows[0][:width]), [
        Try._make(row[width:]) for row in rows if row[width] is not None
    ]


def tries(session: Session, invitation_id: int) -> list[Try]:
    """Return the attempts of an invitation, oldest first."""
    rows = run(session, _TRIES, {"invitation_id": invitation_id})
    return [Try._make(row) for row in rows]


def attempt(session: Session, public_id: str, *, lock: bool = False) -> tuple[Try, Entry] | None:
    """Return an attempt with its invitation, in one statement."""
    row = run(
        session, _ATTEMPT_LOCKED if lock else _ATTEMPT, {"public_id": public_id}
    ).one_or_none()
    if row is None:
        return None
    width = len(Try._fields)
    return Try._make(row[:width]), Entry._make(row[width:])


def graded_attempt(session: Session, public_id: str) -> tuple[Try, Entry, dict[int, Graded]] | None:
    """Return an attempt, its invitation and the gradings of all its attempts, in one statement."""
    rows = run(session, _ATTEMPT_GRADED, {"public_id": public_id}).all()
    if not rows:
        return None
    first, second = len(Try._fields), len(Try._fields) + len(Entry._fields)
    graded = {row[second]: Graded._make(row[second:]) for row in rows if row[second] is not None}
    return Try._make(rows[0][:first]), Entry._make(rows[0][first:second]), graded


def gradings(session: Session, invitation_id: int) -> dict[int, Graded]:
    """Return attempt id -> its newest grading, for all attempts of an invitation."""
    rows = run(session, _GRADINGS, {"invitation_id": invitation_id})
    return {row.attempt_id: Graded._make(row) for row in rows}


def answering(session: Session, invitation_ids: Iterable[int]) -> set[int]:
    """Return which of these invitations have a paper begun that is not handed in."""
    return set(
        session.scalars(
            select(Attempt.invitation_id).where(
                Attempt.invitation_id.in_(list(invitation_ids)), Attempt.state == "open"
            )
        )
    )


def handed_in(session: Session, invitation_ids: Iterable[int]) -> dict[int, datetime]:
    """Return when each of these invitations was first handed in; who has not is absent."""
    found = session.execute(
        select(Attempt.invitation_id, func.min(Attempt.submitted_at))
        .where(
            Attempt.invitation_id.in_(list(invitation_ids)),
            Attempt.state == "submitted",
            Attempt.submitted_at.is_not(None),
        )
        .group_by(Attempt.invitation_id)
    )
    return {key: at for key, at in found if at is not None}


def leads_on(session: Session, public_id: str, version: int) -> tuple[str, int] | None:
    """Return (public id, link version) of the invitation that superseded this one.

    `None` when there is none, or when this link was revoked.
    """
    own, other = aliased(EntryMeans), aliased(EntryMeans)
    gone, kept = aliased(Invitation), aliased(Invitation)
    row = session.execute(
        select(kept.public_id, other.version)
        .select_from(gone)
        .join(kept, kept.id == gone.superseded_by_id)
        .join(own, (own.invitation_id == gone.id) & (own.kind == "link"))
        .join(other, (other.invitation_id == kept.id) & (other.kind == "link"))
        .where(gone.public_id == public_id, own.version == version)
    ).one_or_none()
    return (row[0], row[1]) if row else None
