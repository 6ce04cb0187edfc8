"""Checks on a workbook's container before a parser unfolds it in memory."""

import re
import zipfile
from io import BytesIO
from typing import Final

from survey_app.i18n import _
from survey_app.people.roster.grid import check_extent
from survey_app.people.roster.problems import RosterRefused

MAX_ENTRIES: Final = 500
MAX_UNPACKED: Final = 60 * 1024 * 1024
MAX_RATIO: Final = 150
RATIO_FREE: Final = 5 * 1024 * 1024  # below this size a high ratio does no harm
MAX_TEXT: Final = 64 * 1024 * 1024

_ATTRIBUTES: Final = rb"""((?:[^>"']|"[^"]*"|'[^']*')*)"""
_PLACED: Final = re.compile(rb"<(?:\w+:)?(c|row)(?:\s" + _ATTRIBUTES + rb")?/?>")
_PLACE: Final = re.compile(rb"""(?:^|\s)r\s*=\s*["']([^"']*)["']""")
_ADDRESS: Final = re.compile(rb"([A-Za-z]{0,3})([0-9]{1,7})\Z")
_SHARED: Final = re.compile(rb"<(?:\w+:)?si\b.*?</(?:\w+:)?si>", re.DOTALL)
_NUMBER: Final = re.compile(rb"<(?:\w+:)?v\b[^>]*>\s*([0-9]{1,9})\s*<")
_ODS_TAG: Final = re.compile(
    rb"<(/?)table:(table-row|table-cell|covered-table-cell)(?:\s" + _ATTRIBUTES + rb")?(/?)>"
)


def damaged() -> RosterRefused:
    """Return the refusal of a file that is broken."""
    return RosterRefused(
        "damaged",
        _(
            "Tệp bị hỏng hoặc không đúng định dạng. Xin mở tệp bằng Excel, chọn «Lưu thành» "
            "(Save as) dạng .xlsx rồi gửi lại."
        ),
    )


def bomb() -> RosterRefused:
    """Return the refusal of a file that unfolds to more than any roster."""
    return RosterRefused(
        "bomb",
        _(
            "Tệp giải nén ra quá lớn nên không được mở để bảo đảm an toàn. Xin sao chép riêng "
            "danh sách sang một tệp Excel mới rồi gửi lại."
        ),
    )


def open_zip(data: bytes) -> zipfile.ZipFile:
    """Open a zip and refuse bombs from its table of contents alone."""
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise damaged() from error
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED:
        raise bomb()
    if unpacked > RATIO_FREE and unpacked > MAX_RATIO * len(data):
        raise bomb()
    names = [entry.filename.lower() for entry in entries]
    if len(set(names)) != len(names):
        raise damaged()
    return archive


def read_entries(archive: zipfile.ZipFile) -> dict[str, bytes]:
    """Unpack everything; a table of contents that lies about sizes is found out here."""
    parts: dict[str, bytes] = {}
    total = 0
    for entry in archive.infolist():
        if entry.flag_bits & 1:
            raise damaged()
        try:
            part = archive.read(entry)
        except Exception as error:  # zlib, lzma and zipfile each have their own
            raise damaged() from error
        total += len(part)
        if total > MAX_UNPACKED:
            raise bomb()
        parts[entry.filename.lower()] = part
    return parts


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def check_xlsx(parts: dict[str, bytes]) -> None:
    """Refuse sheets whose cells lie far apart: the parser would lay out everything between.

    Also refuse a long shared text repeated so often that the copies fill the memory.
    """
    shared = [len(m[0]) for m in _SHARED.finditer(parts.get("xl/sharedstrings.xml", b""))]
    text = 0
    for part in parts.values():
        if b"sheetData" not in part:
            continue
        check_extent(*_xlsx_extent(part))
        numbers = (int(m[1]) for m in _NUMBER.finditer(part))
        text += sum(shared[number] for number in numbers if number < len(shared))
        if text > MAX_TEXT:
            raise bomb()


def _xlsx_extent(part: bytes) -> tuple[int, int]:
    """Follow every cell to its place; one without an address stands after the one before."""
    rows = columns = row = column = 0
    for tag in _PLACED.finditer(part):
        place = _PLACE.search(tag[2] or b"")
        address = _ADDRESS.match(place[1]) if place else None
        if place and address is None:
            raise damaged()
        if tag[1] == b"row":
            row, column = int(address[2]) if address else row + 1, 0
            continue
        row = int(address[2]) if address else row
        column = _column(address[1]) if address else column + 1
        rows, columns = max(rows, row), max(columns, column)
    return rows, columns


def _repeat(attributes: bytes, what: bytes) -> int:
    pattern = rb"table:number-" + what + rb"-repeated\s*=\s*[\"']([0-9]{1,9})[\"']"
    found = re.search(pattern, attributes)
    return int(found[1]) if found else 1


class _OdsExtent:
    """Follow rows and cells of an ODS table; trailing empty repeats cost nothing."""

    def __init__(self) -> None:
        self.rows = self.columns = self.text = 0
        self._row = self._column = self._used = self._row_text = 0
        self._row_repeat = 1
        self._open = (0, 0)  # start of the open cell's content, its repeats

    def tag(self, closing: bool, name: bytes, attributes: bytes, empty: bool, at: int) -> None:
        if name == b"table-row":
            if not closing:
                self._row_repeat = _repeat(attributes, b"rows")
                self._column = self._used = self._row_text = 0
            if closing or empty:
                self._end_row()
        elif not closing:
            repeat = _repeat(attributes, b"columns")
            self._column += repeat
            self._open = (at, repeat)
            if b"office:" in attributes:
                self._used = self._column
        else:
            self._end_cell(at)

    def _end_cell(self, at: int) -> None:
        start, repeat = self._open
        self._used = self._column
        self._row_text += max(0, at - start) * repeat

    def _end_row(self) -> None:
        self._row += self._row_repeat
        if self._used:
            self.rows = self._row
            self.columns = max(self.columns, self._used)
            self.text += self._row_text * self._row_repeat


def check_ods(parts: dict[str, bytes]) -> None:
    """Refuse ODS tables whose repeats unfold to more than any roster."""
    content = parts.get("content.xml", b"")
    for table in content.split(b"<table:table ")[1:]:
        extent = _OdsExtent()
        for m in _ODS_TAG.finditer(table):
            attributes = m[3] or b""
            empty = bool(m[4]) or attributes.rstrip().endswith(b"/")
            extent.tag(bool(m[1]), m[2], attributes, empty, m.end())
        check_extent(extent.rows, extent.columns)
        if extent.text > MAX_TEXT:
            raise bomb()
