"""What changed among the sample's people after round 2 was launched, so that its ledger tells it.

One is exempt and one counts in another cell, each with the reason; one more belongs elsewhere by
now, and whether the round follows is still to be decided.
"""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.campaigns.models import Round, RoundCell
from survey_app.demo import cast
from survey_app.demo.invited import acting
from survey_app.demo.timeline import Timeline
from survey_app.formatting import today
from survey_app.invitations import ledger
from survey_app.invitations.models import Invitation
from survey_app.people import changes
from survey_app.people.models import Cell

AT: Final = cast.at("2024-09-18 08:50")  # when the last of those who have begun have begun
_FROM, _TO = 5, 2  # the cell with the most people, and where they are needed


def note(timeline: Timeline) -> None:
    """Have it entered on the morning on which the newcomer comes."""
    timeline.note(AT, lambda: timeline.stage.change(_enter))


def _enter(session: Session) -> None:
    actor, now = acting(session, cast.ORGANISER), clock.now()
    round_ = session.scalars(select(Round).where(Round.slug == cast.SECOND.slug)).one()
    cells = session.scalars(select(Cell.id).order_by(Cell.position, Cell.id)).all()
    exempt = next(_left(session, round_.id, "non_member", cells[_FROM - 1]))
    ledger.exempt(session, round_.id, exempt, ledger.Why(cast.EXEMPT, actor, now))
    home, goal = cells[_FROM - 1], cells[_TO - 1]
    movers = _left(session, round_.id, "party_member", home)
    moved, waiting = next(movers), next(movers)
    for person_id, why in ((moved, cast.MOVED), (waiting, cast.TO_DECIDE)):
        changes.move_to_cell(session, person_id, goal, today(now), reason=why, actor=actor)
    ledger.transfer(session, round_.id, moved, goal, ledger.Why(cast.MOVED, actor, now))


def _left(session: Session, round_id: int, kind: str, cell_id: int) -> Iterator[int]:
    """Yield the people of a cell who have not begun."""
    people = session.scalars(
        select(Invitation.person_id)
        .join(RoundCell, RoundCell.id == Invitation.round_cell_id)
        .where(
            Invitation.round_id == round_id,
            RoundCell.kind == kind,
            RoundCell.cell_id == cell_id,
            Invitation.is_started.is_(False),
            Invitation.is_done.is_(False),
            Invitation.is_undeliverable.is_(False),
        )
        .order_by(Invitation.person_id)
    )
    yield from people.all()
