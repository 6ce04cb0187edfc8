"""What is known of mails and could not be written down, for the database took nothing just then.

It is kept until it can be: before anything counts as left behind by the dead, so that no mail whose
fate is known is called unknown. It ends with the process; then the fate is unknown indeed.
"""

import threading
from collections.abc import Callable

from flask import Flask
from sqlalchemy.orm import Session

from survey_app.database import Database

Change = Callable[[Session], object]


class Unwritten:
    """Mail id -> the change that says what became of it; making one twice does no harm."""

    def __init__(self) -> None:
        self._changes: dict[int, Change] = {}
        self._keeping = threading.Lock()

    def keep(self, message_id: int, change: Change) -> None:
        """Have `change` made as soon as the database takes it."""
        with self._keeping:
            self._changes[message_id] = change

    def write(self, database: Database, at_end: Change) -> None:
        """Make what changes there are, in one unit of work, then what follows from them.

        Raises:
            DBAPIError, TimeoutError: the database still takes nothing; all is kept.
        """
        with self._keeping:
            known = dict(self._changes)
        if not known:
            return
        with database.writing() as session:
            for change in known.values():
                change(session)
            at_end(session)
        with self._keeping:
            for message_id, change in known.items():
                if self._changes.get(message_id) is change:
                    del self._changes[message_id]


def unwritten_of(app: Flask) -> Unwritten:
    """Return what `app` could not write down in this process."""
    unwritten: Unwritten = app.extensions.setdefault("survey.mail_unwritten", Unwritten())
    return unwritten
