"""A worker's sender as a process of its own: `python -m tests.faults.sending_process`.

The settings come from the environment. Sends until every mail is settled, then exits with 0; where
there is nothing to do now, its clock jumps to when there is, so that pauses of minutes cost none.
"""

import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app import clock, create_app
from survey_app.mailing import composing, sender
from survey_app.mailing.composing import Mail
from survey_app.mailing.models import OutboxItem, OutboxMessage
from tests.faults import steps

WORKER = "the-worker"  # the same after every restart, as with a fixed host and an unlucky pid
JUMP = timedelta(seconds=10)
_ON_ITS_WAY = ("pending", "claimed", "sending")


def compose(session: Session, message: OutboxMessage, items: list[OutboxItem]) -> Mail:
    del session, items
    address = f"nguoi{message.recipient_id}@so.example"
    text = "Kính mời đồng chí tham gia.\n" * 20
    return Mail(address, "", "[Thử] Thư", text, "<p>Chữ</p>", None, "invitation")


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    offset = timedelta(0)
    clock.use_source(lambda: datetime.now(UTC) + offset)
    steps.prepare_worker()
    app = create_app()
    composing.register(app, "invitation", compose)
    database = app.extensions["survey.database"]
    unformed = select(func.count()).where(OutboxItem.outbox_message_id.is_(None))
    waiting = select(func.count()).where(OutboxMessage.state.in_(_ON_ITS_WAY))
    while True:
        if sender.send_due(app, WORKER):
            continue
        with database.reading() as session:
            if not session.scalar(unformed) and not session.scalar(waiting):
                return
        offset += JUMP


if __name__ == "__main__":
    main()
