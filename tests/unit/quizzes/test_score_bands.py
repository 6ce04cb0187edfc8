"""Bands of results: nobody's own result follows from one look, nor from two."""

from collections.abc import Sequence
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from survey_app.quizzes.distribution import LEAST, Band, bands

PEOPLE = st.lists(st.integers(0, 12), min_size=1, max_size=25)
AT_LEAST = st.integers(LEAST, 15)


@given(PEOPLE, AT_LEAST)
def test_each_band_has_nobody_or_enough(people: Sequence[int], least: int) -> None:
    told = bands(people, least)
    if sum(people) < least:
        assert told == ()
        return
    assert all(number == 0 or number >= least for _low, _high, number in told)
    assert sum(number for _low, _high, number in told) == sum(people)
    assert [low for low, _high, _number in told] == [0, *(high + 1 for _l, high, _n in told[:-1])]
    assert told[-1][1] == len(people) - 1
    for low, high, number in told:
        assert number == sum(people[low : high + 1])


@given(PEOPLE, AT_LEAST, AT_LEAST)
def test_two_looks_leave_whole_bands_between_them(
    people: Sequence[int], one: int, other: int
) -> None:
    """Whoever sees the bands for two floors can subtract runs of them; no difference is small."""
    first, second = bands(people, one), bands(people, other)
    for inner, outer in product(_runs(first), _runs(second)):
        if outer[0] <= inner[0] and inner[1] <= outer[1]:
            left = outer[2] - inner[2]
            assert left == 0 or left >= LEAST, (inner, outer)


def _runs(told: Sequence[Band]) -> list[Band]:
    return [
        (told[start][0], told[end][1], sum(number for _low, _high, number in told[start : end + 1]))
        for start in range(len(told))
        for end in range(start, len(told))
    ]


def test_neighbours_are_joined_and_empty_ends_stay_empty() -> None:
    assert bands([0, 0, 1, 2, 3, 9, 0], 5) == (
        (0, 0, 0),
        (1, 1, 0),
        (2, 4, 6),
        (5, 5, 9),
        (6, 6, 0),
    )
    assert bands([1, 1, 2], 5) == ()
    assert bands([4, 0, 0, 9], 5) == ((0, 3, 13),)


def test_a_floor_below_the_least_is_the_least() -> None:
    assert bands([3, 3], 1) == bands([3, 3], LEAST) == ((0, 1, 6),)
