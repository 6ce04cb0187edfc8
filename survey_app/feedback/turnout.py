"""How many have sent a form, as far as anybody may know: the one way to that number.

While ballots come in only the whole is told, rounded down; once they are counted the whole exactly
and of the groups what the disclosure function lets through. Who has sent one is told nowhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.scope import Scope
from survey_app.campaigns.models import Round, RoundCell
from survey_app.campaigns.settings import round_settings
from survey_app.feedback.disclosure import Hidden, Sent, turnout
from survey_app.feedback.group_tree import tree_of_round
from survey_app.feedback.grouping import PAPER, WHOLE, Group
from survey_app.feedback.models import COUNTED, BallotGroup, Urn
from survey_app.feedback.sending import forms_sent
from survey_app.feedback.urn_words import advice, urn_words
from survey_app.i18n import _
from survey_app.invitations.anonymous import (
    FormBoard,
    FormFacts,
    GroupFixed,
    GroupTold,
    Told,
    told_while_open,
)


def board(session: Session, round_: Round, now: datetime, *, scope: Scope) -> FormBoard:
    """Return the turnout of a launched form; of the groups those with a cell of `scope`."""
    urn = session.get_one(Urn, round_.id)
    units = _units(session, round_.id)
    least = urn.small_group or round_settings(round_.settings).small_group
    whole, groups = _told(session, urn, units, least)
    cells = _cells_of_groups(session, round_.id)
    return FormBoard(
        round_id=round_.id,
        slug=round_.slug,
        title=round_.title,
        state=round_.state,
        closes_at=round_.closes_at,
        as_of=now,
        total=whole,
        groups=tuple(
            GroupTold(_names(unit), frozenset(cells[unit.number]), groups[unit.number])
            for unit in _leaves(units)
            if unit.number in groups and any(map(scope.includes, cells.get(unit.number, ())))
        ),
        small_group=least,
        urn=urn.state,
        trouble=_trouble(urn),
        concerns=any(scope.includes(cell) for mine in cells.values() for cell in mine),
        papers=groups[PAPER].sent if PAPER in groups else None,
    )


def facts(session: Session, round_: Round, to_come: Sequence[Group]) -> FormFacts:
    """Return what stands fixed about a form's ballots; `to_come` are the groups of a draft."""
    urn = session.get(Urn, round_.id)
    settings = round_settings(round_.settings)
    if to_come:
        groups = [
            GroupFixed(
                tuple(cell.name for cell in group.cells if cell.eligible),
                group.eligible,
                group.is_merged,
            )
            for group in to_come
            if group.eligible
        ]
    else:
        groups = [
            GroupFixed(_names(unit), unit.eligible, len(unit.names) > 1)
            for unit in _leaves(_units(session, round_.id))
        ]
    return FormFacts(
        groups=tuple(groups),
        small_group=settings.small_group,
        group_floor=settings.group_floor,
        urn=urn.state if urn else None,
        urn_words=urn_words(urn.state if urn else None),
        trouble=_trouble(urn) if urn else None,
        advice=advice(_trouble(urn)) if urn else (),
    )


def _trouble(urn: Urn) -> str | None:
    """What is wrong with an urn that is still to be opened."""
    return urn.problem if urn.state in ("ready", "open") else None


@dataclass(frozen=True)
class UrnLine:
    """An urn for a command or its page: `told` is what may be said of its ballots."""

    round_id: int
    slug: str
    title: str
    round_state: str
    state: str
    problem: str | None
    public_key: str
    told: Told


def urn_line(session: Session, round_: Round) -> UrnLine | None:
    """Return the urn of a round, or `None` while it has none."""
    urn = session.get(Urn, round_.id)
    if urn is None:
        return None
    least = urn.small_group or round_settings(round_.settings).small_group
    told, _groups = _told(session, urn, _units(session, round_.id), least)
    return UrnLine(
        round_id=round_.id,
        slug=round_.slug,
        title=round_.title,
        round_state=round_.state,
        state=urn.state,
        problem=_trouble(urn),
        public_key=urn.public_key,
        told=told,
    )


def _told(
    session: Session, urn: Urn, units: Sequence[BallotGroup], least: int
) -> tuple[Told, dict[int, Told]]:
    """Return what is told of the whole and, once counted, of each unit by its number."""
    invited = next((unit.eligible for unit in units if unit.number == WHOLE), 0)
    if urn.state in COUNTED:
        tree = tree_of_round(session, urn.round_id)
        found = turnout(tree, least)
        groups = {
            unit.key: _as_told(unit.eligible, found.groups[unit.key])
            for unit in tree
            if unit.key != WHOLE
        }
        # Whom the round asked in the end, as the results say it too.
        return _as_told(urn.invited or invited, found.whole), groups
    if urn.state == "lost":
        sent = urn.sent or 0
        return Told(invited, sent if sent >= least else None), {}
    return told_while_open(invited, forms_sent(session, urn.round_id), least), {}


def _as_told(invited: int, found: Sent | Hidden) -> Told:
    return Told(invited, found.count if isinstance(found, Sent) else None)


def _units(session: Session, round_id: int) -> list[BallotGroup]:
    mine = select(BallotGroup).where(BallotGroup.round_id == round_id)
    return list(session.scalars(mine.order_by(BallotGroup.number)))


def _leaves(units: Sequence[BallotGroup]) -> list[BallotGroup]:
    """Return the groups of cells in the committee's order: what ballots name, without papers."""
    inner = {unit.parent for unit in units} | {WHOLE, PAPER}
    return [unit for unit in units if unit.number not in inner]


def _names(unit: BallotGroup) -> tuple[str, ...]:
    return tuple(map(str, unit.names)) or (_("Tất cả"),)


def _cells_of_groups(session: Session, round_id: int) -> dict[int, set[int | None]]:
    found: dict[int, set[int | None]] = {}
    rows = session.execute(
        select(RoundCell.ballot_group, RoundCell.cell_id).where(RoundCell.round_id == round_id)
    )
    for group, cell_id in rows:
        if group is not None:
            found.setdefault(group, set()).add(cell_id)
    return found
