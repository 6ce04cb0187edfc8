"""What the committee's first page says of a campaign, made of its figures. Pure.

The same words stand on the page of a snapshot: live figures and frozen ones are shown alike.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from survey_app import formatting
from survey_app.i18n import _, _n
from survey_app.invitations.anonymous import FormBoard
from survey_app.invitations.participation import PARTY_MEMBER, CellRow, Participation
from survey_app.reports.boards import form_boards, quiz_boards
from survey_app.reports.counting import is_running, sent_in
from survey_app.reports.document import CellFacts, Figures, Period, total

CELLS_AT_ONCE = 20  # more cells than that are a page of their own
NAMES_AT_ONCE = 12


@dataclass(frozen=True)
class Overview:
    """The state of a campaign; with `is_live=False` moments are spelt out, as read later."""

    figures: Figures
    is_live: bool = True

    @cached_property
    def quizzes(self) -> list[Participation]:
        """The boards of the quizzes, the last one first."""
        return quiz_boards(self.figures)[::-1]

    @cached_property
    def forms(self) -> list[FormBoard]:
        """What is told of the forms, the last one first."""
        return form_boards(self.figures)[::-1]

    @property
    def current(self) -> Participation | None:
        """The quiz people can take part in now and that closes first, else the last one."""
        running = [board for board in self.quizzes if board.is_open]
        return min(running, key=lambda board: board.closes_at, default=None) or next(
            iter(self.quizzes), None
        )

    @property
    def others(self) -> list[Participation]:
        """The quizzes beside the current one."""
        return [board for board in self.quizzes if board is not self.current]

    @property
    def cells(self) -> tuple[CellFacts, ...]:
        """The real cells: without the people of none."""
        return tuple(cell for cell in self.figures.cells if cell.id is not None)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been asked or recorded yet."""
        found = self.figures
        return not (found.quizzes or found.forms or found.periods or found.sessions)

    def name_of(self, cell_id: int | None) -> str:
        """What a cell is called."""
        return self._names.get(cell_id) or _("Chưa gắn chi bộ")

    @cached_property
    def _names(self) -> dict[int | None, str]:
        return {cell.id: cell.name for cell in self.figures.cells}

    def cells_at_once(self, rows: Sequence[CellRow], wanted: Iterable[int | None]) -> list[CellRow]:
        """The rows a first page has room for: all of few, else those where help would count."""
        if len(rows) <= CELLS_AT_ONCE:
            return list(rows)
        help_counts = set(wanted)
        return [row for row in rows if row.cell_id in help_counts][:CELLS_AT_ONCE]

    @property
    def sentence(self) -> str:
        """The state of the campaign in one sentence to be read aloud; empty before it began."""
        parts = [part for part in (self._quiz(), self._reports(), self._held()) if part]
        if not parts:
            return ""
        if self.current is None or not self.current.total_of(self.current.main_kind).base:
            parts[0] = f"{formatting.by_then(self.figures.as_of, self.is_live)}, {parts[0]}"
        return "; ".join(parts) + "."

    def _quiz(self) -> str:
        board = self.current
        if board is None or not board.total_of(board.main_kind).base:
            return ""
        return board.told(board.main_kind, today=self.is_live)

    def _reports(self) -> str:
        if not self.figures.periods:
            return ""
        period = self.figures.periods[-1]
        values = {
            "sent": formatting.number(sent_in(period)),
            "due": formatting.number(period.due),
            "period": period.title,
        }
        if not is_running(period, self.figures.as_of):
            return _("%(sent)s/%(due)s chi bộ đã gửi “%(period)s”", **values)
        return _(
            "%(sent)s/%(due)s chi bộ đã gửi “%(period)s” (còn mở đến %(moment)s)",
            **values,
            moment=formatting.moment(period.closes_at),
        )

    def _held(self) -> str:
        if not self.figures.sessions:
            return ""
        return _(
            "%(held)s/%(cells)s chi bộ đã sinh hoạt chuyên đề",
            held=formatting.number(len(self.figures.sessions)),
            cells=formatting.number(len(self.cells)),
        )

    @property
    def study_sessions(self) -> str:
        """The study sessions with their attendance; empty when none was recorded."""
        rows = self.figures.sessions
        if not rows:
            return ""
        held = _n("%(n)s buổi đã ghi nhận", sum(row.sessions for row in rows))
        expected, present = (
            sum(getattr(row, name) for row in rows) for name in ("expected", "present")
        )
        if not expected:
            return _("%(held)s; chưa ghi số người dự.", held=held)
        return _(
            "%(held)s; %(present)s/%(expected)s lượt người có mặt (%(rate)s).",
            held=held,
            present=formatting.number(present),
            expected=formatting.number(expected),
            rate=formatting.percent(present / expected),
        )

    @property
    def without_session(self) -> list[str]:
        """The names of the cells that have recorded no study session."""
        held = {row.cell_id for row in self.figures.sessions}
        return [cell.name for cell in self.cells if cell.id not in held]

    @property
    def periods(self) -> list[tuple[Period, str, list[str]]]:
        """The periods of reports, the last first: each with its sentence and who is silent."""
        return [
            (period, self._period(period), [self.name_of(cell) for cell in period.silent])
            for period in reversed(self.figures.periods)
        ]

    def _period(self, period: Period) -> str:
        values = {"sent": formatting.number(sent_in(period)), "due": formatting.number(period.due)}
        if period.late:
            values["late"] = formatting.number(period.late)
            return _("%(sent)s/%(due)s chi bộ đã báo cáo, trong đó %(late)s muộn.", **values)
        return _("%(sent)s/%(due)s chi bộ đã báo cáo.", **values)

    @property
    def candidates(self) -> str:
        """The candidates introduced, against the target where there is one."""
        told = [row.candidates for row in self.figures.returns]
        known, least = total(told), self.figures.targets.candidates
        if known is None:
            begun = _("Chưa chi bộ nào báo cáo số quần chúng ưu tú.")
            return f"{begun} {self._goal(least)}".strip() if self.figures.returns else ""
        introduced = _n("Đã giới thiệu %(n)s quần chúng ưu tú.", known)
        if least is None:
            return introduced
        if self.figures.targets.candidates_scope == "each_cell":
            reached = sum(1 for number in told if number is not None and number >= least)
            state = _(
                "%(reached)s/%(cells)s chi bộ đã đạt.",
                reached=formatting.number(reached),
                cells=formatting.number(len(self.cells)),
            )
        else:
            state = _("Đã đạt.") if known >= least else _("Chưa đạt.")
        return f"{introduced} {self._goal(least)} {state}"

    def _goal(self, least: int | None) -> str:
        if least is None:
            return ""
        if self.figures.targets.candidates_scope == "each_cell":
            return _("Mục tiêu: mỗi chi bộ ít nhất %(n)s.", n=f"{least:02d}")
        return _("Mục tiêu: toàn Đảng bộ ít nhất %(n)s.", n=f"{least:02d}")

    @property
    def participation_goal(self) -> str:
        """How far the current quiz is from the target share; empty when there is none."""
        share, board = self.figures.targets.participation_percent, self.current
        counts = board.total_of(board.main_kind) if board else None
        if share is None or board is None or counts is None or not counts.base:
            return ""
        goal = formatting.percent(share / 100, 0)
        missing = -(-counts.base * share // 100) - counts.done
        if missing <= 0:
            return _("Đã đạt mục tiêu tham gia %(goal)s.", goal=goal)
        if board.main_kind == PARTY_MEMBER:
            return _n("Mục tiêu tham gia %(goal)s: còn thiếu %(n)s đảng viên.", missing, goal=goal)
        return _n("Mục tiêu tham gia %(goal)s: còn thiếu %(n)s quần chúng.", missing, goal=goal)

    @property
    def recognitions(self) -> str:
        """The proposals for praise by their states; empty without any."""
        rows = self.figures.recognitions
        waiting, supported, commended, declined = (
            sum(getattr(row, name) for row in rows)
            for name in ("proposed", "supported", "commended", "declined")
        )
        if not rows:
            return ""
        number = waiting + supported + commended + declined
        told = _n("%(n)s đề nghị biểu dương, khen thưởng", number)
        return _(
            "%(told)s: %(waiting)s chờ xét, %(supported)s được ủng hộ, "
            "%(commended)s đã biểu dương.",
            told=told,
            waiting=waiting,
            supported=supported,
            commended=commended,
        )


def few_names(names: Sequence[str]) -> str:
    """Return the names, joined; of many the first ones and how many more there are."""
    shown = ", ".join(names[:NAMES_AT_ONCE])
    if len(names) <= NAMES_AT_ONCE:
        return shown
    return f"{shown} {_n('và %(n)s chi bộ khác', len(names) - NAMES_AT_ONCE)}"
