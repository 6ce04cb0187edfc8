"""Excel and OpenDocument workbooks as sheets, through python-calamine."""

from io import BytesIO
from typing import Any, Final

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from survey_app.i18n import _
from survey_app.people.roster import cfb, guards
from survey_app.people.roster.grid import MAX_ROWS, Merge, Sheet, check_extent, clean
from survey_app.people.roster.problems import RosterRefused

MAX_SHEETS: Final = 30


def locked() -> RosterRefused:
    """Return the refusal of a file with a password."""
    return RosterRefused(
        "password",
        _(
            "Tệp có mật khẩu nên không đọc được. Xin mở tệp bằng Excel, bỏ mật khẩu "
            "(Tệp > Thông tin > Bảo vệ sổ làm việc), lưu lại rồi gửi lại."
        ),
    )


def not_a_roster_file(what: str) -> RosterRefused:
    """Return the refusal of a file of another kind, naming it."""
    return RosterRefused(
        "not_a_spreadsheet",
        _(
            "Đây là %(what)s, không phải bảng tính. Xin chép danh sách vào một tệp Excel (.xlsx), "
            "mỗi người một dòng, có dòng tiêu đề «Họ và tên», rồi gửi lại.",
            what=what,
        ),
    )


def from_zip(data: bytes) -> list[Sheet]:
    """Read .xlsx and .ods after looking into the container."""
    parts = guards.read_entries(guards.open_zip(data))
    if "xl/workbook.bin" in parts:
        raise RosterRefused(
            "xlsb",
            _(
                "Chưa đọc được Excel dạng nhị phân (.xlsb). Xin mở tệp bằng Excel, chọn "
                "«Lưu thành» (Save as) dạng .xlsx rồi gửi lại."
            ),
        )
    if any(name.startswith("word/") for name in parts):
        raise not_a_roster_file(_("tệp Word"))
    if any(name.startswith("ppt/") for name in parts):
        raise not_a_roster_file(_("tệp trình chiếu"))
    if "xl/workbook.xml" in parts:
        guards.check_xlsx(parts)
    elif b"spreadsheet" in parts.get("mimetype", b"") and "content.xml" in parts:
        guards.check_ods(parts)
    else:
        raise not_a_roster_file(_("tệp nén"))
    return _sheets(data)


def from_cfb(data: bytes) -> list[Sheet]:
    """Read an old .xls; name what else such a file may be."""
    if cfb.contains(data, "EncryptedPackage"):
        raise locked()
    if cfb.contains(data, "WordDocument"):
        raise not_a_roster_file(_("tệp Word kiểu cũ (.doc)"))
    if not (cfb.contains(data, "Workbook") or cfb.contains(data, "Book")):
        raise not_a_roster_file(_("tệp Office kiểu cũ không chứa bảng tính"))
    cfb.check_chains(data)
    return _sheets(data)


def _sheets(data: bytes) -> list[Sheet]:
    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(data))
        return [
            _sheet(workbook, meta)
            for meta in workbook.sheets_metadata[:MAX_SHEETS]
            if meta.typ == SheetTypeEnum.WorkSheet
        ]
    except PasswordError as error:
        raise locked() from error
    except RosterRefused:
        raise
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:  # a panic in the parser is no Exception
        if not isinstance(error, CalamineError | Exception) and "Panic" not in type(error).__name__:
            raise
        raise guards.damaged() from error


def _sheet(workbook: CalamineWorkbook, meta: Any) -> Sheet:
    sheet = workbook.get_sheet_by_name(meta.name)
    check_extent(sheet.total_height, sheet.total_width)
    table = sheet.to_python(skip_empty_area=False, nrows=MAX_ROWS)
    rows = [[clean(value) for value in row] for row in table]
    hidden = meta.visible != SheetVisibleEnum.Visible
    return Sheet(meta.name, rows, _merges(sheet), hidden)


def _merges(sheet: CalamineSheet) -> tuple[Merge, ...]:
    ranges = sheet.merged_cell_ranges or []
    return tuple((r0, c0, r1, c1) for (r0, c0), (r1, c1) in ranges)
