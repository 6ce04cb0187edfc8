"""Turning the trial's clock: where to, and how it is said."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from re import fullmatch

from survey_app import clock
from survey_app.campaigns.models import Round
from survey_app.errors import Conflict, Invalid
from survey_app.extensions import current_settings
from survey_app.formatting import local, zone
from survey_app.i18n import _

# The last answers are given 15 s to arrive, and the committee's figures a minute to settle.
AFTER = timedelta(seconds=70)
_YEARS = range(2000, 2100)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def clock_file() -> Path:
    """Return the file by which this installation's processes share their clock."""
    return current_settings().instance_path / clock.FILE


def targets(now: datetime, round_: Round | None) -> Mapping[str, datetime]:
    """Return step name -> moment it leads to; those about closing only while a round is open."""
    morning = local(now).replace(hour=7, minute=30, second=0, microsecond=0) + timedelta(days=1)
    found = {"hour": now + timedelta(hours=1), "morning": morning}
    if round_ is not None:
        found["before_closing"] = round_.closes_at - timedelta(minutes=5)
        found["closing"] = round_.closes_at + AFTER
    return {name: moment for name, moment in found.items() if moment > now}


def turn(step: str, now: datetime, round_: Round | None) -> datetime:
    """Turn the clock by one of `targets`; return where it stands.

    Raises:
        Conflict: that moment has passed, or there is no such step.
    """
    moment = targets(now, round_).get(step)
    if moment is None:
        raise Conflict(_("Giờ đó đã qua. Xin chọn giờ khác."))
    clock.set_to(clock_file(), moment)
    return moment


def moment_of(text: str, now: datetime) -> datetime:
    """Read `+1h`, `+30m`, `+2d` or a date with hour (without zone: the screen's).

    Raises:
        Invalid: it is none of these.
    """
    found = fullmatch(r"([+-])(\d{1,4})([mhd])", text)
    try:
        if found:
            span = timedelta(**{_UNITS[found[3]]: int(found[2])})
            moment = now + span if found[1] == "+" else now - span
        else:
            moment = datetime.fromisoformat(text)
        if moment.year not in _YEARS:
            raise ValueError("no year for people")
    except (ValueError, OverflowError):
        raise Invalid(
            _("Không hiểu «%(text)s». Ví dụ đúng: +1h, 2024-09-20T17:00, real.", text=text)
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone())
