"""The organisation as a tree of units, for figures that add up from the leaves. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import add, sub
from typing import Final

WHOLE: Final = 0  # the key of the whole organisation, the root of every tree

# Figures of a unit that add up: those of a unit are the sums of those of its leaves.
Vector = tuple[int, ...]


@dataclass(frozen=True)
class Unit:
    """A unit with its people: `eligible` could send a form, `respondents` did.

    The leaves are the groups that stand on the ballots; an inner unit's figures are its leaves'
    sums. The root has key 0 and no parent. A leaf with respondents and nobody eligible is a batch:
    forms of people who are counted elsewhere, entered by somebody who has seen them (paper).
    """

    key: int
    name: str
    parent: int | None
    eligible: int
    respondents: int

    @property
    def is_batch(self) -> bool:
        """Whether these are forms without people of their own. Only asked of leaves."""
        return self.respondents > 0 and not self.eligible

    @property
    def is_nobody(self) -> bool:
        """Whether there is nobody in it, and nothing to hide or to show."""
        return not self.eligible and not self.respondents


def plus(first: Vector, second: Vector) -> Vector:
    """Return the sum, figure by figure."""
    return tuple(map(add, first, second))


def minus(first: Vector, second: Vector) -> Vector:
    """Return the difference, figure by figure."""
    return tuple(map(sub, first, second))


class UnitTree:
    """Units by key, checked: one root, everything hangs on it, all figures add up.

    `upwards` holds every key, children before their parent and the root last. Its order depends
    on the keys alone, never on the order the units came in. Raises ValueError on a broken tree.
    """

    def __init__(self, units: Iterable[Unit]) -> None:
        ordered = sorted(units, key=lambda unit: unit.key)
        self.by_key: dict[int, Unit] = {unit.key: unit for unit in ordered}
        if len(self.by_key) != len(ordered):
            raise ValueError("two units have the same key")
        if [unit.key for unit in ordered if unit.parent is None] != [WHOLE]:
            raise ValueError("a tree has one root, the whole, with key 0")
        self.children: dict[int, list[int]] = {key: [] for key in self.by_key}
        for unit in ordered:
            if unit.parent is not None:
                if unit.parent not in self.by_key:
                    raise ValueError(f"unit {unit.key} hangs on a unit that is not there")
                self.children[unit.parent].append(unit.key)
        self.upwards: tuple[int, ...] = self._upwards()
        self.leaves = tuple(key for key in self.upwards if not self.children[key])
        self.batches = tuple(key for key in self.leaves if self.by_key[key].is_batch)
        self._check()

    def _upwards(self) -> tuple[int, ...]:
        downwards, waiting = [], [WHOLE]
        while waiting:
            key = waiting.pop()
            downwards.append(key)
            waiting.extend(self.children[key])
        if len(downwards) != len(self.by_key):
            raise ValueError("some units hang on each other and not on the whole")
        return tuple(reversed(downwards))

    def _check(self) -> None:
        groups = [self.by_key[key] for key in self.leaves]
        if any(
            min(group.respondents, group.eligible) < 0
            or (group.respondents > group.eligible and not group.is_batch)
            for group in groups
        ):
            raise ValueError("a group has more respondents than people, or fewer than none")
        own = {key: (unit.eligible, unit.respondents) for key, unit in self.by_key.items()}
        if self.add_up({key: own[key] for key in self.leaves}) != own:
            raise ValueError("the figures of an inner unit are not the sums of its leaves")

    def add_up(self, of_leaves: Mapping[int, Vector]) -> dict[int, Vector]:
        """Return the figures of every unit from those of all leaves."""
        sums = dict(of_leaves)
        for key in self.upwards:
            children = self.children[key]
            if children:
                sums[key] = tuple(map(sum, zip(*[sums[child] for child in children], strict=True)))
        return sums
