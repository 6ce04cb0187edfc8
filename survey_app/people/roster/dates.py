"""Dates of birth in every form they arrive in, and the doubt whether day and month were swapped."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from survey_app import clock
from survey_app.i18n import _
from survey_app.people.roster.grid import Value, as_text
from survey_app.vietnamese import search_key

YOUNGEST: Final = 14
OLDEST: Final = 110
_DAY_FIRST: Final = re.compile(r"(\d{1,2})\s*[/.\-\s]\s*(\d{1,2})\s*[/.\-\s]\s*(\d{4}|\d{2})")
_YEAR_FIRST: Final = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})")
_SPOKEN: Final = re.compile(r"(?:ngay\s*)?(\d{1,2})\s*thang\s*(\d{1,2})\s*nam\s*(\d{4})")
_MONTH_YEAR: Final = re.compile(r"(\d{1,2})\s*[/.\-]\s*(\d{4})")
_TIME: Final = re.compile(r"[ T]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AP]M)?$", re.IGNORECASE)
_EXCEL_ZERO: Final = date(1899, 12, 30)


@dataclass(frozen=True)
class Birth:
    """What one cell says; `trouble` is a code and a sentence, `text_parts` day and month typed."""

    day: date | None = None
    year: int | None = None
    trouble: tuple[str, str] | None = None
    text_parts: tuple[int, int] | None = None
    real: bool = False


def read_birth(value: Value) -> Birth:
    """Read one cell; what is no plausible date of birth gives nothing but a problem."""
    if isinstance(value, datetime):
        return _from_excel(value.date())
    if isinstance(value, date):
        return _from_excel(value)
    if isinstance(value, bool):
        return _unreadable(value)
    if isinstance(value, int | float):
        return _from_number(value)
    return _from_text(as_text(value))


def _plausible(year: int) -> bool:
    this = clock.now().year
    return this - OLDEST <= year <= this - YOUNGEST


def _unreadable(value: Value) -> Birth:
    message = _(
        "Không đọc được ngày sinh «%(text)s». Xin ghi theo dạng ngày/tháng/năm, ví dụ 05/03/1980.",
        text=as_text(value)[:40],
    )
    return Birth(trouble=("birth_bad", message))


def _dated(day: date, **more: object) -> Birth:
    if not _plausible(day.year):
        message = _(
            "Ngày sinh %(day)s không hợp lý. Xin kiểm tra lại năm sinh.",
            day=f"{day.day:02}/{day.month:02}/{day.year}",
        )
        return Birth(trouble=("birth_implausible", message))
    return Birth(day, day.year, **more)  # type: ignore[arg-type]


def _from_excel(day: date) -> Birth:
    serial = (day - _EXCEL_ZERO).days
    if not _plausible(day.year) and _plausible(serial):
        return Birth(year=serial)  # a year in a cell formatted as a date
    return _dated(day, real=True)


def _from_number(number: int | float) -> Birth:
    if isinstance(number, float) and not number.is_integer():
        return _unreadable(number)
    whole = int(number)
    if _plausible(whole):
        return Birth(year=whole)
    if 7000 <= whole <= 60_000 and _plausible((_EXCEL_ZERO + timedelta(whole)).year):
        day = _EXCEL_ZERO + timedelta(whole)
        message = _(
            "Ô ngày sinh ghi số %(number)s; đã hiểu là ngày %(day)s. Xin kiểm tra và định dạng ô "
            "là ngày tháng.",
            number=whole,
            day=f"{day.day:02}/{day.month:02}/{day.year}",
        )
        return Birth(day, day.year, ("birth_serial", message), real=True)
    return _unreadable(number)


def _from_text(text: str) -> Birth:
    text = _TIME.sub("", text.strip(" .,;'")).strip()
    if re.fullmatch(r"\d{4,5}", text):
        return _from_number(int(text))
    if spoken := _SPOKEN.fullmatch(search_key(text)):
        return _parts(text, int(spoken[1]), int(spoken[2]), int(spoken[3]))
    if first := _YEAR_FIRST.fullmatch(text):
        return _parts(text, int(first[3]), int(first[2]), int(first[1]))
    if parts := _DAY_FIRST.fullmatch(text):
        day, month = int(parts[1]), int(parts[2])
        year = _full_year(parts[3])
        return _parts(text, day, month, year, (day, month))
    if partly := _MONTH_YEAR.fullmatch(text):
        year = int(partly[2])
        if 1 <= int(partly[1]) <= 12 and _plausible(year):
            return Birth(year=year)
    return _unreadable(text)


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) == 4:
        return year
    return year + 2000 if _plausible(year + 2000) else year + 1900


def _parts(
    text: str, day: int, month: int, year: int, typed: tuple[int, int] | None = None
) -> Birth:
    try:
        return _dated(date(year, month, day), text_parts=typed)
    except ValueError:
        if typed and 1 <= day <= 12 < month <= 31:
            message = _(
                "Ngày sinh «%(text)s» có vẻ ghi tháng trước ngày. Xin ghi lại theo dạng "
                "ngày/tháng/năm.",
                text=text,
            )
            return Birth(trouble=("birth_month_first", message), text_parts=typed)
        return _unreadable(text)


def order_doubt(births: Sequence[Birth]) -> tuple[str, str] | None:
    """Return a question when the column may hold month before day.

    A US Excel turns the typed 05/03 into 3 May and leaves 25/03 as text: then every real date has
    a day up to 12 while the texts have larger ones. Where no day is above 12 nothing tells either.
    """
    real = [birth.day.day for birth in births if birth.real and birth.day]
    typed = [birth.text_parts[0] for birth in births if birth.text_parts]
    months = [birth.text_parts[1] for birth in births if birth.text_parts]
    if any(month > 12 for month in months) or (real and typed and max(real) <= 12 < min(typed)):
        return "birth_order", _(
            "Cột ngày sinh có dấu hiệu lẫn tháng với ngày (máy tính đặt kiểu Mỹ). Xin đối chiếu "
            "vài người với hồ sơ trước khi nhập."
        )
    if (real or typed) and max(real + typed) <= 12:
        return "birth_order", _(
            "Mọi ngày sinh trong tệp đều có ngày từ 12 trở xuống, nên không chắc đâu là ngày, đâu "
            "là tháng; đã đọc theo ngày/tháng/năm. Xin đối chiếu vài người với hồ sơ."
        )
    return None
