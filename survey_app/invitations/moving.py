"""Letting one invitation count in another row of a round's board, or in none."""

from collections import Counter

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey_app import clock, formatting
from survey_app.campaigns.models import RoundCell
from survey_app.database import table_of
from survey_app.invitations import tally
from survey_app.invitations.models import Invitation
from survey_app.people.cells import cell_names
from survey_app.people.models import Cell

_CELL = table_of(RoundCell)
_Steps = dict[int, Counter[str]]


def lock_one(session: Session, invitation_id: int) -> Invitation:
    """Return an invitation as it stands now, nobody else's until this unit of work ends."""
    (invitation,) = tally.lock(session, [invitation_id])
    return invitation


def move(session: Session, invitation: Invitation, round_cell_id: int) -> None:
    """Count a locked invitation in another row: with its state, its mail and its day.

    Attempts stay counted where they were made. Invitations are locked before rows of the board,
    and these in the order of their ids, as whoever answers takes them: nobody waits in a circle.
    """
    left = invitation.round_cell_id
    if left == round_cell_id:
        return
    weight = _weight(invitation)
    invitation.round_cell_id = round_cell_id
    session.flush()
    _apply(session, {left: Counter({k: -n for k, n in weight.items()}), round_cell_id: weight})
    if invitation.is_done and invitation.done_on:
        for cell_id, step in sorted({left: -1, round_cell_id: 1}.items()):
            tally.note_day(session, cell_id, invitation.done_on, step)


def enter(session: Session, invitation: Invitation) -> None:
    """Count an invitation that is new in its row."""
    _apply(session, {invitation.round_cell_id: _weight(invitation)})


def withdraw(session: Session, invitation: Invitation) -> None:
    """Count a locked invitation nowhere any more; it is exempt from here on."""
    weight = _weight(invitation)
    _apply(session, {invitation.round_cell_id: Counter({k: -n for k, n in weight.items()})})
    if invitation.is_done and invitation.done_on:
        tally.note_day(session, invitation.round_cell_id, invitation.done_on, -1)
    for flag in tally.FLAGS:
        setattr(invitation, flag, flag == "is_exempt")
    invitation.is_mailed, invitation.done_on = False, None
    session.flush()


def mailed(session: Session, invitation: Invitation) -> None:
    """Count a locked invitation among those that a mail server took."""
    invitation.is_mailed = True
    _apply(session, {invitation.round_cell_id: Counter(mailed=1)})


def row_for(session: Session, round_id: int, cell_id: int | None, kind: str) -> RoundCell:
    """Return the row of a cell and kind of person; it is made, with the name of now, if missing.

    The caller holds the round, so that nobody makes it twice.
    """
    row = session.scalars(
        select(RoundCell).where(
            RoundCell.round_id == round_id,
            RoundCell.cell_id.is_(None) if cell_id is None else RoundCell.cell_id == cell_id,
            RoundCell.kind == kind,
        )
    ).one_or_none()
    if row is None:
        row = _new_row(session, round_id, cell_id, kind)
        session.add(row)
        session.flush()
    return row


def _new_row(session: Session, round_id: int, cell_id: int | None, kind: str) -> RoundCell:
    """A cell that stands in the round with the other kind keeps the name frozen there."""
    like = session.scalars(
        select(RoundCell)
        .where(
            RoundCell.round_id == round_id,
            RoundCell.cell_id.is_(None) if cell_id is None else RoundCell.cell_id == cell_id,
        )
        .limit(1)
    ).one_or_none()
    if like is not None:
        names = (like.name, like.parent_name, like.group_name, like.position)
    elif cell_id is None:
        last = session.scalars(select(Cell.position).order_by(Cell.position.desc()).limit(1))
        names = (None, None, None, 1 + (last.one_or_none() or 0))
    else:
        names = _named_now(session, cell_id)
    name, parent, group, position = names
    return RoundCell(
        round_id=round_id,
        cell_id=cell_id,
        kind=kind,
        name=name,
        parent_name=parent,
        group_name=group,
        position=position,
    )


def _named_now(session: Session, cell_id: int) -> tuple[str, str | None, str | None, int]:
    cell = session.get_one(Cell, cell_id)
    called = cell_names(session, formatting.today(clock.now()))
    parent = called.get(cell.parent_id) if cell.parent_id else None
    return called[cell.id], parent, cell.group_name, cell.position


def _weight(invitation: Invitation) -> Counter[str]:
    weight = Counter({"invited": 1})
    counted = tally.counted_as(tally.flags_of(invitation))
    if counted:
        weight[counted] = 1
    if invitation.is_mailed:
        weight["mailed"] = 1
    return weight


def _apply(session: Session, moves: _Steps) -> None:
    session.flush()
    for cell_id in sorted(moves):
        steps = {name: _CELL.c[name] + step for name, step in moves[cell_id].items()}
        session.execute(update(_CELL).where(_CELL.c.id == cell_id).values(steps))
    session.expire_all()
