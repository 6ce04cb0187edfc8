"""What the facts about people today would change in live rounds: proposed, never done by itself.

Nobody is taken out of a round for being absent from a file: only who was entered as having left, or
belongs where the round does not ask, is proposed to be exempt; who was exempt for that and is asked
again, to be counted again. An exemption for another reason is a person's to end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from survey_app.campaigns.models import Round, RoundCell
from survey_app.campaigns.settings import round_settings
from survey_app.invitations.asking import Asked, people_asked
from survey_app.invitations.following import LIVE
from survey_app.invitations.models import DeclinedProposal, Invitation, LedgerEntry
from survey_app.people.cells import load_cells
from survey_app.people.models import Person

KINDS: Final = ("join", "transfer", "kind_change", "exemption", "exemption_ended")
_CHUNK: Final = 500


@dataclass(frozen=True)
class Proposal:
    """One change that would make a round agree with the facts of today.

    `cell_id` is where the person would count (`None`: in no cell, or no move), `person_kind` as
    what. `left` tells that they are proposed to be exempt because they have left.
    """

    round_id: int
    kind: str
    person_id: int
    cell_id: int | None
    person_kind: str
    from_name: str | None = None
    from_kind: str | None = None
    left: bool = False

    @property
    def key(self) -> str:
        """What a form posts to mean this proposal and no other."""
        cell = "-" if self.cell_id is None else str(self.cell_id)
        return f"{self.round_id}.{self.kind}.{self.person_id}.{cell}.{self.person_kind}"

    @property
    def identity(self) -> tuple[int, int, str, int | None]:
        """What a decision not to do it is kept under."""
        return self.round_id, self.person_id, self.kind, self.cell_id


@dataclass(frozen=True)
class Line:
    """A proposal as a page shows it."""

    proposal: Proposal
    public_id: str
    name: str
    to_name: str | None


def live_rounds(session: Session) -> Sequence[Round]:
    """Return the rounds that proposals are about, in the order of their opening."""
    return session.scalars(
        select(Round)
        .where(Round.kind == "quiz", Round.state.in_(LIVE))
        .order_by(Round.opens_at, Round.id)
    ).all()


def rounds_with_ledger(session: Session, states: Sequence[str]) -> list[tuple[Round, int]]:
    """Return the quiz rounds of these states, newest first, each with its number of entries."""
    entries = (
        select(LedgerEntry.round_id, func.count().label("entries"))
        .group_by(LedgerEntry.round_id)
        .subquery()
    )
    rows = session.execute(
        select(Round, func.coalesce(entries.c.entries, 0))
        .outerjoin(entries, entries.c.round_id == Round.id)
        .where(Round.kind == "quiz", Round.state.in_(states))
        .order_by(Round.opens_at.desc(), Round.id.desc())
    )
    return [(round_, number) for round_, number in rows]


def proposals(
    session: Session, day: date, *, person_id: int | None = None, round_id: int | None = None
) -> list[Proposal]:
    """Return what is proposed on `day`, declined ones left out; of one person or round if named."""
    found: list[Proposal] = []
    for round_ in live_rounds(session):
        if round_id is None or round_.id == round_id:
            found += _of_round(session, round_, day, person_id)
    refused = _refused(session, {one.round_id for one in found})
    return [one for one in found if one.identity not in refused]


def lines(
    session: Session, found: Iterable[Proposal], day: date, *, public_id: str = ""
) -> list[Line]:
    """Return proposals with the names they need, by given name."""
    wanted = list(found)
    ids = sorted({one.person_id for one in wanted})
    people: dict[int, Row[Any]] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = session.execute(
            select(Person.id, Person.public_id, Person.full_name, Person.sort_name).where(
                Person.id.in_(ids[start : start + _CHUNK])
            )
        )
        people |= {row.id: row for row in rows}
    names = load_cells(session, day).names
    shown = [
        Line(
            one,
            people[one.person_id].public_id,
            people[one.person_id].full_name,
            names.get(one.cell_id or 0),
        )
        for one in sorted(wanted, key=lambda p: (people[p.person_id].sort_name, p.person_id))
    ]
    return [line for line in shown if not public_id or line.public_id == public_id]


def _refused(session: Session, round_ids: set[int]) -> set[tuple[int, int, str, int | None]]:
    rows = session.execute(
        select(
            DeclinedProposal.round_id,
            DeclinedProposal.person_id,
            DeclinedProposal.kind,
            DeclinedProposal.cell_id,
        ).where(DeclinedProposal.round_id.in_(sorted(round_ids)))
    )
    return {(row[0], row[1], row[2], row[3]) for row in rows}


def _of_round(session: Session, round_: Round, day: date, person_id: int | None) -> list[Proposal]:
    asked = {
        one.person_id: one for one in people_asked(session, round_settings(round_.settings), day)
    }
    counted = (
        select(
            Invitation.id,
            Invitation.person_id,
            Invitation.is_exempt,
            Person.left_on,
            RoundCell.cell_id,
            RoundCell.kind,
            RoundCell.name,
        )
        .join(RoundCell, RoundCell.id == Invitation.round_cell_id)
        .join(Person, Person.id == Invitation.person_id)
        .where(Invitation.round_id == round_.id, Invitation.superseded_by_id.is_(None))
    )
    if person_id is not None:
        counted = counted.where(Invitation.person_id == person_id)
        asked = {key: one for key, one in asked.items() if key == person_id}
    found: list[Proposal] = []
    seen: set[int] = set()
    by_roster = _exempt_by_roster(session, round_.id)
    for row in session.execute(counted):
        seen.add(row.person_id)
        proposal = _compared(round_, row, asked.get(row.person_id))
        if proposal is not None:
            found.append(proposal)
        if row.is_exempt and row.id in by_roster and row.person_id in asked:
            was = row.name, row.kind
            found.append(
                Proposal(round_.id, "exemption_ended", row.person_id, None, row.kind, *was)
            )
    found += [
        Proposal(round_.id, "join", one.person_id, one.cell_id, one.kind)
        for one in asked.values()
        if one.person_id not in seen
    ]
    return found


def _exempt_by_roster(session: Session, round_id: int) -> set[int]:
    """Return the invitations whose last exemption was what the roster said at that time."""
    newest = (
        select(func.max(LedgerEntry.id))
        .where(LedgerEntry.round_id == round_id, LedgerEntry.kind == "exemption")
        .group_by(LedgerEntry.invitation_id)
    )
    found = session.scalars(
        select(LedgerEntry.invitation_id).where(
            LedgerEntry.id.in_(newest), LedgerEntry.follows_roster.is_(True)
        )
    )
    return set(found)


def _compared(round_: Round, row: Any, now: Asked | None) -> Proposal | None:
    """What would make one invitation agree. That it tells nobody who is done, done is not asked."""
    was = row.name, row.kind
    if now is None:
        if row.is_exempt:
            return None
        left = row.left_on is not None
        return Proposal(round_.id, "exemption", row.person_id, None, row.kind, *was, left=left)
    if row.kind != now.kind:
        kind = "kind_change"
    elif row.cell_id != now.cell_id:
        kind = "transfer"
    else:
        return None
    return Proposal(round_.id, kind, row.person_id, now.cell_id, now.kind, *was)
