"""Bands of numbers: fixed by the form where it can be, silent about the extremes where not."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from survey_app.feedback.bands import bands_of, label, together
from survey_app.questions.schema import Range


def labels(bands):
    return [label(band) for band in bands]


def test_the_forms_own_limits_make_the_bands_whatever_was_answered():
    limits = Range(min="15", max="240")
    bands = bands_of(limits, {})
    assert bands == bands_of(limits, {Decimal(16): 3, Decimal(239): 1})
    assert labels(bands)[0] == "từ 15 đến dưới 30"
    assert labels(bands)[-1] == "từ 210 đến 240"
    assert bands[-1].holds(Decimal(240)) and not bands[0].holds(Decimal(30))
    assert label(together(bands[1:3])) == "từ 30 đến dưới 90"


def test_without_limits_the_smallest_and_the_largest_stay_unsaid():
    numbers = {Decimal(n): 10 for n in range(40, 130, 10)} | {Decimal(3): 1, Decimal(9999): 1}
    said = " ".join(labels(bands_of(None, numbers)))
    assert said.startswith("dưới 40") and said.endswith("trở lên")
    assert "9.999" not in said and " 3 " not in said


def test_one_single_number_and_none_at_all():
    assert bands_of(None, {}) == ()
    assert labels(bands_of(None, {Decimal("2.5"): 7})) == ["từ 2 đến dưới 3"]


amounts = st.decimals(min_value=-10_000, max_value=10_000, places=2)


@given(
    st.dictionaries(amounts, st.integers(1, 30), min_size=1, max_size=30),
    st.tuples(amounts, amounts),
    st.booleans(),
    st.booleans(),
)
def test_every_number_is_in_exactly_one_band(numbers, ends, has_low, has_high):
    low, high = sorted(ends)
    limits = Range(min=str(low) if has_low else None, max=str(high) if has_high else None)
    taken = {
        number: times
        for number, times in numbers.items()
        if (not has_low or number >= low) and (not has_high or number <= high)
    }
    bands = bands_of(limits, taken)
    assert len({band.id for band in bands}) == len(bands) <= 12
    for number in taken:
        assert sum(band.holds(number) for band in bands) == 1
