"""Which cells stand together in a ballot: fixed before a form opens, shown to everyone. Pure.

A ballot names a group of at least `floor` people. A cell that large is a group of its own; smaller
ones stand together, first with those under the same roof, then with anybody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

WHOLE: Final = 0
# Forms on paper come in without a cell and stand in a group of their own.
PAPER: Final = -1


@dataclass(frozen=True)
class AskedCell:
    """A cell as the round froze it: `key` is its own, `roof` the unit above it, if it has one."""

    key: int | None
    name: str
    roof: str | None
    eligible: int


@dataclass(frozen=True)
class Group:
    """What a ballot can name: its cells in the committee's order."""

    cells: tuple[AskedCell, ...]

    @property
    def eligible(self) -> int:
        """How many people it had when it was fixed."""
        return sum(cell.eligible for cell in self.cells)

    @property
    def roof(self) -> str | None:
        """The unit above all its cells, if it is one and the same."""
        roofs = {cell.roof for cell in self.cells}
        return roofs.pop() if len(roofs) == 1 else None

    @property
    def is_merged(self) -> bool:
        """Whether cells stand together in it that would be too small alone."""
        return sum(1 for cell in self.cells if cell.eligible) > 1


@dataclass(frozen=True)
class Node:
    """One unit of the tree as it is stored; number 0 is the whole and has no parent."""

    number: int
    parent: int | None
    names: tuple[str, ...]
    eligible: int
    cells: tuple[int | None, ...] = ()


@dataclass
class _Building:
    """Groups while cells are still being put together."""

    floor: int
    order: dict[int | None, int]
    groups: list[list[AskedCell]] = field(default_factory=list)

    def settle(self, cells: Iterable[AskedCell]) -> list[AskedCell]:
        """Make groups of `cells`, which share a roof; return those that are too few for one."""
        pool: list[AskedCell] = []
        large = []
        for cell in cells:
            if cell.eligible >= self.floor:
                large.append([cell])
            else:
                pool.append(cell)
        if not pool:
            self.groups += large
            return []
        if _people(pool) >= self.floor:
            self.groups += [*large, pool]
            return []
        if not large:
            return pool
        # The smallest neighbour takes them in: the fewest people lose a result of their own.
        host = min(large, key=lambda group: (_people(group), self.order[group[0].key]))
        host += pool
        self.groups += large
        return []

    def settle_rest(self, rest: list[AskedCell]) -> None:
        """Put away cells that nobody under their own roof could take in."""
        if not rest:
            return
        if _people(rest) >= self.floor or not self.groups:
            self.groups.append(rest)
            return
        host = min(self.groups, key=lambda group: (_people(group), self.order[group[0].key]))
        host += rest


def groups_of(cells: Sequence[AskedCell], floor: int) -> tuple[Group, ...]:
    """Return the groups of a round in the order of `cells`, which is the committee's.

    Only when everybody together is fewer than `floor` is there a group below it: the whole.
    """
    building = _Building(floor, {cell.key: place for place, cell in enumerate(cells)})
    by_roof: dict[str | None, list[AskedCell]] = {}
    for cell in cells:
        by_roof.setdefault(cell.roof, []).append(cell)
    rest = [cell for under in by_roof.values() for cell in building.settle(under)]
    building.settle_rest(rest)
    ordered = [
        Group(tuple(sorted(cells, key=lambda cell: building.order[cell.key])))
        for cells in building.groups
    ]
    return tuple(sorted(ordered, key=lambda group: building.order[group.cells[0].key]))


def tree_of(groups: Sequence[Group]) -> tuple[Node, ...]:
    """Return the whole, its groups, and the roofs between them where there are several."""
    roofs = {group.roof for group in groups} - {None}
    inner = sorted(str(roof) for roof in roofs) if len({g.roof for g in groups}) > 1 else []
    numbers = {roof: len(groups) + place for place, roof in enumerate(inner, 1)}
    whole = Node(WHOLE, None, (), sum(group.eligible for group in groups))
    leaves = [
        Node(
            number,
            numbers.get(group.roof or "", WHOLE),
            tuple(cell.name for cell in group.cells if cell.eligible)
            or tuple(cell.name for cell in group.cells),
            group.eligible,
            tuple(cell.key for cell in group.cells),
        )
        for number, group in enumerate(groups, 1)
    ]
    between = [
        Node(
            numbers[roof],
            WHOLE,
            (roof,),
            sum(leaf.eligible for leaf in leaves if leaf.parent == numbers[roof]),
        )
        for roof in inner
    ]
    return (whole, *leaves, *between)


def _people(cells: Iterable[AskedCell]) -> int:
    return sum(cell.eligible for cell in cells)
