"""Lists that say who is how far open by a button: it is logged, and holds for half an hour.

What may be opened is asked anew at each look; here stands only that somebody asked for it.
"""

from datetime import datetime, timedelta

from flask import session as browser
from sqlalchemy.orm import Session

from survey_app.accounts.doors import signed_in
from survey_app.audit import Action, record

OPENED = "people_opened"
OPEN_FOR = timedelta(minutes=30)


def open_names(
    session: Session, key: str, round_id: int, what: str, count: int, now: datetime, **about: int
) -> None:
    """Log that a list of `count` people of a round is opened, and remember it under `key`.

    One list at a time: opening another closes this one.
    """
    subject = ("round", round_id)
    record(
        session,
        Action.PEOPLE_LIST_OPENED,
        signed_in(),
        subject,
        list=what,
        count=count,
        **about,
    )
    browser[OPENED] = {key: (now + OPEN_FOR).isoformat()}


def are_open(key: str, now: datetime) -> bool:
    """Whether this browser opened the list of `key` less than half an hour ago."""
    until = (browser.get(OPENED) or {}).get(key)
    return isinstance(until, str) and now < datetime.fromisoformat(until)
