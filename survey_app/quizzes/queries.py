"""What a member's page needs, in one statement each: no ORM objects, no joins over collections."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.settings import RoundSettings, kept_settings
from survey_app.database import run, table_of
from survey_app.invitations.models import EntryMeans, Invitation
from survey_app.people.models import Person
from survey_app.quizzes.models import Attempt, Grading

_CAMPAIGN = table_of(Campaign)
_ROUND = table_of(Round)
_MEANS = table_of(EntryMeans)
_INVITATION = table_of(Invitation)
_PERSON = table_of(Person)
_ATTEMPT_TABLE = table_of(Attempt)
_GRADING = table_of(Grading)


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
    def rules(self) -> RoundSettings:
        """The round's settings, read."""
        return kept_settings(self.settings)

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
    _INVITATION.c.id,
    _INVITATION.c.public_id,
    _INVITATION.c.round_cell_id,
    _INVITATION.c.is_done,
    _INVITATION.c.is_exempt,
    _INVITATION.c.is_started,
    _INVITATION.c.is_undeliverable,
    _MEANS.c.version,
    _PERSON.c.id,
    _PERSON.c.full_name,
    _PERSON.c.kind,
    _PERSON.c.form_of_address,
    _PERSON.c.locale,
    _PERSON.c.email,
    _PERSON.c.address_state,
    _ROUND.c.id,
    _ROUND.c.slug,
    _ROUND.c.title,
    _ROUND.c.state,
    _ROUND.c.version_id,
    _ROUND.c.opens_at,
    _ROUND.c.closes_at,
    _ROUND.c.settings,
    _CAMPAIGN.c.tag,
    _CAMPAIGN.c.issuer,
    _CAMPAIGN.c.contact_name,
    _CAMPAIGN.c.contact_phone,
    _CAMPAIGN.c.retention_months,
)
_TRY_COLUMNS = tuple(_ATTEMPT_TABLE.c[name] for name in Try._fields)


def _with_context(statement: Select[Any]) -> Select[Any]:
    return (
        statement.join(_PERSON, _PERSON.c.id == _INVITATION.c.person_id)
        .join(_ROUND, _ROUND.c.id == _INVITATION.c.round_id)
        .join(_CAMPAIGN, _CAMPAIGN.c.id == _ROUND.c.campaign_id)
        .join(
            _MEANS,
            (_MEANS.c.invitation_id == _INVITATION.c.id) & (_MEANS.c.kind == "link"),
        )
    )


_ENTRY = _with_context(select(*_ENTRY_COLUMNS).select_from(_INVITATION)).where(
    _INVITATION.c.public_id == bindparam("public_id")
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
_ATTEMPT = _with_context(
    select(*_TRY_COLUMNS, *_ENTRY_COLUMNS)
    .select_from(_ATTEMPT_TABLE)
    .join(_INVITATION, _INVITATION.c.id == _ATTEMPT_TABLE.c.invitation_id)
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
