"""Telling the rest of the product that mails are sent, in the transaction that says so.

Threads settle mails together, in any order; what follows from them locks other rows, so it waits
for the end of the transaction and happens there in one order.
"""

from collections import defaultdict

from flask import Flask
from sqlalchemy.orm import Session

from survey_app.mailing.composing import composers
from survey_app.mailing.models import OutboxMessage

_NOTED = "survey.mail_sent"


def note_sent(session: Session, message: OutboxMessage) -> None:
    """Remember until the end of the unit of work that it settles `message` as sent."""
    session.info.setdefault(_NOTED, []).append(message)


class Teller:
    """Tells what was noted; to be called last in each unit of work that settles mails."""

    def __init__(self, app: Flask) -> None:
        self._hooks = composers(app).on_sent

    def __call__(self, session: Session) -> None:
        """Tell each hook once of all its mails.

        Raises:
            DBAPIError: the database failed; the unit of work cannot be committed.
        """
        by_kind: defaultdict[str, list[OutboxMessage]] = defaultdict(list)
        for message in session.info.pop(_NOTED, ()):
            by_kind[message.kind].append(message)
        for kind, messages in sorted(by_kind.items()):
            if kind in self._hooks:
                self._hooks[kind](session, messages)
