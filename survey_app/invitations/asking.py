"""Who would be asked in a round on a given day, and in which cell they would count."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session

from survey_app.campaigns.settings import RoundSettings
from survey_app.people.cells import cell_names
from survey_app.people.models import Cell, Membership, Person

CellAndKind = tuple[int | None, str]


@dataclass(frozen=True)
class Asked:
    """One person to be asked: where they count, and whether mail can reach them."""

    person_id: int
    kind: str
    cell_id: int | None
    email: str | None
    address_state: str

    @property
    def reachable(self) -> bool:
        """Whether an invitation can be mailed."""
        return self.address_state == "ok" and bool(self.email)


@dataclass(frozen=True)
class FrozenCell:
    """A cell as the round will remember it."""

    id: int | None
    name: str | None
    parent_name: str | None
    group_name: str | None
    position: int


def people_asked(session: Session, settings: RoundSettings, day: date) -> list[Asked]:
    """Return everyone the settings ask, each once.

    The official cell decides; a non-member counts where they are attached; nobody counts at the
    host of a temporary stay. Whose every membership has ended has left and is not asked; who never
    had one is asked and counts in no cell, unless their leaving was entered.
    """
    belongs = _belonging(day)
    cell_id = func.coalesce(
        belongs.c.official, case((Person.kind == "non_member", belongs.c.attached))
    )
    query = (
        select(Person.id, Person.kind, cell_id, Person.email, Person.address_state)
        .outerjoin(belongs, belongs.c.person_id == Person.id)
        .where(
            Person.merged_into_id.is_(None),
            Person.left_on.is_(None),
            Person.kind.in_(settings.kinds),
            func.coalesce(belongs.c.lasting, 1) == 1,
        )
        .order_by(Person.id)
    )
    if settings.cells != "all":
        query = query.where(cell_id.in_(select(Cell.id).where(Cell.slug.in_(settings.cells))))
    return [Asked(*row) for row in session.execute(query)]


def cells_of_round(
    session: Session, settings: RoundSettings, day: date, asked: list[Asked]
) -> dict[CellAndKind, FrozenCell]:
    """Return the rows of the round's board: every cell asked, also one with nobody in it.

    A cell that is only a roof over others and has nobody of its own gets no row.
    """
    names = cell_names(session, day)
    cells = list(session.scalars(select(Cell).order_by(Cell.position, Cell.id)))
    roofs = {cell.parent_id for cell in cells}
    counted = Counter((person.cell_id, person.kind) for person in asked)
    rows: dict[CellAndKind, FrozenCell] = {}
    for cell in cells:
        chosen = settings.cells == "all" or cell.slug in settings.cells
        frozen = FrozenCell(
            id=cell.id,
            name=names.get(cell.id, cell.slug),
            parent_name=names.get(cell.parent_id) if cell.parent_id else None,
            group_name=cell.group_name,
            position=cell.position,
        )
        kinds = [kind for kind in settings.kinds if counted[cell.id, kind]]
        if chosen and not kinds and cell.id not in roofs:
            kinds = list(settings.kinds[:1])
        rows.update({(cell.id, kind): frozen for kind in kinds})
    nowhere = FrozenCell(
        None, None, None, None, position=1 + max([0, *(c.position for c in cells)])
    )
    rows.update({(None, kind): nowhere for kind in settings.kinds if counted[None, kind]})
    return rows


def _belonging(day: date) -> Subquery:
    """One row per person who ever belonged: their cells of the day, and whether they still do.

    Grouped once over all memberships; asked person by person it would take a minute for 20,000.
    """
    not_ended = or_(Membership.ends_on.is_(None), Membership.ends_on >= day)
    today = and_(Membership.starts_on <= day, not_ended)
    official, attached = (
        func.max(case((and_(Membership.kind == kind, today), Membership.cell_id))).label(kind)
        for kind in ("official", "attached")
    )
    lasting = func.max(case((not_ended, 1), else_=0)).label("lasting")
    query = select(Membership.person_id, official, attached, lasting)
    return query.group_by(Membership.person_id).subquery()
