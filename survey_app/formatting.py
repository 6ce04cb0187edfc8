"""How moments, spans, numbers and rates are written for people, in both languages."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from survey_app.i18n import current_locale, gettext, ngettext

_zone = ZoneInfo("Asia/Ho_Chi_Minh")

_WEEKDAYS_VI = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_EN = (
    "January February March April May June July August September October November December"
).split()


def use_zone(name: str) -> None:
    """Show times in the zone `name` (IANA) from here on."""
    global _zone
    _zone = ZoneInfo(name)


def zone() -> ZoneInfo:
    """Return the zone in which times are shown and typed."""
    return _zone


def local(moment_: datetime) -> datetime:
    """Return the aware UTC `moment_` in the zone of the screen."""
    return moment_.astimezone(_zone)


def today(now: datetime) -> date:
    """Return the day it is in the zone of the screen."""
    return local(now).date()


def number(value: int | float | Decimal, digits: int = 0) -> str:
    """Return 1.234,5 in Vietnamese and 1,234.5 in English."""
    if not digits and -1000 < value < 1000 and isinstance(value, int):
        return str(value)  # most numbers of most pages, and a board has ten thousand
    text = f"{value:,.{digits}f}"
    return text if current_locale() == "en" else text.translate(str.maketrans(",.", ".,"))


def percent(ratio: float | None, digits: int = 1) -> str:
    """Return `85,7 %`, or a dash when there is no rate (nobody to divide by)."""
    if ratio is None:
        return "–"
    exact = Decimal(repr(ratio)) * 100
    text = number(exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP), digits)
    return f"{text}\u00a0%" if current_locale() == "vi" else f"{text}%"


def day(value: date | datetime) -> str:
    """Return `20/9/2024` or `20 September 2024`."""
    value = local(value) if isinstance(value, datetime) else value
    if current_locale() == "en":
        return f"{value.day} {_MONTHS_EN[value.month - 1]} {value.year}"
    return f"{value.day}/{value.month}/{value.year}"


def day_and_month(value: datetime) -> str:
    """Return `20/9` or `20 Sep`, where the year goes without saying and room is short."""
    return day_and_month_of(local(value).date())


def day_and_month_of(value: date) -> str:
    """Return the same of a local day."""
    if current_locale() == "en":
        return f"{value.day} {_MONTHS_EN[value.month - 1][:3]}"
    return f"{value.day}/{value.month}"


def hour(value: datetime) -> str:
    """Return `17 giờ 00` or `17:00`."""
    value = local(value)
    if current_locale() == "en":
        return f"{value:%H:%M}"
    return f"{value:%H} giờ {value:%M}"


def hour_of(typed: str) -> str:
    """Return `14 giờ 00` or `14:00` for a stored clock time `14:00`."""
    return typed if current_locale() == "en" else typed.replace(":", " giờ ")


def clock_time(value: datetime) -> str:
    """Return `10:32`, for short remarks such as "saved at"."""
    return f"{local(value):%H:%M}"


def weekday_and_day(value: date | datetime) -> str:
    """Return `thứ Sáu, ngày 20/9/2024` or `Friday 20 September 2024`."""
    value = local(value) if isinstance(value, datetime) else value
    if current_locale() == "en":
        return f"{_WEEKDAYS_EN[value.weekday()]} {day(value)}"
    return f"{_WEEKDAYS_VI[value.weekday()]}, ngày {day(value)}"


def moment(value: datetime) -> str:
    """Return `17 giờ 00, thứ Sáu, ngày 20/9/2024`: hour and weekday always spelt out."""
    return f"{hour(value)}, {weekday_and_day(value)}"


def short_moment(value: datetime) -> str:
    """Return `09 giờ 00 thứ Tư 18/9/2024`, for lines that have little room."""
    weekdays = _WEEKDAYS_EN if current_locale() == "en" else _WEEKDAYS_VI
    return f"{hour(value)} {weekdays[local(value).weekday()]} {day(value)}"


def spoken_moment(value: datetime) -> str:
    """Return `17 giờ 00 thứ Sáu 20/9` or `17:00 on Friday 20 Sep`, as one writes to a group."""
    if current_locale() == "en":
        return f"{hour(value)} on {_WEEKDAYS_EN[local(value).weekday()]} {day_and_month(value)}"
    return f"{hour(value)} {_WEEKDAYS_VI[local(value).weekday()]} {day_and_month(value)}"


def phone(number_: str) -> str:
    """Return `0912 345 678` for `+84912345678`, `0205 3812 345` with an area code before it.

    What is no Vietnamese number in E.164 stays as it is.
    """
    digits = number_.removeprefix("+84")
    if digits == number_ or not digits.isdigit() or len(digits) not in (9, 10):
        return number_
    return f"0{digits[:3]} {digits[3:-3]} {digits[-3:]}"


def by_then(as_of: datetime, today: bool) -> str:
    """Return `Đến 9 giờ 00 hôm nay`, or `Đến` and the moment spelt out for what is read later."""
    if today:
        return gettext("Đến %(hour)s hôm nay", hour=hour(as_of))
    return gettext("Đến %(moment)s", moment=moment(as_of))


def span(value: timedelta) -> str:
    """Return `2 ngày 3 giờ`, `3 giờ 20 phút` or `12 phút`: the two largest units, rounded down."""
    minutes = max(0, int(value.total_seconds() // 60))
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    if days:
        parts = [ngettext("%(n)s ngày", days), ngettext("%(n)s giờ", hours) if hours else ""]
    elif hours:
        parts = [ngettext("%(n)s giờ", hours), ngettext("%(n)s phút", minutes) if minutes else ""]
    else:
        parts = [ngettext("%(n)s phút", minutes)]
    return " ".join(part for part in parts if part)


def remaining(until: datetime, now: datetime) -> str:
    """Return `còn 2 ngày 3 giờ`, or that the time is over."""
    if until <= now:
        return gettext("đã hết hạn")
    if until - now < timedelta(minutes=1):
        return gettext("còn chưa đầy một phút")
    return gettext("còn %(span)s", span=span(until - now))
