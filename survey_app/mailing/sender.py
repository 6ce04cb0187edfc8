"""The sender: claims due mails in batches and hands them over, one by one, on up to four lines.

It begins with one line and takes another after each full batch without trouble, so a server that
refuses or limits never meets a crowd. A mail's own steps stand in `handing`; no SMTP happens inside
a transaction. At most as many mails as lines are ever between the final dot and their settlement.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from types import TracebackType
from typing import Self

from flask import Flask
from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.config import Settings
from survey_app.database import Database
from survey_app.mailing import building, claims, outbox
from survey_app.mailing.claims import Claimed
from survey_app.mailing.composing import composers
from survey_app.mailing.handing import Handing
from survey_app.mailing.pace import pace_of
from survey_app.mailing.telling import Teller
from survey_app.mailing.transport import Line, LineDown
from survey_app.mailing.unwritten import unwritten_of

log = logging.getLogger(__name__)

BATCH = 20  # for each line
MOST_LINES = 4
# Then what is left of a batch is given back: urgent mail that came meanwhile waits no longer.
BATCH_SECONDS = 5.0
_NO_DATABASE = (DBAPIError, TimeoutError)


def run_once(
    app: Flask, worker_id: str, limit: int = BATCH, stop: threading.Event | None = None
) -> int:
    """Send up to `limit` due mails; return how many were dealt with (0: nothing to do now).

    `worker_id` names one sender that does one thing at a time. `stop` is looked at between mails.
    """
    with Sender(app, worker_id, stop) as sender:
        return sender.run(limit)


def send_due(app: Flask, worker_id: str, stop: threading.Event | None = None) -> int:
    """Send all that is due, over lines that stay open meanwhile; return how many were dealt with.

    `worker_id` names one sender that does one thing at a time. `stop` is looked at between mails.
    """
    handled = 0
    with Sender(app, worker_id, stop) as sender:
        while batch := sender.run(BATCH * sender.lines):
            handled += batch
    return handled


class _Batch:
    """Claimed mails that several lines take from."""

    def __init__(self, mails: Sequence[Claimed]) -> None:
        self._waiting = deque(mails)
        self._open = {one.message.id for one in mails}
        self.size = len(mails)
        self.trouble: LineDown | None = None
        self.ended = threading.Event()
        self._until = time.monotonic() + BATCH_SECONDS

    @property
    def left(self) -> list[int]:
        """The ids of the mails that nobody has dealt with."""
        return sorted(self._open)

    @property
    def handled(self) -> int:
        """How many were dealt with."""
        return self.size - len(self._open)

    def take(self) -> Claimed | None:
        """Return the next mail, or `None`: there is no more, or the batch was ended, or is old."""
        if self.ended.is_set() or time.monotonic() > self._until:
            return None
        with suppress(IndexError):
            return self._waiting.popleft()
        return None

    def put_back(self, mail: Claimed) -> None:
        """Leave a mail to another line."""
        self._waiting.appendleft(mail)

    def dealt_with(self, mail: Claimed) -> None:
        """Note that a mail needs nothing more."""
        self._open.discard(mail.message.id)


class Sender:
    """Sends batches over lines that stay open from one to the next, until the block ends."""

    def __init__(self, app: Flask, worker_id: str, stop: threading.Event | None = None) -> None:
        self._app, self._worker_id = app, worker_id
        self._stop = stop or threading.Event()
        self._settings: Settings = app.extensions["survey.settings"]
        self._db: Database = app.extensions["survey.database"]
        self._composers = composers(app)
        self._pace = pace_of(app)
        self._handing = Handing(app, worker_id)
        self._own_name = building.sender_address(app).rpartition("@")[2]
        # A batch is given back after seconds, however big it is, and no mail takes longer than 15
        # timeouts (`transport`): so long nobody who lives holds a claim.
        self._lease = timedelta(seconds=max(600.0, 20 * self._settings.mail.timeout))
        self._unwritten, self._tell = unwritten_of(app), Teller(app)
        self._gone_well = 0
        self._lines = [self._new_line()]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for line in self._lines:
            line.close()
        if self._stop.is_set():  # there may be no next time
            with suppress(*_NO_DATABASE):
                self._unwritten.write(self._db, self._tell)

    @property
    def lines(self) -> int:
        """How many lines the next batch may use."""
        return len(self._lines)

    def _new_line(self) -> Line:
        return Line(self._settings.mail, self._own_name)

    def run(self, limit: int) -> int:
        """Send up to `limit` due mails; return how many were dealt with.

        Raises:
            DBAPIError, TimeoutError: the database failed; what is known is written down later.
        """
        with self._app.app_context():
            self._unwritten.write(self._db, self._tell)
            if self._halted():
                return 0
            with self._db.reading() as session:
                if not claims.anything_to_do(session):
                    return 0
            with self._db.writing() as session:
                ids = self._take(session, limit)
            with self._db.reading() as session:
                batch = _Batch(claims.claimed(session, ids))
            try:
                self._send(batch)
            finally:
                self._give_back(batch.left, batch.trouble)
            if batch.size == limit:
                self._widen_after(batch)
            return batch.handled

    def _halted(self) -> bool:
        return self._stop.is_set() or self._pace.resting(clock.now())

    def _widen_after(self, batch: _Batch) -> None:
        """Take another line when as many mails as a full batch has left without trouble."""
        calm = not batch.trouble and not self._pace.trouble
        self._gone_well = self._gone_well + batch.handled if calm else 0
        if self._gone_well < batch.size:
            return
        self._gone_well = 0
        if len(self._lines) < self._pace.most_lines(MOST_LINES, clock.now()):
            self._lines.append(self._new_line())

    def _take(self, session: Session, limit: int) -> Sequence[int]:
        """Clear up after dead workers, form the mails that are due, claim some."""
        left = claims.take_back(session, self._worker_id, self._lease, alone=self._db.is_sqlite)
        if any(left):
            log.warning("taken back from a dead worker: %d; fate unknown: %d", *left)
        allowed = claims.allowance(session, self._settings.mail.rate_per_minute)
        limit = limit if allowed is None else min(limit, allowed)
        if limit == 0:
            return []
        self._form_urgent(session, limit)
        # No more mails are formed than leave soon: what waits as an item can still be combined.
        missing = limit - claims.due_count(session, limit)
        if missing > 0:
            outbox.envelope(session, missing)
        return claims.claim(session, self._worker_id, limit, urgent=self._composers.urgent)

    def _form_urgent(self, session: Session, limit: int) -> None:
        """Form urgent mails even when 100,000 others wait; looks at what is new only."""
        urgent = self._composers.urgent
        if not urgent:
            return
        newest = outbox.newest_item(session)
        # Rows may appear out of order on PostgreSQL; what is missed here comes in its turn.
        after = max(0, self._pace.looked_until - 1000)
        if outbox.envelope(session, limit, kinds=urgent, after=after) < limit:
            self._pace.looked_until = newest

    def _send(self, batch: _Batch) -> None:
        """Let the first line and its helpers empty the batch; the first one's trouble ends it."""
        first, *others = self._lines
        if not others or batch.size < 2:
            self._handing.expect(1)
            self._over_first(first, batch)
            return
        self._handing.expect(len(self._lines))
        with ThreadPoolExecutor(len(others), thread_name_prefix="line") as pool:
            helping = [pool.submit(self._over_other, line, batch) for line in others]
            try:
                self._over_first(first, batch)
            finally:
                if batch.trouble or self._halted():
                    batch.ended.set()
        for help_ in helping:
            help_.result()

    def _over_first(self, line: Line, batch: _Batch) -> None:
        try:
            self._empty(line, batch)
        except LineDown as down:
            batch.trouble = down
            batch.ended.set()
            self._pace.down(clock.now())
            log.warning("no line to the mail server (%s); resting", down.phase)
        except BaseException:
            batch.ended.set()
            raise

    def _over_other(self, line: Line, batch: _Batch) -> None:
        """Help; a server that wants fewer lines gets fewer, and nothing rests for it."""
        with self._app.app_context():
            try:
                whole = self._empty(line, batch, helping=True)
            except LineDown as down:
                log.info("the mail server takes no further line (%s)", down.phase)
                whole = False
            except BaseException:
                batch.ended.set()
                raise
        if not whole:
            self._lines.remove(line)
            self._pace.fewer(len(self._lines), clock.now())

    def _empty(self, line: Line, batch: _Batch, *, helping: bool = False) -> bool:
        """Send what the batch has left; `False`: a helper's line broke, and it helps no more."""
        while not self._halted() and (mail := batch.take()) is not None:
            try:
                self._handing.send(line, mail, helping=helping)
            except LineDown:
                if helping:
                    batch.put_back(mail)
                raise
            batch.dealt_with(mail)
            if helping and line.is_broken:
                return False
        return True

    def _give_back(self, ids: list[int], trouble: LineDown | None) -> None:
        if not ids:
            return
        reason = _LINE_REASONS.get(trouble.phase, "unreachable") if trouble else None
        # If the database is what failed, they are taken back later.
        with suppress(*_NO_DATABASE), self._db.writing() as session:
            claims.release(session, ids, self._worker_id, reason, str(trouble) if trouble else None)


_LINE_REASONS = {"tls": "no_tls", "auth": "no_sign_in"}
