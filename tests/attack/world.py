"""What the evidence is about: rows of people, sealed ballots, counted answers; found by looking.

No table is known by name. *Ballots* are rows that came while people answered and speak of nobody;
*answers* are rows that were not there at the beginning and hold texts, or levels of a scale.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.attack import owners
from tests.attack.evidence import Evidence, Person, Row, Table
from tests.attack.features import Placed, distinct, leaves

Looks = list[dict[str, Table]]  # the tables, as seen at one time after the other
_LEVELS = 12  # a scale has no more
_TEXT = 12  # characters that a text has at least, some of them


@dataclass
class Linked:
    """What a table says of each person: `changed` while open (with the snapshot), and later."""

    changed: dict[str, tuple[int, Placed]] = field(default_factory=dict)
    open: dict[str, Placed] = field(default_factory=dict)
    after: dict[str, Placed] = field(default_factory=dict)


@dataclass
class Ballots:
    """Rows that came while people answered; by identity, with the snapshot they came in."""

    table: str
    came: dict[Any, tuple[int, Placed]]
    last: dict[Any, Placed]
    owner: dict[Any, str] = field(default_factory=dict)


@dataclass
class Answers:
    """Counted rows of one question: `value` by item, `what` is text or level.

    Items are numbered in the order of the rows. `item_class` and `person_class` say to which group
    they belong as far as that is known.
    """

    name: str
    what: str
    table: str
    rows: dict[int, Placed]
    value: dict[int, str]
    owner: dict[int, str]
    people: list[str]
    item_class: dict[int, Hashable]
    person_class: dict[str, Hashable]


class World:
    """All of it."""

    def __init__(self, evidence: Evidence, people: list[Person]) -> None:
        self.people = people
        self.open = [snapshot.tables for snapshot in evidence.snapshots]
        self.after = evidence.after.tables
        self.owners = owners.find([self.open[0], self.open[-1], self.after], people)
        self.linked = self._all_linked(self.open)
        self.ballots = self._all_ballots(self.open)
        # Backups tell the hours once more, perhaps others than the copies do.
        self.backups = [self._with_keys(tables) for tables in evidence.backups()]
        self.linked_in_backups = self._all_linked(self.backups)
        self.ballots_in_backups = {one.table: one for one in self._all_ballots(self.backups)}
        self._crowds = dict(self._some_people())
        self.answers = [
            found for name in sorted(self.after) for found in self._answers(name, self.after[name])
        ]

    def _with_keys(self, tables: dict[str, Table]) -> dict[str, Table]:
        """Archives do not tell keys; the database does."""
        for name, table in tables.items():
            table.key = self.after[name].key if name in self.after else []
        return tables

    def _all_linked(self, looks: Looks) -> dict[str, Linked]:
        found = {name: self._linked(name, looks) for name in sorted(self.owners.of) if looks}
        return {
            name: linked
            for name, linked in found.items()
            if linked.open or linked.after or linked.changed
        }

    def _all_ballots(self, looks: Looks) -> list[Ballots]:
        names = sorted({name for tables in looks for name in tables})
        return [found for name in names if (found := self._ballots(name, looks))]

    def _linked(self, name: str, looks: Looks) -> Linked:
        found = Linked()
        before: dict[Any, Any] | None = None
        table = None
        for number, tables in enumerate(looks):
            if name not in tables or tables[name] is table:
                continue
            table = tables[name]
            now = {table.identity(row): row.values for row in table.rows}
            if before is not None and now != before:
                for place, row in enumerate(table.rows):
                    person = self.owners.person(name, row.values)
                    if person and before.get(table.identity(row)) != row.values:
                        found.changed[person] = (number, Placed(row, place))
            before = now
        found.open = self._by_person(name, looks[-1])
        found.after = self._by_person(name, self.after)
        return found

    def _by_person(self, name: str, tables: Mapping[str, Table]) -> dict[str, Placed]:
        rows = tables[name].rows if name in tables else []
        return {
            person: Placed(row, place)
            for place, row in enumerate(rows)
            if (person := self.owners.person(name, row.values))
        }

    def _ballots(self, name: str, looks: Looks) -> Ballots | None:
        """Return a table's rows if many came while people answered, and not only about people."""
        came: dict[Any, tuple[int, Placed]] = {}
        last: dict[Any, Placed] = {}
        owner: dict[Any, str] = {}
        at_first: set[Any] = set()
        table = None
        for number, tables in enumerate(looks):
            if tables.get(name) is table:
                continue
            table = tables.get(name, Table(name, [], []))
            for place, row in enumerate(table.rows):
                item = table.identity(row)
                last[item] = Placed(row, place)
                if number == 0:
                    at_first.add(item)
                if item not in at_first and item not in came:
                    came[item] = (number, last[item])
                if person := self.owners.person(name, row.values):
                    owner[item] = person
        new = {item: last[item] for item in came}
        if not len(self.people) / 4 <= len(came) <= 2 * len(self.people):
            return None
        if owner and not any(
            _is_long(value) for one in new.values() for value in one.row.values.values()
        ):
            return None  # rows about people, and nothing else
        return Ballots(name, came, new, {item: owner[item] for item in owner if item in came})

    def _some_people(self) -> Iterator[tuple[str, set[str]]]:
        """Yield sets of people who may be those that took part."""
        for name, linked in self.linked.items():
            yield f"{name} changed", set(linked.changed)
            yield f"{name} there", set(linked.after)
            for column in next(iter(linked.after.values())).row.values if linked.after else ():
                values = {one: at.row.values[column] for one, at in linked.after.items()}
                kinds = distinct(values.values())
                if len(kinds) <= 3:
                    for kind in sorted(kinds, key=str):
                        chosen = {one for one, value in values.items() if value == kind}
                        yield f"{name}.{column} is {kind}", chosen
        yield "everybody", {person.id for person in self.people}

    def _answers(self, name: str, table: Table) -> Iterator[Answers]:
        known = {table.identity(row) for row in self.open[0].get(name, Table(name, [], [])).rows}
        rows = [
            Placed(row, place)
            for place, row in enumerate(table.rows)
            if table.identity(row) not in known
        ]
        if len(rows) < len(self.people) / 4:
            return
        for label, part in self._parts(rows):
            for column in part[0].row.values:
                if column not in table.key or len(table.key) > 1:
                    yield from self._stream(f"{name}{label}.{column}", name, column, part)

    def _parts(self, rows: list[Placed]) -> Iterator[tuple[str, list[Placed]]]:
        """Yield the rows, and the rows of each question if one column tells questions apart."""
        most = len(self.people)
        if len(rows) <= most:
            yield "", rows
        for column in rows[0].row.values:
            parts: dict[str, list[Placed]] = defaultdict(list)
            for one in rows:
                parts[repr(one.row.values[column])].append(one)
            full = [key for key, part in sorted(parts.items()) if most / 4 <= len(part) <= most]
            for number, key in enumerate(full):
                if len(parts[key]) < len(rows):
                    yield f"[{column} {number}]", parts[key]

    def _stream(self, label: str, table: str, column: str, part: list[Placed]) -> Iterator[Answers]:
        texts = [max(leaves(one.row.values[column]), key=len, default="") for one in part]
        different = len(set(texts))
        if different >= 0.9 * len(part) and _are_texts(texts):
            what = "text"
        elif 2 <= different <= _LEVELS:
            what = "level"
        else:
            return
        rows = dict(enumerate(part))
        owned = {item: self.owners.person(table, one.row.values) for item, one in rows.items()}
        found = Answers(
            name=label,
            what=what,
            table=table,
            rows=rows,
            value=dict(enumerate(texts)),
            owner={item: person for item, person in owned.items() if person},
            people=self._those_who_answered(len(part)),
            item_class=dict.fromkeys(rows),
            person_class={},
        )
        self._find_classes(found, column)
        yield found

    def _those_who_answered(self, count: int) -> list[str]:
        """Return the people who answered: a set of just that size, else the next larger one."""
        fitting: list[set[str]] = [
            people for people in self._crowds.values() if len(people) >= count
        ]
        return sorted(sorted([*fitting, self._crowds["everybody"]], key=_size)[0])

    def _find_classes(self, answers: Answers, value_column: str) -> None:
        """Find the column that tells groups, if any: the finest that fits what people have."""
        answers.person_class = dict.fromkeys(answers.people)
        best = 1
        for column in next(iter(answers.rows.values())).row.values:
            if column == value_column:
                continue
            for labels in self._labels(answers, column):
                count = Counter(labels.values())
                if not best < len(count) <= len(labels) / 2:
                    continue
                for told in self._told_of_people(set(answers.people)):
                    if _fits(count, Counter(told.values())):
                        best = len(count)
                        answers.item_class, answers.person_class = dict(labels), dict(told)

    def _labels(self, answers: Answers, column: str) -> Iterator[dict[int, Hashable]]:
        """Yield what a column says of each answer, and what the row it points to says."""
        own = {item: str(one.row.values[column]) for item, one in answers.rows.items()}
        yield dict(own)
        other, there = self.after[answers.table].foreign.get(column, ("", ""))
        if other not in self.after or len(set(own.values())) == 1:
            return
        rows = {str(row.values.get(there)): row for row in self.after[other].rows}
        if all(value in rows for value in own.values()):
            for name in next(iter(rows.values())).values:
                yield {item: str(rows[value].values[name]) for item, value in own.items()}

    def _told_of_people(self, people: set[str]) -> Iterator[dict[str, Hashable]]:
        yield {person.id: person.group for person in self.people if person.id in people}
        for linked in self.linked.values():
            if not linked.after:
                continue
            for column in next(iter(linked.after.values())).row.values:
                told = {
                    one: str(at.row.values[column])
                    for one, at in linked.after.items()
                    if one in people
                }
                if 2 <= len(set(told.values())) <= len(people) / 2:
                    yield dict(told)


def _fits(items: Counter[Hashable], people: Counter[Hashable]) -> bool:
    return all(count <= people[label] for label, count in items.items())


def _size(people: set[str]) -> int:
    return len(people)


def _is_long(value: Any) -> bool:
    return isinstance(value, bytes | str) and len(value) >= 4 * _TEXT


def _are_texts(texts: list[str]) -> bool:
    """Tell texts from ids, which have no blanks and one length."""
    if sum(" " in text for text in texts) >= len(texts) / 2:
        return True
    lengths = {len(text) for text in texts}
    return len(lengths) > 3 and not all(text.isdigit() for text in texts)


def key_of(table: Table, row: Row) -> tuple[Any, ...]:
    """Return the values of a row's key."""
    return tuple(row.values[name] for name in table.key)
