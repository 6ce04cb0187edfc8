"""Looking up people and cells for the organiser's pages. Rows belong to cells: `scope` is asked."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, collate, func, or_, select
from sqlalchemy.orm import Session

from survey_app.accounts.scope import Scope
from survey_app.errors import NotFound
from survey_app.i18n import _
from survey_app.people.cells import cell_names
from survey_app.people.models import Cell, Membership, Person
from survey_app.vietnamese import search_key

PER_PAGE = 50


@dataclass(frozen=True)
class PersonLine:
    """One person in a list."""

    id: int
    public_id: str
    full_name: str
    kind: str
    probationary: bool
    birth_year: int | None
    position: str | None
    email: str | None
    address_state: str
    is_sample: bool
    cell_name: str | None


@dataclass(frozen=True)
class PeoplePage:
    """One page of a filtered list."""

    lines: tuple[PersonLine, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PER_PAGE))


@dataclass(frozen=True)
class Filter:
    """What a list of people is narrowed to; empty values do not narrow."""

    words: str = ""
    cell: str = ""
    kind: str = ""
    address: str = ""


@dataclass(frozen=True)
class CellLine:
    """One cell with how many people belong to it today."""

    id: int
    slug: str
    name: str
    group_name: str | None
    is_sample: bool
    members: int
    non_members: int
    unreachable: int


@dataclass(frozen=True)
class Stay:
    """One membership, for the page of a person."""

    cell_name: str
    kind: str
    starts_on: date
    ends_on: date | None


def _home() -> ColumnElement[bool]:
    """The open membership that says where a person counts."""
    return and_(
        Membership.person_id == Person.id,
        Membership.ends_on.is_(None),
        or_(
            and_(Person.kind == "party_member", Membership.kind == "official"),
            and_(Person.kind == "non_member", Membership.kind == "attached"),
        ),
    )


def by_name(session: Session) -> tuple[Any, ...]:
    """How people are ordered: the stored key compared byte by byte, whatever the database does."""
    postgresql = session.get_bind().dialect.name == "postgresql"
    return collate(Person.sort_name, "C" if postgresql else "BINARY"), Person.id


def list_people(
    session: Session, chosen: Filter, today: date, *, scope: Scope, page: int = 1
) -> PeoplePage:
    """Return one page of the people of `scope`, by given name."""
    people = _narrowed(
        select(Person.id).outerjoin(Membership, _home()).outerjoin(Cell), chosen, scope
    )
    total = session.scalar(select(func.count()).select_from(people.subquery())) or 0
    page = min(max(1, page), max(1, -(-total // PER_PAGE)))
    rows = session.execute(
        people.with_only_columns(Person, Membership.cell_id)
        .order_by(*by_name(session))
        .offset((page - 1) * PER_PAGE)
        .limit(PER_PAGE)
    )
    names = cell_names(session, today)
    lines = tuple(_line(person, names.get(cell_id or 0)) for person, cell_id in rows)
    return PeoplePage(lines, total, page)


def _line(person: Person, cell_name: str | None) -> PersonLine:
    own = {
        name: getattr(person, name) for name in PersonLine.__annotations__ if name != "cell_name"
    }
    return PersonLine(**own, cell_name=cell_name)


def _narrowed(query: Select[Any], chosen: Filter, scope: Scope) -> Select[Any]:
    query = query.where(Person.merged_into_id.is_(None))
    if scope.cells is not None:
        query = query.where(Membership.cell_id.in_(scope.cells))
    for word in search_key(chosen.words).split():
        query = query.where(
            or_(
                Person.search_name.contains(word, autoescape=True),
                func.lower(Person.email).startswith(word, autoescape=True),
            )
        )
    if chosen.cell == "-":
        query = query.where(Membership.cell_id.is_(None))
    elif chosen.cell:
        query = query.where(Cell.slug == chosen.cell)
    if chosen.kind:
        query = query.where(Person.kind == chosen.kind)
    if chosen.address == "unreachable":
        query = query.where(Person.address_state != "ok")
    return query


def list_cells(session: Session, today: date, *, scope: Scope) -> list[CellLine]:
    """Return the cells of `scope` in the committee's own order, with their people of today."""
    counted: dict[int, Counter[tuple[str, bool]]] = {}
    rows = session.execute(
        select(Membership.cell_id, Person.kind, Person.address_state, func.count())
        .join(Person, Person.id == Membership.person_id)
        .where(_home(), Person.merged_into_id.is_(None))
        .group_by(Membership.cell_id, Person.kind, Person.address_state)
    )
    for cell_id, kind, state, number in rows:
        counted.setdefault(cell_id, Counter())[kind, state == "ok"] += number
    names = cell_names(session, today)
    cells = session.scalars(select(Cell).order_by(Cell.position, Cell.id))
    return [
        _cell_line(cell, names.get(cell.id, cell.slug), counted.get(cell.id, Counter()))
        for cell in cells
        if scope.includes(cell.id)
    ]


def _cell_line(cell: Cell, name: str, counted: Counter[tuple[str, bool]]) -> CellLine:
    def number(kind: str) -> int:
        return counted[kind, True] + counted[kind, False]

    return CellLine(
        id=cell.id,
        slug=cell.slug,
        name=name,
        group_name=cell.group_name,
        is_sample=cell.is_sample,
        members=number("party_member"),
        non_members=number("non_member"),
        unreachable=sum(n for (_kind, reachable), n in counted.items() if not reachable),
    )


def person_by_public_id(session: Session, public_id: str, *, scope: Scope) -> Person:
    """Return a person of `scope`.

    Raises:
        NotFound: there is none, or they belong to a cell outside of it.
    """
    row = session.execute(
        select(Person, Membership.cell_id)
        .outerjoin(Membership, _home())
        .where(Person.public_id == public_id)
    ).first()
    if row is None or not scope.includes(row[1]):
        raise NotFound(_("Không tìm thấy người này trong danh sách."))
    person: Person = row[0]
    return person


def stays_of(session: Session, person_id: int, today: date) -> list[Stay]:
    """Return all memberships of a person, the present ones first."""
    names = cell_names(session, today)
    rows = session.scalars(
        select(Membership)
        .where(Membership.person_id == person_id)
        .order_by(Membership.ends_on.is_not(None), Membership.starts_on.desc())
    )
    return [Stay(names.get(m.cell_id, ""), m.kind, m.starts_on, m.ends_on) for m in rows]


def is_shared_mailbox(session: Session, email: str | None) -> bool:
    """Whether more than one person reads this mailbox."""
    if not email:
        return False
    readers = select(func.count()).where(Person.email == email, Person.merged_into_id.is_(None))
    return (session.scalar(readers) or 0) > 1


def sharing_mailbox(session: Session, person: Person) -> list[str]:
    """Return the names of the others who have the same address."""
    if not person.email:
        return []
    query = select(Person.full_name).where(
        Person.email == person.email, Person.id != person.id, Person.merged_into_id.is_(None)
    )
    return list(session.scalars(query.order_by(*by_name(session))))
