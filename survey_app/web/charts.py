"""Geometry of charts that the server draws: where parts begin and end, in per cent. Pure.

The pictures are SVG without scripts or styles of their own (`templates/components/chart_*.html`);
tint, pattern and number say the same thing, so nothing rests on colour.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final, Protocol

from survey_app.i18n import _

TONES: Final = 6  # how many points of a scale can be told apart in one bar
APART: Final = "apart"  # the pattern of what is no point of the scale
_ROOM_FOR_A_NUMBER: Final = 11.0  # per cent of a bar on a phone


class Part(Protocol):
    """One part of a whole: what it is called, how many, which point of the scale (None: none)."""

    @property
    def label(self) -> str:
        """What it is called."""

    @property
    def count(self) -> int:
        """How many."""

    @property
    def rate(self) -> float:
        """The share as it is told, 0 to 1."""

    @property
    def tone(self) -> int | None:
        """The place on the scale, from 0; None for what is no point of it."""


@dataclass(frozen=True)
class Segment:
    """One part as it is drawn: `start` and `width` in per cent of the bar, `pattern` by name."""

    label: str
    count: int
    rate: float
    pattern: str
    start: float
    width: float

    @property
    def middle(self) -> float:
        """Where its number stands."""
        return round(self.start + self.width / 2, 3)

    @property
    def has_room(self) -> bool:
        """Whether its number fits into it."""
        return self.width >= _ROOM_FOR_A_NUMBER


def segments(parts: Iterable[Part], points: int) -> tuple[Segment, ...]:
    """Return the parts of one stacked bar from left to right; empty ones have no width.

    `points`: how many points the scale has, so that the last one looks the same on every scale.
    """
    known = tuple(parts)
    total = sum(part.count for part in known)
    # From edge to edge: widths rounded one by one would add up to more than the bar.
    up_to = [0, *accumulate(part.count for part in known)]
    edges = [round(100 * count / total, 3) if total else 0.0 for count in up_to]
    return tuple(
        Segment(
            part.label,
            part.count,
            part.rate,
            pattern_of(part.tone, points),
            start,
            round(end - start, 3),
        )
        for part, (start, end) in zip(known, pairwise(edges), strict=True)
    )


def pattern_of(tone: int | None, points: int) -> str:
    """Return the name of a point's pattern: short scales end with the same as long ones."""
    if tone is None:
        return APART
    if points < 2:
        return "1"
    return str(1 + round(tone * (TONES - 1) / (max(points, tone + 1) - 1)))


def fits_one_bar(kind: str, points: int) -> bool:
    """Whether answers are drawn as one stacked bar: points of a scale, few enough to tell apart."""
    return kind == "ordered" and 2 <= points <= TONES


def words(name: str, parts: Sequence[Segment]) -> str:
    """Return what a bar says, for those who cannot see it."""
    said = ", ".join(f"{part.label}: {part.count}" for part in parts)
    return f"{name}. {said}" if said else _("%(name)s: chưa có câu trả lời", name=name)
