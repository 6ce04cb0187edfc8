"""Sums over the figures of a snapshot: per cell, and of all. Pure.

People of several rounds are never added up: the same person takes part in each. A table is about
one round; the others get tables of their own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from survey_app.i18n import _
from survey_app.invitations.counts import COLUMNS, Counts
from survey_app.reports.document import (
    CellCount,
    CellFacts,
    CellRecognitions,
    CellReturn,
    CellSessions,
    Figures,
    FormRound,
    QuizRound,
)

OVER = ("closed", "finalised", "archived")
MEMBER = "party_member"
OTHER = "non_member"
Turnout = Counts  # people of one kind in one round, and their attempts apart


def turnout(counts: Iterable[CellCount]) -> Turnout:
    """Add up rows."""
    rows = list(counts)
    return Turnout(**{name: sum(getattr(row, name) for row in rows) for name in COLUMNS})


def turnout_of(round_: QuizRound, kind: str) -> Turnout:
    """Return everybody of one kind in a round."""
    return turnout(row for row in round_.cells if row.kind == kind)


@dataclass(frozen=True)
class CellLine:
    """Everything of one cell, for one line of a table.

    `id` is `None` for the people of no cell and for what belongs to cells that are gone; neither
    is asked for reports.
    """

    id: int | None
    label: str
    members: int | None
    non_members: int | None
    member: Turnout
    other: Turnout
    returned: CellReturn | None = None
    sessions: CellSessions | None = None
    recognitions: CellRecognitions | None = None

    @property
    def is_asked(self) -> bool:
        """Whether the cell owes reports."""
        return self.returned is not None and self.returned.state != "not_asked"


@dataclass(frozen=True)
class Table:
    """The lines of all cells about one quiz round (`None`: there is no round to tell of)."""

    figures: Figures
    round: QuizRound | None

    @cached_property
    def lines(self) -> tuple[CellLine, ...]:
        """Lines in the committee's order; what fits to no cell stands last, so sums are whole."""
        rows = self.round.cells if self.round else ()
        by_cell: dict[tuple[int | None, str], list[CellCount]] = {}
        for row in rows:
            by_cell.setdefault((row.cell_id, row.kind), []).append(row)
        returns = {row.cell_id: row for row in self.figures.returns}
        sessions = {row.cell_id: row for row in self.figures.sessions}
        recognitions = {row.cell_id: row for row in self.figures.recognitions}

        def line(cell: CellFacts) -> CellLine:
            key = cell.id if cell.id is not None else 0  # no cell has the id 0
            return CellLine(
                id=cell.id,
                label=cell.name or _("Chưa gắn chi bộ"),
                members=cell.members,
                non_members=cell.non_members,
                member=turnout(by_cell.pop((cell.id, MEMBER), ())),
                other=turnout(by_cell.pop((cell.id, OTHER), ())),
                returned=returns.get(key),
                sessions=sessions.get(key),
                recognitions=recognitions.get(key),
            )

        found = [line(cell) for cell in self.figures.cells]
        return (*found, *_left_over(by_cell))

    @property
    def asked(self) -> tuple[CellLine, ...]:
        """The lines of the cells that owe reports."""
        return tuple(line for line in self.lines if line.is_asked)

    @property
    def cells(self) -> tuple[CellLine, ...]:
        """The lines of real cells: they hold study sessions."""
        return tuple(line for line in self.lines if line.id is not None)


def _left_over(by_cell: Mapping[tuple[int | None, str], list[CellCount]]) -> list[CellLine]:
    """The line of counts whose cell is not listed any more, so that totals stay whole."""
    if not by_cell:
        return []
    member, other = (
        turnout(row for (_cell, of), rows in by_cell.items() if of == kind for row in rows)
        for kind in (MEMBER, OTHER)
    )
    return [CellLine(None, _("Chi bộ không còn trong danh sách"), None, None, member, other)]


def opened(figures: Figures) -> tuple[QuizRound, ...]:
    """Return the quiz rounds that people could take part in by then, first opened first."""
    found = [r for r in figures.quizzes if r.state in (*OVER, "open")]
    return tuple(sorted(found, key=lambda r: (r.opens_at, r.id)))


def main_round(figures: Figures) -> QuizRound | None:
    """Return the round the tables are about: the last that is over, else the last that is open."""
    rounds = opened(figures)
    over = [r for r in rounds if r.state in OVER]
    return max(over or rounds, key=lambda r: (r.closes_at, r.id), default=None)


def main_form(figures: Figures) -> FormRound | None:
    """Return the form whose papers the annex tells: the last counted one, else the last one."""
    counted = [form for form in figures.forms if form.is_counted]
    return max(counted or figures.forms, key=lambda f: (f.closes_at, f.id), default=None)
