"""Which person we know a line of a roster means. Pure: values in, a verdict out.

By member code, else by name and birth, else somebody is asked. A name alone never decides: it needs
a birth, a mailbox, a phone or the same cell beside it, and nothing that speaks against it.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from survey_app.people.roster.model import RosterPerson
from survey_app.vietnamese import same_text_key, search_key


@dataclass(frozen=True)
class Known:
    """A person as the database has them; `cell` is the key of the present cell."""

    id: int
    full_name: str
    kind: str
    probationary: bool = False
    birth_date: date | None = None
    birth_year: int | None = None
    member_code: str | None = None
    position: str | None = None
    unit: str | None = None
    email: str | None = None
    phone: str | None = None
    address_state: str = "missing"
    cell: str | None = None
    cell_id: int | None = None
    cell_name: str | None = None

    @cached_property
    def name_key(self) -> str:
        """Equal for spellings a reader calls the same."""
        return same_text_key(self.full_name)


@dataclass(frozen=True)
class Line:
    """A line of the file with its keys made once; `cell` is the key of the cell it names."""

    person: RosterPerson
    cell: str | None

    @cached_property
    def name_key(self) -> str:
        """Equal for spellings a reader calls the same."""
        return same_text_key(self.person.full_name)


@dataclass(frozen=True)
class Verdict:
    """`person_id`: this one. Else `ask`: one of `candidates` or somebody new. Else new.

    `same_as_row` names the earlier line of the file that seems to be the same person.
    """

    person_id: int | None = None
    ask: bool = False
    candidates: tuple[int, ...] = ()
    same_as_row: int | None = None


NEW = Verdict()


def _births_agree(line: RosterPerson, known: Known) -> bool | None:
    """Whether the births agree; `None` when one of the two is not known."""
    if line.birth_date and known.birth_date:
        return line.birth_date == known.birth_date
    mine = line.birth_year or (line.birth_date.year if line.birth_date else None)
    theirs = known.birth_year or (known.birth_date.year if known.birth_date else None)
    return mine == theirs if mine and theirs else None


def _full_birth(line: RosterPerson, known: Known) -> bool:
    return line.birth_date is not None and line.birth_date == known.birth_date


def _agree(mine: Any, theirs: Any) -> bool | None:
    return mine == theirs if mine and theirs else None


def _supported(line: Line, known: Known) -> bool:
    """Something beside the name speaks for the same person, and nothing against it."""
    person = line.person
    if _births_agree(person, known) is False:
        return False
    email, phone = _agree(person.email, known.email), _agree(person.phone, known.phone)
    if email or phone:
        return True
    return bool(_agree(line.cell, known.cell)) and email is None and phone is None


def _codes_differ(line: RosterPerson, known: Known) -> bool:
    return _agree(line.member_code, known.member_code) is False


def says_nothing_new(line: Line, known: Known) -> bool:
    """Every value of the line is already there."""
    person = line.person
    fields = ("birth_date", "birth_year", "kind", "position", "unit", "email", "phone")
    told = [(getattr(person, name), getattr(known, name)) for name in fields]
    return all(mine is None or mine == theirs for mine, theirs in [*told, (line.cell, known.cell)])


@dataclass
class Matcher:
    """Judges the lines of one file together, so that no two of them get the same person."""

    known: Sequence[Known]
    lines: Sequence[Line]
    verdicts: dict[int, Verdict] = field(default_factory=dict)
    claimed: dict[int, int] = field(default_factory=dict)  # person -> row

    def __post_init__(self) -> None:
        self._by_id = {known.id: known for known in self.known}
        self._by_code = {known.member_code: known for known in self.known if known.member_code}
        self._by_name: dict[str, list[Known]] = defaultdict(list)
        for known in self.known:
            self._by_name[search_key(known.full_name)].append(known)

    def judge(self) -> dict[int, Verdict]:
        """Return a verdict for every row, strongest evidence first."""
        for step in (self._by_member_code, self._by_birth, self._by_support):
            for line in self.lines:
                if line.person.row not in self.verdicts:
                    step(line)
        earlier: dict[str, list[Line]] = defaultdict(list)
        for line in self.lines:
            same = earlier[line.name_key]
            if line.person.row not in self.verdicts:
                self.verdicts[line.person.row] = self._left_over(line, same)
            same.append(line)
        return self.verdicts

    def _claim(self, line: Line, known: Known) -> None:
        self.claimed[known.id] = line.person.row
        self.verdicts[line.person.row] = Verdict(person_id=known.id)

    def _by_member_code(self, line: Line) -> None:
        known = self._by_code.get(line.person.member_code) if line.person.member_code else None
        if known is None or known.id in self.claimed:
            return
        births = _births_agree(line.person, known)
        if line.name_key == known.name_key or births:
            self._claim(line, known)
        else:
            self.verdicts[line.person.row] = Verdict(ask=True, candidates=(known.id,))

    def _free(self, line: Line) -> list[Known]:
        same = self._by_name.get(search_key(line.person.full_name), [])
        return [k for k in same if k.id not in self.claimed and not _codes_differ(line.person, k)]

    def _by_birth(self, line: Line) -> None:
        self._take_only(
            line,
            [
                known
                for known in self._free(line)
                if known.name_key == line.name_key and _full_birth(line.person, known)
            ],
        )

    def _by_support(self, line: Line) -> None:
        self._take_only(
            line,
            [
                known
                for known in self._free(line)
                if known.name_key == line.name_key and _supported(line, known)
            ],
        )

    def _take_only(self, line: Line, found: Sequence[Known]) -> None:
        """Claim the one person meant; when several are possible, whoever differs least."""
        if len(found) > 1:
            found = _narrowed(line, found)
        if len(found) > 1 and all(says_nothing_new(line, known) for known in found):
            found = found[:1]  # they cannot be told apart, and nothing would change
        if len(found) == 1:
            self._claim(line, found[0])

    def _left_over(self, line: Line, earlier: Sequence[Line]) -> Verdict:
        possible = [known for known in self._free(line) if _possible(line, known)]
        twin = next((other.person.row for other in earlier if _twins(line, other)), None)
        if possible or twin is not None:
            ids = tuple(known.id for known in possible)
            return Verdict(ask=True, candidates=ids, same_as_row=twin)
        return NEW


def _twins(line: Line, other: Line) -> bool:
    """Two lines of one name that may be one person written twice."""
    mine, theirs = line.person, other.person
    if _agree(mine.member_code, theirs.member_code) is False:
        return False
    if mine.birth_date and theirs.birth_date:
        return mine.birth_date == theirs.birth_date
    if _agree(mine.birth_year, theirs.birth_year) is False:
        return False
    mailbox = _agree(mine.email, theirs.email) or _agree(mine.phone, theirs.phone)
    return bool(mailbox) or line.cell == other.cell


def _narrowed(line: Line, found: Sequence[Known]) -> Sequence[Known]:
    """Leave whoever agrees in more: mailbox, then phone, then cell, then the full birth."""
    person = line.person
    tests: tuple[Callable[[Known], bool | None], ...] = (
        lambda known: _agree(person.email, known.email),
        lambda known: _agree(person.phone, known.phone),
        lambda known: _agree(line.cell, known.cell),
        lambda known: _full_birth(person, known),
    )
    for test in tests:
        closer = [known for known in found if test(known)]
        if len(closer) == 1:
            return closer
        found = closer or found
    return found


def _possible(line: Line, known: Known) -> bool:
    """The same person could be meant; only somebody who knows them can say."""
    person = line.person
    births = _births_agree(person, known)
    mailbox = _agree(person.email, known.email) or _agree(person.phone, known.phone)
    if line.name_key == known.name_key:
        return births is not False or bool(mailbox)
    return _full_birth(person, known) or bool(mailbox)
