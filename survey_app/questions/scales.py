"""Scales with a name at every point, ready to be put into a form, in both languages."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Point:
    """A point of a scale; its id stays the same in all forms that use it."""

    id: str
    text: str
    english: str


OTHER: Final = Point("khac", "Khác", "Other")
NO_OPINION: Final = Point("khong-y-kien", "Không có ý kiến", "No opinion")
_GOOD: Final = Point("tot", "Tốt", "Good")
_NOT_YET: Final = Point("chua-tot", "Chưa tốt", "Not good yet")
SCALES: Final[dict[str, tuple[Point, ...]]] = {
    "quality": (
        Point("rat-tot", "Rất tốt", "Very good"),
        _GOOD,
        Point("kha", "Khá", "Fairly good"),
        Point("trung-binh", "Trung bình", "Fair"),
        _NOT_YET,
    ),
    "satisfaction": (
        Point("rat-hai-long", "Rất hài lòng", "Very satisfied"),
        Point("hai-long", "Hài lòng", "Satisfied"),
        Point("binh-thuong", "Bình thường", "Neither satisfied nor dissatisfied"),
        Point("khong-hai-long", "Không hài lòng", "Dissatisfied"),
        Point("rat-khong-hai-long", "Rất không hài lòng", "Very dissatisfied"),
    ),
    "agreement": (
        Point("hoan-toan-dong-y", "Hoàn toàn đồng ý", "Strongly agree"),
        Point("dong-y", "Đồng ý", "Agree"),
        Point("binh-thuong", "Bình thường", "Neither agree nor disagree"),
        Point("khong-dong-y", "Không đồng ý", "Disagree"),
        Point("hoan-toan-khong-dong-y", "Hoàn toàn không đồng ý", "Strongly disagree"),
    ),
    "three": (_GOOD, Point("duoc", "Được", "Fair"), _NOT_YET),
}
# First and last point of every scale above, in both languages: all of them begin with the best.
_ENDS: Final = frozenset(
    ends
    for scale in SCALES.values()
    for ends in ((scale[0].text, scale[-1].text), (scale[0].english, scale[-1].english))
)
ENGLISH: Final[dict[str, str]] = {
    point.text: point.english
    for scale in ((OTHER, NO_OPINION), *SCALES.values())
    for point in scale
    if point.text != "Bình thường"  # says something else on each scale
}


def is_best_first(texts: Sequence[str]) -> bool:
    """Whether points of these `texts` are known to go from best to worst, by their two ends.

    Of any other scale ("Chưa bao giờ … Thường xuyên") nobody but its author knows where up is.
    """
    return bool(texts) and (texts[0], texts[-1]) in _ENDS
