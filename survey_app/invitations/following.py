"""The rounds follow the addresses: who can be reached by mail, and who was not told yet."""

from collections.abc import Iterable

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session

from survey_app.campaigns.models import Round
from survey_app.invitations import tally
from survey_app.invitations.launch import INVITATION
from survey_app.invitations.models import Invitation
from survey_app.mailing.building import same_address
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.people.models import Person
from survey_app.people.services import mark_address_bad

LIVE = ("scheduled", "open")
# A mail settled like this reached nobody because of the address it had then.
_LOST = ("no_address", "bad_address", "refused_address")


def follow_addresses(session: Session, person_ids: Iterable[int]) -> None:
    """Count these people in every live round as their addresses stand now.

    The one answer to "this person's address changed", whoever changed it.
    """
    session.flush()
    ids, wanted = sorted(set(person_ids)), dict[int, dict[str, bool]]()
    for start in range(0, len(ids), 500):
        found = session.execute(
            select(Invitation.id, Person.email, Person.address_state)
            .join(Person, Person.id == Invitation.person_id)
            .join(Round, Round.id == Invitation.round_id)
            .where(Person.id.in_(ids[start : start + 500]), Round.state.in_(LIVE))
        )
        for invitation_id, email, state in found:
            wanted[invitation_id] = {"is_undeliverable": not (state == "ok" and email)}
    tally.set_each(session, wanted)


def address_refused(session: Session, message: OutboxMessage) -> None:
    """Hear from the mail package that an address takes no mail any more."""
    if message.recipient_kind != "person":
        return
    # `message` was read before the attempt; the address tried stands in its row only.
    tried = session.scalar(select(OutboxMessage.sent_to).where(OutboxMessage.id == message.id))
    person = session.get(Person, message.recipient_id)
    if person is None or not same_address(tried or "", person.email or ""):
        return  # corrected since
    if mark_address_bad(session, person.id):
        follow_addresses(session, [person.id])


def not_told(round_id: int) -> Select[int, int]:
    """Select (invitation id, person id) of who could be invited by mail and was not.

    Not those who are done or exempt, nor whose invitation was sent, waits or was stopped on
    purpose: only an address that was missing or dead leaves somebody untold.
    """
    told = (
        exists(OutboxItem.id)
        .where(
            OutboxItem.kind == INVITATION,
            OutboxItem.recipient_kind == "person",
            OutboxItem.recipient_id == Invitation.person_id,
            OutboxItem.subject_kind == "round",
            OutboxItem.subject_id == round_id,
        )
        .where(
            or_(
                OutboxItem.outbox_message_id.is_(None),
                ~exists(OutboxMessage.id).where(
                    OutboxMessage.id == OutboxItem.outbox_message_id,
                    OutboxMessage.state.in_(("failed", "skipped")),
                    OutboxMessage.reason.in_(_LOST),
                ),
            )
        )
    )
    return (
        select(Invitation.id, Invitation.person_id)
        .join(Person, Person.id == Invitation.person_id)
        .where(
            Invitation.round_id == round_id,
            Invitation.is_done.is_(False),
            Invitation.is_exempt.is_(False),
            Person.left_on.is_(None),
            Person.address_state == "ok",
            Person.email.is_not(None),
            ~told,
        )
        .order_by(Invitation.id)
    )


def stale(round_id: int) -> Select[int]:
    """Select the people a round takes for unreachable although their address is good by now."""
    return (
        select(Invitation.person_id)
        .join(Person, Person.id == Invitation.person_id)
        .where(
            Invitation.round_id == round_id,
            Invitation.is_undeliverable.is_(True),
            Person.address_state == "ok",
            Person.email.is_not(None),
        )
    )
