"""Answers in plain rows before or beside the count: a draft kept, a log table, an old backup."""

from collections import defaultdict
from typing import Any

from tests.attack.evidence import Table
from tests.attack.features import leaves
from tests.attack.world import World


class Sought:
    """`owners[table]` tells who stands in a row with which text; `places` where texts stood first.

    Looked through are all copies and all backups; a place is (number of the look, row).
    """

    def __init__(self, world: World, texts: set[str]) -> None:
        self._world, self._texts = world, texts
        self._known: dict[str, list[str]] = {}
        self._shortest = min((len(text) for text in texts), default=0)
        self.owners: dict[str, dict[str, str]] = defaultdict(dict)
        self.places: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
        for source, looks in (("", [*world.open, world.after]), ("backups' ", world.backups)):
            seen: dict[str, Table] = {}
            for number, tables in enumerate(looks):
                for name in tables:
                    if seen.get(name) is tables[name]:
                        continue
                    seen[name] = tables[name]
                    self._look(number, f"{source}{name}", name, tables[name].rows)

    def _look(self, number: int, source: str, name: str, rows: list[Any]) -> None:
        for place, row in enumerate(rows):
            for value in row.values.values():
                if isinstance(value, str) and len(value) < self._shortest:
                    continue
                for text in self._within(value) if isinstance(value, str | list | dict) else ():
                    self.places[source].setdefault(text, (number, place))
                    if person := self._world.owners.person(name, row.values):
                        self.owners[source][person] = text

    def _within(self, value: Any) -> list[str]:
        if not isinstance(value, str):
            return [text for text in leaves(value) if text in self._texts]
        if value not in self._known:
            self._known[value] = [text for text in {value, *leaves(value)} if text in self._texts]
        return self._known[value]
