"""A worker's sender as a process of its own, to be killed.

`python -m tests.faults.sending_process`. The settings come from the environment. Sends
until nothing is left, then exits with 0.
"""

import time

from sqlalchemy.orm import Session

from survey_app import create_app
from survey_app.mailing import claims, composing, sender
from survey_app.mailing.composing import Mail
from survey_app.mailing.models import OutboxItem, OutboxMessage

WORKER = "the-worker"  # the same after every restart, as with a fixed host and an unlucky pid


def compose(session: Session, message: OutboxMessage, items: list[OutboxItem]) -> Mail:
    del session, items
    address = f"nguoi{message.recipient_id}@so.example"
    return Mail(address, "", "[Thử] Thư", "Chữ", "<p>Chữ</p>", None, "invitation")


def main() -> None:
    app = create_app()
    composing.register(app, "invitation", compose)
    database = app.extensions["survey.database"]
    while True:
        handled = sender.run_once(app, WORKER, limit=5)
        with database.reading() as session:
            if not handled and not claims.anything_to_do(session):
                return
        time.sleep(0.01)


if __name__ == "__main__":
    main()
