"""Small changes of several threads, committed together: one wait for the disk, not one for each.

Whoever finds no commit under way makes one, with all that was asked for meanwhile; where company
is expected, it is waited for, for half a millisecond. A caller goes on only after its change is
committed.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar, cast

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from survey_app import crashes
from survey_app.database import Database

Result = TypeVar("Result")
# A commit costs more CPU than all else of a mail; the disk takes about as long as this.
_WAIT_SECONDS = 0.0005


class _Change(Generic[Result]):
    def __init__(self, make: Callable[[Session], Result]) -> None:
        self._make = make
        self._result: Result | None = None
        self.error: Exception | None = RuntimeError("the thread that was to commit this is gone")
        self.settled = False

    def apply(self, session: Session) -> None:
        self._result = self._make(session)

    def result(self) -> Result:
        if self.error is not None:
            raise self.error
        return cast(Result, self._result)


class Together:
    """Where threads bring their changes; each is a function of the session, short, no ORM state.

    `company` is how many threads are at it now. `at_end` is called last in each transaction, for
    what follows from several changes at once.
    """

    def __init__(
        self, database: Database, at_end: Callable[[Session], None] = lambda _session: None
    ) -> None:
        self._database = database
        self._at_end = at_end
        self._asked: deque[_Change[object]] = deque()
        self._turn = threading.Lock()
        self.company = 1

    def commit(self, make: Callable[[Session], Result]) -> Result:
        """Return what `make` returned, once it is committed.

        It may be called a second time, also after its change was committed: the connection may
        break before the database's answer comes.

        Raises:
            DBAPIError, TimeoutError: the database failed, or no turn to write came. After the
                former the change may be there all the same.
        """
        change = _Change(make)
        self._asked.append(cast("_Change[object]", change))
        with self._turn:
            if not change.settled:
                if len(self._asked) < self.company:
                    time.sleep(_WAIT_SECONDS)
                self._commit_what_waits()
        return change.result()

    def _commit_what_waits(self) -> None:
        group: list[_Change[object]] = []
        while self._asked:
            group.append(self._asked.popleft())
        try:
            self._write(group)
        except Exception as error:
            again = _may_work_alone(error, len(group))
            for change in group:
                change.error = error
                if again:
                    self._write_alone(change)
        finally:
            for change in group:
                change.settled = True

    def _write(self, group: list[_Change[object]]) -> None:
        with self._database.writing() as session:
            for change in group:
                change.apply(session)
            self._at_end(session)
        for change in group:
            change.error = None

    def _write_alone(self, change: _Change[object]) -> None:
        try:
            self._write([change])
        except Exception as error:
            change.error = error


def _may_work_alone(error: Exception, count: int) -> bool:
    """Whether changes that failed together should be tried one by one."""
    if crashes.is_unavailable(error):
        # A new connection may work. Where the database is locked or full, each would wait in vain.
        return isinstance(error, DBAPIError) and error.connection_invalidated
    return count > 1  # one of them may have spoilt it for the others
