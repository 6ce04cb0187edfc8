"""The composers of invitations, reminders and tests, asked at the moment of sending.

Each answers whether the mail is still wanted, to which address it goes and with which link; nothing
of it is stored when the mail is queued.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.models import User
from survey_app.extensions import current_settings
from survey_app.i18n import speaking
from survey_app.invitations import tokens
from survey_app.invitations.addressees import (
    Addressee,
    Reader,
    RoundFacts,
    invited,
    reader_of,
    round_facts,
)
from survey_app.invitations.following import address_refused, follow_addresses
from survey_app.invitations.form_mail_texts import form_invitation_texts, form_reminder_texts
from survey_app.invitations.launch import INVITATION, REMINDER
from survey_app.invitations.mail_texts import invitation_texts, reminder_texts
from survey_app.invitations.mailed import invitations_sent
from survey_app.mailing.composing import Mail, Skip, on_refused, on_sent, register, render_mail
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.people import address_changes
from survey_app.people.models import Person

TEST = "test_invitation"


# Writes to someone who has handed in and is sent their link again, by the invitation's public id;
# handed down by the package that knows what was handed in.
ForTheDone = Callable[[Session, str], Mail | None]


def install(app: Flask, for_the_done: ForTheDone) -> None:
    """Hand the composers to the mail package, and what follows from an address."""
    # Whom it tells what they handed in is told by more statements; what they find is only added to.
    composer = partial(compose_invitation, for_the_done=for_the_done)
    register(app, INVITATION, composer, at_a_glance=True)
    register(app, REMINDER, compose_reminder, at_a_glance=True)
    register(app, TEST, compose_test, urgent=True)
    on_refused(app, address_refused)
    on_sent(app, INVITATION, invitations_sent)
    address_changes.install(app, follow_addresses)


def compose_invitation(
    session: Session,
    message: OutboxMessage,
    items: list[OutboxItem],
    *,
    for_the_done: ForTheDone,
) -> Mail | Skip:
    """Compose an invitation, if the round still takes answers and the person can be reached.

    The first one is not for those who are done already. One sent again on request tells them so:
    nobody is invited to what they have handed in.
    """
    now = clock.now()
    found = _found(session, message, now)
    if isinstance(found, Skip):
        return found
    person, facts = found
    first = all(item.payload.get("number", 1) == 1 for item in items)
    if person.is_done:
        told = None if first else for_the_done(session, person.public_id)
        return told or Skip("answered")
    with speaking(person.reader.locale):
        stop = no_reminders_url(person)
        values = _invitation_texts(person.reader, facts, link_url(person), stop, now)
        parts = render_mail("invitation", person.reader.locale, person.reader.you, **values)
    return _mail(person.reader, parts, "invitation", stop)


def compose_reminder(
    session: Session, message: OutboxMessage, items: list[OutboxItem]
) -> Mail | Skip:
    """Compose a reminder for someone for whom it is still true."""
    del items
    now = clock.now()
    found = _found(session, message, now)
    if isinstance(found, Skip):
        return found
    person, facts = found
    if person.is_done:
        return Skip("answered")
    if not person.wants_reminders:
        return Skip("opted_out")
    if now < facts.opens_at:
        return Skip("not_open")
    with speaking(person.reader.locale):
        stop = no_reminders_url(person)
        link = link_url(person)
        if facts.kind == "feedback":
            values = form_reminder_texts(person.reader, facts, link, stop, now)
        else:
            values = reminder_texts(
                person.reader, facts, link, stop, now, started=person.is_started
            )
        parts = render_mail("reminder", person.reader.locale, person.reader.you, **values)
    return _mail(person.reader, parts, "reminder", stop)


def compose_test(session: Session, message: OutboxMessage, items: list[OutboxItem]) -> Mail | Skip:
    """Compose the invitation as a chosen person would get it, for the organiser who asked."""
    user = session.get(User, message.recipient_id)
    facts = round_facts(session, message.subject_id or 0)
    if user is None or facts is None:
        return Skip("left")
    reader = _chosen_reader(session, items[-1].payload.get("person"), user)
    subject, text, html = preview(reader, facts, user.id, clock.now(), marked=True)
    return Mail(
        to=user.email,
        to_name=user.name,
        subject=subject,
        text=text,
        html=html,
        unsubscribe_url=None,
        kind="test",
    )


def preview(
    reader: Reader, facts: RoundFacts, user_id: int, now: datetime, *, marked: bool = False
) -> tuple[str, str, str]:
    """Return subject, text and HTML of the invitation as `reader` would get it.

    Its link is the organiser's own trial run: nobody answers in another's name from a preview.
    """
    settings = current_settings()
    trial = tokens.personal_trial_token(settings.link_key, facts.kind, facts.id, user_id)
    with speaking(reader.locale):
        values = _invitation_texts(reader, facts, f"{settings.base_url}/i/{trial}", None, now)
        template = "test_invitation" if marked else "invitation"
        return render_mail(template, reader.locale, reader.you, trial=marked, **values)


def link_url(person: Addressee) -> str:
    """Return the personal link, the same in every mail until it is revoked."""
    return personal_link(person.public_id, person.link_version, person.round_kind)


def personal_link(public_id: str, version: int, kind: str = "quiz") -> str:
    """Return the link of an invitation by its public id, the version that holds, and its round."""
    settings = current_settings()
    token = tokens.personal_token(settings.link_key, kind, public_id, version)
    return f"{settings.base_url}/i/{token}"


def _invitation_texts(
    reader: Reader, facts: RoundFacts, link: str, stop: str | None, now: datetime
) -> dict[str, Any]:
    texts = form_invitation_texts if facts.kind == "feedback" else invitation_texts
    return texts(reader, facts, link, stop, now)


def no_reminders_url(person: Addressee) -> str:
    """Return the address of "Không nhận thư nhắc"; it outlives a revoked personal link."""
    settings = current_settings()
    token = tokens.no_reminders_token(settings.link_key, person.public_id, 1)
    return f"{settings.base_url}/mail/no-reminders/{token}"


def _found(
    session: Session, message: OutboxMessage, now: datetime
) -> tuple[Addressee, RoundFacts] | Skip:
    found = invited(session, message.subject_id or 0, message.recipient_id)
    if found is None:
        return Skip("left")
    person, facts = found
    if person.has_left:
        return Skip("left")
    if facts.state == "cancelled":
        return Skip("round_cancelled")
    if facts.state not in ("scheduled", "open") or now >= facts.closes_at:
        return Skip("closed")
    if person.is_exempt:
        return Skip("exempt")
    if not person.reachable:
        return Skip("bad_address" if person.reader.email else "no_address")
    return person, facts


def _chosen_reader(session: Session, person_id: int | None, user: User) -> Reader:
    person = session.get(Person, person_id) if person_id else None
    if person is not None:
        return reader_of(session, person)
    return Reader(name=user.name, locale=user.locale, form_of_address=None)


def _mail(reader: Reader, parts: tuple[str, str, str], kind: str, stop: str) -> Mail:
    subject, text, html = parts
    return Mail(
        to=reader.email or "",
        to_name=reader.name,
        subject=subject,
        text=text,
        html=html,
        unsubscribe_url=stop,
        kind=kind,
    )
