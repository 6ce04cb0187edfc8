"""What every test of the ledger asks of the figures of a round."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import Round, RoundCell
from survey_app.invitations.ledger import Why
from survey_app.invitations.models import Invitation, RoundDay
from survey_app.invitations.movements import Movements, movements
from survey_app.invitations.participation import Counts, counts_of
from survey_app.invitations.recount import recount


def why(reason: str = "Theo QĐ số 12") -> Why:
    """A reason of now, by nobody in particular."""
    return Why(reason, CLI, clock.now())


def invited_now(session: Session, round_: Round) -> dict[int, int]:
    """round_cell id -> invited."""
    rows = session.execute(
        select(RoundCell.id, RoundCell.invited).where(RoundCell.round_id == round_.id)
    )
    return {row.id: row.invited for row in rows}


def cell_row(session: Session, round_: Round, name: str | None, kind: str = "party_member"):
    """The row of the board of this name and kind."""
    return session.scalars(
        select(RoundCell).where(
            RoundCell.round_id == round_.id,
            RoundCell.name.is_(None) if name is None else RoundCell.name == name,
            RoundCell.kind == kind,
        )
    ).one()


def adds_up(session: Session, round_: Round, at_launch: dict[int, int]) -> None:
    """The tally is what a recount finds, and the ledger explains every row since the launch."""
    session.expire_all()
    rows = {
        row.id: row
        for row in session.scalars(select(RoundCell).where(RoundCell.round_id == round_.id))
    }
    told = {
        key: Counts(*(getattr(counts_of(row), name) for name in _PEOPLE))
        for key, row in rows.items()
    }
    assert recount(session, round_.id) == told
    moves = movements(session, round_.id)
    for key, row in rows.items():
        moved = moves.get(key, Movements())
        assert row.invited == at_launch.get(key, 0) + moved.difference, row.name
        assert moved.at_launch(row.invited) == at_launch.get(key, 0)
    mailed = session.execute(
        select(Invitation.round_cell_id, func.count())
        .where(Invitation.round_id == round_.id, Invitation.is_mailed.is_(True))
        .group_by(Invitation.round_cell_id)
    )
    assert dict(mailed.all()) == {key: row.mailed for key, row in rows.items() if row.mailed}
    days = session.execute(
        select(Invitation.round_cell_id, Invitation.done_on, func.count())
        .where(
            Invitation.round_id == round_.id,
            Invitation.is_done.is_(True),
            Invitation.done_on.is_not(None),
        )
        .group_by(Invitation.round_cell_id, Invitation.done_on)
    )
    kept = session.execute(
        select(RoundDay.round_cell_id, RoundDay.day, RoundDay.done).where(
            RoundDay.round_cell_id.in_(rows), RoundDay.done != 0
        )
    )
    assert sorted(tuple(row) for row in days) == sorted(tuple(row) for row in kept)


_PEOPLE = ("invited", "done", "started", "exempt", "undeliverable")
