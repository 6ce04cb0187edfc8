"""The sender: takes due mails from the outbox and hands them to the mail server, one by one.

Protocol of one mail, no SMTP inside a transaction: claim; compose (still wanted? which address?
which link?); MAIL, RCPT; commit "sending"; DATA; settle by the answer. Only between the final dot
and its answer can a mail's fate become unknown. No address and no word of a mail goes to the log.
"""

import logging
import threading
import traceback
from contextlib import suppress
from datetime import datetime, timedelta

from flask import Flask
from flask_mail import BadHeaderError
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.config import Settings
from survey_app.database import Database
from survey_app.mailing import building, claims, outbox
from survey_app.mailing.claims import Settlement
from survey_app.mailing.composing import Mail, Skip, composers
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.mailing.pace import DELAYS, pace_of
from survey_app.mailing.transport import Fate, Line, LineDown, Outcome

log = logging.getLogger(__name__)

BATCH = 20


def run_once(
    app: Flask, worker_id: str, limit: int = BATCH, stop: threading.Event | None = None
) -> int:
    """Send up to `limit` due mails; return how many were dealt with (0: nothing to do now).

    `worker_id` names one sender that does one thing at a time. `stop` is looked at between mails.
    """
    with app.app_context():
        return _Sender(app, worker_id, stop or threading.Event()).run(limit)


class _Sender:
    def __init__(self, app: Flask, worker_id: str, stop: threading.Event) -> None:
        self._settings: Settings = app.extensions["survey.settings"]
        self._db: Database = app.extensions["survey.database"]
        self._app, self._worker_id, self._stop = app, worker_id, stop
        self._composers = composers(app)
        self._pace = pace_of(app)
        self._from = building.sender_address(app)
        self._line = Line(self._settings.mail, self._from.rpartition("@")[2])
        self._lease = timedelta(seconds=max(600.0, 20 * self._settings.mail.timeout))

    def run(self, limit: int) -> int:
        if self._stop.is_set() or self._pace.resting(clock.now()):
            return 0
        with self._db.reading() as session:
            if not claims.anything_to_do(session):
                return 0
        with self._db.writing() as session:
            ids = self._take(session, limit)
        done, trouble = 0, None
        try:
            for message_id in ids:
                if self._stop.is_set() or self._pace.resting(clock.now()):
                    break
                self._send(message_id)
                done += 1
        except LineDown as down:
            trouble = down
            self._pace.down(clock.now())
            log.warning("no line to the mail server (%s); resting", down.phase)
        finally:
            self._line.close()
            self._give_back(ids[done:], trouble)
        return done

    def _take(self, session: Session, limit: int) -> list[int]:
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
        return list(claims.claim(session, self._worker_id, limit, urgent=self._composers.urgent))

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

    def _give_back(self, ids: list[int], trouble: LineDown | None) -> None:
        if not ids:
            return
        reason = _LINE_REASONS.get(trouble.phase, "unreachable") if trouble else None
        # If the database is what failed, the lease will bring them back.
        with suppress(DBAPIError), self._db.writing() as session:
            claims.release(session, ids, self._worker_id, reason, str(trouble) if trouble else None)

    def _send(self, message_id: int) -> None:
        with self._db.reading() as session:
            message = session.get(OutboxMessage, message_id)
            if message is None or (message.state, message.claimed_by) != (
                "claimed",
                self._worker_id,
            ):
                return  # cancelled, or another worker's by now
            composed = self._compose(session, message)
        if isinstance(composed, Settlement):
            self._settle_unsent(message, composed)
            return
        try:
            address = building.plain_address(composed.to)
            data = building.build(
                self._app, composed, message_id=message.message_id, date=clock.now()
            )
        except building.UnusableAddress:
            self._settle_unsent(message, Settlement("failed", "bad_address"), composed.to)
            return
        except BadHeaderError:
            self._settle_unsent(message, Settlement("failed", "compose_error"))
            return
        self._line.open()
        self._hand_over(message, address, data)

    def _compose(self, session: Session, message: OutboxMessage) -> Mail | Settlement:
        composer = self._composers.by_kind.get(message.kind)
        if composer is None:
            log.error("mail %d: nobody composes %r", message.id, message.kind)
            return Settlement("failed", "no_composer")
        items = session.scalars(
            select(OutboxItem)
            .where(OutboxItem.outbox_message_id == message.id)
            .order_by(OutboxItem.id)
        ).all()
        try:
            composed = composer(session, message, list(items))
        except DBAPIError:
            raise
        except Exception as error:  # one broken template must not stop all mail
            where = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{where.name}:{where.lineno}"
            log.error("mail %d: %s in %s", message.id, type(error).__name__, place)
            return Settlement("failed", "compose_error", f"{type(error).__name__} in {place}")
        return Settlement("skipped", composed.reason) if isinstance(composed, Skip) else composed

    def _hand_over(self, message: OutboxMessage, address: str, data: bytes) -> None:
        outcome = self._line.offer(self._from, address)
        if outcome is not None:
            self._note(outcome)
            settlement = _settlement(outcome, message.attempts + 1, clock.now())
            self._settle_unsent(message, settlement, address)
            return
        with self._db.writing() as session:
            held = claims.mark_sending(session, message.id, self._worker_id, address)
        if not held:  # cancelled in the meantime, or taken over
            self._line.reset()
            return
        outcome = self._line.transmit(data)
        self._note(outcome)
        settlement = _settlement(outcome, message.attempts + 1, clock.now())
        with self._db.writing() as session:
            claims.settle_sent(session, message.id, self._worker_id, settlement)
        _log(message, settlement)

    def _note(self, outcome: Outcome) -> None:
        now = clock.now()
        if outcome.reply.code == 421:
            self._pace.down(now)
        elif outcome.fate is Fate.ACCEPTED:
            self._pace.worked()
        elif outcome.fate in {Fate.LOST, Fate.UNKNOWN}:
            self._pace.lost(now)
        else:
            self._pace.refused(now)

    def _settle_unsent(
        self, message: OutboxMessage, settlement: Settlement, address: str | None = None
    ) -> None:
        with self._db.writing() as session:
            held = claims.settle_unsent(
                session, message.id, self._worker_id, settlement, tried_address=address
            )
            if held and settlement.reason in {"bad_address", "refused_address"}:
                self._tell_refused(session, message)
        _log(message, settlement)

    def _tell_refused(self, session: Session, message: OutboxMessage) -> None:
        if self._composers.on_refused is None:
            return
        try:
            with session.begin_nested():
                self._composers.on_refused(session, message)
        except Exception as error:  # the mail is settled all the same
            log.error("mail %d: %s in the refusal hook", message.id, type(error).__name__)


_LINE_REASONS = {"tls": "no_tls", "auth": "no_sign_in"}


def _settlement(outcome: Outcome, attempts: int, now: datetime) -> Settlement:
    said = str(outcome.reply)
    match outcome.fate:
        case Fate.ACCEPTED:
            return Settlement("sent", None, said)
        case Fate.UNKNOWN:
            return Settlement("unknown", "line_lost", said)
        # A 5xx to MAIL is about us, not about this person: it may be put right.
        case Fate.PERMANENT if outcome.phase != "mail":
            about_address = outcome.phase == "rcpt" and outcome.reply.blames_address
            return Settlement("failed", "refused_address" if about_address else "refused", said)
    if attempts > len(DELAYS):
        return Settlement("failed", "gave_up", said)
    reason = "line_lost" if outcome.fate is Fate.LOST else "later"
    return Settlement("pending", reason, said, now + DELAYS[attempts - 1])


def _log(message: OutboxMessage, settlement: Settlement) -> None:
    log.info(
        "mail %d (%s): %s %s", message.id, message.kind, settlement.state, settlement.reason or ""
    )
