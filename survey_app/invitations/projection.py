"""The board on the wall of a meeting room: what may be said before everybody, nobody given away.

Everybody in the room can count and subtract, so the rule is about all figures of the wall together:

* Only a kind of person with `FLOOR` people to count stands here. Headline and lines speak of the
  party members, or of the others when the party members are too few; the footer of the others.
* Each line holds `FLOOR` people or more, and the lines add up to the headline. Smaller cells are
  one line; when that is still too small, the smallest of the other cells joins it. So what is left
  when any lines are taken from the headline is again whole lines.
* "So many cells above half" counts the cells that have a line of their own, nothing else.
* The last round's tick stands only where that round's own wall had a line of the very same cells.

Which cells are put together depends on how many people they have, never on what these have done.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from survey_app import formatting
from survey_app.i18n import _, _n
from survey_app.invitations.anonymous import FormBoard
from survey_app.invitations.participation import (
    NON_MEMBER,
    PARTY_MEMBER,
    CellRow,
    Counts,
    Participation,
    above_half,
    add_up,
)

FLOOR: Final = 10
ONE_COLUMN: Final = 7  # lines that fit one below the other on a wall
ON_A_WALL: Final = 12  # lines of one slide, in two columns


@dataclass(frozen=True)
class Line:
    """One bar, of one cell or of several together. In `cells`, `None` is the people of no cell."""

    label: str
    cells: frozenset[int | None]
    counts: Counts
    last_rate: float | None = None

    @property
    def is_a_cell(self) -> bool:
        """Whether this is one cell by itself."""
        return len(self.cells) == 1 and None not in self.cells


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


@dataclass(frozen=True)
class Wall:
    """All that is told of a round. `others`: the non-members, where the headline is not theirs."""

    headline: str
    lines: tuple[Line, ...]
    others: Counts | None

    @property
    def has_merged(self) -> bool:
        """Whether some cells stand together."""
        return any(len(line.cells) > 1 for line in self.lines)

    @property
    def has_ticks(self) -> bool:
        """Whether some line shows the last round."""
        return any(line.last_rate is not None for line in self.lines)

    def slide(self, number: int) -> Slide:
        """Return slide `number` or the last one; a wall without lines has one, empty."""
        of = max(1, -(-len(self.lines) // ON_A_WALL))
        number = min(max(number, 1), of)
        share = -(-len(self.lines) // of)  # as many on each, so that none has a single line
        here = self.lines[(number - 1) * share : number * share]
        tall = len(here) if len(here) <= ONE_COLUMN else -(-len(here) // 2)
        columns = [here[start : start + tall] for start in range(0, len(here), tall or 1)]
        return Slide(number, of, tuple(columns))


def wall(board: Participation) -> Wall:
    """Return what may stand on the wall of `board`; a sentence alone when that is nothing."""
    kinds = [kind for kind in (PARTY_MEMBER, NON_MEMBER) if board.total_of(kind).base >= FLOOR]
    if not kinds:
        return Wall(_no_figures(board), (), None)
    then = {line.cells: line.counts.rate for line in _lines(board.before, kinds[0])}
    lines = tuple(
        Line(line.label, line.cells, line.counts, then.get(line.cells))
        for line in _lines(board.rows, kinds[0])
    )
    others = board.non_members if len(kinds) > 1 else None
    return Wall(_headline(board, kinds[0], lines), lines, others)


def wall_of_form(board: FormBoard) -> Wall:
    """Return the wall of a form: its sentence, and the groups whose number may be told."""
    lines = tuple(
        Line(group.label, group.cell_ids, Counts(invited=group.told.invited, done=group.told.sent))
        for group in board.groups
        if group.told.sent is not None and group.told.invited
    )
    return Wall(board.headline(), lines, None)


def _lines(rows: Iterable[CellRow], kind: str) -> list[Line]:
    """Return the lines of one kind, without ticks: the committee's order, the merged one last."""
    rows = [row for row in rows if row.kind == kind and row.counts.base]
    if add_up(row.counts for row in rows).base < FLOOR:
        return []
    merged = [row for row in rows if row.counts.base < FLOOR]
    large = [row for row in rows if row.counts.base >= FLOOR]
    if merged and add_up(row.counts for row in merged).base < FLOOR:
        smallest = min(large, key=lambda row: row.counts.base)
        merged.append(smallest)
        large.remove(smallest)
    told = [Line(row.label, frozenset({row.cell_id}), row.counts) for row in large]
    return [*told, _together(merged, is_all=not large)] if merged else told


def _together(rows: list[CellRow], *, is_all: bool) -> Line:
    cells = frozenset(row.cell_id for row in rows)
    if is_all:
        label = _("Tất cả, gộp chung")
    elif None in cells:
        label = _n("%(n)s chi bộ còn lại và người chưa gắn chi bộ", len(cells) - 1)
    else:
        label = _n("%(n)s chi bộ còn lại", len(cells))
    return Line(label, cells, add_up(row.counts for row in rows))


def _headline(board: Participation, kind: str, lines: tuple[Line, ...]) -> str:
    """The board's sentence, but its second half speaks only of cells that stand here themselves."""
    told = board.told(kind)
    cells = [line.counts for line in lines if line.is_a_cell]
    if not cells:
        return f"{told}."
    values = {
        "above": formatting.number(above_half(cells)),
        "cells": formatting.number(len(cells)),
    }
    if all(len(line.cells) == 1 for line in lines):
        return f"{told}; {_('%(above)s/%(cells)s chi bộ trên một nửa', **values)}."
    return f"{told}; {_('%(above)s/%(cells)s chi bộ nêu riêng trên một nửa', **values)}."


def _no_figures(board: Participation) -> str:
    if not board.total.base:
        return board.headline()
    return _("Nhóm dưới %(floor)s người không có số liệu ở đây, để không đoán ra ai.", floor=FLOOR)
