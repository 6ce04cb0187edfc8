"""Who belonged to a cell on a day: the list that is ticked at a study session."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from survey_app.people.models import Membership, Person
from survey_app.people.queries import by_name

_OWN = ("official", "attached")  # temporary members are counted where they are official


@dataclass(frozen=True)
class Belonging:
    """One person of a cell."""

    person_id: int
    public_id: str
    name: str


@dataclass(frozen=True)
class RosterOfDay:
    """The members of a cell, then the non-members attached to it, each by given name.

    `day` is the day whose roster it is: the one asked for, or the first on which the cell had any.
    """

    day: date
    members: tuple[Belonging, ...]
    others: tuple[Belonging, ...]


def roster_of_day(session: Session, cell_id: int, day: date) -> RosterOfDay:
    """Return who belonged to the cell on `day`.

    A roster is often imported after the first session was held; its first day stands for all
    before it.
    """
    first = session.scalar(
        select(func.min(Membership.starts_on)).where(
            Membership.cell_id == cell_id, Membership.kind.in_(_OWN)
        )
    )
    day = max(day, first) if first else day
    rows = session.execute(
        select(Membership.kind, Person.id, Person.public_id, Person.full_name)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.cell_id == cell_id,
            Membership.kind.in_(_OWN),
            Membership.starts_on <= day,
            or_(Membership.ends_on.is_(None), Membership.ends_on >= day),
            Person.merged_into_id.is_(None),
        )
        .order_by(*by_name(session))
    ).all()
    members = {row.id: _belonging(row) for row in rows if row.kind == "official"}
    others = {row.id: _belonging(row) for row in rows if row.id not in members}
    return RosterOfDay(day, tuple(members.values()), tuple(others.values()))


def ever_in(session: Session, cell_id: int) -> list[Belonging]:
    """Return everybody who belongs to the cell or once did, by given name."""
    rows = session.execute(
        select(Person.id, Person.public_id, Person.full_name)
        .where(
            Person.merged_into_id.is_(None),
            Person.id.in_(select(Membership.person_id).where(Membership.cell_id == cell_id)),
        )
        .order_by(*by_name(session))
    )
    return [_belonging(row) for row in rows]


def _belonging(row: Any) -> Belonging:
    return Belonging(row.id, row.public_id, row.full_name)
