"""Small organisations and what their people did, for the tests of disclosure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from survey_app.feedback.disclosure import Counts, Table, Unit
from tests.unit.feedback.attacker import Roster, World

# What one person in a group did, by how many: numbers around k, small ones, none.
FEW_OR_MANY = st.sampled_from([0, 0, 1, 3, 5, 6, 9, 14])
FLOOR = 10  # people that a group has at least; who they are and how many is known
LETTERS = ("a", "b", "c", "d", "e")


@dataclass(frozen=True)
class Case:
    """An organisation with one item, answered."""

    roster: Roster
    units: tuple[Unit, ...]
    table: Table


def units_of(roster: Roster, sent: Mapping[int, int]) -> tuple[Unit, ...]:
    return tuple(
        Unit(
            key,
            f"Đơn vị {key}",
            parent,
            sum(roster.eligible[leaf] for leaf in roster.inside(key)),
            sum(sent[leaf] for leaf in roster.inside(key)),
        )
        for key, parent in roster.parents.items()
    )


def flat(*eligible: int) -> Roster:
    """An organisation whose groups 1, 2, … stand directly under the whole."""
    keys = range(1, len(eligible) + 1)
    return Roster({0: None} | dict.fromkeys(keys, 0), dict(zip(keys, eligible, strict=True)))


def case_of_world(
    roster: Roster, world: World, kind: str = "ordered", no_opinion: bool = False
) -> Case:
    levels = LETTERS[: len(world[0]) - 1]
    lines = dict(zip(roster.leaves, world, strict=True))
    counts = {
        leaf: Counts(dict(zip(levels, line[1:], strict=True)), sum(line[1:]))
        for leaf, line in lines.items()
    }
    table = Table("q", kind, levels, levels[-1] if no_opinion else None, counts)  # type: ignore[arg-type]
    return Case(roster, units_of(roster, {leaf: sum(line) for leaf, line in lines.items()}), table)


@st.composite
def trees(draw: st.DrawFn, most_leaves: int = 9) -> tuple[dict[int, int | None], list[int]]:
    """Parents of all units, and the leaves: two to four levels, the whole among them."""
    parents: dict[int, int | None] = {0: None}
    depth = {0: 1}
    for key in range(1, draw(st.integers(0, 4)) + 1):
        parents[key] = draw(st.sampled_from([one for one in depth if depth[one] <= 2]))
        depth[key] = depth[parents[key] or 0] + 1
    inner = list(parents)
    bare = [key for key in inner[1:] if key not in parents.values()]
    more = draw(st.lists(st.sampled_from(inner), min_size=2, max_size=most_leaves - len(bare)))
    for key, parent in enumerate([*more, *bare][:most_leaves], start=len(inner)):
        parents[key] = parent
    return parents, [key for key in parents if key not in parents.values()]


@st.composite
def cases(
    draw: st.DrawFn,
    kinds: Sequence[str] = ("ordered", "unordered", "several", "number"),
    with_batch: bool = False,
) -> Case:
    parents, leaves = draw(trees())
    kind = draw(st.sampled_from(kinds))
    levels = LETTERS[: draw(st.integers(2, 4))]
    has_no_opinion = len(levels) > 2 and draw(st.booleans())
    nobody_skips = draw(st.booleans())
    eligible, sent, counts = {}, {}, {}
    for leaf in leaves:
        line = [draw(FEW_OR_MANY) for _ in levels]
        answered = sum(line)
        if kind == "several":
            answered = draw(st.sampled_from([answered, max(line), (answered + max(line)) // 2]))
        counts[leaf] = Counts(dict(zip(levels, line, strict=True)), answered)
        sent[leaf] = answered + (0 if nobody_skips else draw(st.sampled_from([0, 1, 4, 6])))
        eligible[leaf] = max(sent[leaf] + draw(st.sampled_from([0, 1, 3, 8])), FLOOR)
    batches = {leaves[-1]} if with_batch and sent[leaves[-1]] else set()
    roster = Roster(parents, eligible | dict.fromkeys(batches, 0), frozenset(batches))
    no_opinion = levels[-1] if has_no_opinion else None
    return Case(
        roster,
        units_of(roster, sent),
        Table("q", kind, levels, no_opinion, counts),  # type: ignore[arg-type]
    )
