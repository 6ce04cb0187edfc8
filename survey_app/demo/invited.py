"""Whom the sample's rounds have reached, and who acts in them."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.accounts.scope import Actor
from survey_app.campaigns.models import Round, RoundCell
from survey_app.demo.cast import Account
from survey_app.invitations.models import Invitation
from survey_app.people.models import Cell, Person


class Invited(NamedTuple):
    """Somebody whom the invitation has reached."""

    public_id: str
    person_id: int
    kind: str
    cell_id: int | None


def reached(session: Session, slug: str) -> tuple[list[Invited], Sequence[int]]:
    """Return whom the round's invitation has reached, and the cells in the committee's order."""
    rows = session.execute(
        select(Invitation.public_id, Person.id, Person.kind, RoundCell.cell_id)
        .join(Person, Person.id == Invitation.person_id)
        .join(RoundCell, RoundCell.id == Invitation.round_cell_id)
        .join(Round, Round.id == Invitation.round_id)
        .where(Round.slug == slug, Person.address_state == "ok", Person.email.is_not(None))
        .order_by(Person.id)
    )
    cells = session.scalars(select(Cell.id).order_by(Cell.position, Cell.id)).all()
    return [Invited._make(row) for row in rows], cells


def acting(session: Session, account: Account) -> Actor:
    """Return the sample's account as the one who acts."""
    user = session.scalars(select(User).where(User.email == account.email)).one()
    return Actor(user_id=user.id, name=user.name, email=user.email, locale=user.locale)
