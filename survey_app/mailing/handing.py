"""One mail from its claim to its settlement, over one line.

Compose (still wanted? which address? which link?); MAIL, RCPT; commit "sending"; DATA; settle by
the answer. Only between the final dot and its answer can a mail's fate become unknown. No address
and no word of a mail goes to the log.
"""

import logging
import traceback
from collections.abc import Callable
from datetime import datetime

from flask import Flask
from sqlalchemy.exc import DBAPIError, TimeoutError
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.database import Database
from survey_app.mailing import building, claims
from survey_app.mailing.claims import Claimed, Settlement
from survey_app.mailing.composing import Mail, Skip, composers
from survey_app.mailing.models import OutboxMessage
from survey_app.mailing.pace import DELAYS, pace_of
from survey_app.mailing.telling import Teller, note_sent
from survey_app.mailing.together import Together
from survey_app.mailing.transport import Fate, Line, LineDown, Outcome
from survey_app.mailing.unwritten import Change, unwritten_of

log = logging.getLogger(__name__)


class Handing:
    """Hands over claimed mails; several threads may, each over a line of its own."""

    def __init__(self, app: Flask, worker_id: str) -> None:
        self._app, self._worker_id = app, worker_id
        self._db: Database = app.extensions["survey.database"]
        self._together = Together(self._db, Teller(app))
        self._composers = composers(app)
        self._pace = pace_of(app)
        self._unwritten = unwritten_of(app)
        self._from = building.sender_address(app)

    def expect(self, lines: int) -> None:
        """Be told how many lines are at work, so that their changes are committed together."""
        self._together.company = lines

    def send(self, line: Line, claimed: Claimed, *, helping: bool = False) -> None:
        """Deal with one mail: it is settled when this returns, or another's by now.

        `helping` says that the mail could leave over another line: trouble of this one before the
        mail is under way is no trouble of the mail, and never one of all lines.

        Raises:
            LineDown: there is no line; the mail is still claimed.
            DBAPIError, TimeoutError: the database failed. The mail is still claimed, or what is
                known of it is written down later (`unwritten`).
        """
        message = claimed.message
        at_a_glance = message.kind in self._composers.at_a_glance
        with self._db.glancing() if at_a_glance else self._db.reading() as session:
            composed = self._compose(session, claimed)
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
        line.open()
        self._hand_over(line, message, address, data, helping)

    def _compose(self, session: Session, claimed: Claimed) -> Mail | Settlement:
        message = claimed.message
        composer = self._composers.by_kind.get(message.kind)
        if composer is None:
            log.error("mail %d: nobody composes %r", message.id, message.kind)
            return Settlement("failed", "no_composer")
        try:
            composed = composer(session, message, claimed.items)
        except (DBAPIError, TimeoutError):
            raise
        except Exception as error:  # one broken template must not stop all mail
            where = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{where.name}:{where.lineno}"
            log.error("mail %d: %s in %s", message.id, type(error).__name__, place)
            return Settlement("failed", "compose_error", f"{type(error).__name__} in {place}")
        return Settlement("skipped", composed.reason) if isinstance(composed, Skip) else composed

    def _hand_over(
        self, line: Line, message: OutboxMessage, address: str, data: bytes, helping: bool
    ) -> None:
        outcome = line.offer(self._from, address)
        if outcome is not None:
            if helping and outcome.about_line:
                raise LineDown(outcome.phase, str(outcome.reply))
            self._note(outcome, helping)
            settlement = _settlement(outcome, message.attempts + 1, clock.now())
            self._settle_unsent(message, settlement, address)
            return
        if not self._mark(message.id, address):  # cancelled in the meantime, or taken over
            line.reset()
            return
        outcome = line.transmit(data)
        self._note(outcome, helping)
        settlement = _settlement(outcome, message.attempts + 1, clock.now())

        def settle(session: Session) -> bool:
            held = claims.settle_sent(session, message.id, self._worker_id, settlement)
            if held and settlement.state == "sent":
                note_sent(session, message)
            return held

        self._commit(message.id, settle, or_later=settle)
        _log(message, settlement)

    def _mark(self, message_id: int, address: str) -> bool:
        now = clock.now()

        def mark(session: Session) -> bool:
            return claims.mark_sending(session, message_id, self._worker_id, address, at=now)

        def take_off(session: Session) -> bool:
            return claims.take_mark_off(session, message_id, self._worker_id, at=now)

        # Whether the mark is there may be unclear after an error; that nothing has left is not.
        return self._commit(message_id, mark, or_later=take_off)

    def _commit(
        self, message_id: int, make: Callable[[Session], bool], *, or_later: Change
    ) -> bool:
        try:
            return self._together.commit(make)
        except Exception:
            self._unwritten.keep(message_id, or_later)
            raise

    def _note(self, outcome: Outcome, helping: bool) -> None:
        now = clock.now()
        if helping and outcome.about_line:
            return
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
        # Not together with others: the hook may lock people and rounds.
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
