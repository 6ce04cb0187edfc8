"""Where the parts of a chart begin and end."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from survey_app.feedback.results import Line
from survey_app.web.charts import fits_one_bar, pattern_of, segments, words


def lines(*counts):
    total = sum(counts) or 1
    return [Line((str(n),), f"Mức {n}", c, c / total, n) for n, c in enumerate(counts)]


def test_parts_stand_side_by_side_and_fill_the_bar():
    parts = segments(lines(6, 0, 2), 3)
    assert [(part.start, part.width) for part in parts] == [(0.0, 75.0), (75.0, 0.0), (75.0, 25.0)]
    assert [part.pattern for part in parts] == ["1", "3", "6"]
    assert words("Câu 1", parts) == "Câu 1. Mức 0: 6, Mức 1: 0, Mức 2: 2"


def test_an_empty_bar_says_so():
    assert words("Câu 1", segments([], 5)) == "Câu 1: chưa có câu trả lời"
    assert [part.width for part in segments(lines(0, 0), 2)] == [0.0, 0.0]


@given(st.lists(st.integers(0, 500), min_size=1, max_size=7).filter(any))
@example([1, 1, 4, 0])
def test_no_part_leaves_the_bar(counts):
    parts = segments(lines(*counts), len(counts))
    assert parts[-1].start + parts[-1].width == pytest.approx(100, abs=0.01)
    assert all(0 <= part.start <= 100 for part in parts)


@pytest.mark.parametrize("points", [2, 3, 4, 5, 6])
def test_every_point_of_a_scale_looks_different_and_its_ends_are_the_same(points):
    patterns = [pattern_of(tone, points) for tone in range(points)]
    assert len(set(patterns)) == points
    assert (patterns[0], patterns[-1]) == ("1", "6")
    assert pattern_of(None, points) == "apart"


def test_only_scales_are_one_bar():
    assert fits_one_bar("ordered", 5)
    assert not fits_one_bar("ordered", 7) and not fits_one_bar("several", 5)
