"""Where the milestones stand on the drawn line, in per cent of its width. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from survey_app.i18n import current_locale
from survey_app.reports.timeline import Milestone

_LEAST = 14  # days: less would make a day as wide as a week
_LONG_AGO = timedelta(days=60)
_WEEKS = 70  # days that are still counted in weeks
_AROUND = 0.03  # room at both ends


@dataclass(frozen=True)
class Bar:
    """One milestone: its number in the list, where it begins, how wide it is (0: one day)."""

    number: int
    start: float
    width: float
    state: str


@dataclass(frozen=True)
class Drawing:
    """The bars, the first days of months with their labels, and today (`None`: out of sight)."""

    bars: tuple[Bar, ...]
    ticks: tuple[tuple[float, str], ...]
    today: float | None


def draw(lines: Sequence[Milestone], day: date) -> Drawing | None:
    """Return the drawing; `None` when nothing has a day.

    What was done long ago would press all the rest into a corner: it stands in the list only.
    """
    dated = [
        (number, one.first, one.last, one.state)
        for number, one in enumerate(lines, 1)
        if one.first is not None and one.last is not None
    ]
    recent = [one for one in dated if one[3] != "done" or one[2] >= day - _LONG_AGO]
    dated = recent or dated
    if not dated:
        return None
    begins, ends = min(one[1] for one in dated), max(one[2] for one in dated)
    ends = max(ends, begins + timedelta(days=_LEAST))
    days = (ends - begins).days

    def place(when: date) -> float:
        return round(100 * (_AROUND + (1 - 2 * _AROUND) * (when - begins).days / days), 2)

    bars = tuple(
        Bar(number, place(first), round(place(last) - place(first), 2), state)
        for number, first, last, state in dated
    )
    ticks = tuple((place(one), _label(one)) for one in _ticks(begins, ends, days))
    return Drawing(bars, ticks, place(day) if begins <= day <= ends else None)


def _ticks(begins: date, ends: date, days: int) -> list[date]:
    """Firsts of months, or Mondays when it is a matter of weeks; few enough for a phone."""
    every = [begins + timedelta(days=n) for n in range(days + 1)]
    if days > _WEEKS:
        return [one for one in every if one.day == 1][:: 1 + days // 240]
    return [one for one in every if one.weekday() == 0][:: 1 + days // 35]


def _label(day: date) -> str:
    return f"{day:%d %b}".lstrip("0") if current_locale() == "en" else f"{day.day}/{day.month}"
