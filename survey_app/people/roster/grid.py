"""A sheet as rows of typed values, whatever the file was."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from survey_app.i18n import _
from survey_app.people.roster.problems import RosterRefused
from survey_app.vietnamese import nfc, tidy

Value = str | float | int | bool | date | datetime | None
Merge = tuple[int, int, int, int]  # first row, first column, last row, last column; from zero

MAX_BYTES: Final = 20 * 1024 * 1024
MAX_ROWS: Final = 200_000
MAX_COLUMNS: Final = 200
MAX_CELLS: Final = 4_000_000


@dataclass(frozen=True)
class Sheet:
    """Rows from the top of the sheet, so `rows[0]` is row 1 in Excel."""

    name: str
    rows: list[list[Value]]
    merges: tuple[Merge, ...] = ()
    hidden: bool = False
    from_text: bool = field(default=False)  # CSV: no merges known, every value is text

    def value(self, row: int, column: int) -> Value:
        """Return one value; outside the sheet there is nothing."""
        if row >= len(self.rows) or column >= len(self.rows[row]):
            return None
        return self.rows[row][column]

    def text(self, row: int, column: int) -> str:
        """Return one value as tidy text."""
        return as_text(self.value(row, column))

    def texts(self, row: int) -> list[str]:
        """Return a whole row as tidy texts."""
        return [as_text(value) for value in self.rows[row]] if row < len(self.rows) else []

    @property
    def width(self) -> int:
        """Return the length of the longest row."""
        return max(map(len, self.rows), default=0)


def as_text(value: Value) -> str:
    """Return what a reader sees in the cell, tidy; whole numbers without ".0"."""
    if value is None:
        return ""
    if isinstance(value, str):
        return tidy(value).removeprefix("'").strip()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def clean(value: object) -> Value:
    """Make a parser's value one of ours: empty text is nothing, text is NFC."""
    if isinstance(value, str):
        text = nfc(value)
        return text if text.strip() else None
    if value is None or isinstance(value, bool | int | float | date):
        return value
    return nfc(str(value))


def check_extent(rows: int, columns: int) -> None:
    """Refuse a sheet larger than any roster, before it is built in memory."""
    if rows > MAX_ROWS or columns > MAX_COLUMNS or rows * columns > MAX_CELLS:
        raise RosterRefused(
            "too_large",
            _(
                "Bảng tính quá lớn (%(rows)s dòng, %(columns)s cột). Xin xóa các dòng và cột thừa, "
                "hoặc sao chép riêng danh sách sang một tệp mới rồi gửi lại.",
                rows=rows,
                columns=columns,
            ),
        )
