"""The board on the wall of a meeting room: rates of cells with enough people, the others together.

What stands here is read by everybody in the room, so nothing may say how one person behaved: a cell
shows its rate from `FLOOR` people on; smaller ones are one line, and that line has figures only if
it has `FLOOR` people itself.
"""

from dataclasses import dataclass
from typing import Final

from survey_app.i18n import _n
from survey_app.invitations.participation import CellRow, Counts, Participation, add_up

FLOOR: Final = 10
ONE_COLUMN: Final = 7  # lines that fit one below the other on a wall
ON_A_WALL: Final = 12  # lines of one slide, in two columns


@dataclass(frozen=True)
class Line:
    """One bar. `counts` is `None` where figures would say too much about a few people."""

    label: str
    counts: Counts | None
    last_rate: float | None = None


@dataclass(frozen=True)
class Slide:
    """What is on the wall at once: one column of lines, or two. Slides are numbered from 1."""

    number: int
    of: int
    columns: tuple[tuple[Line, ...], ...]

    @property
    def next(self) -> int:
        """The slide after this one; after the last comes the first."""
        return self.number % self.of + 1


def lines(board: Participation) -> tuple[Line, ...]:
    """Return the lines of the headline's kind of person, in the committee's order, small last."""
    rows = [row for row in board.of(board.main_kind) if row.counts.base]
    shown = [row for row in rows if row.counts.base >= FLOOR]
    small = [row for row in rows if row.counts.base < FLOOR]
    told = [Line(row.label, row.counts, row.last_rate) for row in shown]
    return (*told, _together(small)) if small else tuple(told)


def _together(small: list[CellRow]) -> Line:
    counts = add_up(row.counts for row in small)
    cells = sum(row.cell_id is not None for row in small)
    label = _n("%(n)s chi bộ dưới %(floor)s người", cells, floor=FLOOR) if cells else small[0].label
    return Line(label, counts if counts.base >= FLOOR else None)


def slide(board: Participation, number: int) -> Slide:
    """Return slide `number` or the last one; a board without people has one, empty."""
    found = lines(board)
    of = max(1, -(-len(found) // ON_A_WALL))
    number = min(max(number, 1), of)
    share = -(-len(found) // of)  # as many on each slide, so that none is left with a single line
    here = found[(number - 1) * share : number * share]
    tall = len(here) if len(here) <= ONE_COLUMN else -(-len(here) // 2)
    columns = [here[start : start + tall] for start in range(0, len(here), tall or 1)]
    return Slide(number, of, tuple(columns))
