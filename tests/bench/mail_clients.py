"""The two sides of the mail bench, each in a process of its own that tells its figures as JSON.

    python -m tests.bench.mail_clients plain CONTENT.json PORT COUNT    Flask-Mail, as documented
    python -m tests.bench.mail_clients ours ROUND COUNT                 the shipped sender

`plain` never imports the product: it would make Flask-Mail's messages slower (quoted-printable).
"""

import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WARM_UP = 40


def measured(send: Callable[[], int]) -> None:
    """Send, then print how many mails, and the wall and CPU seconds they took."""
    wall, cpu = time.perf_counter(), time.process_time()
    count = send()
    figures = {
        "count": count,
        "seconds": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
    }
    print(json.dumps(figures))


def plain(content: str, port: str, count: str) -> None:
    """Send `count` mails of rendered `content` over one Flask-Mail connection."""
    from flask import Flask
    from flask_mail import Mail, Message

    mails: list[dict[str, Any]] = json.loads(Path(content).read_text(encoding="utf-8"))
    app = Flask(__name__)
    app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=int(port))
    mail = Mail(app)

    def send(how_many: int = int(count)) -> int:
        with mail.connect() as connection:
            for number in range(how_many):
                one = mails[number % len(mails)]
                connection.send(
                    Message(
                        subject=one["subject"],
                        sender=("Đảng ủy Sở (mẫu)", "khao-sat@so-mau.example"),
                        recipients=[(one["to_name"], one["to"])],
                        body=one["text"],
                        html=one["html"],
                        extra_headers={"X-Survey-Message": "invitation"},
                    )
                )
        return how_many

    with app.app_context():
        send(WARM_UP)
        measured(send)


def ours(round_id: str, count: str) -> None:
    """Let `count` invitations of the round be due and send them, as the worker does."""
    from sqlalchemy import select, update

    from survey_app import clock, create_app, jobs, worker
    from survey_app.mailing.models import OutboxItem

    app = create_app()
    database = app.extensions["survey.database"]

    def let_leave(how_many: int) -> None:
        waiting = (
            select(OutboxItem.id)
            .where(OutboxItem.subject_id == int(round_id), OutboxItem.outbox_message_id.is_(None))
            .order_by(OutboxItem.id)
            .limit(how_many)
        )
        due = update(OutboxItem).where(OutboxItem.id.in_(waiting)).values(not_before=clock.now())
        with database.writing() as session:
            session.execute(due)

    def send() -> int:
        return jobs.send_mail(app, "bench", threading.Event())

    worker.settle_in()
    let_leave(WARM_UP)  # a worker lives long: its templates and statements are compiled
    send()
    let_leave(int(count))
    measured(send)
    database.dispose()


if __name__ == "__main__":
    {"plain": plain, "ours": ours}[sys.argv[1]](*sys.argv[2:])
