"""Bytes and a file name in, sheets out. What the file is, is told by its content."""

from pathlib import PurePosixPath
from typing import Final

from survey_app.errors import Problem
from survey_app.i18n import _
from survey_app.people.roster.delimited import from_csv
from survey_app.people.roster.grid import MAX_BYTES, Sheet
from survey_app.people.roster.html_tables import from_html, looks_like_html
from survey_app.people.roster.problems import RosterRefused
from survey_app.people.roster.text import decode
from survey_app.people.roster.workbooks import (
    OLD_OFFICE,
    from_old_office,
    from_zip,
    not_a_roster_file,
)
from survey_app.vietnamese import tidy

_PICTURES: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF")


def open_sheets(
    data: bytes, filename: str, *, max_bytes: int = MAX_BYTES
) -> tuple[list[Sheet], list[Problem]]:
    """Return the sheets that hold anything, and what had to be guessed; or refuse with advice."""
    _check_size(data, max_bytes)
    sheets, problems = _read(data, filename)
    filled = [sheet for sheet in sheets if any(v is not None for row in sheet.rows for v in row)]
    if not filled:
        raise empty()
    return filled, problems


def empty() -> RosterRefused:
    """Return the refusal of a file without a single value."""
    return RosterRefused(
        "empty", _("Tệp không có dữ liệu. Xin kiểm tra lại xem đã gửi đúng tệp danh sách chưa.")
    )


def _check_size(data: bytes, max_bytes: int) -> None:
    if len(data) > max_bytes:
        message = _(
            "Tệp nặng %(size)s MB, quá mức cho phép %(limit)s MB. Xin xóa ảnh và các trang không "
            "cần, hoặc sao chép riêng danh sách sang một tệp mới rồi gửi lại.",
            size=len(data) // (1024 * 1024),
            limit=max_bytes // (1024 * 1024),
        )
        raise RosterRefused("file_too_big", message)
    if not data.strip(b"\0 \r\n\t"):
        raise empty()


def _read(data: bytes, filename: str) -> tuple[list[Sheet], list[Problem]]:
    if data.startswith(b"PK"):
        return from_zip(data), []
    if data.startswith(OLD_OFFICE):
        return from_old_office(data), []
    _refuse_other_kinds(data)
    name = tidy(PurePosixPath(filename.replace("\\", "/")).stem) or _("Trang 1")
    head = decode(data[:4096])[0]
    if looks_like_html(head):
        return from_html(data, name)
    if head.lstrip().startswith("<?xml") or head.lstrip().startswith("<Workbook"):
        raise RosterRefused(
            "xml_spreadsheet",
            _(
                "Chưa đọc được bảng tính dạng XML. Xin mở tệp bằng Excel, chọn «Lưu thành» "
                "(Save as) dạng .xlsx rồi gửi lại."
            ),
        )
    return from_csv(data, name)


def _refuse_other_kinds(data: bytes) -> None:
    if data[:1024].find(b"%PDF-") >= 0:
        raise not_a_roster_file(_("tệp PDF"))
    if data.startswith(b"{\\rtf"):
        raise not_a_roster_file(_("tệp RTF"))
    if data.startswith(_PICTURES) and b"\0" in data[:64]:
        raise not_a_roster_file(_("tệp ảnh"))
    if data.startswith((b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")):
        raise not_a_roster_file(_("tệp nén"))
