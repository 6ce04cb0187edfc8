"""Somebody who wants to know what few people answered, and has everything that is published.

Written against the output alone: it knows the tree of units with the number of people in each, the
turnout, and any number of published items, nothing of how they were chosen.

`work_out` is exact linear algebra over the rationals. An unknown is one *cell*: the people of one
leaf who chose one level, skipped the item, sent nothing and so on. All cells are 0 or more. Each
published figure is an equation. Every sum over any set of leaves and any set of levels is tried:
can it be worked out? Sums of 0 put each of their cells to 0, and the work starts again with that.

`look_through_worlds` tries every way that the people may have answered and keeps those that fit
what is published, softened statements included: what is the same in all of them is known.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from survey_app.feedback.disclosure import Published, Sent, Shown, Softened, Turnout

Cell = tuple[int, str]  # leaf, what these people did
Row = dict[Cell, int]
Number = int | Fraction  # whole as long as nothing has to be divided
Found = dict[tuple[frozenset[int], tuple[str, ...]], Number]  # leaves, what they did: how many
SKIPPED, UNSENT, ANSWERED, EXCESS = "(skipped)", "(unsent)", "(answered)", "(excess)"


@dataclass(frozen=True)
class Roster:
    """What everybody knows: the tree, and how many people are in each leaf. The root is 0."""

    parents: Mapping[int, int | None]
    eligible: Mapping[int, int]  # of leaves
    batches: frozenset[int] = frozenset()  # leaves whose people are counted elsewhere

    @property
    def leaves(self) -> list[int]:
        return sorted(self.eligible)

    def inside(self, unit: int) -> frozenset[int]:
        def is_inside(key: int | None) -> bool:
            return key is not None and (key == unit or is_inside(self.parents[key]))

        return frozenset(leaf for leaf in self.eligible if is_inside(leaf))

    def groups(self) -> Iterator[frozenset[int]]:
        """Every set of leaves but none and all of them."""
        for size in range(1, len(self.leaves)):
            yield from map(frozenset, itertools.combinations(self.leaves, size))


class Equations:
    """Linear equations, solved as far as they go."""

    def __init__(self, equations: list[tuple[Row, int]]) -> None:
        self.rows: dict[Cell, tuple[dict[Cell, Number], Number]] = {}  # by pivot
        for row, value in equations:
            self._add(dict(row), value)

    def _add(self, row: dict[Cell, Number], value: Number) -> None:
        for pivot in [cell for cell in row if cell in self.rows]:
            row, value = _less(row, value, row[pivot], *self.rows[pivot])
        if not row:
            assert value == 0, "what is published contradicts itself"
            return
        pivot = min(row)
        factor = row[pivot]
        row, value = {cell: _ratio(n, factor) for cell, n in row.items()}, _ratio(value, factor)
        for other, (theirs, their_value) in list(self.rows.items()):
            if pivot in theirs:
                self.rows[other] = _less(theirs, their_value, theirs[pivot], row, value)
        self.rows[pivot] = (row, value)

    def part(self, row: Row) -> tuple[dict[Cell, Number], Number]:
        """What stays unknown of a sum of cells, and the known part of its value."""
        unknown: dict[Cell, Number] = {}
        value: Number = 0
        for cell, n in row.items():
            if cell not in self.rows:
                unknown[cell] = unknown.get(cell, 0) + n
                continue
            theirs, their_value = self.rows[cell]
            value += n * their_value
            for other, factor in theirs.items():
                if other != cell:
                    unknown[other] = unknown.get(other, 0) - n * factor
        return {cell: n for cell, n in unknown.items() if n}, value

    def known(self, leaves: list[int], what: tuple[str, ...]) -> Found:
        """The value for every set of leaves, none and all of them excepted, that follows."""
        found = {}
        sums: list[tuple[dict[Cell, Number], Number]] = [({}, 0)]
        members: list[tuple[int, ...]] = [()]
        for leaf in leaves:
            own = self.part(people(frozenset({leaf}), *what))
            sums += [_less(*one, -1, *own) for one in sums]
            members += [(*one, leaf) for one in members]
        for one, (unknown, value) in zip(members[1:-1], sums[1:-1], strict=True):
            if not unknown:
                found[frozenset(one), what] = value
        return found


def _ratio(number: Number, by: Number) -> Number:
    ratio = Fraction(number) / by
    return int(ratio) if ratio.denominator == 1 else ratio


def _less(
    row: dict[Cell, Number],
    value: Number,
    factor: Number,
    other: dict[Cell, Number],
    other_value: Number,
) -> tuple[dict[Cell, Number], Number]:
    left = dict(row)
    for cell, n in other.items():
        now = left.get(cell, 0) - factor * n
        if now:
            left[cell] = now
        else:
            left.pop(cell, None)
    return left, value - factor * other_value


def people(group: frozenset[int], *what: str) -> Row:
    return {(leaf, one): 1 for leaf in group for one in what}


def work_out(
    roster: Roster, turnout: Turnout, item: Published, k: int, typed: Row | None = None
) -> list[str]:
    """Return what can be known of few people, of an empty or full group, or of one mind.

    `typed`: the cells of batches, for somebody who has typed them and asks about all others. When
    all have sent a form, every group is full, and how many people it has is no secret.
    """
    equations = [
        *_of_turnout(roster, turnout, item),
        *_of_item(roster, item),
        *_always(roster, item),
        *[({cell: 1}, value) for cell, value in (typed or {}).items()],
    ]
    known: dict[Cell, int] = {}
    while True:
        solved = Equations([*equations, *[({cell: 1}, 0) for cell in known]])
        found: Found = {}
        for what in _questions(item):
            found |= solved.known(roster.leaves, what)
        zeros = {
            (leaf, one): 0
            for (group, what), value in found.items()
            if value == 0
            for leaf in group
            for one in what
        }
        if zeros.keys() <= known.keys():
            own = _Whole(roster, turnout, item, typed or {})
            return [
                leak
                for (group, what), value in found.items()
                if not typed or group < own.leaves
                for leak in _leaks(roster, item, found, own, group, what, k)
            ]
        known |= zeros


def _questions(item: Published) -> Iterator[tuple[str, ...]]:
    yield (UNSENT,)
    if item.kind == "several":
        yield (ANSWERED,)
        yield _sent(item)
        yield (EXCESS,)
        for level in item.levels:
            yield (level,)
            yield (f"not {level}",)
        hidden = [level for level in item.levels if (level,) not in item.partition]
        for size in range(2, len(hidden) + 1):
            yield from itertools.combinations(hidden, size)
        return
    yield (SKIPPED,)
    for size in range(1, len(item.levels) + 1):
        yield from itertools.combinations(item.levels, size)
    yield _sent(item)


def _of_turnout(roster: Roster, turnout: Turnout, item: Published) -> Iterator[tuple[Row, int]]:
    for unit, told in {0: turnout.whole, **turnout.groups}.items():
        if isinstance(told, Sent):
            yield people(roster.inside(unit), *_sent(item)), told.count


def _sent(item: Published) -> tuple[str, ...]:
    return (SKIPPED, ANSWERED) if item.kind == "several" else (SKIPPED, *item.levels)


def _of_item(roster: Roster, item: Published) -> Iterator[tuple[Row, int]]:
    for unit, told in {0: item.whole, **item.groups}.items():
        if isinstance(told, Shown):
            group = roster.inside(unit)
            for share in told.shares:
                yield people(group, *share.levels), share.count
            if item.kind == "several":
                yield people(group, ANSWERED), told.base


def _always(roster: Roster, item: Published) -> Iterator[tuple[Row, int]]:
    for leaf, eligible in roster.eligible.items():
        group = frozenset({leaf})
        if leaf not in roster.batches:
            yield people(group, UNSENT, *_sent(item)), eligible
        if item.kind != "several":
            continue
        yield people(group, *item.levels) | {(leaf, ANSWERED): -1, (leaf, EXCESS): -1}, 0
        for level in item.levels:
            yield people(group, level, f"not {level}") | {(leaf, ANSWERED): -1}, 0


class _Whole:
    """The whole, which is told in full; to who has typed batches, it is the whole without them."""

    def __init__(self, roster: Roster, turnout: Turnout, item: Published, typed: Row) -> None:
        self.leaves = frozenset(roster.leaves) - {leaf for leaf, _what in typed}
        self.all_or_none = False  # that tells of every group as well
        if isinstance(turnout.whole, Sent):
            sent = turnout.whole.count - _typed(typed, *_sent(item))
            self.all_or_none = sent == 0 or sent >= turnout.whole.eligible
        self.base, self.counts = 0, dict.fromkeys(item.levels, 0)
        if isinstance(item.whole, Shown):
            everything = (ANSWERED,) if item.kind == "several" else item.levels
            self.base = item.whole.base - _typed(typed, *everything)
            for share in item.whole.shares:
                self.counts[share.levels[0]] = share.count - _typed(typed, *share.levels)


def _typed(typed: Row, *what: str) -> int:
    return sum(count for (_leaf, one), count in typed.items() if one in what)


def _leaks(
    roster: Roster,
    item: Published,
    found: Found,
    whole: _Whole,
    group: frozenset[int],
    what: tuple[str, ...],
    k: int,
) -> Iterator[str]:
    """Yield what is wrong with knowing this of a group."""
    value = found[group, what]
    name = f"{sorted(group)} {what}: {value}"
    everything = (ANSWERED,) if item.kind == "several" else item.levels
    if what == (UNSENT,):
        sent = sum(roster.eligible[leaf] for leaf in group) - value
        if not whole.all_or_none and (sent < k or value == 0):
            yield f"{sent} sent: {name}"
    elif what == _sent(item):
        if value < k and not whole.all_or_none:
            yield f"{value} sent: {name}"
    elif SKIPPED in what or what == (EXCESS,):
        return
    elif 0 < value < k:
        yield f"few: {name}"
    elif value and (len(what) == 1 or what in item.partition) and what != everything:
        if what[0].startswith("not "):
            return  # all did not choose it: the same as a count of 0
        told = sum(whole.counts.get(level, 0) for level in what)
        if found.get((group, everything)) == value and told < whole.base:
            yield f"of one mind: {name}"


# A world: for each leaf (in order) how many skipped, then how many chose each level.
World = tuple[tuple[int, ...], ...]


def worlds(roster: Roster, levels: int, *, may_skip: bool = True) -> Iterator[World]:
    """Every way in which the people of a small roster can answer an item of so many levels."""
    ways = {leaf: list(_ways(roster.eligible[leaf], levels, may_skip)) for leaf in roster.leaves}
    yield from itertools.product(*[ways[leaf] for leaf in roster.leaves])


def _ways(people: int, levels: int, may_skip: bool) -> Iterator[tuple[int, ...]]:
    for skipped in range(people + 1 if may_skip else 1):
        for counts in itertools.product(range(people + 1), repeat=levels):
            if skipped + sum(counts) <= people:
                yield (skipped, *counts)


def fitting_worlds(
    roster: Roster, turnout: Turnout, item: Published, *, may_skip: bool = True
) -> list[World]:
    """Every world in which exactly this would be true. Only for items with one answer."""
    assert isinstance(item.whole, Shown) and isinstance(turnout.whole, Sent)
    counts = [share.count for share in item.whole.shares]
    total = (turnout.whole.count - item.whole.base, *counts)
    ways = [list(_ways(roster.eligible[leaf], len(counts), may_skip)) for leaf in roster.leaves]
    last = set(ways[-1])
    fits = _checker(roster, turnout, item)
    found = []
    for first in itertools.product(*ways[:-1]):
        rest = tuple(map(lambda whole, *parts: whole - sum(parts), total, *first))
        if rest in last and fits((*first, rest)):
            found.append((*first, rest))
    return found


def _checker(roster: Roster, turnout: Turnout, item: Published) -> Callable[[World], bool]:
    place = {leaf: index for index, leaf in enumerate(roster.leaves)}
    checks: list[tuple[list[int], list[int], object]] = []
    for unit, sent in turnout.groups.items():
        if isinstance(sent, Sent):
            inside = [place[leaf] for leaf in roster.inside(unit)]
            checks.append((inside, list(range(len(item.levels) + 1)), sent.count))
    for unit, told in item.groups.items():
        inside = [place[leaf] for leaf in roster.inside(unit)]
        if isinstance(told, Shown):
            for share in told.shares:
                columns = [1 + item.levels.index(level) for level in share.levels]
                checks.append((inside, columns, share.count))
        elif isinstance(told, Softened):
            columns = [1 + item.levels.index(level) for level in told.levels]
            checks.append((inside, columns, told))
    in_base = [
        1 + index
        for index, level in enumerate(item.levels)
        if level != item.no_opinion or item.no_opinion_in_groups
    ]

    def fits(world: World) -> bool:
        for inside, columns, wanted in checks:
            count = sum(world[leaf][column] for leaf in inside for column in columns)
            if isinstance(wanted, Softened):
                base = sum(world[leaf][column] for leaf in inside for column in in_base)
                if base < 10 or count < Fraction(9, 10) * base:  # ten: as the decision record says
                    return False
            elif count != wanted:
                return False
        return True

    return fits


def look_through_worlds(roster: Roster, item: Published, fitting: list[World], k: int) -> list[str]:
    """Return what is the same in all fitting worlds, and should not be known."""
    place = {leaf: index for index, leaf in enumerate(roster.leaves)}
    levels = range(1, len(item.levels) + 1)
    sums = [[sum(column) for column in zip(*world, strict=True)] for world in fitting]
    whole_full = sum(sums[0]) == sum(roster.eligible.values())
    runs = [[1 + item.levels.index(level) for level in run] for run in item.partition]
    leaks = []
    for group in roster.groups():
        inside = [place[leaf] for leaf in group]
        own = [[sum(world[leaf][n] for leaf in inside) for n in (0, *levels)] for world in fitting]
        sent = {sum(line) for line in own}
        eligible = sum(roster.eligible[leaf] for leaf in group)
        if len(sent) == 1 and (min(sent) < k or (min(sent) == eligible and not whole_full)):
            leaks.append(f"{sorted(group)} sent {sent}")
        for size in levels:
            for which in itertools.combinations(levels, size):
                counts = {sum(line[n] for n in which) for line in own}
                if len(counts) == 1 and 0 < min(counts) < k:
                    leaks.append(f"{sorted(group)} levels {which}: {counts}")
        for run in [*[[n] for n in levels], *runs]:
            told = sum(sums[0][n] for n in run) == sum(sums[0][1:])
            if not told and all(0 < sum(x[1:]) == sum(x[n] for n in run) for x in own):
                leaks.append(f"{sorted(group)} of one mind: {run}")
    return leaks
