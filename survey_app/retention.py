"""Personal data goes when its campaign has been over for the months its page promised.

Answers, invitations, receipts, free texts of forms, what cells wrote in their reports, what came in
after launch and the mails go with their round; lists of attendance and proposals for recognition go
with their campaign; people go when no round asks them and no list names them any more. What was
counted stays: in `round_cell`, its days and results, in the sums of forms, in the totals of study
sessions, in snapshots. It is done in chunks, each a short unit of work of its own; killed between
two of them, the next run goes on with what is left.
"""

import calendar
from collections.abc import Callable, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from survey_app import audit
from survey_app.accounts.models import User
from survey_app.accounts.scope import JOB
from survey_app.campaigns.models import Campaign, Round
from survey_app.cell_reports.models import (
    Attendance,
    Duty,
    DutyRevision,
    Recognition,
    StudySession,
)
from survey_app.database import Base, Database
from survey_app.feedback.models import Ballot, CountedText
from survey_app.formatting import local
from survey_app.invitations.models import (
    DeclinedProposal,
    EntryMeans,
    Invitation,
    LedgerEntry,
    Receipt,
)
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.people.models import Membership, Person, PersonChange
from survey_app.quizzes.models import Attempt, Grading
from survey_app.reports.models import Snapshot

CHUNK = 200
_ENDED = ("finalised", "archived", "cancelled")
_COMING = ("draft", "scheduled", "open", "closed")
_MAIL: tuple[type[OutboxItem] | type[OutboxMessage], ...] = (OutboxItem, OutboxMessage)


def purge(database: Database, now: datetime) -> dict[str, int]:
    """Delete what has been kept long enough by `now`; return how many rows of each kind went."""
    today = local(now).date()
    with database.reading() as session:
        ends = ends_of_campaigns_over(session, today)
        rounds = _rounds_to_empty(session, list(ends))
    gone = {"invitations": 0, "people": 0, "attendance": 0}
    for round_id in rounds:
        gone["invitations"] += _in_chunks(database, _empty_round(round_id))
        with database.writing() as session:
            _archive(session, round_id)
    if ends:
        gone["attendance"] = _in_chunks(database, _empty_lists(list(ends)))
        with database.writing() as session:
            _delete(session, Recognition, Recognition.campaign_id.in_(ends))
            _drop_digests(session, list(ends))
        gone["people"] = _in_chunks(database, _forget_people(max(ends.values()), today))
    return gone


def months_later(day: date, months: int) -> date:
    """Return the same day `months` later, the last of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def ends_of_campaigns_over(session: Session, today: date) -> dict[int, date]:
    """Return the last day of each campaign whose months of keeping are over.

    That is the day it names or, when that is later or there is none, its last round's last day.
    """
    last_close = func.max(Round.closes_at)
    rows = session.execute(
        select(Campaign.id, Campaign.ends_on, Campaign.retention_months, last_close)
        .outerjoin(Round, (Round.campaign_id == Campaign.id) & (Round.state != "draft"))
        .group_by(Campaign.id)
    )
    ends: dict[int, date] = {}
    for campaign_id, ends_on, months, closes_at in rows:
        days = [day for day in (ends_on, closes_at and local(closes_at).date()) if day]
        if days and months_later(max(days), months) < today:
            ends[campaign_id] = max(days)
    return ends


def _rounds_to_empty(session: Session, campaign_ids: list[int]) -> Sequence[int]:
    """Return the ended rounds that still hold people; one not yet finalised is waited for."""
    holds_people = or_(
        exists().where(Invitation.round_id == Round.id),
        exists().where(CountedText.round_id == Round.id),
        exists().where(Ballot.round_id == Round.id),
        exists().where(DeclinedProposal.round_id == Round.id),
        exists().where(Duty.round_id == Round.id, DutyRevision.duty_id == Duty.id),
        *(exists().where(_about(table, Round.id)) for table in _MAIL),
    )
    return session.scalars(
        select(Round.id)
        .where(Round.campaign_id.in_(campaign_ids), Round.state.in_(_ENDED), holds_people)
        .order_by(Round.id)
    ).all()


def _about(table: type[OutboxItem] | type[OutboxMessage], round_id: object) -> ColumnElement[bool]:
    return (table.subject_kind == "round") & (table.subject_id == round_id)


def _in_chunks(database: Database, step: Callable[[Session], int]) -> int:
    done = 0
    while True:
        with database.writing() as session:
            number = step(session)
        if not number:
            return done
        done += number


def _empty_round(round_id: int) -> Callable[[Session], int]:
    def step(session: Session) -> int:
        some = select(Invitation.id).where(Invitation.round_id == round_id).limit(CHUNK)
        ids = _with_superseded(session, session.scalars(some.order_by(Invitation.id)).all())
        attempts = select(Attempt.id).where(Attempt.invitation_id.in_(ids))
        _delete(session, Grading, Grading.attempt_id.in_(attempts))
        _delete(session, Attempt, Attempt.invitation_id.in_(ids))
        _delete(session, EntryMeans, EntryMeans.invitation_id.in_(ids))
        _delete(session, LedgerEntry, LedgerEntry.invitation_id.in_(ids))
        _delete(session, Receipt, Receipt.invitation_id.in_(ids))
        gone = update(Invitation).where(Invitation.superseded_by_id.in_(ids))
        session.execute(gone.values(superseded_by_id=None))
        _delete(session, Invitation, Invitation.id.in_(ids))
        return len(ids)

    return step


def _with_superseded(session: Session, ids: Sequence[int]) -> list[int]:
    """Return invitations together with those that they stand in for, which point at them."""
    found, more = list(ids), list(ids)
    while more:
        query = select(Invitation.id).where(
            Invitation.superseded_by_id.in_(more), Invitation.id.not_in(found)
        )
        more = list(session.scalars(query))
        found += more
    return found


def _empty_lists(campaign_ids: list[int]) -> Callable[[Session], int]:
    """Take names off the lists of attendance; each session keeps its totals."""

    def step(session: Session) -> int:
        some = (
            select(Attendance.session_id, Attendance.person_id)
            .join(StudySession, StudySession.id == Attendance.session_id)
            .where(StudySession.campaign_id.in_(campaign_ids))
            .order_by(Attendance.session_id, Attendance.person_id)
            .limit(CHUNK)
        )
        keys = [tuple(key) for key in session.execute(some)]
        _delete(session, Attendance, tuple_(Attendance.session_id, Attendance.person_id).in_(keys))
        return len(keys)

    return step


def _archive(session: Session, round_id: int) -> None:
    """Let the round's mails and texts go with its people; say once in the log that they went.

    A ballot is gone by then, counted or not; one left by a worker that never came goes here.
    """
    for table in _MAIL:
        _delete(session, table, _about(table, round_id))
    _delete(session, CountedText, CountedText.round_id == round_id)
    _delete(session, Ballot, Ballot.round_id == round_id)
    _delete(session, DeclinedProposal, DeclinedProposal.round_id == round_id)
    duties = select(Duty.id).where(Duty.round_id == round_id)
    _delete(session, DutyRevision, DutyRevision.duty_id.in_(duties))
    ended = session.get_one(Round, round_id)
    if ended.state == "finalised":
        ended.state = "archived"
    audit.record(session, audit.Action.ROUND_PURGED, JOB, ("round", round_id))


def _drop_digests(session: Session, campaign_ids: list[int]) -> None:
    """Let the weekly mails of campaigns go; the figures they were made of stay."""
    theirs = select(Snapshot.id).where(Snapshot.campaign_id.in_(campaign_ids))
    for table in _MAIL:
        about_them = (table.subject_kind == "snapshot") & table.subject_id.in_(theirs)
        _delete(session, table, about_them)


def _forget_people(last_day: date, today: date) -> Callable[[Session], int]:
    """People known by `last_day` whom nothing names; the roster of what is to come stays."""

    def step(session: Session) -> int:
        asked = exists().where(Invitation.person_id == Person.id)
        in_a_cell = exists().where(Membership.person_id == Person.id, Membership.ends_on.is_(None))
        to_come = or_(
            exists().where(Round.state.in_(_COMING)), exists().where(Campaign.ends_on >= today)
        )
        twin = aliased(Person)
        asked_as_another = exists().where(
            twin.id == Person.merged_into_id, Invitation.person_id == twin.id
        )
        # Of campaigns that are not over yet: the others' lists are empty by now.
        listed = exists().where(Attendance.person_id == Person.id)
        declined = exists().where(DeclinedProposal.person_id == Person.id)
        nobody_asks = ~asked & ~asked_as_another & ~(in_a_cell & to_come) & ~listed & ~declined
        known = session.execute(
            select(Person.id, Person.created_at)
            .where(nobody_asks)
            .order_by(Person.created_at)
            .limit(CHUNK)
        )
        ids = [person_id for person_id, since in known if local(since).date() <= last_day]
        session.execute(update(User).where(User.person_id.in_(ids)).values(person_id=None))
        merged = update(Person).where(Person.merged_into_id.in_(ids))
        session.execute(merged.values(merged_into_id=None))
        for table in _MAIL:
            about_them = (table.recipient_kind == "person") & table.recipient_id.in_(ids)
            _delete(session, table, about_them)
        _delete(session, PersonChange, PersonChange.person_id.in_(ids))
        _delete(session, Membership, Membership.person_id.in_(ids))
        _delete(session, Person, Person.id.in_(ids))
        return len(ids)

    return step


def _delete(session: Session, table: type[Base], which: ColumnElement[bool]) -> None:
    session.execute(delete(table).where(which), execution_options={"synchronize_session": False})
