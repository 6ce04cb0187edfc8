"""Small rosters made for the tests."""

import io
import struct
import zipfile

import xlsxwriter

HEADINGS = ["STT", "Họ và tên", "Ngày sinh", "Chi bộ", "Email", "Điện thoại"]


def person(number=1, name="Nguyễn Văn An", birth="25/03/1980", cell="Chi bộ A", mail="", phone=""):
    return [number, name, birth, cell, mail, phone]


def xlsx(*sheets, merges=(), hidden=(), **options):
    """Each sheet is (name, rows) or only rows; `merges` belong to the first sheet."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, **options})
    dates = book.add_format({"num_format": "dd/mm/yyyy"})
    for index, sheet in enumerate(sheets):
        name, rows = sheet if isinstance(sheet, tuple) else (f"Trang {index + 1}", sheet)
        page = book.add_worksheet(name)
        for row, values in enumerate(rows):
            for column, value in enumerate(values):
                if hasattr(value, "year"):
                    page.write_datetime(row, column, value, dates)
                elif isinstance(value, str):
                    page.write_string(row, column, value)
                elif value is not None:
                    page.write(row, column, value)
        if index == 0:
            for top, left, bottom, right in merges:
                text = rows[top][left]
                page.merge_range(top, left, bottom, right, text)
        if name in hidden:
            page.hide()
    book.close()
    return out.getvalue()


def csv(rows, separator=",", encoding="utf-8"):
    lines = [separator.join("" if value is None else str(value) for value in row) for row in rows]
    return "\r\n".join(lines).encode(encoding)


def rezip(data, changes):
    """The same zip with some members replaced (bytes) or taken out (None) or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    parts.update(changes)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in parts.items():
            if part is not None:
                new.writestr(name, part)
    return out.getvalue()


def ods(table_rows):
    """An OpenDocument sheet from the XML of its rows."""
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
        "<office:body><office:spreadsheet>"
        f'<table:table table:name="Trang 1">{table_rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        new.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        new.writestr("content.xml", content)
        new.writestr(
            "META-INF/manifest.xml",
            "<manifest:manifest "
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="/" '
            'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
            "</manifest:manifest>",
        )
    return out.getvalue()


def ods_row(values, repeat=1):
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'
        if value
        else "<table:table-cell/>"
        for value in values
    )
    times = f' table:number-rows-repeated="{repeat}"' if repeat > 1 else ""
    return f"<table:table-row{times}>{cells}</table:table-row>"


def _record(kind, body):
    return struct.pack("<HH", kind, len(body)) + body


def xls(rows):
    """A minimal Excel 97 workbook: BIFF8 records in a compound file."""

    def bof(what):
        return _record(0x809, struct.pack("<HHHHII", 0x600, what, 0x0DBB, 0x07CC, 0, 6))

    def label(row, column, text):
        body = struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le")
        return _record(0x204, body)

    def number(row, column, value):
        return _record(0x203, struct.pack("<HHHd", row, column, 0, value))

    cells = b""
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            if isinstance(value, str) and value:
                cells += label(row, column, value)
            elif isinstance(value, int | float):
                cells += number(row, column, value)
    sheet = bof(0x10) + cells + _record(0x0A, b"")
    name = "Trang 1"
    head = bof(0x05) + _record(0x42, struct.pack("<H", 1200))

    def bound(offset):
        text = name.encode("utf-16-le")
        return _record(0x85, struct.pack("<IBBBB", offset, 0, 0, len(name), 1) + text)

    start = len(head + bound(0) + _record(0x0A, b""))
    stream = head + bound(start) + _record(0x0A, b"") + sheet
    return compound("Workbook", stream.ljust(4096, b"\0"))


def compound(entry, stream):
    """A compound file with one stream."""
    size = 512
    stream = stream.ljust(-(-len(stream) // size) * size, b"\0")
    count = len(stream) // size
    last, free, special, none = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
    fat = [special, last, *range(3, count + 2), last]
    assert len(fat) <= 128
    fat += [free] * (128 - len(fat))

    def folder(name, kind, start, length, child):
        text = (name + "\0").encode("utf-16-le")
        return struct.pack(
            "<64sHBBIII16sIQQIQ",
            text,
            len(text),
            kind,
            1,
            none,
            none,
            child,
            b"",
            0,
            0,
            0,
            start,
            length,
        )

    directory = folder("Root Entry", 5, last, 0, 1) + folder(entry, 2, 2, len(stream), none)
    directory = directory.ljust(size, b"\0")
    header = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        1,
        1,
        0,
        4096,
        last,
        0,
        last,
        0,
        0,
    )
    header = header[:76] + struct.pack("<109I", 0, *[free] * 108)
    return header + struct.pack("<128I", *fat) + directory + stream
