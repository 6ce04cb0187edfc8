"""Deciding about proposals: entered in the ledger, or declined with a reason until taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.audit import Action, record
from survey_app.campaigns.models import Round
from survey_app.campaigns.services import lock_round
from survey_app.errors import Conflict, NotFound
from survey_app.i18n import _
from survey_app.invitations import ledger
from survey_app.invitations.following import LIVE
from survey_app.invitations.ledger import Why
from survey_app.invitations.models import DeclinedProposal, LedgerEntry
from survey_app.invitations.proposals import Proposal, proposals
from survey_app.people.cells import load_cells
from survey_app.people.changes import read_reason
from survey_app.people.models import Person


@dataclass(frozen=True)
class Declined:
    """A proposal that was declined, with who, when and why."""

    id: int
    round_id: int
    round_title: str
    kind: str
    public_id: str
    name: str
    to_name: str | None
    reason: str
    by: str | None
    at: datetime


def accept(session: Session, keys: Sequence[str], day: date, why: Why) -> list[LedgerEntry]:
    """Enter what these proposals say, each once, under one reason; return the entries made.

    What somebody else has entered or declined since is left out.

    Raises:
        Invalid: no reason.
        Conflict: none of them is proposed any more.
    """
    read_reason(why.reason)
    found = _wanted(session, keys, day)
    return [_enter(session, one, why) for one in found]


def decline(session: Session, keys: Sequence[str], day: date, why: Why) -> int:
    """Keep that these proposals are not wanted; return how many were declined.

    Raises:
        Invalid: no reason.
        Conflict: none of them is proposed any more.
    """
    reason = read_reason(why.reason)
    found = _wanted(session, keys, day)
    for one in found:
        session.add(
            DeclinedProposal(
                round_id=one.round_id,
                person_id=one.person_id,
                kind=one.kind,
                cell_id=one.cell_id,
                reason=reason,
                declined_by=why.actor.actor_id,
                declined_at=why.now,
            )
        )
        subject = ("round", one.round_id)
        details = {"kind": one.kind, "person_id": one.person_id}
        record(session, Action.LEDGER_DECLINED, why.actor, subject, **details)
    session.flush()
    return len(found)


def take_back(session: Session, declined_id: int) -> None:
    """Let a declined proposal be proposed again.

    Raises:
        NotFound: it was taken back already.
    """
    row = session.get(DeclinedProposal, declined_id, with_for_update=True)
    if row is None:
        raise NotFound(_("Quyết định này đã được rút lại rồi."))
    session.delete(row)
    session.flush()


def declined(session: Session, day: date) -> list[Declined]:
    """Return what was declined in live rounds, newest first."""
    names = load_cells(session, day).names
    rows = session.execute(
        select(DeclinedProposal, Round.title, Person.public_id, Person.full_name, User.name)
        .join(Round, Round.id == DeclinedProposal.round_id)
        .join(Person, Person.id == DeclinedProposal.person_id)
        .outerjoin(User, User.id == DeclinedProposal.declined_by)
        .where(Round.state.in_(LIVE))
        .order_by(DeclinedProposal.id.desc())
    )
    return [
        Declined(
            one.id,
            one.round_id,
            title,
            one.kind,
            public_id,
            name,
            names.get(one.cell_id or 0),
            one.reason,
            by,
            one.declined_at,
        )
        for one, title, public_id, name, by in rows
    ]


def _wanted(session: Session, keys: Sequence[str], day: date) -> list[Proposal]:
    """Hold the rounds meant, then look what is still proposed: two who decide do it once."""
    for round_id in sorted({number for key in keys if (number := _round_of(key)) is not None}):
        lock_round(session, round_id)
    wanted = set(keys)
    found = [one for one in proposals(session, day) if one.key in wanted]
    if not found:
        raise Conflict(
            _("Các đề xuất này không còn: có người vừa ghi sổ, hoặc danh sách đã đổi. Chưa ghi gì.")
        )
    return sorted(found, key=_order)


def _round_of(key: str) -> int | None:
    first = key.partition(".")[0]
    return int(first) if first.isascii() and first.isdigit() and len(first) < 10 else None


def _order(one: Proposal) -> tuple[int, int]:
    return one.round_id, one.person_id


def _enter(session: Session, one: Proposal, why: Why) -> LedgerEntry:
    match one.kind:
        case "join":
            return ledger.join(session, one.round_id, one.person_id, one.cell_id, why)
        case "transfer":
            return ledger.transfer(session, one.round_id, one.person_id, one.cell_id, why)
        case "kind_change":
            kind = one.person_kind
            return ledger.change_kind(session, one.round_id, one.person_id, kind, one.cell_id, why)
        case "exemption_ended":
            return ledger.end_exemption(session, one.round_id, one.person_id, why)
        case _:
            return ledger.exempt(session, one.round_id, one.person_id, why, follows_roster=True)
