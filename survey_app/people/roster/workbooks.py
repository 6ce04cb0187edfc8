"""Excel and OpenDocument workbooks as sheets. The parser itself runs in a process of its own."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any, Final

from survey_app.i18n import _
from survey_app.people.roster import guards
from survey_app.people.roster.grid import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    Sheet,
    Value,
    check_extent,
    clean,
)
from survey_app.people.roster.problems import RosterRefused

OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAX_SHEETS: Final = 30
_CHILD: Final = Path(__file__).with_name("workbook_child.py")
_SECONDS: Final = 40


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


def from_old_office(data: bytes) -> list[Sheet]:
    """Read an old .xls; name what else such a file may be."""
    if _names(data, "EncryptedPackage"):
        raise locked()
    if _names(data, "WordDocument"):
        raise not_a_roster_file(_("tệp Word kiểu cũ (.doc)"))
    if not (_names(data, "Workbook") or _names(data, "Book")):
        raise not_a_roster_file(_("tệp Office kiểu cũ không chứa bảng tính"))
    return _sheets(data)


def _names(data: bytes, entry: str) -> bool:
    """Return whether the folder of an old Office file names this entry."""
    return entry.encode("utf-16-le") + b"\0\0" in data


def _sheets(data: bytes) -> list[Sheet]:
    answer = _ask_child(data)
    error = answer.get("error")
    if error == "password":
        raise locked()
    if error == "too_large":
        check_extent(answer["rows"], answer["columns"])
    if error:
        raise guards.damaged()
    return [
        Sheet(
            name=sheet["name"],
            rows=[[_value(value) for value in row] for row in sheet["rows"]],
            merges=tuple(map(tuple, sheet["merges"])),
            hidden=sheet["hidden"],
        )
        for sheet in answer["sheets"]
    ]


def _ask_child(data: bytes) -> dict[str, Any]:
    """Let the parser work under limits; whatever ends it, the file is called damaged."""
    limits = map(str, (MAX_ROWS, MAX_COLUMNS, MAX_CELLS, MAX_SHEETS))
    command = [sys.executable, "-P", str(_CHILD), *limits]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, no word of it from outside
            command, input=data, capture_output=True, timeout=_SECONDS, check=True
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise guards.damaged() from error
    return answer


def _value(value: Any) -> Value:
    return date.fromisoformat(value["date"]) if isinstance(value, dict) else clean(value)
