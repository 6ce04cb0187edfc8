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
from survey_app.reports.document import CellFacts, CellReturn, Figures, QuizRound, total

QUIZZES = 3  # the last ones: more columns do not fit a sheet


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
    asked = bool(figures.periods)
    returns = {row.cell_id: row for row in figures.returns}
    rows = tuple(
        (
            cell.name or _("Chưa gắn chi bộ"),
            formatting.number(cell.members),
            *_quiz_values(quizzes, [cell.id]),
            *_session_values(figures, [cell.id]),
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
        *(_return_totals(figures) if asked else ()),
        _praise(figures, everybody),
    )
    return WholeTable(_headings(quizzes, asked), rows, totals, _notes(figures, quizzes))


def _headings(quizzes: Sequence[QuizRound], asked: bool) -> tuple[str, ...]:
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
        _("Báo cáo"),
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
        *(of_reports if asked else ()),
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
        found += [_share(members, len(cells) > 1), _share(others, len(cells) > 1), attempts]
    return found


def _share(counts: Counts, is_sum: bool) -> str:
    if not counts.base:
        return "–"
    told = f"{formatting.number(counts.done)}/{formatting.number(counts.base)}"
    # The rate of very few people says more about one of them than about a cell.
    return f"{told} ({formatting.percent(counts.rate)})" if is_sum or counts.base >= 5 else told


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


def _return_values(cell: CellFacts, row: CellReturn | None) -> list[str]:
    if row is None or cell.id is None:
        return ["–"] * 4
    rolled_out = formatting.day(row.rolled_out_on) if row.rolled_out_on else _("chưa báo cáo")
    return [
        state_words(row.state),
        rolled_out,
        _number(row.online_items),
        _number(row.candidates),
    ]


def _return_totals(figures: Figures) -> list[str]:
    # As the rows say it: a cell stands in the total when it owes no report that is due or running.
    sent = sum(1 for row in figures.returns if row.state in ("on_time", "late"))
    rolled_out = sum(1 for row in figures.returns if row.rolled_out_on)
    asked = formatting.number(len(figures.returns))
    return [
        f"{formatting.number(sent)}/{asked}",
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


def _notes(figures: Figures, quizzes: Sequence[QuizRound]) -> tuple[str, ...]:
    notes = [_("Đã thi: số người đã làm/số được mời trừ số được miễn.")] if quizzes else []
    if len(figures.quizzes) > len(quizzes):
        notes.append(_("Bảng có ba vòng thi gần nhất; các vòng trước xem ở trang từng vòng."))
    return tuple(notes)
