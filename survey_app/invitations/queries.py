"""Lists of a round's people for the organiser: how far each is, what became of their mails."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from survey_app.accounts.scope import Scope
from survey_app.campaigns.models import Round, RoundCell
from survey_app.invitations.models import EntryMeans, Invitation
from survey_app.mailing.models import OutboxMessage
from survey_app.mailing.queries import StatusRow, table
from survey_app.people.models import Person
from survey_app.vietnamese import search_key

STATES = ("done", "started", "not_started", "exempt", "undeliverable")
PAGE = 100


@dataclass(frozen=True)
class PersonLine:
    """One invited person on a list."""

    person_id: int
    public_id: str
    name: str
    kind: str
    cell: str | None
    state: str
    email: str | None
    address_state: str
    phone: str | None
    wants_reminders: bool
    link_version: int


@dataclass(frozen=True)
class MailLine:
    """One mail of the round and the person it goes to."""

    mail: StatusRow
    public_id: str
    name: str
    cell: str | None


@dataclass(frozen=True)
class Trouble:
    """A live round's mails that need somebody: counts of people."""

    round_slug: str
    round_title: str
    undeliverable: int
    failed: int
    unknown: int


def state_column() -> ColumnElement[str]:
    """Which of the five states an invitation counts in (the precedence of `tally`)."""
    return case(
        (Invitation.is_done.is_(True), "done"),
        (Invitation.is_exempt.is_(True), "exempt"),
        (Invitation.is_started.is_(True), "started"),
        (Invitation.is_undeliverable.is_(True), "undeliverable"),
        else_="not_started",
    )


def people(
    session: Session,
    round_id: int,
    *,
    scope: Scope,
    state: str | None = None,
    among: Collection[str] = STATES,
    search: str = "",
    page: int = 1,
    nowhere: bool = False,
) -> tuple[list[PersonLine], int]:
    """Return one page of a round's people by given name, and how many there are in all.

    `among` are the states looked at; `nowhere` asks for the people of no cell only.
    """
    query = _people(round_id, scope)
    if nowhere:
        query = query.where(RoundCell.cell_id.is_(None))
    if set(among) != set(STATES):
        query = query.where(state_column().in_(sorted(among)))
    if state in STATES:
        query = query.where(state_column() == state)
    query = query.where(*named(search))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    query = query.order_by(Person.sort_name, Person.id)
    found = session.execute(query.limit(PAGE).offset((page - 1) * PAGE))
    return [_person_line(row) for row in found], total


def person(session: Session, round_id: int, public_id: str, *, scope: Scope) -> PersonLine | None:
    """Return one person of a round, or `None` when they are not in it or out of sight."""
    row = session.execute(_people(round_id, scope).where(Person.public_id == public_id)).first()
    return _person_line(row) if row else None


def mails(
    session: Session,
    round_id: int,
    *,
    scope: Scope,
    kind: str | None = None,
    state: str | None = None,
    search: str = "",
    page: int = 1,
    opened: bool = False,
) -> tuple[list[MailLine], int]:
    """Return one page of a round's mails to people, by given name, and how many there are.

    Mails that tell who is done are among them only when the list of names was `opened`.
    """
    outbox = table(("round", round_id), kind=kind, state=state)
    query = (
        select(outbox, Person.public_id, Person.full_name, RoundCell.name.label("cell"))
        .join(Person, and_(outbox.c.recipient_kind == "person", outbox.c.recipient_id == Person.id))
        .join(
            Invitation,
            and_(Invitation.person_id == Person.id, Invitation.round_id == round_id),
        )
        .join(RoundCell, RoundCell.id == Invitation.round_cell_id)
        .where(*named(search), *_in_scope(scope))
    )
    if not opened:
        query = query.where(
            outbox.c.kind == "invitation", func.coalesce(outbox.c.reason, "") != "answered"
        )
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    query = query.order_by(
        Person.sort_name, Person.id, outbox.c.created_at.desc(), outbox.c.message_id.desc()
    )
    found = session.execute(query.limit(PAGE).offset((page - 1) * PAGE))
    return [_mail_line(row) for row in found], total


def tells_who_is_done(mail: StatusRow) -> bool:
    """Whether a mail lets one conclude whether its reader has handed in.

    Results go to those who have, reminders to those who had not.
    """
    return mail.kind != "invitation" or mail.reason == "answered"


def mail_to_person(session: Session, round_id: int, message_id: int, *, scope: Scope) -> bool:
    """Whether this mail belongs to the round and goes to someone in sight."""
    found = session.scalar(
        select(OutboxMessage.id)
        .join(Invitation, Invitation.person_id == OutboxMessage.recipient_id)
        .join(RoundCell, RoundCell.id == Invitation.round_cell_id)
        .where(
            OutboxMessage.id == message_id,
            OutboxMessage.recipient_kind == "person",
            OutboxMessage.subject_kind == "round",
            OutboxMessage.subject_id == round_id,
            Invitation.round_id == round_id,
            *_in_scope(scope),
        )
    )
    return found is not None


def troubles(session: Session) -> list[Trouble]:
    """Return the live rounds with mails that somebody must look at."""
    lost = (
        select(RoundCell.round_id, func.sum(RoundCell.undeliverable).label("lost"))
        .group_by(RoundCell.round_id)
        .subquery()
    )
    rounds = session.execute(
        select(Round.id, Round.slug, Round.title, lost.c.lost)
        .join(lost, lost.c.round_id == Round.id)
        .where(Round.state.in_(("scheduled", "open")))
        .order_by(Round.closes_at)
    ).all()
    found = []
    for row in rounds:
        counts = _trouble_counts(session, row.id)
        trouble = Trouble(
            row.slug, row.title, int(row.lost or 0), counts["failed"], counts["unknown"]
        )
        if trouble.undeliverable or trouble.failed or trouble.unknown:
            found.append(trouble)
    return found


def _trouble_counts(session: Session, round_id: int) -> dict[str, int]:
    """Mails that failed or are unknown, unless the same person got a later one of the kind."""
    later = aliased(OutboxMessage)
    mended = exists().where(
        later.kind == OutboxMessage.kind,
        later.recipient_kind == OutboxMessage.recipient_kind,
        later.recipient_id == OutboxMessage.recipient_id,
        later.subject_id == OutboxMessage.subject_id,
        later.id > OutboxMessage.id,
    )
    rows = session.execute(
        select(OutboxMessage.state, func.count().label("mails"))
        .where(
            OutboxMessage.subject_kind == "round",
            OutboxMessage.subject_id == round_id,
            OutboxMessage.state.in_(("failed", "unknown")),
            ~mended,
        )
        .group_by(OutboxMessage.state)
    )
    return {"failed": 0, "unknown": 0, **{row.state: row.mails for row in rows}}


def _people(round_id: int, scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Person.id,
            Person.public_id,
            Person.full_name,
            RoundCell.kind,
            RoundCell.name,
            state_column(),
            Person.email,
            Person.address_state,
            Person.phone,
            Person.wants_reminders,
            EntryMeans.version,
        )
        .join(Invitation, Invitation.person_id == Person.id)
        .join(RoundCell, RoundCell.id == Invitation.round_cell_id)
        .join(
            EntryMeans,
            and_(EntryMeans.invitation_id == Invitation.id, EntryMeans.kind == "link"),
        )
        .where(
            Invitation.round_id == round_id,
            Invitation.superseded_by_id.is_(None),
            *_in_scope(scope),
        )
    )


def _in_scope(scope: Scope) -> list[ColumnElement[bool]]:
    return [] if scope.cells is None else [RoundCell.cell_id.in_(scope.cells)]


def named(search: str) -> list[ColumnElement[bool]]:
    """Conditions that find people by name, marks or not, in any order, or by an address's start."""
    key = search_key(search)
    if not key:
        return []
    words = [Person.search_name.contains(word, autoescape=True) for word in key.split()]
    return [or_(and_(*words), func.lower(Person.email).startswith(key, autoescape=True))]


def _person_line(row: Row[*tuple[Any, ...]]) -> PersonLine:
    return PersonLine(*row)


def _mail_line(row: Row[*tuple[Any, ...]]) -> MailLine:
    values = dict(row._mapping)
    public_id, name, cell = (values.pop(key) for key in ("public_id", "full_name", "cell"))
    return MailLine(StatusRow(**values), public_id, name, cell)
