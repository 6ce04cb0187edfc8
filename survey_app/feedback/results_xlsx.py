"""The results of a form as an Excel file: typed cells, headings in words, never a formula."""

from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from survey_app import formatting
from survey_app.feedback.headline import headline, tally_sentence
from survey_app.feedback.results import Figures, ItemResult, Results
from survey_app.i18n import _

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_ANSWERS_TOP = 4  # the row of the headings, from 0


def workbook(found: Results) -> bytes:
    """Return the file: answers, texts, and how many forms each group has sent."""
    output = BytesIO()
    book = Workbook(output, _OPTIONS)
    properties: dict[str, Any] = {"title": found.title}
    if found.counted_at:
        properties["created"] = found.counted_at.replace(tzinfo=None)
    book.set_properties(properties)
    styles = _Styles(book)
    _answers(book, styles, found)
    if found.is_told:
        _texts(book, styles, found)
        _sent(book, styles, found)
        if found.earlier:
            _changes(book, styles, found)
    book.close()
    return output.getvalue()


def file_name(found: Results) -> str:
    """A name that says what it is, safe on every system."""
    if found.counted_at is None:
        return f"gop-y-{found.slug}.xlsx"
    return f"gop-y-{found.slug}-{formatting.local(found.counted_at):%Y%m%d}.xlsx"


def hidden_sentence(names: tuple[str, ...]) -> str:
    """Say neutrally that some groups are not shown by themselves; empty when all are."""
    if not names:
        return ""
    return _("Không hiện riêng, để không ai bị nhận ra: %(names)s.", names="; ".join(names))


def left_out_sentence(label: str) -> str:
    """Say what the figures of groups do not count; empty when they count everything."""
    return _("Số liệu theo nhóm không tính phiếu chọn “%(label)s”.", label=label) if label else ""


class _Styles:
    """The formats of the cells."""

    def __init__(self, book: Any) -> None:
        frame = {"border": 1, "border_color": "#999999", "valign": "top"}
        head = {"bold": True, "bg_color": "#F4ECDE", "text_wrap": True, "align": "center"}
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.plain = book.add_format({"text_wrap": False})
        self.head = book.add_format({**frame, **head})
        self.text = book.add_format({**frame, "text_wrap": True})
        self.number = book.add_format({**frame, "num_format": "#,##0"})
        self.rate = book.add_format({**frame, "num_format": "0.0%"})


class _Table:
    """One sheet with a headed table, written from top to bottom."""

    def __init__(
        self, book: Any, styles: _Styles, name: str, columns: list[tuple[str, int]], top: int = 0
    ) -> None:
        self.sheet, self.styles, self.row = book.add_worksheet(name), styles, top + 1
        for column, (heading, width) in enumerate(columns):
            self.sheet.set_column(column, column, width)
            self.sheet.write_string(top, column, heading, styles.head)
        self.sheet.freeze_panes(top + 1, 0)
        self.sheet.repeat_rows(top)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)  # A4
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_footer("&R&P/&N")

    def add(self, *values: str | int | float | None) -> None:
        """Write one line: whole numbers as such, fractions as rates, None as an empty cell."""
        for column, value in enumerate(values):
            if value is None:
                self.sheet.write_blank(self.row, column, None, self.styles.text)
            elif isinstance(value, str):
                self.sheet.write_string(self.row, column, value, self.styles.text)
            else:
                style = self.styles.number if isinstance(value, int) else self.styles.rate
                self.sheet.write_number(self.row, column, value, style)
        self.row += 1


def _answers(book: Any, styles: _Styles, found: Results) -> None:
    columns = [
        (_("Câu"), 48),
        (_("Nhóm"), 34),
        (_("Số trả lời"), 11),
        (_("Mức, lựa chọn"), 34),
        (_("Số phiếu"), 11),
        (_("Tỷ lệ"), 10),
        (_("Ghi chú"), 44),
    ]
    table = _Table(book, styles, _("Kết quả"), columns, _ANSWERS_TOP)
    table.sheet.write_string(0, 0, found.title, styles.title)
    table.sheet.write_string(1, 0, headline(found), styles.plain)
    table.sheet.write_string(2, 0, tally_sentence(found), styles.plain)
    if found.fingerprint:
        mark = _("Dấu của lần đếm: %(mark)s", mark=found.fingerprint)
        table.sheet.write_string(3, 0, mark, styles.plain)
    for item in found.items:
        if item.kind != "text":
            _item(table, item)


def _item(table: _Table, item: ItemResult) -> None:
    if item.whole is None:
        table.add(item.name, _("Tất cả"), None, None, None, None, _("Quá ít người trả lời."))
        return
    _lines(table, item, _("Tất cả"), item.whole)
    for group in item.groups:
        if group.figures:
            _lines(table, item, group.name, group.figures)
        else:
            told = nearly_all_sentence(group.nearly_all, group.at_least)
            table.add(item.name, group.name, None, group.nearly_all, None, None, told)
    for sentence in (left_out_sentence(item.left_out), hidden_sentence(item.hidden)):
        if sentence:
            table.add(item.name, None, None, None, None, None, sentence)


def nearly_all_sentence(label: str, at_least: float) -> str:
    """Say that nearly all of a group gave one answer, without a number that tells more."""
    rate = formatting.percent(at_least, 0)
    return _("Từ %(rate)s trở lên chọn “%(label)s”.", rate=rate, label=label)


def _lines(table: _Table, item: ItemResult, name: str, figures: Figures) -> None:
    for line in figures.lines:
        table.add(item.name, name, figures.base, line.label, line.count, line.rate, None)


def _texts(book: Any, styles: _Styles, found: Results) -> None:
    table = _Table(book, styles, _("Ý kiến"), [(_("Câu"), 48), (_("Ý kiến"), 90)])
    for item in found.items:
        for text in item.texts:
            table.add(item.name, text)


def _sent(book: Any, styles: _Styles, found: Results) -> None:
    columns = [(_("Nhóm"), 48), (_("Được mời"), 11), (_("Đã gửi"), 11), (_("Ghi chú"), 60)]
    table = _Table(book, styles, _("Phiếu đã gửi"), columns)
    table.add(_("Tất cả"), found.invited, found.sent, None)
    for group in found.groups:
        table.add(group.name, group.eligible, group.sent, None)
    if found.hidden:
        table.add(None, None, None, hidden_sentence(found.hidden))


def _changes(book: Any, styles: _Styles, found: Results) -> None:
    columns = [
        (_("Câu"), 48),
        (_("Nhóm"), 34),
        (_("Mức, lựa chọn"), 34),
        (found.title, 16),
        (_("Tỷ lệ"), 10),
        (found.earlier, 16),
        (_("Tỷ lệ"), 10),
    ]
    table = _Table(book, styles, _("So với lần trước"), columns)
    for item in found.items:
        if item.changes:
            for name, lines in ((_("Tất cả"), item.changes.whole), *item.changes.groups):
                for line in lines:
                    later, before = line.later, line.earlier
                    told = (later.count, later.rate, before.count, before.rate)
                    table.add(item.name, name, line.label, *told)
