"""Which rows speak of which person, found out from values and foreign keys alone."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.attack.evidence import Person, Table

_STEPS = 4  # how many foreign keys away from a person
_ENOUGH = 0.8  # part of the people that a table must name to be one of people
_SUSPECT = 0.95  # part of a column's values that must be known numbers
_SHORTEST = 5  # of an identifier that is no mere number

Tables = Mapping[str, Table]


@dataclass
class Owners:
    """`of[table]` is (column, value -> person's id); `tokens` are strings that name one person."""

    of: dict[str, tuple[str, dict[str, str]]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def person(self, table: str, values: Mapping[str, Any]) -> str | None:
        """Return whom a row of a table speaks of."""
        if table not in self.of:
            return None
        column, known = self.of[table]
        return known.get(str(values.get(column)))


def find(looks: Iterable[Tables], people: list[Person]) -> Owners:
    """Find out from several looks at the database."""
    looks = list(looks)
    owners = Owners(tokens=_given_tokens(people))
    names = {name for tables in looks for name in tables}
    rows = {name: _rows(looks, name) for name in names}
    for name in names:
        _is_of_people(owners, name, rows[name], people)
    for _step in range(_STEPS):
        _add_tokens(owners, rows)
        for name in sorted(names - set(owners.of)):
            table = next(tables[name] for tables in looks if name in tables)
            _follow(owners, table, rows)
    for name in sorted(names - set(owners.of)):
        _by_tokens(owners, name, rows[name])
    for name in sorted(names - set(owners.of)):
        _by_numbers(owners, name, rows, len(people))
    _add_tokens(owners, rows)
    return owners


def _given_tokens(people: list[Person]) -> dict[str, str]:
    given: dict[str, set[str]] = defaultdict(set)
    for person in people:
        for token in (person.id, person.name, *person.also):
            given[token].add(person.id)
    return {
        token: next(iter(ids)) for token, ids in given.items() if len(ids) == 1 and _is_token(token)
    }


def _is_token(value: Any) -> bool:
    return isinstance(value, str) and len(value) >= _SHORTEST and not value.isdigit()


def _rows(looks: list[Tables], name: str) -> list[dict[str, Any]]:
    return [row.values for tables in looks if name in tables for row in tables[name].rows]


def _is_of_people(
    owners: Owners, name: str, rows: list[dict[str, Any]], people: list[Person]
) -> None:
    """A table that names nearly everybody, and knows them by their ids, is the one of people."""
    by_name = {person.name for person in people}
    by_id = {person.id for person in people}
    if not any(
        isinstance(value, str) and value in by_name for row in rows for value in row.values()
    ):
        return
    for column in rows[0]:
        found = {str(row[column]) for row in rows} & by_id
        if len(found) >= _ENOUGH * len(people):
            owners.of[name] = (column, {one: one for one in found})
            return


def _follow(owners: Owners, table: Table, rows: Mapping[str, list[dict[str, Any]]]) -> None:
    """Follow the foreign key that leads to most people."""
    best: dict[str, str] = {}
    for column, (other, there) in table.foreign.items():
        known = {
            str(row[there]): person
            for row in rows.get(other, ())
            if there in row and (person := owners.person(other, row)) is not None
        }
        met = {str(row[column]) for row in rows[table.name]} & set(known)
        if len(met) > len(best):
            best = {one: known[one] for one in met}
            owners.of[table.name] = (column, best)


def _by_tokens(owners: Owners, name: str, rows: list[dict[str, Any]]) -> None:
    """A column of addresses or public ids speaks of people too."""
    for column in rows[0] if rows else ():
        values = [row[column] for row in rows]
        known = {value: owners.tokens[value] for value in values if _named(owners, value)}
        if len(known) >= 3 and sum(value in known for value in values if value) >= len(values) / 2:
            owners.of[name] = (column, known)
            return


def _named(owners: Owners, value: Any) -> bool:
    return isinstance(value, str) and value in owners.tokens


def _by_numbers(
    owners: Owners, name: str, rows: Mapping[str, list[dict[str, Any]]], people: int
) -> None:
    """Numbers that are nearly all numbers of people, in a column that is not the row's own."""
    for column in rows[name][0] if rows[name] else ():
        values = {
            row[column]
            for row in rows[name]
            if row[column] is not None and column != "id" and _is_number(row[column])
        }
        if len(values) < people / 2:
            continue
        for other, (key, known) in sorted(owners.of.items()):
            there = "id" if rows[other] and "id" in rows[other][0] else key
            numbers = {
                str(row[there]): person
                for row in rows[other]
                if (person := known.get(str(row[key]))) is not None
            }
            if sum(str(value) in numbers for value in values) >= _SUSPECT * len(values):
                owners.of[name] = (column, numbers)
                return


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _add_tokens(owners: Owners, rows: Mapping[str, list[dict[str, Any]]]) -> None:
    """Whatever unique string stands in a row of one person is a name for that person."""
    for name in owners.of:
        met: dict[str, set[str]] = defaultdict(set)
        for row in rows[name]:
            person = owners.person(name, row)
            for value in row.values():
                if person is not None and _is_token(value):
                    met[value].add(person)
        share = Counter(len(people) for people in met.values())
        if share[1] < 3:
            continue
        for value, people in met.items():
            if len(people) == 1:
                owners.tokens.setdefault(value, next(iter(people)))
