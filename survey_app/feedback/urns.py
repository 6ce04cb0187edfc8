"""Urns over their life, as the worker tends them: key made, key there, counted, key gone.

Every function asks what should be so by now; run twice it does nothing the second time.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, Literal

from sqlalchemy import ColumnElement, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from survey_app.accounts.scope import JOB
from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.campaigns.models import Round
from survey_app.campaigns.services import lock_round
from survey_app.database import Database
from survey_app.errors import Conflict
from survey_app.feedback import sending
from survey_app.feedback.counting import (
    BallotsCame,
    CountsDiffer,
    Tally,
    erase_traces,
    open_ballots,
    store,
)
from survey_app.feedback.keys import KeyCabinet
from survey_app.feedback.models import Ballot, Urn
from survey_app.feedback.opening import make_urn, urnless_drafts
from survey_app.feedback.sealing import DamagedBallot
from survey_app.i18n import _
from survey_app.invitations.models import Receipt
from survey_app.questions import library

# Ballots received before closing may still be on their way into the database.
SETTLING: Final = timedelta(seconds=15)
_CHUNK: Final = 1000
Problem = Literal["key_missing", "counts_differ", "damaged"]
Tell = Callable[[Session, int, datetime], object]


def make_missing(database: Database, cabinet: KeyCabinet) -> int:
    """Give every draft form a key; return how many got one."""
    with database.reading() as session:
        drafts = urnless_drafts(session)
    for round_id in drafts:
        with database.writing() as session:
            make_urn(session, round_id, cabinet)
    return len(drafts)


def look_for_keys(database: Database, cabinet: KeyCabinet) -> None:
    """Note which urns have lost their key, and which have it again: they take no ballots meanwhile.

    A folder that is not mounted looks like this too, so nothing is given up here.
    """
    with database.reading() as session:
        waiting = session.execute(
            select(Urn.round_id, Urn.public_key, Urn.problem).where(
                Urn.state.in_(("ready", "open")),
                or_(Urn.problem.is_(None), Urn.problem == "key_missing"),
            )
        ).all()
    for round_id, public_key, problem in waiting:
        found: Problem | None = None if cabinet.find(public_key) else "key_missing"
        if found != problem:
            _note_problem(database, round_id, found)


def count_due(database: Database, cabinet: KeyCabinet, now: datetime, *, tell: Tell) -> list[int]:
    """Count every form that has been closed long enough; return the rounds counted now.

    `tell` is called in the transaction that counted one.
    """
    with database.reading() as session:
        due = session.scalars(
            select(Urn.round_id)
            .join(Round, Round.id == Urn.round_id)
            .where(_may_be_counted(now))
            .order_by(Urn.round_id)
        ).all()
    return [round_id for round_id in due if _count(database, cabinet, round_id, now, tell)]


def put_away(database: Database, cabinet: KeyCabinet) -> list[int]:
    """Erase what counting left in files, then destroy the keys; return the rounds sealed now.

    In this order: a key gone before its round is safely counted could not be had back.
    """
    with database.reading() as session:
        over = session.execute(
            select(Urn.round_id, Urn.public_key).where(Urn.state == "counted")
        ).all()
    if not over or not erase_traces(database, [round_id for round_id, _key in over]):
        return []
    return [round_id for round_id, key in over if _destroy_key(database, cabinet, round_id, key)]


def discard_cancelled(database: Database, cabinet: KeyCabinet) -> None:
    """Let the ballots of rounds that were called off go unread, and their keys.

    Their urns are `discarded` once the files are swept: held up, that is tried again.
    """
    with database.reading() as session:
        cancelled = session.execute(
            select(Urn.round_id, Urn.public_key)
            .join(Round, Round.id == Urn.round_id)
            .where(Round.state == "cancelled", Urn.state.in_(("ready", "open")))
        ).all()
    for round_id, public_key in cancelled:
        cabinet.destroy(public_key)
        with database.writing() as session:
            sending.alone(session, round_id)
            session.execute(delete(Ballot).where(Ballot.round_id == round_id))
            rewrite_receipts(session, round_id)
    if cancelled and erase_traces(database, [round_id for round_id, _key in cancelled]):
        with database.writing() as session:
            for round_id, _key in cancelled:
                session.get_one(Urn, round_id).state = "discarded"


def destroy_late_keys(database: Database, cabinet: KeyCabinet) -> None:
    """Destroy the key of an urn that was called off, should it turn up: backups hold its ballots.

    That of one given up stays: with it a restored backup may be counted after all.
    """
    over = Urn.state == "discarded"
    with database.reading() as session:
        keys = session.scalars(select(Urn.public_key).where(over)).all()
    for public_key in keys:
        cabinet.destroy(public_key)


def declare_lost(session: Session, round_id: int, actor: Actor, now: datetime) -> None:
    """Give up an urn that cannot be opened: its ballots go unread, the round is over.

    Raises:
        Conflict: nothing is known to be wrong with it.
    """
    sending.alone(session, round_id)  # first, as counting does: else the two wait for each other
    round_ = lock_round(session, round_id)
    urn = session.get(Urn, round_id)
    if urn is None or urn.state != "open" or urn.problem is None:
        raise Conflict(_("Hòm phiếu này không có gì trục trặc nên không khai báo mất được."))
    _give_up(session, round_, urn, actor, now, why=urn.problem)


def settle_restored(
    session: Session, cabinet: KeyCabinet, actor: Actor, now: datetime
) -> list[str]:
    """Give up the urns of a restored copy whose keys are not here; return their rounds' titles.

    A draft only loses its urn: the worker makes another. Rounds called off need no key.
    """
    rows = session.execute(
        select(Urn, Round)
        .join(Round, Round.id == Urn.round_id)
        .where(Urn.state.in_(("ready", "open")))
        .where(Round.kind == "feedback", Round.state != "cancelled")
        .order_by(Round.id)
    ).all()
    lost = []
    for urn, round_ in rows:
        if cabinet.find(urn.public_key):
            continue
        if round_.state == "draft":
            session.delete(urn)
        else:
            _give_up(session, round_, urn, actor, now, why="key_missing")
            lost.append(round_.title)
    session.flush()
    return lost


def _give_up(
    session: Session, round_: Round, urn: Urn, actor: Actor, now: datetime, *, why: str
) -> None:
    sending.alone(session, round_.id)
    sent = sending.forms_sent(session, round_.id)
    session.execute(delete(Ballot).where(Ballot.round_id == round_.id))
    rewrite_receipts(session, round_.id)
    urn.problem = urn.problem or why
    urn.state, urn.sent, urn.invited = "lost", sent, _invited(session, round_.id)
    if round_.state in ("scheduled", "open"):
        round_.closed_at = now
        if now > round_.opens_at:
            round_.closes_at = min(now, round_.closes_at)
    round_.state, round_.finalised_at = "finalised", now
    record(session, Action.URN_LOST, actor, ("round", round_.id), why=why)


def rewrite_receipts(session: Session, round_id: int) -> None:
    """Write a round's receipts anew in the order of their ids: all by one transaction.

    What the database keeps of each row's writing (its transaction, its place) is then the same for
    everybody.
    """
    mine = Receipt.round_id == round_id
    rows = session.execute(
        select(Receipt.invitation_id, Receipt.is_sent).where(mine).order_by(Receipt.invitation_id)
    ).all()
    session.execute(delete(Receipt).where(mine))
    for start in range(0, len(rows), _CHUNK):
        session.execute(
            insert(Receipt),
            [
                {"round_id": round_id, "invitation_id": invitation_id, "is_sent": is_sent}
                for invitation_id, is_sent in rows[start : start + _CHUNK]
            ],
        )


def _may_be_counted(now: datetime) -> ColumnElement[bool]:
    return (
        (Round.state == "closed")
        & (Round.closes_at <= now - SETTLING)
        & (Urn.state == "open")
        # What was wrong with ballots is looked at by people; a key that is back is counted with.
        & or_(Urn.problem.is_(None), Urn.problem == "key_missing")
    )


def _count(
    database: Database, cabinet: KeyCabinet, round_id: int, now: datetime, tell: Tell
) -> bool:
    tally = _open(database, cabinet, round_id)
    if not isinstance(tally, Tally):
        _note_problem(database, round_id, tally)
        return False
    try:
        return _store(database, round_id, tally, now, tell)
    except BallotsCame:
        return False  # opened again at the next turn, with them
    except CountsDiffer:
        _note_problem(database, round_id, "counts_differ")
        return False


def _open(database: Database, cabinet: KeyCabinet, round_id: int) -> Tally | Problem:
    """Open the ballots in memory, or say why that is not possible."""
    with database.reading() as session:
        urn, round_ = session.get_one(Urn, round_id), session.get_one(Round, round_id)
        assert round_.version_id is not None
        document = library.approved(session, round_.version_id).document
        key = cabinet.find(urn.public_key)
        if key is None:
            return "key_missing"
        try:
            return open_ballots(session, round_id, key, document)
        except DamagedBallot:
            return "damaged"


def _store(database: Database, round_id: int, tally: Tally, now: datetime, tell: Tell) -> bool:
    with database.writing() as session:
        sending.alone(session, round_id)
        round_ = lock_round(session, round_id)
        urn = session.get_one(Urn, round_id)
        if round_.state != "closed" or urn.state != "open":
            return False  # another worker was here first
        sent = sending.forms_sent(session, round_id)
        store(session, round_id, tally, invited=_invited(session, round_id), sent=sent)
        rewrite_receipts(session, round_id)
        round_.state, round_.finalised_at = "finalised", now
        least = urn.small_group or 0
        ballots = tally.ballots if tally.ballots >= least else None  # as everywhere: none below it
        record(session, Action.URN_COUNTED, JOB, ("round", round_id), ballots=ballots)
        tell(session, round_id, now)
        return True


def _destroy_key(database: Database, cabinet: KeyCabinet, round_id: int, public_key: str) -> bool:
    cabinet.destroy(public_key)
    with database.writing() as session:
        lock_round(session, round_id)
        urn = session.get_one(Urn, round_id)
        if urn.state != "counted":
            return False  # another worker was here first
        urn.state = "sealed"
        record(session, Action.URN_SEALED, JOB, ("round", round_id))
        return True


def _note_problem(database: Database, round_id: int, problem: Problem | None) -> None:
    with database.writing() as session:
        urn = session.get_one(Urn, round_id)
        if urn.state in ("ready", "open") and urn.problem != problem:
            urn.problem = problem
            record(session, Action.URN_TROUBLE, JOB, ("round", round_id), problem=problem or "none")


def _invited(session: Session, round_id: int) -> int:
    """Count whom the round asked. Who is exempt counts too: a total that is one higher when they
    have sent a form would tell that of them.
    """
    asked = select(func.count()).select_from(Receipt)
    return session.scalar(asked.where(Receipt.round_id == round_id)) or 0
