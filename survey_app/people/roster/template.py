"""The empty roster to download: the headings the reader knows, and a sheet that explains them."""

from io import BytesIO
from typing import Final

from xlsxwriter import Workbook

from survey_app.i18n import _

# The headings are data: the reader looks for these words whatever the language of the page.
_COLUMNS: Final = (
    ("STT", 6),
    ("Mã cán bộ", 12),
    ("Họ và tên", 28),
    ("Ngày sinh", 13),
    ("Đối tượng", 14),
    ("Chức vụ", 20),
    ("Đơn vị", 26),
    ("Chi bộ", 30),
    ("Email", 30),
    ("Điện thoại", 15),
    ("Ghi chú", 20),
)
_ROWS: Final = 1000


def roster_template() -> bytes:
    """Return an `.xlsx` whose text columns stay text, so that no zero in front is lost."""
    output = BytesIO()
    book = Workbook(output, {"in_memory": True, "strings_to_formulas": False})
    head = book.add_format(
        {"bold": True, "bg_color": "#9F1D20", "font_color": "#FFFFFF", "border": 1}
    )
    text = book.add_format({"num_format": "@"})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    sheet = book.add_worksheet("Danh sách")
    for column, (title, width) in enumerate(_COLUMNS):
        style = {"STT": None, "Ngày sinh": day}.get(title, text)
        sheet.set_column(column, column, width, style)
        sheet.write_string(0, column, title, head)
    sheet.data_validation(
        1, 4, _ROWS, 4, {"validate": "list", "source": ["Đảng viên", "Quần chúng"]}
    )
    sheet.freeze_panes(1, 3)
    _explain(book)
    book.close()
    return output.getvalue()


def _explain(book: Workbook) -> None:
    sheet = book.add_worksheet("Hướng dẫn")
    sheet.set_column(0, 0, 110, book.add_format({"text_wrap": True}))
    lines = (
        _("Mỗi dòng một người. Chỉ cần họ tên; càng đủ ngày sinh thì càng ít phải hỏi lại."),
        _("Ngày sinh: ngày/tháng/năm, ví dụ 01/02/1980; nếu không rõ, ghi năm."),
        _("Đối tượng: Đảng viên hoặc Quần chúng. Đảng viên dự bị: ghi “dự bị” ở cột Ghi chú."),
        _("Chi bộ: viết giống nhau ở mọi dòng. Chi bộ chưa có sẽ được tạo khi nhập."),
        _("Email: mỗi người một địa chỉ; hai người dùng chung một địa chỉ cũng được."),
        _("Không ghi dân tộc, tôn giáo, quê quán, số thẻ đảng, số căn cước: hệ thống không đọc."),
        _("Nhập lại danh sách nhiều lần không sao: người cũ được nhận ra, không ai bị xóa."),
    )
    for row, line in enumerate(lines):
        sheet.write_string(row, 0, line)
