"""What importing a roster would do: one outcome per line, and who is missing. Changes nothing."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.errors import Problem
from survey_app.i18n import _
from survey_app.people.cells import CellBook, cell_key, load_cells
from survey_app.people.matching import Known, Line, Matcher, Verdict
from survey_app.people.models import Membership, Person
from survey_app.people.roster import Roster, RosterPerson

ADDED, CHANGED, MOVED, UNCHANGED = "added", "changed", "moved", "unchanged"
REJECTED, ASK, MISSING = "rejected", "ask", "missing"
NEW_PERSON: Final = "new"
SKIP: Final = "skip"
Choice = int | str  # a person's id, NEW_PERSON or SKIP

_GARBLED: Final = frozenset({"letters_lost", "legacy_font"})
_SAYS_PROBATION: Final = frozenset({"notes", "probationary", "kind", "party_mark"})
_PLAIN: Final = ("birth_date", "birth_year", "member_code", "position", "unit", "email", "phone")


@dataclass(frozen=True)
class RowPlan:
    """What one line would do. `changes`: field -> (before, after), as text or `None`."""

    row: int
    outcome: str
    person: RosterPerson
    person_id: int | None = None
    changes: dict[str, tuple[Any, Any]] | None = None
    candidates: tuple[Known, ...] = ()
    same_as_row: int | None = None
    problems: tuple[Problem, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the row of `roster import --json`."""
        changes = {
            name: {"from": _plain(before), "to": _plain(after)}
            for name, (before, after) in (self.changes or {}).items()
        }
        return {
            "row": self.row,
            "outcome": REJECTED if self.outcome == ASK else self.outcome,
            "person": self.person.full_name,
            "changes": changes,
            "problems": [problem.as_dict() for problem in self.problems],
        }


@dataclass(frozen=True)
class ImportPlan:
    """One outcome per line in the file's order, and the people of its cells who are not in it."""

    rows: tuple[RowPlan, ...]
    missing: tuple[Known, ...]
    new_cells: tuple[str, ...]
    problems: tuple[Problem, ...] = ()

    def of(self, *outcomes: str) -> list[RowPlan]:
        """Return the rows with one of these outcomes."""
        return [row for row in self.rows if row.outcome in outcomes]

    def counts(self) -> dict[str, int]:
        """Return the numbers of INTERFACE; a line that waits for an answer counts as rejected."""
        found = Counter(row.outcome for row in self.rows)
        found[REJECTED] += found.pop(ASK, 0)
        found[MISSING] = len(self.missing)
        names = (ADDED, CHANGED, MOVED, UNCHANGED, MISSING, REJECTED)
        return {name: found[name] for name in names}

    def as_dict(self) -> dict[str, Any]:
        """Return the document of `roster import --json`; missing people come last, without row."""
        absent: list[dict[str, Any]] = [
            {"row": None, "outcome": MISSING, "person": known.full_name, "changes": {}}
            for known in self.missing
        ]
        return {**self.counts(), "rows": [*(row.as_dict() for row in self.rows), *absent]}

    def digest(self) -> str:
        """Return a fingerprint, to notice that something changed since somebody looked."""
        seen = [
            (row.row, row.outcome, row.person_id, [known.id for known in row.candidates])
            for row in self.rows
        ]
        document = [seen, [known.id for known in self.missing], self.as_dict()]
        text = json.dumps(document, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def known_people(session: Session, book: CellBook) -> list[Known]:
    """Return everybody not merged into another, with the cell they belong to now."""
    homes: dict[int, tuple[str | None, int | None]] = {}
    open_homes = select(Membership.person_id, Membership.kind, Membership.cell_id).where(
        Membership.ends_on.is_(None), Membership.kind.in_(("official", "attached"))
    )
    for person_id, kind, cell_id in session.execute(open_homes):
        if person_id not in homes or kind == "official":
            homes[person_id] = (kind, cell_id)
    columns = [getattr(Person, name) for name in ("id", "full_name", "kind", *_PLAIN)]
    people = select(*columns, Person.probationary, Person.address_state).where(
        Person.merged_into_id.is_(None)
    )
    found = []
    for row in session.execute(people).mappings():
        home_id = homes.get(row["id"], (None, None))[1]
        name = book.names.get(home_id or 0)
        found.append(Known(**row, cell=cell_key(name), cell_id=home_id, cell_name=name))
    return found


def plan_import(
    session: Session,
    roster: Roster,
    kind: str | None = None,
    today: date | None = None,
    choices: Mapping[int, Choice] | None = None,
) -> ImportPlan:
    """Compare a roster with what is known. `choices` answers for rows that had to be asked about.

    `kind` holds for lines that do not say whether they name a member.
    """
    from survey_app import clock, formatting

    today = today or formatting.today(clock.now())
    book = load_cells(session, today)
    return compare(roster, known_people(session, book), book, kind, choices or {})


def compare(
    roster: Roster,
    known: Sequence[Known],
    book: CellBook,
    kind: str | None,
    choices: Mapping[int, Choice],
) -> ImportPlan:
    """Compare without a database."""
    people = [replace(p, kind=p.kind or kind) for p in roster.people]
    lines = [Line(p, cell_key(p.cell)) for p in people if not _unreadable(p)]
    verdicts = Matcher(known, lines).judge()
    judge = _Judge(
        {one.id: one for one in known},
        bool(_SAYS_PROBATION & set(roster.columns.values())),
        verdicts,
        choices,
    )
    rows = tuple(judge.row(person) for person in people)
    return ImportPlan(
        rows=rows,
        missing=_missing(rows, known),
        new_cells=book.new_names(row.person.cell for row in rows if row.outcome != REJECTED),
        problems=roster.problems,
    )


def _unreadable(person: RosterPerson) -> bool:
    return not person.full_name or any(p.code in _GARBLED for p in person.problems)


@dataclass
class _Judge:
    known: Mapping[int, Known]
    tells_probation: bool
    verdicts: Mapping[int, Verdict]
    choices: Mapping[int, Choice]

    def __post_init__(self) -> None:
        self.taken = {v.person_id for v in self.verdicts.values() if v.person_id is not None}
        self.codes: dict[str, int | None] = {
            one.member_code: one.id for one in self.known.values() if one.member_code
        }

    def row(self, person: RosterPerson) -> RowPlan:
        plan = self._row(person)
        code = person.member_code
        if code is None or plan.outcome in (REJECTED, ASK):
            return plan
        if code in self.codes and (plan.person_id is None or self.codes[code] != plan.person_id):
            message = _(
                "Mã cán bộ «%(code)s» đã là mã của người khác. Xin kiểm tra lại.", code=code
            )
            return _rejected(person, Problem("code_taken", message, _row(person.row)))
        self.codes[code] = plan.person_id
        return plan

    def _row(self, person: RosterPerson) -> RowPlan:
        if _unreadable(person):
            return _rejected(person)
        verdict = self.verdicts[person.row]
        if verdict.person_id is not None:
            return self._compared(person, self.known[verdict.person_id])
        if verdict.ask:
            return self._answered(person, verdict)
        return self._added(person)

    def _answered(self, person: RosterPerson, verdict: Verdict) -> RowPlan:
        """Do as somebody chose; without an answer the line waits."""
        choice = self.choices.get(person.row)
        allowed = {one for one in verdict.candidates if one not in self.taken}
        if isinstance(choice, int) and choice in allowed:
            self.taken.add(choice)
            return self._compared(person, self.known[choice])
        if choice == NEW_PERSON:
            return self._added(person)
        return RowPlan(
            person.row,
            ASK,
            person,
            candidates=tuple(self.known[one] for one in verdict.candidates if one in allowed),
            same_as_row=verdict.same_as_row,
            problems=(*person.problems, _unsure(verdict, person.row)),
        )

    def _added(self, person: RosterPerson) -> RowPlan:
        if person.kind is None:
            message = _("Chưa rõ là đảng viên hay quần chúng. Xin chọn loại danh sách khi nhập.")
            return _rejected(person, Problem("kind_unknown", message, _row(person.row)))
        return RowPlan(person.row, ADDED, person, problems=person.problems)

    def _compared(self, person: RosterPerson, known: Known) -> RowPlan:
        changes = self._changes(person, known)
        outcome = CHANGED if changes else UNCHANGED
        if "cell" in changes and known.cell_id is not None:
            outcome = MOVED
        return RowPlan(person.row, outcome, person, known.id, changes, problems=person.problems)

    def _changes(self, person: RosterPerson, known: Known) -> dict[str, tuple[Any, Any]]:
        """What the line says otherwise. What it does not say stays as it is."""
        changes: dict[str, tuple[Any, Any]] = {}
        for name in ("full_name", "kind", *_PLAIN):
            before, after = getattr(known, name), getattr(person, name)
            if after is not None and after != before:
                changes[name] = (before, after)
        told = person.probationary or self.tells_probation or "kind" in changes
        if told and person.probationary != known.probationary:
            changes["probationary"] = (known.probationary, person.probationary)
        if person.cell and cell_key(person.cell) != known.cell:
            changes["cell"] = (known.cell_name, person.cell)
        return changes


def _row(row: int) -> str:
    return _("dòng %(row)s", row=row)


def _rejected(person: RosterPerson, *why: Problem) -> RowPlan:
    return RowPlan(person.row, REJECTED, person, problems=(*person.problems, *why))


def _unsure(verdict: Verdict, row: int) -> Problem:
    if verdict.same_as_row is not None and not verdict.candidates:
        message = _(
            "Trùng họ tên và ngày sinh với dòng %(other)s. Xin cho biết đây là người khác hay dòng "
            "ghi lặp.",
            other=verdict.same_as_row,
        )
    else:
        message = _(
            "Có người tương tự trong danh sách đang có. Xin cho biết là cùng một người hay người "
            "khác."
        )
    return Problem("person_unsure", message, _row(row))


def _missing(rows: Iterable[RowPlan], known: Sequence[Known]) -> tuple[Known, ...]:
    """People of the cells and kinds in the file whom no line means, in the order of their cells."""
    by_id = {one.id: one for one in known}
    told, seen = set(), set()
    for row in rows:
        if row.outcome == REJECTED:
            continue
        if row.person_id is not None:
            seen.add(row.person_id)
        seen.update(one.id for one in row.candidates)
        kind = row.person.kind or (by_id[row.person_id].kind if row.person_id else None)
        told.add((cell_key(row.person.cell), kind))
    return tuple(
        one for one in known if one.id not in seen and one.cell and (one.cell, one.kind) in told
    )
