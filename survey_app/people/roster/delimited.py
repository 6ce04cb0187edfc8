"""CSV as Vietnamese offices have it: any separator, any quoting, read without losing a row."""

import csv
import io
from collections import Counter
from typing import Final

from survey_app.errors import Problem
from survey_app.i18n import _
from survey_app.people.roster.grid import MAX_COLUMNS, MAX_ROWS, Sheet, Value, check_extent, clean
from survey_app.people.roster.text import decode

_SEPARATORS: Final = (";", ",", "\t", "|")
_SAMPLE: Final = 200


def from_csv(data: bytes, name: str) -> tuple[list[Sheet], list[Problem]]:
    """Read one table; the sheet carries the name of the file."""
    text, problems = decode(data)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    told, text = _told_separator(text)
    separator = told or _separator(text)
    records, whole = _records(text, separator)
    if not whole:
        message = _(
            "Dấu ngoặc kép trong tệp CSV không khớp nhau; đã đọc từng dòng một. Xin kiểm tra các "
            "dòng có dấu ngoặc kép, hoặc lưu tệp dạng .xlsx rồi gửi lại."
        )
        problems.append(Problem("quotes_broken", message))
    width = max(map(len, records), default=0)
    check_extent(len(records), width)
    rows: list[list[Value]] = [[clean(value) for value in record] for record in records]
    return [Sheet(name, rows, from_text=True)], problems


def _told_separator(text: str) -> tuple[str | None, str]:
    """Excel's own first line "sep=;" names the separator and is not shown as a row."""
    first, _newline, rest = text.partition("\n")
    told = first.strip().strip('"').lower()
    if told.startswith("sep=") and len(told) == 5:
        return told[4], rest
    return None, text


def _separator(text: str) -> str:
    """Return the separator that gives most lines the same, largest number of fields."""
    sample = "\n".join(text.split("\n", _SAMPLE)[:_SAMPLE])

    def score(separator: str) -> tuple[int, int]:
        records = _records(sample, separator)[0]
        widths = Counter(len(record) for record in records if len(record) > 1)
        if not widths:
            return (0, 0)
        width, lines = max(widths.items(), key=lambda item: (item[1] * min(item[0], 20), item[0]))
        return (lines * min(width, 20), width)

    return max(_SEPARATORS, key=score)


def _swallows_lines(records: list[list[str]], separator: str) -> bool:
    """A record with the separators of two lines is two lines between stray quotes."""
    widths = Counter(len(record) for record in records if record)
    usual = max(widths, key=lambda width: widths[width], default=1) - 1
    for record in records:
        text = separator.join(record)
        if "\n" in text and text.count(separator) >= max(2, 2 * usual):
            return True
        if text.count("\n") > MAX_COLUMNS:
            return True
    return False


def _records(text: str, separator: str) -> tuple[list[list[str]], bool]:
    """Return the records, and whether the quoting was sound.

    A quote that is never closed would swallow every person after it; then each line is a record.
    """
    try:
        reader = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
        records = [record for _index, record in zip(range(MAX_ROWS + 1), reader, strict=False)]
        if _swallows_lines(records, separator):
            raise csv.Error
        return records, True
    except csv.Error:
        lines = text.split("\n")[: MAX_ROWS + 1]
        return [[field.strip().strip('"') for field in ln.split(separator)] for ln in lines], False
