"""Run as a program of its own: reads a workbook from standard input, writes JSON.

The parser trusts numbers in the file: a damaged .xls makes it ask for more memory than there is,
and that ends the whole process. So it works here, with limits, and not in the web server.
"""

import json
import sys
from datetime import date, datetime
from io import BytesIO
from typing import Any

from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

MEMORY = 1536 * 1024 * 1024
SECONDS = 30


def limit() -> None:
    """Bound memory and processor time, where the system knows how."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def plain(value: Any) -> Any:
    """Return a value JSON knows; dates as {"date": "…"}."""
    if isinstance(value, datetime):
        return {"date": value.date().isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return value if isinstance(value, str | int | float | bool | None) else str(value)


def read(data: bytes, rows: int, columns: int, cells: int, sheets: int) -> dict[str, Any]:
    """Return the sheets, or the word for what is wrong."""
    workbook = CalamineWorkbook.from_filelike(BytesIO(data))
    found = []
    for meta in workbook.sheets_metadata[:sheets]:
        if meta.typ != SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_name(meta.name)
        height, width = sheet.total_height, sheet.total_width
        if height > rows or width > columns or height * width > cells:
            return {"error": "too_large", "rows": height, "columns": width}
        table = sheet.to_python(skip_empty_area=False)
        found.append(
            {
                "name": meta.name,
                "hidden": meta.visible != SheetVisibleEnum.Visible,
                "rows": [[plain(value) for value in row] for row in table],
                "merges": [[*start, *end] for start, end in sheet.merged_cell_ranges or []],
            }
        )
    return {"sheets": found}


if __name__ == "__main__":
    limit()
    try:
        answer = read(sys.stdin.buffer.read(), *map(int, sys.argv[1:5]))
    except PasswordError:
        answer = {"error": "password"}
    except BaseException:  # a panic of the parser is no Exception
        answer = {"error": "damaged"}
    json.dump(answer, sys.stdout)
