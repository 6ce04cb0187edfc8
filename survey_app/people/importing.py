"""Carrying out the plan of a roster import: people, cells and dated memberships."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from survey_app import audit, clock
from survey_app.audit.services import Actor
from survey_app.people.cells import CellBook, add_cells, load_cells
from survey_app.people.models import Membership, Person
from survey_app.people.planning import ADDED, CHANGED, MOVED, REJECTED, ImportPlan, RowPlan
from survey_app.people.roster import RosterPerson
from survey_app.signing import new_public_id
from survey_app.vietnamese import name_sort_key, search_key

_T = TypeVar("_T")
_HOME_KIND = {"party_member": "official", "non_member": "attached"}
_TAKEN_OVER = (
    *("full_name", "kind", "probationary", "birth_date", "member_code"),
    *("position", "unit", "email", "phone"),
)


@dataclass(frozen=True)
class ImportResult:
    """What an import did: the plan it carried out and the ids of the people it added."""

    plan: ImportPlan
    added_ids: tuple[int, ...]
    new_cell_ids: tuple[int, ...]

    def counts(self) -> dict[str, int]:
        """Return the numbers of INTERFACE."""
        return self.plan.counts()

    def new_addresses(self) -> list[int]:
        """Return the ids of the people known before whose mail address became another one."""
        rows = self.plan.of(CHANGED, MOVED)
        return [row.person_id for row in rows if row.person_id and "email" in (row.changes or {})]

    def as_dict(self) -> dict[str, Any]:
        """Return the document of `roster import --json`."""
        return self.plan.as_dict()


def apply_import(
    session: Session,
    plan: ImportPlan,
    actor: Actor,
    today: date,
    *,
    is_sample: bool = False,
) -> ImportResult:
    """Carry out a plan made in the same unit of work. Nobody is deleted, no history is lost."""
    book = load_cells(session, today)
    doing = plan.of(ADDED, CHANGED, MOVED)
    cells = add_cells(session, book, (row.person.cell for row in doing), is_sample=is_sample)
    changed = [row for row in doing if row.outcome != ADDED]
    _change(session, changed, book, today)
    added = [row.person for row in doing if row.outcome == ADDED]
    ids = _add(session, added, book, today, is_sample)
    counts = {name: n for name, n in plan.counts().items() if name != REJECTED}
    audit.record(session, audit.Action.ROSTER_IMPORTED, actor, ("roster", None), **counts)
    session.flush()
    return ImportResult(plan, tuple(ids), tuple(cells))


def _add(
    session: Session, people: list[RosterPerson], book: CellBook, today: date, is_sample: bool
) -> list[int]:
    """Insert in bulk: a roster of 20,000 must not hold up everybody who is answering."""
    ids: list[int] = []
    for chunk in _chunks(people):
        rows = [_columns(one, is_sample) for one in chunk]
        statement = insert(Person).returning(Person.id, sort_by_parameter_order=True)
        added = session.scalars(statement, rows).all()
        homes = [
            {
                "person_id": person_id,
                "cell_id": cell_id,
                "kind": _HOME_KIND[row["kind"]],
                "starts_on": today,
            }
            for person_id, row, one in zip(added, rows, chunk, strict=True)
            if (cell_id := book.id_of(one.cell)) is not None
        ]
        if homes:
            session.execute(insert(Membership), homes)
        ids += added
    return ids


def _columns(one: RosterPerson, is_sample: bool) -> dict[str, Any]:
    now = clock.now()
    return {
        **{name: getattr(one, name) for name in _TAKEN_OVER},
        "birth_year": one.birth_date.year if one.birth_date else one.birth_year,
        "public_id": new_public_id(),
        "search_name": search_key(one.full_name),
        "sort_name": name_sort_key(one.full_name),
        "address_state": _address_state(one),
        "is_sample": is_sample,
        "created_at": now,
        "updated_at": now,
    }


def _address_state(one: RosterPerson) -> str:
    if one.email:
        return "ok"
    return "bad" if any(problem.code == "email_bad" for problem in one.problems) else "missing"


def _set_keys(person: Person) -> None:
    person.search_name = search_key(person.full_name)
    person.sort_name = name_sort_key(person.full_name)
    if person.birth_date:
        person.birth_year = person.birth_date.year
    person.updated_at = clock.now()


def _home(person_id: int, cell_id: int, kind: str, today: date) -> Membership:
    return Membership(
        person_id=person_id, cell_id=cell_id, kind=_HOME_KIND[kind], starts_on=today, ends_on=None
    )


def _change(session: Session, rows: list[RowPlan], book: CellBook, today: date) -> None:
    people = _load(session, [row.person_id for row in rows if row.person_id is not None])
    homes = _open_homes(session, list(people))
    for row in rows:
        person = people[row.person_id or 0]
        changes = row.changes or {}
        for name, (_before, after) in changes.items():
            if name == "email":
                person.email, person.address_state = after, "ok"
            elif name != "cell":
                setattr(person, name, after)
        _set_keys(person)
        if "cell" in changes or "kind" in changes:
            named = book.id_of(row.person.cell)
            _move(session, person, homes.get(person.id, []), named, today)
    session.flush()


def _chunks(rows: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(rows), 500):
        yield rows[start : start + 500]


def _load(session: Session, ids: list[int]) -> dict[int, Person]:
    found: dict[int, Person] = {}
    for start in range(0, len(ids), 500):
        chunk = ids[start : start + 500]
        found |= {
            one.id: one for one in session.scalars(select(Person).where(Person.id.in_(chunk)))
        }
    return found


def _open_homes(session: Session, ids: list[int]) -> dict[int, list[Membership]]:
    found: dict[int, list[Membership]] = {}
    for chunk in _chunks(ids):
        rows = session.scalars(
            select(Membership).where(
                Membership.person_id.in_(chunk),
                Membership.ends_on.is_(None),
                Membership.kind.in_(_HOME_KIND.values()),
            )
        )
        for row in rows:
            found.setdefault(row.person_id, []).append(row)
    return found


def _move(
    session: Session, person: Person, homes: list[Membership], cell_id: int | None, today: date
) -> None:
    """End what was and begin what is, so that on every day there is one cell and not two."""
    if cell_id is None:
        cell_id = next((home.cell_id for home in homes), None)
    kind = _HOME_KIND[person.kind]
    for home in homes:
        if home.cell_id == cell_id and home.kind == kind:
            return
        if home.starts_on < today:
            home.ends_on = today - timedelta(days=1)
        else:  # entered today, or from a later day on: a correction, not a move
            session.delete(home)
    session.flush()
    if cell_id is not None:
        person.left_on = None  # a roster that names their cell again brings them back
        session.add(_home(person.id, cell_id, person.kind, today))
