"""Small rosters without a file, and looks at what an import left."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.scope import CLI
from survey_app.people.cells import cell_name_on
from survey_app.people.importing import ImportResult
from survey_app.people.models import Membership, Person
from survey_app.people.roster import Roster, RosterPerson
from survey_app.people.services import apply_import, plan_import

TODAY = date(2024, 9, 18)
BORN = date(1980, 2, 1)


def one(row: int, name: str = "Nguyễn Văn An", **values: Any) -> RosterPerson:
    told: dict[str, Any] = {"kind": "party_member", "cell": "Chi bộ Một", **values}
    if told.get("birth_date"):
        told.setdefault("birth_year", told["birth_date"].year)
    return RosterPerson(row=row, full_name=name, **told)


def roster(*people: RosterPerson, columns: str = "full_name birth_date notes") -> Roster:
    letters = dict(zip("ABCDEFGH", columns.split(), strict=False))
    return Roster("Sheet1", (1,), letters, tuple(people))


def take(session: Session, *people: RosterPerson, today: date = TODAY, **more: Any) -> ImportResult:
    columns = more.pop("columns", "full_name birth_date notes")
    plan = plan_import(session, roster(*people, columns=columns), today=today, **more)
    return apply_import(session, plan, CLI, today)


def outcomes(result: ImportResult) -> list[str]:
    return [row.outcome for row in result.plan.rows]


def homes(session: Session, name: str) -> list[tuple[str, str, date, date | None]]:
    """Return (cell, kind, first day, last day) of everybody of this name, in order of time."""
    rows = session.execute(
        select(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(Person.full_name == name)
        .order_by(Membership.starts_on, Membership.id)
    ).scalars()
    return [(cell_name_on(session, m.cell_id, TODAY), m.kind, m.starts_on, m.ends_on) for m in rows]


def people_named(session: Session, name: str) -> list[Person]:
    return list(session.scalars(select(Person).where(Person.full_name == name).order_by(Person.id)))
