"""How moments, spans, numbers and rates are written."""

from datetime import UTC, date, datetime, timedelta

import pytest

from survey_app import formatting
from survey_app.i18n import ngettext, speaking

CLOSES = datetime(2024, 9, 20, 10, 0, tzinfo=UTC)


def test_moments_spell_out_hour_and_weekday() -> None:
    assert formatting.moment(CLOSES) == "17 giờ 00, thứ Sáu, ngày 20/9/2024"
    with speaking("en"):
        assert formatting.moment(CLOSES) == "17:00, Friday 20 September 2024"


def test_the_day_is_that_of_the_screen_s_zone() -> None:
    late = datetime(2024, 9, 19, 18, 0, tzinfo=UTC)
    assert formatting.day(late) == "20/9/2024"
    assert formatting.day(date(2024, 9, 19)) == "19/9/2024"


@pytest.mark.parametrize(
    "left, words",
    [
        (timedelta(days=2, hours=3, minutes=59), "còn 2 ngày 3 giờ"),
        (timedelta(days=1), "còn 1 ngày"),
        (timedelta(hours=3, minutes=20), "còn 3 giờ 20 phút"),
        (timedelta(minutes=12, seconds=59), "còn 12 phút"),
        (timedelta(seconds=59), "còn chưa đầy một phút"),
        (timedelta(0), "đã hết hạn"),
    ],
)
def test_what_is_left(left: timedelta, words: str) -> None:
    assert formatting.remaining(CLOSES, CLOSES - left) == words


def test_numbers_and_rates() -> None:
    assert formatting.number(1234567) == "1.234.567"
    assert formatting.number(1234.5, 1) == "1.234,5"
    assert formatting.percent(6 / 7) == "85,7\u00a0%"
    assert formatting.percent(1 / 16) == "6,3\u00a0%"  # 6.25: a half is rounded up
    assert formatting.percent(0.0005) == "0,1\u00a0%"
    assert formatting.percent(0.285, 0) == "29\u00a0%"
    assert formatting.percent(1) == "100,0\u00a0%"
    assert formatting.percent(None) == "–"
    with speaking("en"):
        assert formatting.number(1234567) == "1,234,567"
        assert formatting.percent(6 / 7) == "85.7%"


def test_plural_only_in_english() -> None:
    assert ngettext("%(n)s ngày", 1) == "1 ngày"
    with speaking("en"):
        assert ngettext("%(n)s ngày", 1) == "1 day"
        assert ngettext("%(n)s ngày", 1200) == "1,200 days"


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("+84900000094", "0900 000 094"),
        ("+842053812345", "0205 3812 345"),
        ("+4930123456", "+4930123456"),
        ("0900 000 000", "0900 000 000"),
        ("+84115", "+84115"),
        ("", ""),
    ],
)
def test_phones_are_written_as_people_dial_them(stored: str, shown: str) -> None:
    assert formatting.phone(stored) == shown


def test_hours_are_spelt_out_where_room_is_short_too() -> None:
    at = datetime(2024, 9, 18, 2, 5, tzinfo=UTC)
    assert formatting.short_moment(at) == "09 giờ 05 thứ Tư 18/9/2024"
    assert formatting.hour_of("14:00") == "14 giờ 00"
    with speaking("en"):
        assert formatting.short_moment(at) == "09:05 Wednesday 18 September 2024"
        assert formatting.hour_of("14:00") == "14:00"
