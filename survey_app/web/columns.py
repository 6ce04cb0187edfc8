"""Geometry of column charts that the server draws, in per cent of the picture. Pure.

`templates/components/chart_columns.html` draws them without scripts or styles; every number stands
in a table beside the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from survey_app.formatting import number

_TOP: Final = 14.0  # room for the numbers above the columns
_BOTTOM: Final = 86.0  # and for the labels below
_MOST_NUMBERS: Final = 8  # columns on a phone that have room for a number each
_MOST_LABELS: Final = 6


@dataclass(frozen=True)
class Column:
    """One column: `x`, `width`, `y`, `height` in per cent; what has no room is empty."""

    label: str
    number: str
    x: float
    width: float
    y: float
    height: float

    @property
    def middle(self) -> float:
        """Where its number and label stand."""
        return round(self.x + self.width / 2, 2)


@dataclass(frozen=True)
class Columns:
    """A chart: its name and what it says in words; `line`: the height of a target."""

    title: str
    says: str
    columns: tuple[Column, ...]
    line: float | None = None
    line_label: str = ""


def columns(
    title: str,
    points: Sequence[tuple[str, int]],
    *,
    target: float | None = None,
    target_label: str = "",
) -> Columns:
    """Return the chart of (label, number) from left to right; `target` is drawn on its scale."""
    most = max([number for _label, number in points] + [target or 0, 1])
    step = 100 / max(len(points), 1)
    every = -(-len(points) // _MOST_LABELS)
    highest = max((count for _label, count in points), default=0)
    drawn = []
    for place, (label, count) in enumerate(points):
        height = round((_BOTTOM - _TOP) * count / most, 2)
        tells = len(points) <= _MOST_NUMBERS or (
            count == highest and count not in [one for _l, one in points[:place]]
        )
        drawn.append(
            Column(
                label if (len(points) - 1 - place) % every == 0 else "",
                number(count) if tells and count else "",
                round(step * place + step * 0.14, 2),
                round(step * 0.72, 2),
                round(_BOTTOM - height, 2),
                height,
            )
        )
    says = f"{title}. " + "; ".join(f"{label}: {number(count)}" for label, count in points)
    line = None if target is None else round(_BOTTOM - (_BOTTOM - _TOP) * target / most, 2)
    return Columns(title, says, tuple(drawn), line, target_label)
