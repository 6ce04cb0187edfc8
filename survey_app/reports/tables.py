"""The tables of a report as typed cells: printed in Word and on screen, typed in Excel. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from survey_app import formatting
from survey_app.i18n import _
from survey_app.reports.counting import MEMBER, OTHER, CellLine, Table, Turnout, turnout_of
from survey_app.reports.document import QuizRound, total
from survey_app.reports.phrases import count, paper_day, percent, small_note

Form = Literal["text", "count", "rate", "day"]


@dataclass(frozen=True)
class Value:
    """One cell: `text` as printed, `value` typed for Excel (`None`: the text stands there too).

    `parts`: what stands in cells of their own in Excel, where paper has room for one.
    """

    text: str
    form: Form = "text"
    value: float | date | None = None
    parts: tuple["Value", ...] = ()


@dataclass(frozen=True)
class Column:
    """A heading and a share of the width; words stand left, numbers in the middle.

    `parts`: the headings in Excel of a column whose values have parts.
    """

    heading: str
    width: float
    is_words: bool = False
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grid:
    """A table: its caption, its columns, the lines and the line of sums."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    total: tuple[Value, ...]
    notes: tuple[str, ...] = ()


NOTHING = Value("–")


def words(text: str) -> Value:
    """A cell of words."""
    return Value(text)


def figure(number: int | None, *, asked: bool = True) -> Value:
    """A number, or "chưa báo cáo", never 0 for nothing; a dash where nobody was asked."""
    if number is not None:
        return Value(formatting.number(number), "count", number)
    return Value(_("chưa báo cáo")) if asked else NOTHING


def ratio(rate: float | None) -> Value:
    """A rate, or a dash when there are too few people for one."""
    return NOTHING if rate is None else Value(percent(rate), "rate", rate)


def day(value: date | None, *, asked: bool = True) -> Value:
    """A day, or that it was not reported."""
    if value is not None:
        return Value(paper_day(value), "day", value)
    return Value(_("chưa báo cáo")) if asked else NOTHING


def people(found: Turnout, number: int) -> Value:
    """A number of people of a kind; a dash where nobody of the kind was invited."""
    return figure(number) if found.invited else NOTHING


def place_of(place: int, line: CellLine) -> Value:
    """The number of a line; what is no cell has none."""
    return NOTHING if line.id is None else figure(place)


def members_of(line: CellLine) -> Value:
    """How many members are on the roster; a dash where nobody is of no cell."""
    return NOTHING if line.id is None and not line.members else figure(line.members, asked=False)


def short_table(table: Table) -> Grid:
    """The table in section II: one line a cell, the last one sums."""
    members, others = _sums(table)
    with_quiz = table.round is not None
    columns = [
        Column(_("TT"), 6),
        Column(_("Chi bộ"), 26, is_words=True),
        Column(_("Đảng viên"), 10),
        *(_quiz_columns() if with_quiz else ()),
        Column(_("Buổi chuyên đề"), 11),
        Column(_("Ghi chú"), 22, is_words=True),
    ]
    rows = [_short_line(place, line, with_quiz) for place, line in enumerate(table.lines, 1)]
    held = [line.sessions.sessions for line in table.cells if line.sessions]
    quiet = len(table.cells) - len(held)
    last = [
        words(""),
        words(_("Tổng cộng")),
        people(members, members.base)
        if with_quiz
        else figure(total(line.members for line in table.lines)),
        *(_quiz_values(members, others) if with_quiz else ()),
        figure(total(held)),
        words(_("%(n)s chi bộ chưa báo cáo", n=quiet) if quiet and held else ""),
    ]
    if table.round is None:
        caption = _("Kết quả theo chi bộ")
    else:
        caption = _("Kết quả theo chi bộ; số người thi tính theo “%(r)s”", r=table.round.title)
    notes = [_("Đảng viên: số được mời trừ số được miễn.")] if with_quiz else []
    notes.append(small_note())
    return Grid(caption, tuple(columns), tuple(rows), tuple(last), tuple(notes))


def _sums(table: Table) -> tuple[Turnout, Turnout]:
    if table.round is None:
        return Turnout(), Turnout()
    return turnout_of(table.round, MEMBER), turnout_of(table.round, OTHER)


def _quiz_columns() -> tuple[Column, ...]:
    return (
        Column(_("Đã thi (người)"), 11),
        Column(_("Tỷ lệ %"), 11),
        Column(_("Quần chúng, CCVCLĐ đã thi"), 14),
        Column(_("Số lượt"), 8),
    )


def _quiz_values(member: Turnout, other: Turnout) -> tuple[Value, ...]:
    return (
        people(member, member.done),
        ratio(member.rate),
        people(other, other.done),
        attempts(member, other),
    )


def attempts(member: Turnout, other: Turnout) -> Value:
    """Attempts of both kinds; a dash where nobody was invited."""
    if not member.invited + other.invited:
        return NOTHING
    return figure(member.attempts + other.attempts)


def _short_line(place: int, line: CellLine, with_quiz: bool) -> tuple[Value, ...]:
    sessions = line.sessions.sessions if line.sessions else None
    return (
        place_of(place, line),
        words(line.label),
        people(line.member, line.member.base) if with_quiz else members_of(line),
        *(_quiz_values(line.member, line.other) if with_quiz else ()),
        figure(sessions, asked=line.id is not None),
        words("; ".join(remarks(line))),
    )


def remarks(line: CellLine) -> Iterable[str]:
    """What a reader must know of a cell to understand its numbers."""
    exempt = line.member.exempt + line.other.exempt
    if exempt:
        yield _("miễn %(n)s", n=count(exempt))
    if line.member.undeliverable + line.other.undeliverable:
        lost = line.member.undeliverable + line.other.undeliverable
        yield _("%(n)s đồng chí chưa nhận được thư", n=count(lost))
    if line.returned and line.returned.state == "late":
        yield _("báo cáo muộn")
    if line.returned and line.returned.state == "missing":
        yield _("chưa gửi báo cáo")


def round_table(table: Table, round_: QuizRound) -> Grid:
    """A further round of a quiz: both kinds of people with their rates."""
    columns = (
        Column(_("TT"), 5),
        Column(_("Chi bộ"), 34, is_words=True),
        Column(_("Đảng viên"), 11),
        Column(_("Đã thi (người)"), 11),
        Column(_("Tỷ lệ %"), 11),
        Column(_("Quần chúng, CCVCLĐ"), 13),
        Column(_("Quần chúng, CCVCLĐ đã thi"), 13),
        Column(_("Tỷ lệ %"), 11),
        Column(_("Số lượt"), 10),
    )
    lines = Table(table.figures, round_).lines
    rows = [
        (place_of(place, line), words(line.label), *_both(line.member, line.other))
        for place, line in enumerate(lines, 1)
    ]
    sums = _both(turnout_of(round_, MEMBER), turnout_of(round_, OTHER))
    caption = _("Số người thi theo chi bộ: “%(r)s”", r=round_.title)
    last = (words(""), words(_("Tổng cộng")), *sums)
    return Grid(caption, columns, tuple(rows), last, (small_note(),))


def _both(member: Turnout, other: Turnout) -> tuple[Value, ...]:
    return (
        people(member, member.base),
        people(member, member.done),
        ratio(member.rate),
        people(other, other.base),
        people(other, other.done),
        ratio(other.rate),
        attempts(member, other),
    )
