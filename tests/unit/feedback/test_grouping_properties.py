"""Groups of any tree of units: none is too small, every cell is in one, no order decides."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.feedback.grouping import WHOLE, AskedCell, groups_of, tree_of

FLOORS = st.integers(1, 30)


@st.composite
def cells(draw: st.DrawFn) -> list[AskedCell]:
    """Cells under up to four roofs; some have no key (people without a cell), some nobody."""
    made = draw(
        st.lists(
            st.tuples(st.integers(0, 40), st.sampled_from([None, "Khối A", "Khối B", "Sở", "Z"])),
            min_size=1,
            max_size=25,
        )
    )
    without = draw(st.booleans())
    return [
        AskedCell(None if without and not number else number + 1, f"Chi bộ {number}", roof, people)
        for number, (people, roof) in enumerate(made)
    ]


@settings(max_examples=100)
@given(cells(), FLOORS)
def test_no_group_is_below_the_floor_unless_it_is_the_whole(made, floor):
    groups = groups_of(made, floor)
    assert len(groups) == 1 or all(group.eligible >= floor for group in groups)


@settings(max_examples=100)
@given(cells(), FLOORS)
def test_every_cell_is_in_exactly_one_group(made, floor):
    keys = [cell.key for group in groups_of(made, floor) for cell in group.cells]
    assert sorted(keys, key=str) == sorted((cell.key for cell in made), key=str)


@settings(max_examples=100)
@given(cells(), FLOORS)
def test_two_cells_of_the_floor_never_share_a_group(made, floor):
    for group in groups_of(made, floor):
        assert sum(1 for cell in group.cells if cell.eligible >= floor) <= 1


@settings(max_examples=100)
@given(cells(), FLOORS, st.randoms(use_true_random=False))
def test_the_order_of_the_roofs_decides_nothing_about_who_is_with_whom(made, floor, chance):
    """Cells of one size tie, and a tie goes by the committee's order; those are kept apart here."""
    unlike = [
        AskedCell(cell.key, cell.name, cell.roof, 50 * cell.eligible + number)
        for number, cell in enumerate(made)
    ]
    shuffled = chance.sample(unlike, len(unlike))
    assert _sets(groups_of(unlike, floor * 50)) == _sets(groups_of(shuffled, floor * 50))


@settings(max_examples=100)
@given(cells(), FLOORS)
def test_the_tree_adds_up(made, floor):
    nodes = {node.number: node for node in tree_of(groups_of(made, floor))}
    people = sum(cell.eligible for cell in made)
    assert nodes[WHOLE].eligible == people and nodes[WHOLE].parent is None
    inner = {node.parent for node in nodes.values()} - {None}
    for number in inner:
        below = [node for node in nodes.values() if node.parent == number]
        assert sum(node.eligible for node in below) == nodes[number].eligible
    leaves = [node for number, node in nodes.items() if number not in inner]
    assert sum(len(leaf.cells) for leaf in leaves) == len(made)
    assert all(node.parent in nodes for number, node in nodes.items() if number != WHOLE)


def test_two_hundred_cells_are_grouped_at_once():
    chance = random.Random(1)
    made = [
        AskedCell(number, f"Chi bộ {number}", f"Khối {number % 9}", chance.randrange(3, 40))
        for number in range(200)
    ]
    assert all(group.eligible >= 10 for group in groups_of(made, 10))


def _sets(groups):
    return {frozenset(cell.key for cell in group.cells) for group in groups}
