"""Numbers put into bands, so that nobody's exact number is told. Pure.

Where the form says which numbers it takes, the bands follow from that alone. Else they span what
nine tenths of the answers span, open at both ends: the smallest and the largest stay unsaid.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise
from typing import Final

from survey_app import formatting
from survey_app.i18n import _
from survey_app.questions.schema import Range

BANDS: Final = 8  # about so many
_STEPS: Final = tuple(map(Decimal, ("1", "2", "3", "5", "10")))


@dataclass(frozen=True)
class Band:
    """Numbers from `low` to below `high` (up to it when `closed`); None: without an end."""

    low: Decimal | None
    high: Decimal | None
    closed: bool = False

    @property
    def id(self) -> str:
        """Name the band by its ends, the same in every round."""
        ends = ("" if end is None else format(end, "f") for end in (self.low, self.high))
        return ":".join(ends) + ("]" if self.closed else "")

    def holds(self, number: Decimal) -> bool:
        """Whether `number` falls into it."""
        if self.low is not None and number < self.low:
            return False
        return self.high is None or number < self.high or (self.closed and number == self.high)


def bands_of(limits: Range | None, numbers: Mapping[Decimal, int]) -> tuple[Band, ...]:
    """Return the bands of an item, from low to high; `numbers`: how often each was given."""
    low = Decimal(limits.min) if limits and limits.min is not None else None
    high = Decimal(limits.max) if limits and limits.max is not None else None
    first = low if low is not None else _near_the_end(numbers, smallest=True)
    last = high if high is not None else _near_the_end(numbers, smallest=False)
    if first is None or last is None:
        return ()
    edges = _edges(min(first, last), max(first, last))
    inner = [Band(start, end) for start, end in pairwise(edges)]
    if low is not None:
        inner[0] = Band(low, inner[0].high)
    if high is not None:
        inner[-1] = Band(inner[-1].low, high, closed=True)
    # A limit of the form closes its end: nothing lies beyond it.
    ends = (low is None and Band(None, edges[0]), high is None and Band(edges[-1], None))
    before, after = ([end] if end and any(map(end.holds, numbers)) else [] for end in ends)
    return (*before, *inner, *after)


def together(bands: Collection[Band]) -> Band:
    """Return neighbouring bands as one."""
    ordered = list(bands)
    return Band(ordered[0].low, ordered[-1].high, ordered[-1].closed)


def label(band: Band) -> str:
    """Say which numbers a band holds."""
    low, high = _number(band.low), _number(band.high)
    if band.low is None:
        return _("dưới %(high)s", high=high)
    if band.high is None:
        return _("từ %(low)s trở lên", low=low)
    if band.closed:
        return low if band.low == band.high else _("từ %(low)s đến %(high)s", low=low, high=high)
    return _("từ %(low)s đến dưới %(high)s", low=low, high=high)


def _number(value: Decimal | None) -> str:
    if value is None:
        return ""
    digits = max(0, -int(value.normalize().as_tuple().exponent))
    return formatting.number(value, digits)


def _near_the_end(numbers: Mapping[Decimal, int], *, smallest: bool) -> Decimal | None:
    """Return the number that a twentieth of the answers lie beyond."""
    beyond, total = 0, sum(numbers.values())
    for number in sorted(numbers, reverse=not smallest):
        beyond += numbers[number]
        if 20 * beyond > total:
            return number
    return None


def _edges(low: Decimal, high: Decimal) -> list[Decimal]:
    """Return round numbers that cut what lies between `low` and `high`."""
    step = _step((high - low) / BANDS)
    start = (low / step).to_integral_value(ROUND_FLOOR) * step
    edges = [start, start + step]
    while edges[-1] < high:
        edges.append(edges[-1] + step)
    return edges


def _step(least: Decimal) -> Decimal:
    if least <= 0:
        return Decimal(1)
    size = Decimal(1).scaleb(least.adjusted())
    return next(size * step for step in _STEPS if size * step >= least)
