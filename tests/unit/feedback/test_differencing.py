"""Nobody learns from all published figures together what few people answered, or who did.

The attacker stands in `attacker.py` and knows the output alone. That it can find something at all
is shown by functions that are broken on purpose (`weak.py`).
"""

from random import Random

import pytest
from hypothesis import HealthCheck, Phase, assume, find, given, settings
from hypothesis import strategies as st

from survey_app.feedback.disclosure import (
    Hidden,
    Sent,
    Shown,
    Softened,
    publish,
    turnout,
)
from tests.unit.feedback import weak
from tests.unit.feedback.attacker import (
    ANSWERED,
    SKIPPED,
    Roster,
    Row,
    fitting_worlds,
    look_through_worlds,
    work_out,
    worlds,
)
from tests.unit.feedback.cases import Case, case_of_world, cases, flat

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
often = settings(max_examples=400, deadline=None, suppress_health_check=SLOW)
sometimes = settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
searching = settings(
    max_examples=1500,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=SLOW,
)


@pytest.mark.slow
@often
@given(cases(), st.sampled_from([3, 5]))
def test_nothing_can_be_worked_out_of_few_people(case: Case, k: int) -> None:
    published = publish(case.units, case.table, k)
    assert work_out(case.roster, turnout(case.units, k), published, k) == []


@pytest.mark.slow
@often
@given(cases(with_batch=True), st.sampled_from([3, 5]))
def test_who_has_typed_the_paper_forms_learns_nothing_of_the_others(case: Case, k: int) -> None:
    published, sent = publish(case.units, case.table, k), turnout(case.units, k)
    typed: Row = {}
    for leaf in case.roster.batches:
        counts = case.table.counts[leaf]
        forms = next(unit.respondents for unit in case.units if unit.key == leaf)
        typed |= {(leaf, level): counts.by_level[level] for level in case.table.levels}
        typed[leaf, SKIPPED] = forms - counts.answered
        if case.table.kind == "several":
            typed[leaf, ANSWERED] = counts.answered
    assert work_out(case.roster, sent, published, k) == []
    assert work_out(case.roster, sent, published, k, typed) == []


BROKEN = [weak.without_complement, weak.a_partition_per_unit, weak.without_softening]


@pytest.mark.slow
@pytest.mark.parametrize("broken", BROKEN, ids=lambda one: one.__name__)
def test_the_attacker_catches_a_function_that_is_broken(broken) -> None:  # type: ignore[no-untyped-def]
    def is_caught(case: Case) -> bool:
        open_turnout = turnout(case.units)
        if isinstance(open_turnout.whole, Hidden):
            return False
        return bool(work_out(case.roster, open_turnout, broken(case.units, case.table), 5))

    case = find(cases(kinds=("ordered",)), is_caught, settings=searching, random=Random(7))
    honest = publish(case.units, case.table)
    assert work_out(case.roster, turnout(case.units), honest, 5) == []


def test_the_attacker_subtracts() -> None:
    case = case_of_world(flat(20, 20, 9), ((0, 8, 8), (0, 9, 7), (0, 2, 1)))
    broken = weak.without_complement(case.units, case.table)
    known = work_out(case.roster, turnout(case.units), broken, 5)
    assert "few: [3] ('a', 'b'): 3" in known


def test_the_attacker_needs_the_turnout_of_each_to_see_who_has_sent_nothing() -> None:
    case = case_of_world(flat(20, 20, 12), ((0, 8, 8), (0, 9, 7), (0, 0, 0)))
    published = publish(case.units, case.table)
    assert work_out(case.roster, turnout(case.units), published, 5) == []
    known = work_out(case.roster, weak.turnout_of_each(case.units), published, 5)
    assert "0 sent: [3] ('(unsent)',): 12" in known


def test_a_group_with_none_would_give_the_rare_level_of_the_others_away() -> None:
    """c is rare (3 of all). Were b with c a run, empty in group 2, group 1 would have all three."""
    case = case_of_world(flat(30, 30), ((0, 6, 6, 3, 0), (0, 6, 0, 0, 6)))
    honest = publish(case.units, case.table)
    assert honest.partition == (("a",), ("b", "c", "d"))
    assert work_out(case.roster, turnout(case.units), honest, 5) == []


@pytest.mark.slow
@sometimes
@given(st.data())
def test_in_small_organisations_every_world_that_fits_leaves_it_open(data: st.DataObject) -> None:
    """k = 2, so that all worlds can be looked through: three levels, and one may skip."""
    roster = data.draw(
        st.sampled_from(
            [
                flat(4, 5, 5),
                flat(3, 4, 3, 4),
                Roster({0: None, 1: 0, 2: 0, 3: 1, 4: 1, 5: 2}, {3: 4, 4: 4, 5: 5}),
                Roster({0: None, 1: 0, 2: 0, 3: 0, 4: 1, 5: 1}, {2: 3, 3: 4, 4: 4, 5: 3}),
            ]
        )
    )
    kind = data.draw(st.sampled_from(["ordered", "unordered"]))
    world = tuple(
        data.draw(st.sampled_from(list(worlds(Roster({}, {leaf: people}), 3))))[0]
        for leaf, people in sorted(roster.eligible.items())
    )
    case = case_of_world(roster, world, kind, no_opinion=data.draw(st.booleans()))
    assert_open(case, 2, may_skip=True)


@pytest.mark.slow
@sometimes
@given(
    st.sampled_from([flat(10, 11, 12), flat(12, 14, 14), flat(10, 10, 13)]),
    st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from([0, 0, 1, 2, 5])), min_size=3, max_size=3
    ),
    st.sampled_from([2, 3, 5]),
)
def test_softened_groups_stay_open_as_well(
    roster: Roster, lines: list[tuple[int, int]], k: int
) -> None:
    world = []
    for leaf, (unsent, differing) in zip(roster.leaves, lines, strict=True):
        world.append((0, roster.eligible[leaf] - unsent - differing, differing))
    assert_open(case_of_world(roster, tuple(world)), k, may_skip=False)


def assert_open(case: Case, k: int, *, may_skip: bool) -> None:
    published, sent = publish(case.units, case.table, k), turnout(case.units, k)
    assume(isinstance(published.whole, Shown) and isinstance(sent.whole, Sent))
    fitting = fitting_worlds(case.roster, sent, published, may_skip=may_skip)
    assert look_through_worlds(case.roster, published, fitting, k) == []


OF_ONE_MIND = case_of_world(flat(12, 14, 14), ((0, 11, 0), (0, 6, 5), (0, 5, 7)))


def test_a_softened_group_among_all_worlds() -> None:
    published, sent = publish(OF_ONE_MIND.units, OF_ONE_MIND.table), turnout(OF_ONE_MIND.units)
    assert published.groups[1] == Softened(("a",))
    fitting = fitting_worlds(OF_ONE_MIND.roster, sent, published, may_skip=False)
    assert {world[0] for world in fitting} == {(0, 11, 0), (0, 10, 1)}  # all, or all but one
    assert look_through_worlds(OF_ONE_MIND.roster, published, fitting, 5) == []


@pytest.mark.parametrize(
    ("broken", "says"),
    [(weak.without_softening, "of one mind"), (weak.without_complement, "of one mind")],
    ids=["without_softening", "without_complement"],
)
def test_looking_through_worlds_catches_broken_functions_too(broken, says: str) -> None:  # type: ignore[no-untyped-def]
    sent = turnout(OF_ONE_MIND.units)
    published = broken(OF_ONE_MIND.units, OF_ONE_MIND.table)
    fitting = fitting_worlds(OF_ONE_MIND.roster, sent, published, may_skip=False)
    assert any(
        says in leak for leak in look_through_worlds(OF_ONE_MIND.roster, published, fitting, 5)
    )


@pytest.mark.slow
@often
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(case: Case, random: Random) -> None:
    units, lines = list(case.units), list(case.table.counts.items())
    random.shuffle(units)
    random.shuffle(lines)
    table = type(case.table)(
        case.table.item, case.table.kind, case.table.levels, case.table.no_opinion, dict(lines)
    )
    assert repr(publish(units, table)) == repr(publish(case.units, case.table))
    assert repr(turnout(units)) == repr(turnout(case.units))
