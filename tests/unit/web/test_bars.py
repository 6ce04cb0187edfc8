"""The bar of a cell: its numbers and the tick of the last round keep out of each other's way."""

import re

import pytest

from survey_app.web.bars import STATES, stacked_bar

PILL = 36 / 290 * 100 / 2  # half a number, in per cent of the narrowest bar


def drawn(*counts: int, last: float | None) -> tuple[list[tuple[float, str]], float]:
    """The numbers with their places, and the tick's place."""
    picture = stacked_bar(dict(zip(STATES, counts, strict=True)), "Chi bộ", last)
    numbers = re.findall(r'<svg x="([\d.]+)%".*?bar-number">(\d+)<', picture)
    (tick,) = re.findall(r'bar-tick" x1="([\d.]+)%"', picture) or ["-100"]
    return [(float(x), number) for x, number in numbers], float(tick)


@pytest.mark.parametrize("last", [n / 40 for n in range(41)])
def test_no_tick_runs_through_a_number(last: float) -> None:
    numbers, tick = drawn(5, 1, 7, 0, 2, last=last)
    assert numbers and all(abs(x - tick) >= PILL - 0.8 for x, _number in numbers)
    assert ("5" in [number for _x, number in numbers]) or 10 < tick < 24


def test_a_number_moves_within_its_own_part() -> None:
    assert drawn(10, 0, 10, 0, 0, last=None)[0] == [(25.0, "10"), (75.0, "10")]
    ((left, _), (moved, number)), tick = drawn(10, 0, 10, 0, 0, last=0.75)
    assert (left, number, tick) == (25.0, "10", 75.0) and 76 < moved < 94


def test_a_number_without_room_beside_the_tick_stays_away() -> None:
    numbers, _tick = drawn(84, 0, 16, 0, 0, last=0.92)
    assert [number for _x, number in numbers] == ["84"]
