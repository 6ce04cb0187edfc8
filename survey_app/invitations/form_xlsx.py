"""The turnout of a form as an Excel sheet: what its page tells, nothing more."""

from io import BytesIO

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
    frame = {"border": 1, "border_color": "#999999", "valign": "vcenter"}
    strong = {**frame, "bold": True, "bg_color": "#F4ECDE", "text_wrap": True}
    styles = {
        False: (book.add_format({**frame, "text_wrap": True}), _numbers(book, frame)),
        True: (book.add_format(strong), _numbers(book, strong)),
    }
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    sheet.write_string(1, 0, board.headline(today=False))
    when = _("Số liệu lúc %(moment)s.", moment=formatting.moment(board.as_of))
    sheet.write_string(2, 0, f"{when} {rule_text(board)}")
    for column, heading in enumerate(headings()):
        sheet.write_string(4, column, heading, styles[True][0])
    lines = [(group.label, group.told) for group in board.groups]
    for place, (label, told) in enumerate([*lines, (_("Tổng cộng"), board.total)], 1):
        is_total = place > len(lines)
        text, (number, rate) = styles[is_total]
        row = 4 + place
        sheet.write_string(row, 0, "" if is_total else str(place), text)
        sheet.write_string(row, 1, label, text)
        sheet.write_number(row, 2, told.invited, number)
        if told.sent is None:
            sheet.write_string(row, 3, "–", text)
            sheet.write_string(row, 4, "–", text)
        else:
            sheet.write_number(row, 3, told.sent, number)
            sheet.write_number(row, 4, told.rate or 0, rate)
        sheet.write_string(row, 5, note(told), text)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    book.close()
    return output.getvalue()


def _numbers(book: Workbook, frame: dict[str, object]) -> tuple[object, object]:
    number = book.add_format({**frame, "num_format": "#,##0"})
    return number, book.add_format({**frame, "num_format": "0.0%"})
