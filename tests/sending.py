"""Helpers for tests in which mail leaves."""

from flask import Flask

from survey_app.mailing import sender
from survey_app.mailing.models import OutboxItem, OutboxMessage


def send_all(app: Flask, worker_id: str = "test") -> int:
    """Send everything that is due, as the worker would; return how many mails were dealt with."""
    handled = 0
    while batch := sender.run_once(app, worker_id):
        handled += batch
    return handled


def message_of(item: OutboxItem) -> OutboxMessage:
    """Return the message that would be made of what waits, for its composer alone; not stored."""
    return OutboxMessage(
        kind=item.kind,
        recipient_kind=item.recipient_kind,
        recipient_id=item.recipient_id,
        subject_kind=item.subject_kind,
        subject_id=item.subject_id,
    )
