"""Moments as organisers type them: day and hour of this country, never a browser's guess. Pure."""

import re
from datetime import UTC, date, datetime, time

from survey_app.errors import Invalid, Problem
from survey_app.formatting import local, zone
from survey_app.i18n import _
from survey_app.vietnamese import tidy

_DAY = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})")
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_SPELT_DAY = re.compile(r"(?:ngày )?(\d{1,2}) tháng (\d{1,2}) năm (\d{4})", re.IGNORECASE)
_HOUR = re.compile(r"(\d{1,2})(?:\s*(?:giờ|gio|h|g|:|\.)\s*(\d{2})?\s*(?:phút|p)?)?", re.IGNORECASE)


def parse_day(text: str) -> date:
    """Read 20/9/2024 (also 20.9.2024, 20-9-2024, 2024-09-20 and ngày 20 tháng 9 năm 2024).

    Raises:
        Invalid: it is no day of the calendar.
    """
    typed = tidy(text)
    if match := _DAY.fullmatch(typed) or _SPELT_DAY.fullmatch(typed):
        day, month, year = map(int, match.groups())
    elif match := _ISO_DAY.fullmatch(typed):
        year, month, day = map(int, match.groups())
    else:
        raise _bad_day()
    try:
        return date(year, month, day)
    except ValueError:
        raise _bad_day() from None


def parse_hour(text: str) -> time:
    """Read 17:00, 17h, 17 giờ 00 or 17.

    Raises:
        Invalid: it is no hour of a day.
    """
    match = _HOUR.fullmatch(tidy(text))
    try:
        if match:
            return time(int(match[1]), int(match[2] or 0))
    except ValueError:
        pass
    message = _("Giờ chưa đúng. Xin ghi như 17:00 hoặc 17 giờ 00.")
    raise Invalid(message, problems=[Problem("bad_hour", message)])


def at(day: date, hour: time) -> datetime:
    """Return that hour of that day in this country as UTC."""
    return datetime.combine(day, hour, tzinfo=zone()).astimezone(UTC)


def parse_iso(text: str) -> datetime:
    """Read an ISO moment; without an offset it is this country's time.

    Raises:
        Invalid: it is no moment.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        message = _("“%(text)s” không phải là thời điểm, ví dụ 2024-09-20T17:00.", text=text)
        raise Invalid(message, problems=[Problem("bad_moment", message)]) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone())).astimezone(UTC)


def typed_day(moment: datetime) -> str:
    """Return the day as the form shows it for typing over."""
    there = local(moment)
    return f"{there.day}/{there.month}/{there.year}"


def typed_hour(moment: datetime) -> str:
    """Return the hour as the form shows it for typing over."""
    return f"{local(moment):%H:%M}"


def _bad_day() -> Invalid:
    message = _("Ngày chưa đúng. Xin ghi ngày/tháng/năm, ví dụ 20/9/2024.")
    return Invalid(message, problems=[Problem("bad_day", message)])
