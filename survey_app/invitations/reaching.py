"""Reaching people after the launch: addresses put right, mails sent again, links revoked."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.scope import MEMBER
from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.campaigns.models import Round
from survey_app.campaigns.services import find_round, lock_round
from survey_app.campaigns.settings import round_settings
from survey_app.errors import Conflict, NotFound
from survey_app.i18n import _
from survey_app.invitations import tally
from survey_app.invitations.following import LIVE, follow_addresses, not_told, stale
from survey_app.invitations.launch import INVITATION, invitation_item
from survey_app.invitations.models import EntryMeans, Invitation
from survey_app.mailing import waiting
from survey_app.mailing.outbox import enqueue_many
from survey_app.people.models import Person
from survey_app.people.services import correct_address


def correct_and_resend(
    session: Session, round_id: int, person_id: int, email: str, actor: Actor, now: datetime
) -> bool:
    """Store a person's new address and invite them again; return whether a mail was queued.

    Every live round counts them as reachable from here on, and those that could not reach them
    before send their invitation too.

    Raises:
        Invalid: it is no mail address.
        NotFound: they are not in this round.
    """
    invitation_of(session, round_id, person_id)
    return round_id in _correct(session, person_id, email, actor, now, {round_id})


def correct_and_invite(
    session: Session, person_id: int, email: str, actor: Actor, now: datetime
) -> None:
    """Store a person's new address, and invite them again to every live quiz they have not done.

    No form is sent on a secretary's word alone: whoever holds its link can answer it once, and
    nobody could tell. Whom a form could not reach is newly reachable for the organisers to send to.

    Raises:
        Invalid: it is no mail address.
        NotFound: there is no such person.
    """
    quizzes = {round_.id for _one, round_ in _live(session, person_id) if round_.kind == "quiz"}
    _correct(session, person_id, email, actor, now, quizzes, only_to=quizzes)


def _correct(
    session: Session,
    person_id: int,
    email: str,
    actor: Actor,
    now: datetime,
    when_changed: set[int],
    only_to: set[int] | None = None,
) -> set[int]:
    """Store the address; invite to the rounds that could not reach them, and to `when_changed`.

    With `only_to`, to no other round. Return the rounds whose invitation is on its way.
    """
    known = session.get(Person, person_id)
    before = known.email if known else None
    lost = {one.round_id for one, _round in _live(session, person_id) if one.is_undeliverable}
    lost = lost if only_to is None else lost & only_to
    person = correct_address(session, person_id, email, actor)
    follow_addresses(session, [person_id])
    wanted = lost | when_changed if person.email != before else lost
    return {
        round_.id
        for invitation, round_ in _live(session, person_id)
        if round_.id in wanted
        and _reachable(person)
        and not _settled(invitation)
        and _invite_again(session, round_, person_id, now)
    }


def resend(session: Session, round_id: int, person_id: int, actor: Actor, now: datetime) -> None:
    """Send one person's link again, with the version that holds now.

    Who has handed in is told so instead of being invited.

    Raises:
        NotFound: they are not in this round.
        Conflict: the round is over, they cannot be reached, or their mail is waiting already.
    """
    invitation = invitation_of(session, round_id, person_id)
    round_ = find_round(session, round_id)
    if round_.state not in LIVE or now >= round_.closes_at:
        raise Conflict(_("Vòng thi đã kết thúc nên không gửi thư mời nữa."))
    if not _reachable(session.get_one(Person, person_id)):
        raise Conflict(_("Người này chưa có địa chỉ thư dùng được. Xin sửa địa chỉ trước."))
    if waiting.is_waiting(session, INVITATION, ("person", person_id), ("round", round_id)):
        raise Conflict(_("Thư mời của người này đang chờ gửi, không cần gửi thêm."))
    _send_link_again(session, invitation, round_, now)
    record(session, Action.INVITATION_RESENT, actor, ("invitation", invitation.id))


def resend_to_mailbox(session: Session, email: str, now: datetime) -> int:
    """Send the links of live rounds again to everyone who has `email`; return how many.

    Two people may share the mailbox: each gets a mail of their own, with their own link.
    """
    rows = session.execute(
        select(Invitation, Round)
        .join(Person, Person.id == Invitation.person_id)
        .join(Round, Round.id == Invitation.round_id)
        .where(
            func.lower(Person.email) == email.lower(),
            Person.address_state == "ok",
            Person.merged_into_id.is_(None),
            Person.left_on.is_(None),
            Invitation.is_exempt.is_(False),
            Round.state.in_(LIVE),
            Round.closes_at > now,
        )
        .order_by(Invitation.id)
    ).all()
    for invitation, round_ in rows:
        _send_link_again(session, invitation, round_, now)
        record(session, Action.INVITATION_RESENT, MEMBER, ("invitation", invitation.id))
    return len(rows)


def invite_newly_reachable(session: Session, round_id: int, actor: Actor, now: datetime) -> int:
    """Invite everyone whose address was found since (a new roster, another round); return how many.

    Raises:
        Conflict: the round is over.
    """
    round_ = lock_round(session, round_id)
    if round_.state not in LIVE or now >= round_.closes_at:
        raise Conflict(_("Vòng thi đã kết thúc nên không gửi thư mời nữa."))
    found = {row.id: row.person_id for row in session.execute(not_told(round_id))}
    follow_addresses(session, {*found.values(), *session.scalars(stale(round_id))})
    to_invite = [one for one in tally.lock(session, found) if not _settled(one)]
    queued = 0
    for invitation in to_invite:
        if _invite_again(session, round_, invitation.person_id, now):
            queued += 1
            record(session, Action.INVITATION_RESENT, actor, ("invitation", invitation.id))
    return queued


def newly_reachable(session: Session, round_id: int) -> int:
    """Return how many `invite_newly_reachable` would invite."""
    found = not_told(round_id).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def revoke_link(session: Session, round_id: int, person_id: int, actor: Actor) -> int:
    """Make the links issued so far useless (one was pasted to a group); return the new version.

    Raises:
        NotFound: they are not in this round.
    """
    invitation = invitation_of(session, round_id, person_id)
    means = session.scalars(
        select(EntryMeans)
        .where(EntryMeans.invitation_id == invitation.id, EntryMeans.kind == "link")
        .with_for_update()
    ).one()
    means.version += 1
    means.issued_at = clock.now()
    subject = ("invitation", invitation.id)
    record(session, Action.LINK_REVOKED, actor, subject, version=means.version)
    return means.version


def set_wants_reminders(session: Session, public_id: str, wanted: bool) -> Person:
    """Keep a person's wish about reminders, given by the link in their mail.

    Raises:
        NotFound: there is no such invitation.
    """
    person = person_behind(session, public_id)
    if person.wants_reminders != wanted:
        person.wants_reminders = wanted
        person.updated_at = clock.now()
        action = Action.PERSON_REMINDERS_CHANGED
        record(session, action, MEMBER, ("person", person.id), wanted=wanted)
    return person


def person_behind(session: Session, public_id: str) -> Person:
    """Return the person of an invitation; of two entries that were merged the one kept.

    Raises:
        NotFound: there is no such invitation.
    """
    person = session.scalar(
        select(Person)
        .join(Invitation, Invitation.person_id == Person.id)
        .where(Invitation.public_id == public_id)
    )
    if person is None:
        raise NotFound(_("Liên kết này không còn dùng được."))
    if person.merged_into_id is not None:
        person = session.get_one(Person, person.merged_into_id)
    return person


def invitation_of(session: Session, round_id: int, person_id: int) -> Invitation:
    """Return one person's invitation to a round.

    Raises:
        NotFound: they are not in this round.
    """
    invitation = session.scalar(
        select(Invitation).where(Invitation.round_id == round_id, Invitation.person_id == person_id)
    )
    if invitation is None:
        raise NotFound(_("Người này không có trong vòng thi."))
    return invitation


def _live(session: Session, person_id: int) -> list[tuple[Invitation, Round]]:
    found = session.execute(
        select(Invitation, Round)
        .join(Round, Round.id == Invitation.round_id)
        .where(Invitation.person_id == person_id, Round.state.in_(LIVE))
        .order_by(Invitation.id)
    )
    return [(invitation, round_) for invitation, round_ in found]


def _reachable(person: Person) -> bool:
    return person.address_state == "ok" and bool(person.email)


def _settled(invitation: Invitation) -> bool:
    return invitation.is_done or invitation.is_exempt


def _send_link_again(
    session: Session, invitation: Invitation, round_: Round, now: datetime
) -> None:
    """Invite again, or send who is done already a mail that does not count as the first one."""
    if not invitation.is_done:
        _invite_again(session, round_, invitation.person_id, now)
        return
    person_id = invitation.person_id
    said = waiting.said_so_far(session, INVITATION, ("person", person_id), ("round", round_.id))
    enqueue_many(session, [invitation_item(round_.id, person_id, said + 2, now)])


def _invite_again(session: Session, round_: Round, person_id: int, now: datetime) -> bool:
    """Let an invitation leave: the one that waits (it goes where the address is then), or another.

    Return whether one is on its way.
    """
    about = INVITATION, ("person", person_id), ("round", round_.id)
    leave = round_settings(round_.settings).mails_start(now)
    if waiting.hasten(session, *about, not_before=leave):
        return True
    number = waiting.said_so_far(session, *about) + 1
    return enqueue_many(session, [invitation_item(round_.id, person_id, number, leave)]) == 1
