"""The turnout of a form as an Excel sheet: what its page tells, nothing more."""

from io import BytesIO
from typing import Any

from xlsxwriter import Workbook

from survey_app import formatting
from survey_app.i18n import _
from survey_app.invitations.anonymous import FormBoard, Told

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_WIDTHS = (5, 60, 12, 14, 10, 46)


def rule_text(board: FormBoard) -> str:
    """What these numbers tell and what they hide, in a few sentences."""
    told = _(
        "Phiếu không ghi tên. Khi chưa kiểm phiếu chỉ nêu số chung, làm tròn xuống từng 5 phiếu, "
        "không nêu số dưới %(least)s.",
        least=board.small_group,
    )
    return f"{told} {_('Nhóm có thể để lộ ai đã gửi, ai chưa thì không nêu số.')}"


def headings() -> list[str]:
    """The headings of the table."""
    return [_("STT"), _("Nhóm"), _("Được mời"), _("Đã gửi"), _("Tỷ lệ"), _("Ghi chú")]


def note(told: Told) -> str:
    """Say why there is no number, or that it is rounded."""
    if told.sent is None:
        return _("không nêu, để không lộ ai đã gửi")
    return _("ít nhất; số làm tròn xuống") if told.at_least else ""


def workbook(board: FormBoard, title: str) -> bytes:
    """Return the file."""
    output = BytesIO()
    book = Workbook(output, _OPTIONS)
    book.set_properties({"title": title, "created": board.as_of.replace(tzinfo=None)})
    sheet = book.add_worksheet(_("Tham gia"))
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, board.headline(today=False))
    when = _("Số liệu lúc %(moment)s.", moment=formatting.moment(board.as_of))
    sheet.write_string(2, 0, f"{when} {rule_text(board)} {board.paper_words}".strip())
    plain, strong = _Style(book), _Style(book, bold=True, bg_color="#F4ECDE")
    for column, heading in enumerate(headings()):
        sheet.write_string(4, column, heading, strong.text)
    row = 5
    for place, group in enumerate(board.groups, 1):
        _line(sheet, row, str(place), group.label, group.told, plain)
        row += 1
    _line(sheet, row, "", _("Tổng cộng"), board.total, strong)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    book.close()
    return output.getvalue()


class _Style:
    """The formats of a line: words, whole numbers, rates."""

    def __init__(self, book: Any, **more: Any) -> None:
        frame = {"border": 1, "border_color": "#999999", "valign": "vcenter", **more}
        self.text = book.add_format({**frame, "text_wrap": True})
        self.number = book.add_format({**frame, "num_format": "#,##0"})
        self.rate = book.add_format({**frame, "num_format": "0.0%"})


def _line(sheet: Any, row: int, place: str, label: str, told: Told, style: _Style) -> None:
    sheet.write_string(row, 0, place, style.text)
    sheet.write_string(row, 1, label, style.text)
    sheet.write_number(row, 2, told.invited, style.number)
    if told.sent is None:
        sheet.write_string(row, 3, "–", style.text)
        sheet.write_string(row, 4, "–", style.text)
    else:
        sheet.write_number(row, 3, told.sent, style.number)
        sheet.write_number(row, 4, told.rate or 0, style.rate)
    sheet.write_string(row, 5, note(told), style.text)
