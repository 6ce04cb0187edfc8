"""What a reading gives: people with the row they stand in, and everything worth saying about it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from survey_app.errors import Problem

PARTY_MEMBER = "party_member"
NON_MEMBER = "non_member"
KINDS = (PARTY_MEMBER, NON_MEMBER)


@dataclass(frozen=True)
class RosterPerson:
    """One person as the file gives them; what the file does not say is `None`."""

    row: int
    full_name: str
    birth_date: date | None = None
    birth_year: int | None = None
    kind: str | None = None
    probationary: bool = False
    position: str | None = None
    unit: str | None = None
    cell: str | None = None
    email: str | None = None
    phone: str | None = None
    member_code: str | None = None
    problems: tuple[Problem, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return INTERFACE's shape; `member_code` stands in it only when the file has one."""
        code = {"member_code": self.member_code} if self.member_code else {}
        return {
            "row": self.row,
            "full_name": self.full_name,
            "birth_date": self.birth_date.isoformat() if self.birth_date else None,
            "birth_year": self.birth_year,
            "kind": self.kind,
            "probationary": self.probationary,
            "position": self.position,
            "unit": self.unit,
            "cell": self.cell,
            "email": self.email,
            "phone": self.phone,
            **code,
            "problems": [problem.as_dict() for problem in self.problems],
        }


@dataclass(frozen=True)
class Roster:
    """A whole reading; `columns` maps Excel's letters to the fields read from them."""

    sheet: str
    header_rows: tuple[int, ...]
    columns: dict[str, str]
    people: tuple[RosterPerson, ...]
    problems: tuple[Problem, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the document of `roster check --json`."""
        return {
            "sheet": self.sheet,
            "header_rows": list(self.header_rows),
            "columns": dict(self.columns),
            "people": [person.as_dict() for person in self.people],
            "problems": [problem.as_dict() for problem in self.problems],
        }
