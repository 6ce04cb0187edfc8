"""What the cells reported in one period as an Excel file: figures in one sheet, texts in another.

Numbers are numbers and days are days; where a cell has said nothing stand the words, never a 0.
"""

from datetime import datetime
from io import BytesIO
from typing import Any, Final

from xlsxwriter import Workbook

from survey_app import formatting
from survey_app.cell_reports.figures import Column, Row, Table
from survey_app.cell_reports.wording import not_reported
from survey_app.i18n import _
from survey_app.invitations.duty_board import DutyBoard, state_words
from survey_app.questions.schema import QuestionDocument

_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_HEAD_ROW: Final = 3
_FIXED: Final = 4  # number, cell, state, first sent


def workbook(board: DutyBoard, table: Table, document: QuestionDocument) -> bytes:
    """Return the file."""
    output = BytesIO()
    book = Workbook(output, _OPTIONS)
    book.set_properties({"title": board.title, "created": board.as_of.replace(tzinfo=None)})
    _Figures(book, board, table).write()
    texts = [item for item in document.ready_questions if item.type == "long_text"]
    if texts:
        columns = tuple(Column(question, question.text) for question in texts)
        _Figures(book, board, Table(columns, table.rows), texts=True).write()
    book.close()
    return output.getvalue()


def file_name(board: DutyBoard) -> str:
    """A name that says what and when, safe on every system."""
    return f"bao-cao-{board.slug}-{formatting.local(board.as_of):%Y%m%d-%H%M}.xlsx"


class _Figures:
    """One sheet: a line for each cell, a column for each item."""

    def __init__(
        self, book: Workbook, board: DutyBoard, table: Table, *, texts: bool = False
    ) -> None:
        self.board, self.table, self.texts = board, table, texts
        self.sheet = book.add_worksheet(_("Nội dung") if texts else _("Số liệu"))
        frame = {"border": 1, "border_color": "#B9A88F", "valign": "top", "text_wrap": True}
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.plain = book.add_format({})
        strong = {"bold": True, "bg_color": "#F4ECDE"}
        self.head = book.add_format({**frame, **strong, "align": "center"})
        self.text = book.add_format(frame)
        self.silent = book.add_format({**frame, "italic": True, "font_color": "#6B5A4C"})
        self.number = book.add_format({**frame, "num_format": "#,##0"})
        self.day = book.add_format({**frame, "num_format": "dd/mm/yyyy", "align": "left"})
        moment = {"num_format": "dd/mm/yyyy hh:mm", "align": "left"}
        self.moment = book.add_format({**frame, **moment})
        self.strong = book.add_format({**frame, **strong})
        self.strong_number = book.add_format({**frame, **strong, "num_format": "#,##0"})

    def write(self) -> None:
        """Write title, moment, sentence, heads, cells and sums."""
        self.sheet.write_string(0, 0, self.board.title, self.title)
        when = _("Số liệu lúc %(moment)s.", moment=formatting.moment(self.board.as_of))
        self.sheet.write_string(1, 0, f"{self.board.headline(today=False)} {when}", self.plain)
        heads = [_("STT"), _("Chi bộ"), _("Tình trạng"), _("Gửi lần đầu")]
        heads += [column.label for column in self.table.columns]
        for place, heading in enumerate(heads):
            self.sheet.write_string(_HEAD_ROW, place, heading, self.head)
        for number, row in enumerate(self.table.rows, 1):
            self._line(_HEAD_ROW + number, number, row)
        last = _HEAD_ROW + len(self.table.rows) + 1
        if not self.texts:
            self._sums(last)
        self._page(last)

    def _line(self, at: int, number: int, row: Row) -> None:
        self.sheet.write_number(at, 0, number, self.number)
        self.sheet.write_string(at, 1, row.line.cell, self.text)
        self.sheet.write_string(at, 2, state_words(row.line.state), self.text)
        self._sent(at, row.line.submitted_at)
        for place, column in enumerate(self.table.columns, _FIXED):
            self._value(at, place, column, row.answers)

    def _sent(self, at: int, sent: datetime | None) -> None:
        if sent is None:
            self.sheet.write_string(at, 3, not_reported(), self.silent)
        else:
            there = formatting.local(sent).replace(tzinfo=None, second=0, microsecond=0)
            self.sheet.write_datetime(at, 3, there, self.moment)

    def _value(self, at: int, place: int, column: Column, answers: dict[str, Any] | None) -> None:
        value = column.value(answers or {})
        if value is None:
            self.sheet.write_string(at, place, not_reported(), self.silent)
        elif column.is_number:
            self.sheet.write_number(at, place, value, self.number)
        elif column.question.type == "date":
            self.sheet.write_datetime(at, place, datetime.fromisoformat(value), self.day)
        else:
            self.sheet.write_string(at, place, column.words(answers or {}), self.text)

    def _sums(self, at: int) -> None:
        """Sums of what was told, and of how many cells; a column nobody told has none."""
        self.sheet.write_blank(at, 0, None, self.strong)
        self.sheet.write_string(at, 1, _("Cộng các chi bộ đã báo cáo"), self.strong)
        told = f"{self.board.reported}/{self.board.due}"
        self.sheet.write_string(at, 2, told, self.strong)
        self.sheet.write_blank(at, 3, None, self.strong)
        for place, column in enumerate(self.table.columns, _FIXED):
            total = self.table.total(column)
            if total is None:
                self.sheet.write_blank(at, place, None, self.strong)
            else:
                self.sheet.write_number(at, place, total, self.strong_number)

    def _page(self, last: int) -> None:
        for place, width in enumerate((5, 28, 18, 17)):
            self.sheet.set_column(place, place, width)
        end = _FIXED + len(self.table.columns) - 1
        self.sheet.set_column(_FIXED, max(_FIXED, end), 48 if self.texts else 15)
        self.sheet.freeze_panes(_HEAD_ROW + 1, 2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)  # A4
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(_HEAD_ROW)
        self.sheet.print_area(0, 0, last, max(end, _FIXED - 1))
        self.sheet.set_footer("&R&P/&N")
