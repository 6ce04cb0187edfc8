"""The HTML table that many office systems export under the name .xls."""

import re
from html.parser import HTMLParser
from typing import Final

from survey_app.errors import Problem
from survey_app.people.roster.grid import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    Merge,
    Sheet,
    check_extent,
    clean,
)
from survey_app.people.roster.text import decode

_LOOKS: Final = re.compile(r"<\s*(?:!doctype\s+html|html|table|tr|td|th)\b", re.IGNORECASE)
_BREAKS: Final = frozenset({"br", "p", "div"})
_UNSEEN: Final = frozenset({"style", "script", "title"})


def looks_like_html(head: str) -> bool:
    """Return whether the first characters of a text are those of a page with a table."""
    return head.lstrip().startswith("<") and bool(_LOOKS.search(head))


def from_html(data: bytes, name: str) -> tuple[list[Sheet], list[Problem]]:
    """Read every table of the page as a sheet."""
    text, problems = decode(data)
    parser = _Tables()
    parser.feed(text)
    parser.close()
    parser.end_all()
    sheets = []
    for number, table in enumerate(parser.done, start=1):
        sheet_name = name if len(parser.done) == 1 else f"{name} ({number})"
        sheets.append(
            Sheet(sheet_name, [list(map(clean, row)) for row in table.rows], table.merges)
        )
    return sheets, problems


class _Table:
    """One table being filled; cells spanning rows push later cells to the right."""

    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self._merges: list[Merge] = []
        self._taken: set[tuple[int, int]] = set()
        self._text: list[str] | None = None
        self._span = (1, 1)

    @property
    def merges(self) -> tuple[Merge, ...]:
        return tuple(self._merges)

    def start_row(self) -> None:
        self.end_cell()
        self.rows.append([])
        check_extent(len(self.rows), 1)

    def start_cell(self, attributes: dict[str, str | None]) -> None:
        self.end_cell()
        if not self.rows:
            self.start_row()
        self._span = (
            _number(attributes.get("rowspan"), MAX_ROWS),
            _number(attributes.get("colspan"), MAX_COLUMNS),
        )
        self._text = []

    def add(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def end_cell(self) -> None:
        if self._text is None:
            return
        row, cells = len(self.rows) - 1, self.rows[-1]
        while (row, len(cells)) in self._taken:
            cells.append("")
        column = len(cells)
        height, width = self._span
        cells += ["".join(self._text), *[""] * (width - 1)]
        check_extent(len(self.rows), len(cells))
        if height > 1 or width > 1:
            self._merges.append((row, column, row + height - 1, column + width - 1))
        height = min(height, 1000)
        self._taken |= {(row + r, column + c) for r in range(1, height) for c in range(width)}
        check_extent(1 if len(self._taken) < MAX_CELLS else MAX_ROWS + 1, 1)
        self._text = None


def _number(text: str | None, most: int) -> int:
    digits = re.match(r"\s*(\d{1,7})", text or "")
    return max(1, min(int(digits[1]), most)) if digits else 1


class _Tables(HTMLParser):
    """Collect tables; a table inside a cell is a table of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.done: list[_Table] = []
        self._open: list[_Table] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen += 1
        elif tag == "table":
            self._open.append(_Table())
        elif not self._open:
            return
        elif tag == "tr":
            self._open[-1].start_row()
        elif tag in ("td", "th"):
            self._open[-1].start_cell(dict(attrs))
        elif tag in _BREAKS:
            self._open[-1].add("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif not self._open:
            return
        elif tag in ("td", "th", "tr"):
            self._open[-1].end_cell()
        elif tag == "table":
            self._end_table()

    def handle_data(self, data: str) -> None:
        if self._open and not self._unseen:
            self._open[-1].add(data)

    def _end_table(self) -> None:
        table = self._open.pop()
        table.end_cell()
        if any(map(any, table.rows)):
            self.done.append(table)

    def end_all(self) -> None:
        """Close what the page left open."""
        while self._open:
            self._end_table()
