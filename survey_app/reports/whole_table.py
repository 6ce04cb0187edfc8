"""Everything per cell in one table, for the screen and for a sheet of paper. Pure.

People of several quizzes are never added up: each quiz has its own column. What nobody has reported
stands there as words, never as 0.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from survey_app import formatting
from survey_app.i18n import _
from survey_app.invitations.participation import NON_MEMBER, PARTY_MEMBER, Counts, add_up
from survey_app.reports.boards import counts_of
from survey_app.reports.counting import is_running, rate_of, sent_in
from survey_app.reports.document import CellFacts, CellReturn, Figures, Period, QuizRound, total
from survey_app.reports.phrases import small_note

QUIZZES = 3  # the last ones: more columns do not fit a sheet
PERIODS = 2  # likewise


@dataclass(frozen=True)
class WholeTable:
    """Headings, one row of words per cell, and the sums; the first column names the cell."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: tuple[str, ...]
    notes: tuple[str, ...]


def whole_table(figures: Figures) -> WholeTable:
    """Return the table of all cells."""
    quizzes = figures.quizzes[-QUIZZES:]
    periods = figures.periods[-PERIODS:]
    asked = bool(periods)
    returns = {row.cell_id: row for row in figures.returns}
    rows = tuple(
        (
            cell.name or _("Chưa gắn chi bộ"),
            "–" if cell.id is None and not cell.members else formatting.number(cell.members),
            *_quiz_values(quizzes, [cell.id]),
            *_session_values(figures, [cell.id]),
            *_period_values(figures, periods, returns.get(cell.id or 0)),
            *(_return_values(cell, returns.get(cell.id or 0)) if asked else ()),
            _praise(figures, [cell.id]),
        )
        for cell in figures.cells
    )
    everybody: list[int | None] = [cell.id for cell in figures.cells]
    totals = (
        _("Tổng cộng"),
        formatting.number(sum(cell.members for cell in figures.cells)),
        *_quiz_values(quizzes, everybody),
        *_session_values(figures, everybody),
        *(f"{formatting.number(sent_in(p))}/{formatting.number(p.due)}" for p in periods),
        *(_return_totals(figures) if asked else ()),
        _praise(figures, everybody),
    )
    headings = _headings(quizzes, periods)
    return WholeTable(headings, rows, totals, _notes(figures, quizzes, periods))


def _headings(quizzes: Sequence[QuizRound], periods: Sequence[Period]) -> tuple[str, ...]:
    of_quizzes = [
        heading
        for quiz in quizzes
        for heading in (
            _("%(round)s: đảng viên đã thi", round=quiz.title),
            _("Quần chúng, CCVCLĐ đã thi"),
            _("Số lượt"),
        )
    ]
    of_reports = (
        *(period.title for period in periods),
        _("Ngày triển khai"),
        _("Tin, bài"),
        _("Quần chúng ưu tú"),
    )
    return (
        _("Chi bộ"),
        _("Đảng viên"),
        *of_quizzes,
        _("Buổi chuyên đề"),
        _("Lượt có mặt"),
        *(of_reports if periods else ()),
        _("Đề nghị biểu dương"),
    )


def _quiz_values(quizzes: Sequence[QuizRound], cells: Sequence[int | None]) -> list[str]:
    wanted, found = set(cells), []
    for quiz in quizzes:
        rows = [row for row in quiz.cells if row.cell_id in wanted]
        members, others = (
            add_up(counts_of(row) for row in rows if row.kind == kind)
            for kind in (PARTY_MEMBER, NON_MEMBER)
        )
        attempts = formatting.number(members.attempts + others.attempts) if rows else "–"
        found += [_share(members), _share(others), attempts]
    return found


def _share(counts: Counts) -> str:
    if not counts.base:
        return "–"
    told = f"{formatting.number(counts.done)}/{formatting.number(counts.base)}"
    rate = rate_of(counts.done, counts.base)
    return told if rate is None else f"{told} ({formatting.percent(rate)})"


def _session_values(figures: Figures, cells: Iterable[int | None]) -> list[str]:
    wanted = set(cells)
    rows = [row for row in figures.sessions if row.cell_id in wanted]
    if not rows:
        return [_("chưa ghi") if any(wanted) else "–", "–"]
    present, expected = (
        sum(getattr(row, name) for row in rows) for name in ("present", "expected")
    )
    sessions = formatting.number(sum(row.sessions for row in rows))
    if not expected:
        return [sessions, "–"]
    return [sessions, f"{formatting.number(present)}/{formatting.number(expected)}"]


def state_words(state: str) -> str:
    """Say how a cell stands with its reports."""
    known = {
        "on_time": _("đúng hạn"),
        "late": _("muộn"),
        "missing": _("chưa báo cáo"),
        "not_due": _("chưa đến hạn"),
    }
    return known.get(state, "–")


def _period_values(
    figures: Figures, periods: Sequence[Period], row: CellReturn | None
) -> list[str]:
    """How the cell stands with each period; a dash where it was not asked."""
    sent = {slug for slug, _number, _source in row.revisions} if row else set()
    found = []
    for period in periods:
        if row is None:
            state = "not_asked"
        elif row.cell_id in period.silent:
            state = "not_due" if is_running(period, figures.as_of) else "missing"
        elif row.cell_id in period.tardy:
            state = "late"
        else:
            state = "on_time" if period.slug in sent else "not_asked"
        found.append(state_words(state))
    return found


def _return_values(cell: CellFacts, row: CellReturn | None) -> list[str]:
    if row is None or cell.id is None:
        return ["–"] * 3
    rolled_out = formatting.day(row.rolled_out_on) if row.rolled_out_on else _("chưa báo cáo")
    return [
        rolled_out,
        _number(row.online_items),
        _number(row.candidates),
    ]


def _return_totals(figures: Figures) -> list[str]:
    rolled_out = sum(1 for row in figures.returns if row.rolled_out_on)
    asked = formatting.number(len(figures.returns))
    return [
        f"{formatting.number(rolled_out)}/{asked}",
        _number(total(row.online_items for row in figures.returns)),
        _number(total(row.candidates for row in figures.returns)),
    ]


def _number(value: int | None) -> str:
    return _("chưa báo cáo") if value is None else formatting.number(value)


def _praise(figures: Figures, cells: Iterable[int | None]) -> str:
    wanted = set(cells)
    rows = [row for row in figures.recognitions if row.cell_id in wanted]
    number = sum(row.proposed + row.supported + row.commended + row.declined for row in rows)
    return formatting.number(number) if rows else "–"


def _notes(
    figures: Figures, quizzes: Sequence[QuizRound], periods: Sequence[Period]
) -> tuple[str, ...]:
    notes = [_("Đã thi: số người đã làm/số được mời trừ số được miễn.")] if quizzes else []
    if len(figures.quizzes) > len(quizzes):
        notes.append(_("Bảng có ba vòng thi gần nhất; các vòng trước xem ở trang từng vòng."))
    if len(figures.periods) > len(periods):
        notes.append(_("Bảng có hai kỳ báo cáo gần nhất; số liệu cộng mọi kỳ."))
    elif len(periods) > 1:
        notes.append(_("Ngày triển khai, tin, bài, quần chúng ưu tú: tính chung các kỳ báo cáo."))
    return (*notes, small_note())
