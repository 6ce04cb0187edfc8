"""A tiny domain for the mail tests: one kind of mail to numbered recipients."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from survey_app.database import Database
from survey_app.mailing import composing, outbox
from survey_app.mailing.composing import Mail, Skip
from survey_app.mailing.models import OutboxItem, OutboxMessage

LONG_LINE = "Đảng bộ Khối các cơ quan tỉnh Lạng Sơn kỷ niệm 70 năm ngày thành lập. " * 60


class Post:
    """Queues mails and looks at what became of them."""

    def __init__(self, app: Flask, db: Database) -> None:
        self.app = app
        self.db = db
        self.composed = 0
        self.wanted: Callable[[int], str | None] = lambda number: None
        self.to_name = "Nguyễn Văn Ẩn"
        self.subject = "[70 năm Đảng bộ Khối] Mời thi tìm hiểu, hạn 20/9/2024"
        self.address = "nguoi{}@so.example"
        composing.register(app, "invitation", self.compose)

    def compose(
        self, session: Session, message: OutboxMessage, items: list[OutboxItem]
    ) -> Mail | Skip:
        self.composed += 1
        reason = self.wanted(message.recipient_id)
        if reason:
            return Skip(reason)
        said = ", ".join(str(item.payload.get("say", "")) for item in items)
        return Mail(
            to=self.address.format(message.recipient_id),
            to_name=self.to_name,
            subject=self.subject,
            text=f"{LONG_LINE}\n.bắt đầu bằng dấu chấm\n{said}\n",
            html=f"<p>{LONG_LINE}</p>",
            unsubscribe_url="https://khao-sat.so-mau.example/mail/no-reminders/" + "t" * 120,
            kind="invitation",
        )

    def queue(self, *numbers: int, kind: str = "invitation", say: str = "") -> None:
        with self.app.app_context(), self.db.writing() as session:
            for number in numbers or (1,):
                outbox.enqueue(
                    session,
                    kind,
                    recipient=("person", number),
                    subject=("round", 7),
                    dedupe_key=f"{kind}:7:{number}:{say}",
                    payload={"say": say},
                )

    def messages(self) -> list[OutboxMessage]:
        with self.db.reading() as session:
            return list(session.query(OutboxMessage).order_by(OutboxMessage.id))

    def only(self) -> OutboxMessage:
        (message,) = self.messages()
        return message

    def states(self) -> list[str]:
        return [message.state for message in self.messages()]

    def do(self, what: Callable[..., object], *args: object, **values: object) -> object:
        """Call a function of the outbox in a unit of work of its own."""
        with self.app.app_context(), self.db.writing() as session:
            return what(session, *args, **values)


@pytest.fixture
def post(app: Flask, db: Database) -> Post:
    """The tiny domain, installed in `app`."""
    return Post(app, db)
