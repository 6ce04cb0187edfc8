"""The annex as an Excel file: typed cells, never a formula, and where each figure comes from."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from survey_app.formatting import local
from survey_app.i18n import _, speaking
from survey_app.reports.composing import Composed, Terms, compose
from survey_app.reports.document import Figures
from survey_app.reports.styles import style_of
from survey_app.reports.tables import Grid, Value
from survey_app.reports.tracing import traces

MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD_ROW = 3  # zero-based: title, reference and an empty line stand above
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FORMATS: dict[str, dict[str, str]] = {
    "text": {},
    "count": {"num_format": "#,##0"},
    "rate": {"num_format": "0.0%"},
    "day": {"num_format": "dd/mm/yyyy"},
}


def xlsx_of(figures: Figures, terms: Terms) -> bytes:
    """Return the Excel file of a report's annexes: the same bytes for the same snapshot.

    Raises:
        Invalid: there is no such style.
    """
    style_of(terms.style)
    composed = compose(figures, terms)
    output = BytesIO()
    with speaking(terms.language):
        book = Workbook(output, _OPTIONS)
        created = local(figures.as_of).replace(tzinfo=None)
        book.set_properties({"title": composed.title, "created": created})
        formats = _Formats(book)
        for annex in composed.annexes:
            _grid(book.add_worksheet(annex.name), annex.grid, composed, formats)
        _sources(book.add_worksheet(_("Nguồn số liệu")), figures, formats)
        _rules(book.add_worksheet(_("Cách tính")), composed, formats)
        book.close()
    return output.getvalue()


class _Formats:
    """The formats of cells: of lines, and strong ones for headings and sums."""

    def __init__(self, book: Any) -> None:
        frame = {"border": 1, "border_color": "#999999", "valign": "vcenter", "text_wrap": True}
        strong = {**frame, "bold": True, "bg_color": "#F4ECDE"}
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.head = book.add_format({**strong, "align": "center"})
        self.line = {name: book.add_format({**frame, **more}) for name, more in _FORMATS.items()}
        self.sum = {name: book.add_format({**strong, **more}) for name, more in _FORMATS.items()}


def _grid(sheet: Any, grid: Grid, composed: Composed, formats: _Formats) -> None:
    sheet.write_string(0, 0, grid.caption, formats.title)
    sheet.write_string(1, 0, " ".join([composed.foot[0], *grid.notes]))
    headings = [
        (heading, column.width)
        for column in grid.columns
        for heading in column.parts or (column.heading,)
    ]
    for place, (heading, width) in enumerate(headings):
        sheet.set_column(place, place, max(7, width))
        sheet.write_string(HEAD_ROW, place, heading, formats.head)
    for number, row in enumerate(grid.rows, HEAD_ROW + 1):
        for place, value in enumerate(_spread(grid, row)):
            _write(sheet, number, place, value, formats.line)
    last = HEAD_ROW + 1 + len(grid.rows)
    for place, value in enumerate(_spread(grid, grid.total)):
        _write(sheet, last, place, value, formats.sum)
    sheet.freeze_panes(HEAD_ROW + 1, 2)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROW)
    sheet.set_footer("&R&P/&N")


def _spread(grid: Grid, row: Sequence[Value]) -> Iterator[Value]:
    """The cells of a row in Excel: a value of several numbers takes a cell for each."""
    for column, value in zip(grid.columns, row, strict=True):
        yield from value.parts or (value,) * max(1, len(column.parts))


def _sources(sheet: Any, figures: Figures, formats: _Formats) -> None:
    headings = (_("Chi bộ"), _("Số liệu"), _("Giá trị"), _("Lấy từ"), _("Chi tiết"))
    for place, (heading, width) in enumerate(zip(headings, (34, 40, 14, 44, 60), strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, heading, formats.head)
    text = formats.line["text"]
    last = 0
    for last, trace in enumerate(traces(figures), 1):
        sheet.write_string(last, 0, trace.cell, text)
        sheet.write_string(last, 1, trace.what, text)
        _write(sheet, last, 2, trace.value, formats.line)
        sheet.write_string(last, 3, trace.source, text)
        sheet.write_string(last, 4, trace.detail, text)
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&R&P/&N")
    sheet.autofilter(0, 0, max(last, 1), len(headings) - 1)


def _rules(sheet: Any, composed: Composed, formats: _Formats) -> None:
    sheet.set_column(0, 0, 100)
    notes = [note for annex in composed.annexes for note in annex.grid.notes]
    checksum = _("Mã kiểm tra đầy đủ: %(checksum)s", checksum=composed.terms.checksum)
    for row, text in enumerate([*composed.foot, checksum, *notes]):
        sheet.write_string(row, 0, text, formats.wrapped)


def _write(sheet: Any, row: int, column: int, value: Value, formats: dict[str, Any]) -> None:
    style = formats[value.form]
    if value.value is None:
        sheet.write_string(row, column, value.text, style)
    elif value.form == "day":
        sheet.write_datetime(row, column, value.value, style)
    else:
        sheet.write_number(row, column, value.value, style)
