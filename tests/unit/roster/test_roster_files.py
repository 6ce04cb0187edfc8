"""Kinds of files: which are read, and what is said to whoever sends another."""

import contextlib
import struct
import time
import zipfile
from io import BytesIO

import pytest

from survey_app.i18n import speaking
from survey_app.people.roster import RosterRefused
from tests.unit.roster.roster_making import (
    HEADINGS,
    compound,
    csv,
    ods,
    ods_row,
    person,
    rezip,
    xls,
    xlsx,
)

ROWS = [
    HEADINGS,
    person(1, "Trần Thị Ánh", "25/03/1980", "Chi bộ A", "anh@x.example", "0912345678"),
    person(2, "Đỗ Văn Hòa", "01/02/1981"),
]


def refused(read, data, name="danh-sach.xlsx", **options):
    with pytest.raises(RosterRefused) as found:
        read(data, name, **options)
    assert len(found.value.message) > 30
    assert found.value.problems[0].code == found.value.code
    return found.value.code


def names(roster):
    return [one.full_name for one in roster.people]


@pytest.mark.parametrize(
    "data",
    [
        xlsx(ROWS),
        xls(ROWS),
        ods("".join(map(ods_row, ROWS))),
        csv(ROWS),
        csv(ROWS, ";"),
        csv(ROWS, "\t"),
        csv(ROWS, ";", "utf-8-sig"),
        csv(ROWS, "\t", "utf-16"),
        csv(ROWS, ";", "utf-16-le"),
        csv(ROWS, ";", "utf-16-be"),
        b"sep=;\r\n" + csv(ROWS, ";"),
    ],
    ids="xlsx xls ods csv; csv, tab bom utf16 utf16le utf16be sep".split(),
)
def test_every_container_reads_the_same(read, data):
    for wrong_name in ("x.xlsx", "x.xls", "x.csv", "x"):
        roster = read(data, wrong_name)
        assert names(roster) == ["Trần Thị Ánh", "Đỗ Văn Hòa"]
        assert [one.row for one in roster.people] == [2, 3]
        assert roster.people[0].email == "anh@x.example"
        assert roster.people[0].phone == "+84912345678"
        assert [p.code for p in roster.problems] == ["kind_unknown"]


@pytest.mark.parametrize("encoding", ["cp1258", "cp1252"])
def test_an_old_code_page_is_guessed_and_said(read, encoding):
    name = "Trần Thị Hòa" if encoding == "cp1258" else "Lê Thu Hà"
    text = csv([HEADINGS, person(1, name)], ";").decode()
    if encoding == "cp1258":
        tones = {"ầ": "â\u0300", "ị": "i\u0323", "ò": "o\u0300", "ọ": "o\u0323", "ệ": "ê\u0323"}
        tones |= {"ộ": "ô\u0323", "ạ": "a\u0323"}
        for composed, parts in tones.items():
            text = text.replace(composed, parts)
    else:
        text = (
            text.replace("Họ và tên", "Name").replace("Chi bộ", "Cell").replace("Điện thoại", "Tel")
        )
    roster = read(text.encode(encoding), "a.csv")
    assert names(roster) == [name]
    assert "encoding_guessed" in {p.code for p in roster.problems} or "encoding_doubtful" in {
        p.code for p in roster.problems
    }


def test_html_under_the_name_xls(read):
    page = (
        "<html><head><title>x</title><style>td{}</style></head><body><table>"
        "<tr><th>STT</th><th>Họ và tên</th><th colspan=2>Ngày sinh</th></tr>"
        "<tr><td>1</td><td>Lê&nbsp;Thị<br>Lan</td><td></td><td>25/3/1980</td></tr>"
        "<tr><td>2<td>Vi Lan<td>26/4/1981</table>"
    )
    for encoding in ("utf-8", "utf-16"):
        roster = read(page.encode(encoding), "bang.xls")
        assert names(roster) == ["Lê Thị Lan", "Vi Lan"]


def test_html_rowspan_pushes_cells_and_fills_the_cell_down(read):
    page = (
        "<table><tr><td>Họ và tên<td>Chi bộ<td>Email</tr>"
        "<tr><td>Lê Thị Lan<td rowspan=2>Chi bộ A<td>a@x.example</tr>"
        "<tr><td>Vi Văn Nam<td>b@x.example</tr></table>"
    )
    people = read(page.encode(), "x.xls").people
    assert [(one.cell, one.email) for one in people] == [
        ("Chi bộ A", "a@x.example"),
        ("Chi bộ A", "b@x.example"),
    ]


def test_a_quote_never_closed_swallows_nobody(read):
    data = csv([HEADINGS, person(1, '"Trần Văn An'), person(2, "Lê Thị Lan"), person(3, "Vi Nam")])
    roster = read(data, "a.csv")
    assert names(roster) == ["Trần Văn An", "Lê Thị Lan", "Vi Nam"]
    assert "quotes_broken" in [problem.code for problem in roster.problems]


def test_two_stray_quotes_swallow_nobody(read):
    data = csv([HEADINGS, person(1, '"Lê Lan'), person(2, "Ma An"), person(3, 'Vi Nam"')], ";")
    assert [one.row for one in read(data, "a.csv").people] == [2, 3, 4]
    data = csv([HEADINGS, person(1, "Lê Lan", mail='"x'), person(2, 'Vi Nam"'), person(3, "Ma An")])
    assert [one.row for one in read(data, "a.csv").people] == [2, 3, 4]


def test_quoted_separators_and_line_breaks(read):
    data = 'STT,"Họ và\ntên","Phòng, đơn vị"\r\n1,"Lê Thị Lan","Phòng A,\nSở B"\r\n'.encode()
    roster = read(data, "a.csv")
    assert names(roster) == ["Lê Thị Lan"]
    assert roster.people[0].unit == "Phòng A, Sở B"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"\0" * 5000, "empty"),
        (b" \n\n", "empty"),
        (b"%PDF-1.7\n...", "not_a_spreadsheet"),
        (b"{\\rtf1 abc}", "not_a_spreadsheet"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "not_a_spreadsheet"),
        (b"Rar!\x1a\x07", "not_a_spreadsheet"),
        (bytes(range(256)) * 40, "not_a_spreadsheet"),
        (b"PK\x03\x04 broken", "damaged"),
        (
            rezip(xlsx(ROWS), {"xl/workbook.xml": None, "word/document.xml": b""}),
            "not_a_spreadsheet",
        ),
        (rezip(xlsx(ROWS), {"xl/workbook.xml": None}), "not_a_spreadsheet"),
        (rezip(xlsx(ROWS), {"xl/workbook.bin": b"x"}), "xlsb"),
        (rezip(xlsx(ROWS), {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData><row"}), "damaged"),
        (compound("WordDocument", b"x" * 4096), "not_a_spreadsheet"),
        (compound("EncryptedPackage", b"x" * 4096), "password"),
        (compound("Contents", b"x" * 4096), "not_a_spreadsheet"),
        (compound("Workbook", b"x" * 4096), "damaged"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com"/>', "xml_spreadsheet"),
        (b"xin chao\n\nday la mot la thu", "no_name_column"),
    ],
    ids=[str(n) for n in range(19)],
)
def test_refused_with_plain_advice(read, data, code):
    assert refused(read, data) == code


def test_an_empty_workbook(read):
    assert refused(read, xlsx([])) == "empty"


def test_too_big_is_refused_before_anything_is_parsed(read):
    class Huge(bytes):
        def __len__(self):
            return 200 * 1024 * 1024

    with pytest.raises(RosterRefused) as found:
        read(Huge(xlsx(ROWS)))
    assert found.value.code == "file_too_big"
    assert "200" in found.value.message
    assert refused(read, xlsx(ROWS), max_bytes=1000) == "file_too_big"


def test_the_refusal_speaks_english_too(read):
    with speaking("en"), pytest.raises(RosterRefused, match="This is a PDF file"):
        read(b"%PDF-1.7")


def timed_refusal(read, data):
    started = time.perf_counter()
    code = refused(read, data)
    assert time.perf_counter() - started < 20  # seconds, on a busy machine
    return code


def test_zip_bombs(read):
    big = rezip(xlsx(ROWS), {"xl/media/a.bin": b"\0" * (70 * 1024 * 1024)})
    assert timed_refusal(read, big) == "bomb"
    ratio = rezip(xlsx(ROWS), {"xl/media/a.bin": b"\0" * (20 * 1024 * 1024)})
    assert timed_refusal(read, ratio) == "bomb"
    many = rezip(xlsx(ROWS), {f"a/{n}": b"" for n in range(600)})
    assert timed_refusal(read, many) == "bomb"


def test_a_table_of_contents_that_lies_about_sizes(read):
    data = bytearray(rezip(xlsx(ROWS), {"xl/media/a.bin": b"\0" * (3 * 1024 * 1024)}))
    entry = data.rindex(b"PK\x01\x02", 0, data.rindex(b"a.bin"))
    struct.pack_into("<I", data, entry + 24, 10)
    assert timed_refusal(read, bytes(data)) == "damaged"


SHEET = (
    b'<?xml version="1.0"?><worksheet xmlns='
    b'"http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData>'
    b"</worksheet>"
)


@pytest.mark.parametrize(
    "cells",
    [
        b'<row r="1"><c r="A1"/></row><row r="1048576"><c r="XFD1048576"/></row>',
        b"<row r='1'><c t=\">\" r='XFD1'/></row><row r='1048576'><c/></row>",
        b"<row>" + b"<c/>" * 300 + b"</row>",
        b"<row/>" * 300_000 + b"<row><c/></row>",
    ],
)
def test_cells_far_apart_are_not_laid_out_in_memory(read, cells):
    data = rezip(xlsx(ROWS), {"xl/worksheets/sheet1.xml": SHEET % cells})
    assert timed_refusal(read, data) in ("too_large", "bomb")


def test_one_long_text_repeated_without_end(read):
    text = b"<sst><si><t>" + b"a" * 1_000_000 + b"</t></si></sst>"
    cells = b"".join(
        b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (n, n) for n in range(1, 500)
    )
    parts = {"xl/sharedStrings.xml": text, "xl/worksheets/sheet1.xml": SHEET % cells}
    assert timed_refusal(read, rezip(xlsx(ROWS), parts)) == "bomb"


def test_ods_repeats(read):
    rows = "".join(map(ods_row, ROWS))
    bomb = rows + ods_row([], 1_000_000).replace("></", "><table:table-cell/></") + ods_row(["x"])
    assert timed_refusal(read, ods(bomb)) == "too_large"
    assert timed_refusal(read, ods(ods_row(["x" * 1000], 150_000))) == "bomb"
    harmless = rows + ods_row([""], 1_048_000)
    assert names(read(ods(harmless), "a.ods")) == ["Trần Thị Ánh", "Đỗ Văn Hòa"]


@pytest.mark.parametrize("target", [2, 5])
def test_a_loop_in_an_old_file_does_not_hang(read, target):
    data = bytearray(xls(ROWS * 30))
    fat = 512
    chain = struct.unpack_from("<128I", data, fat)
    end = chain.index(0xFFFFFFFE, 2)
    struct.pack_into("<I", data, fat + 4 * end, target)
    started = time.perf_counter()
    with contextlib.suppress(RosterRefused):
        read(bytes(data))
    assert time.perf_counter() - started < 20  # seconds, on a busy machine


def test_an_old_file_that_asks_for_all_memory(read):
    """Found by fuzzing: rows out of order made the parser ask for 137 GB and end the process."""
    data = bytearray(xls(ROWS))
    first_cell = data.index(struct.pack("<HH", 0x204, 9 + 2 * len("STT")))
    struct.pack_into("<HH", data, first_cell + 4, 0xFF7F, 0xFFFF)
    assert timed_refusal(read, bytes(data)) == "damaged"


def test_html_tables_that_grow_without_end(read):
    wide = "<table><tr>" + "<td>x" * 500 + "</table>"
    assert timed_refusal(read, wide.encode()) == "too_large"
    tall = "<table>" + "<tr><td rowspan=999999 colspan=999999>x" * 50 + "</table>"
    assert timed_refusal(read, tall.encode()) in ("too_large", "no_name_column")


def test_the_sheet_with_the_list_is_chosen(read):
    note = ("Hướng dẫn", [["Xin điền danh sách ở trang sau"]])
    small = ("Cũ", [HEADINGS, person(1, "Người Cũ")])
    data = xlsx(note, ("Danh sách", ROWS), small, ("Ẩn", ROWS * 5), hidden=["Ẩn"])
    roster = read(data)
    assert roster.sheet == "Danh sách"
    said = next(p for p in roster.problems if p.code == "other_sheets")
    assert "Cũ" in said.message
    assert read(data, sheet="cũ").sheet == "Cũ"
    assert refused(read, data, sheet="Không có") == "no_such_sheet"
    assert refused(read, data, sheet="Hướng dẫn") == "no_name_column"


def test_a_kind_that_is_none(read):
    with pytest.raises(ValueError, match="party_member"):
        read(xlsx(ROWS), kind="member")


def test_a_member_of_the_zip_named_twice_is_refused(read):
    out = BytesIO(xlsx(ROWS))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("XL/Workbook.xml", "x")
    assert refused(read, out.getvalue()) == "damaged"
