"""The counts of a round as an Excel sheet: typed cells, headings in words, never a formula."""

from datetime import datetime
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from survey_app import formatting
from survey_app.i18n import _
from survey_app.invitations.anonymous import FormBoard
from survey_app.invitations.board_choice import Choice, chosen
from survey_app.invitations.participation import (
    NON_MEMBER,
    PARTY_MEMBER,
    CellRow,
    Counts,
    Participation,
)

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
EVERYTHING = Choice()
_WIDTHS = (5, 38, 13, 10, 10, 10, 10, 10, 10, 12, 10, 10, 30)
_LAST = len(_WIDTHS) - 1


def rule_text() -> str:
    """How the numbers are counted, in one sentence."""
    return _("Tính theo danh sách chốt khi phát động, có điều chỉnh theo sổ biến động.")


def kind_label(kind: str) -> str:
    """The word for a kind of person."""
    return _("Đảng viên") if kind == PARTY_MEMBER else _("Quần chúng")


def workbook(board: Participation, title: str, choice: Choice = EVERYTHING) -> bytes:
    """Return the file: the chosen cells in the chosen order, which it says."""
    output = BytesIO()
    book = Workbook(output, _OPTIONS)
    book.set_properties({"title": title, "created": board.as_of.replace(tzinfo=None)})
    sheet = _Sheet(book, board, choice)
    sheet.write(title)
    book.close()
    return output.getvalue()


class _Sheet:
    """One sheet being written from top to bottom."""

    def __init__(self, book: Any, board: Participation, choice: Choice) -> None:
        self.board, self.shown, self.choice = board, chosen(board, choice), choice
        self.sheet = book.add_worksheet(_("Tham gia"))
        frame = {"border": 1, "border_color": "#999999", "valign": "vcenter"}
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.plain = book.add_format({"text_wrap": False})
        head = {"bold": True, "bg_color": "#F4ECDE", "text_wrap": True, "align": "center"}
        self.head = book.add_format({**frame, **head})
        self.text = book.add_format({**frame, "text_wrap": True})
        self.number = book.add_format({**frame, "num_format": "#,##0"})
        self.rate = book.add_format({**frame, "num_format": "0.0%"})
        strong = {"bold": True, "bg_color": "#F4ECDE"}
        self.strong = book.add_format({**frame, **strong})
        self.strong_number = book.add_format({**frame, **strong, "num_format": "#,##0"})
        self.strong_rate = book.add_format({**frame, **strong, "num_format": "0.0%"})

    def write(self, title: str) -> None:
        """Write title, moment, sentence, rule, table and totals."""
        for column, width in enumerate(_WIDTHS):
            self.sheet.set_column(column, column, width)
        self.sheet.write_string(0, 0, title, self.title)
        self.sheet.write_string(1, 0, self.board.headline(today=False), self.plain)
        when = _("Số liệu lúc %(moment)s.", moment=formatting.moment(self.board.as_of))
        said = f"{when} {rule_text()} {self.choice.words()}".rstrip()
        self.sheet.write_string(2, 0, said, self.plain)
        for column, heading in enumerate(headings()):
            self.sheet.write_string(4, column, heading, self.head)
        row = 5
        for place, cell in enumerate(self.shown.rows, 1):
            self._line(row, place, cell)
            row += 1
        for label, kind, counts in self._totals():
            self._total(row, label, kind, counts)
            row += 1
        self._page(row)

    def _totals(self) -> list[tuple[str, str, Counts]]:
        """The totals of what is shown; of the whole round below, where that is more."""
        if not self.choice.is_narrowed:
            return totals(self.board)
        shown = [(_("Cộng các dòng trên"), kind, counts) for _l, kind, counts in totals(self.shown)]
        whole = [(_("Cả vòng"), kind, counts) for _l, kind, counts in totals(self.board)]
        return [*shown, *whole]

    def _line(self, row: int, place: int, cell: CellRow) -> None:
        self.sheet.write_number(row, 0, place, self.number)
        self.sheet.write_string(row, 1, cell.label, self.text)
        self.sheet.write_string(row, 2, kind_label(cell.kind), self.text)
        self._numbers(row, cell.counts, self.number)
        self._rate(row, cell.shown_rate, self.rate, self.text)
        self.sheet.write_string(row, _LAST, cell.why_no_rate or "", self.text)

    def _total(self, row: int, label: str, kind: str, counts: Counts) -> None:
        self.sheet.write_blank(row, 0, None, self.strong)
        self.sheet.write_string(row, 1, label, self.strong)
        self.sheet.write_string(row, 2, kind, self.strong)
        self._numbers(row, counts, self.strong_number)
        self._rate(row, counts.rate, self.strong_rate, self.strong)
        self.sheet.write_blank(row, _LAST, None, self.strong)

    def _numbers(self, row: int, counts: Counts, style: Any) -> None:
        values = (
            counts.invited,
            counts.exempt,
            counts.base,
            counts.done,
            counts.started,
            counts.not_started,
            counts.undeliverable,
        )
        for column, value in enumerate(values, 3):
            self.sheet.write_number(row, column, value, style)
        self.sheet.write_number(row, 11, counts.attempts, style)

    def _rate(self, row: int, rate: float | None, style: Any, text: Any) -> None:
        if rate is None:
            self.sheet.write_string(row, 10, "–", text)
        else:
            self.sheet.write_number(row, 10, rate, style)

    def _page(self, last_row: int) -> None:
        self.sheet.freeze_panes(5, 2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)  # A4
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(4)
        self.sheet.print_area(0, 0, last_row, _LAST)
        self.sheet.set_footer("&R&P/&N")


def headings() -> list[str]:
    """The headings of the table."""
    return [
        _("STT"),
        _("Chi bộ"),
        _("Đối tượng"),
        _("Được mời"),
        _("Được miễn"),
        _("Tính tỷ lệ trên"),
        _("Đã làm"),
        _("Đang làm"),
        _("Chưa làm"),
        _("Thư không đến"),
        _("Tỷ lệ"),
        _("Số lượt"),
        _("Ghi chú"),
    ]


def totals(board: Participation) -> list[tuple[str, str, Counts]]:
    """The lines below the table: per kind where both took part, then everybody."""
    lines = [(_("Tổng cộng"), _("Tất cả"), board.total)]
    if board.of(PARTY_MEMBER) and board.of(NON_MEMBER):
        apart = [(_("Cộng"), kind_label(k), board.total_of(k)) for k in (PARTY_MEMBER, NON_MEMBER)]
        return [*apart, *lines]
    return lines


def file_name(board: Participation | FormBoard) -> str:
    """A name that says what and when, safe on every system."""
    stamp: datetime = formatting.local(board.as_of)
    return f"tham-gia-{board.slug}-{stamp:%Y%m%d-%H%M}.xlsx"
