"""What a member's page needs, in one statement each: no ORM objects, no joins over collections."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from survey_app.campaigns.models import Campaign, Round
from survey_app.invitations.models import EntryMeans, Invitation
from survey_app.people.models import Person
from survey_app.quizzes.models import Attempt, Grading


class Entry(NamedTuple):
    """An invitation with all that decides what its link shows."""

    invitation_id: int
    public_id: str
    round_cell_id: int
    is_done: bool
    is_exempt: bool
    is_started: bool
    is_undeliverable: bool
    link_version: int
    person_id: int
    name: str
    person_kind: str
    form_of_address: str | None
    person_locale: str
    email: str | None
    address_state: str
    round_id: int
    round_slug: str
    title: str
    round_state: str
    version_id: int | None
    opens_at: datetime
    closes_at: datetime
    settings: dict[str, Any]
    campaign_tag: str
    issuer: str
    contact_name: str | None
    contact_phone: str | None
    retention_months: int

    @property
    def flags(self) -> dict[str, bool]:
        """The four facts the tally counts by."""
        return {
            "is_done": self.is_done,
            "is_exempt": self.is_exempt,
            "is_started": self.is_started,
            "is_undeliverable": self.is_undeliverable,
        }


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


_ENTRY_COLUMNS = (
    Invitation.id,
    Invitation.public_id,
    Invitation.round_cell_id,
    Invitation.is_done,
    Invitation.is_exempt,
    Invitation.is_started,
    Invitation.is_undeliverable,
    EntryMeans.version,
    Person.id,
    Person.full_name,
    Person.kind,
    Person.form_of_address,
    Person.locale,
    Person.email,
    Person.address_state,
    Round.id,
    Round.slug,
    Round.title,
    Round.state,
    Round.version_id,
    Round.opens_at,
    Round.closes_at,
    Round.settings,
    Campaign.tag,
    Campaign.issuer,
    Campaign.contact_name,
    Campaign.contact_phone,
    Campaign.retention_months,
)
_TRY_COLUMNS = tuple(getattr(Attempt, name) for name in Try._fields)


def _with_context(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(Person, Person.id == Invitation.person_id)
        .join(Round, Round.id == Invitation.round_id)
        .join(Campaign, Campaign.id == Round.campaign_id)
        .join(
            EntryMeans,
            (EntryMeans.invitation_id == Invitation.id) & (EntryMeans.kind == "link"),
        )
    )


_ENTRY = _with_context(select(*_ENTRY_COLUMNS).select_from(Invitation)).where(
    Invitation.public_id == bindparam("public_id")
)
_ENTRY_LOCKED = _ENTRY.with_for_update(of=Invitation)
_TRIES = (
    select(*_TRY_COLUMNS)
    .where(Attempt.invitation_id == bindparam("invitation_id"))
    .order_by(Attempt.attempt_no)
)
_ATTEMPT = _with_context(
    select(*_TRY_COLUMNS, *_ENTRY_COLUMNS)
    .select_from(Attempt)
    .join(Invitation, Invitation.id == Attempt.invitation_id)
).where(Attempt.public_id == bindparam("public_id"))
_ATTEMPT_LOCKED = _ATTEMPT.with_for_update(of=(Attempt, Invitation))
_GRADINGS = (
    select(Grading.attempt_id, Grading.right_count, Grading.question_count)
    .join(Attempt, Attempt.id == Grading.attempt_id)
    .where(Attempt.invitation_id == bindparam("invitation_id"))
    .order_by(Grading.id)
)


def entry(session: Session, public_id: str, *, lock: bool = False) -> Entry | None:
    """Return the invitation of a link; `lock` holds its row until the unit of work ends."""
    row = session.execute(_ENTRY_LOCKED if lock else _ENTRY, {"public_id": public_id}).one_or_none()
    return Entry._make(row) if row else None


def tries(session: Session, invitation_id: int) -> list[Try]:
    """Return the attempts of an invitation, oldest first."""
    rows = session.execute(_TRIES, {"invitation_id": invitation_id})
    return [Try._make(row) for row in rows]


def attempt(session: Session, public_id: str, *, lock: bool = False) -> tuple[Try, Entry] | None:
    """Return an attempt with its invitation, in one statement."""
    row = session.execute(
        _ATTEMPT_LOCKED if lock else _ATTEMPT, {"public_id": public_id}
    ).one_or_none()
    if row is None:
        return None
    width = len(Try._fields)
    return Try._make(row[:width]), Entry._make(row[width:])


def gradings(session: Session, invitation_id: int) -> dict[int, Graded]:
    """Return attempt id -> its newest grading, for all attempts of an invitation."""
    rows = session.execute(_GRADINGS, {"invitation_id": invitation_id})
    return {row.attempt_id: Graded._make(row) for row in rows}
