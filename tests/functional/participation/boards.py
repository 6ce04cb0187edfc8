"""Rounds whose people have got on differently, for the tests of the board."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey_app.campaigns.models import Round, RoundCell
from survey_app.invitations import tally
from survey_app.invitations.models import Invitation
from tests.factories_rounds import launch_round, make_cell, make_person, make_round

STATES = {
    "d": {"is_started": True, "is_done": True},
    "s": {"is_started": True},
    "n": {},
    "x": {"is_exempt": True},
    "u": {"is_undeliverable": True},
}


def round_of(session: Session, cells: dict[str, tuple[str, str]], **round_: object) -> Round:
    """Launch a round; `cells`: name -> (states of members, states of others), one letter each.

    An empty name stands for people of no cell.
    """
    wanted: list[tuple[int, str]] = []
    for name, kinds in cells.items():
        cell = make_cell(session, name) if name else None
        for kind, letters in zip(("party_member", "non_member"), kinds, strict=True):
            for letter in letters:
                person = make_person(session, "Nguyễn Văn Giấu Tên", cell, kind=kind)
                wanted.append((person.id, letter))
    made = make_round(session, **round_)  # type: ignore[arg-type]
    launch_round(session, made)
    for person_id, letter in wanted:
        invitation = session.scalars(
            select(Invitation).where(
                Invitation.round_id == made.id, Invitation.person_id == person_id
            )
        ).one()
        tally.set_flags(session, invitation.id, **STATES[letter])
        if letter == "d":
            count_attempts(session, invitation.round_cell_id, 1)
    return made


def count_attempts(session: Session, round_cell_id: int, number: int) -> None:
    session.execute(
        update(RoundCell)
        .where(RoundCell.id == round_cell_id)
        .values(attempts=RoundCell.attempts + number)
    )
