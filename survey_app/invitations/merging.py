"""Two entries of the roster turn out to be one person: one of their two invitations survives."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from survey_app.audit.services import Actor
from survey_app.campaigns.models import Round
from survey_app.campaigns.services import lock_round
from survey_app.campaigns.settings import round_settings
from survey_app.errors import Conflict
from survey_app.i18n import _
from survey_app.invitations import ledger, moving, tally
from survey_app.invitations.following import LIVE, follow_addresses, not_told
from survey_app.invitations.launch import INVITATION, invitation_item
from survey_app.invitations.ledger import Why
from survey_app.invitations.models import Invitation
from survey_app.mailing import waiting
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.mailing.outbox import enqueue_many
from survey_app.people.changes import read_reason
from survey_app.people.models import Person
from survey_app.people.twins import merge_people

# Which of these invitations somebody is answering right now; attempts live in a higher package.
Answering = Callable[[Session, Iterable[int]], set[int]]
# When each of these invitations was first handed in.
HandedIn = Callable[[Session, Iterable[int]], dict[int, datetime]]


@dataclass(frozen=True)
class Papers:
    """What a higher package knows of the attempts of invitations."""

    answering: Answering
    handed_in: HandedIn


def merge(
    session: Session,
    kept_id: int,
    other_id: int,
    *,
    reason: str,
    actor: Actor,
    now: datetime,
    papers: Papers,
) -> Person:
    """Say that two people are one, and let each quiz round count them once.

    Of two invitations of a round the one that is done survives; of two done ones the first that was
    handed in counts. Then who is exempt, then who has started, then the kept person's own. The
    other one's attempts stay where they were made, its link leads to the one that survives, and
    nobody is written to twice. Rounds of forms are left alone: their ballots know no person.
    The results of a final round stay as they were counted: a second count with one paper less would
    tell whose paper that was.

    Raises:
        Invalid: no reason, or twice the same entry.
        NotFound: there is no such person.
        Conflict: one of them is answering right now, was merged before or has left.
    """
    why = Why(read_reason(reason), actor, now)
    both = _rounds(session, kept_id, other_id)
    for round_id in both:
        lock_round(session, round_id)
    locked = _lock_all(session, both, kept_id, other_id)
    _refuse_answering(session, locked, papers)
    kept = merge_people(session, kept_id, other_id, reason=reason, actor=actor)
    pairs: dict[int, dict[int, Invitation]] = {}
    for invitation in locked:
        pairs.setdefault(invitation.round_id, {})[invitation.person_id] = invitation
    for round_id in sorted(pairs):
        _settle(session, pairs[round_id], kept, other_id, why, papers)
    follow_addresses(session, [kept.id])
    for round_id in sorted(pairs):
        _write_once(session, round_id, kept.id, other_id, now)
    return kept


def survivor_first(
    invitations: Iterable[Invitation], kept_id: int, handed_in: dict[int, datetime]
) -> list[Invitation]:
    """Return the invitations of one round with the one that survives first."""

    def rank(one: Invitation) -> tuple[object, ...]:
        at = handed_in.get(one.id)
        return (
            not one.is_done,
            at.timestamp() if one.is_done and at else float("inf"),
            not one.is_exempt,
            not one.is_started,
            one.person_id != kept_id,
            one.id,
        )

    return sorted(invitations, key=rank)


def _rounds(session: Session, *people: int) -> list[int]:
    """The quiz rounds that ask either of them and can still be put right, in their order."""
    found = session.scalars(
        select(Round.id)
        .where(
            Round.kind == "quiz",
            Round.state.in_(ledger.CORRECTABLE),
            exists().where(
                Invitation.round_id == Round.id,
                Invitation.person_id.in_(people),
                Invitation.superseded_by_id.is_(None),
            ),
        )
        .order_by(Round.id)
    )
    return list(found)


def _lock_all(session: Session, rounds: list[int], *people: int) -> list[Invitation]:
    ids = session.scalars(
        select(Invitation.id).where(
            Invitation.round_id.in_(rounds),
            Invitation.person_id.in_(people),
            Invitation.superseded_by_id.is_(None),
        )
    )
    return tally.lock(session, ids)


def _refuse_answering(session: Session, locked: list[Invitation], papers: Papers) -> None:
    """A paper begun on an invitation that no longer counts could not be handed in."""
    by_round: dict[int, list[int]] = {}
    for invitation in locked:
        by_round.setdefault(invitation.round_id, []).append(invitation.id)
    twice = [one for ids in by_round.values() if len(ids) > 1 for one in ids]
    if papers.answering(session, twice):
        raise Conflict(
            _(
                "Một trong hai dòng đang làm dở bài thi. Xin đợi nộp xong hoặc hết giờ rồi gộp, để "
                "không mất bài."
            )
        )


def _settle(
    session: Session,
    pair: dict[int, Invitation],
    kept: Person,
    other_id: int,
    why: Why,
    papers: Papers,
) -> None:
    if len(pair) == 1:
        (only,) = pair.values()
        if only.person_id == other_id:
            only.person_id = kept.id
            here = only.round_cell_id
            ledger.enter_merge(session, only, here, here, why)
        return
    handed_in = papers.handed_in(session, [one.id for one in pair.values()])
    survivor, gone = survivor_first(pair.values(), kept.id, handed_in)
    left, mailed = gone.round_cell_id, gone.is_mailed
    moving.withdraw(session, gone)
    gone.superseded_by_id = survivor.id
    # What led to the one that is gone leads on to the survivor.
    session.execute(
        update(Invitation)
        .where(Invitation.superseded_by_id == gone.id)
        .values(superseded_by_id=survivor.id)
    )
    session.flush()
    if survivor.person_id != kept.id:
        survivor.person_id = kept.id
        session.flush()
        gone.person_id = other_id
    if mailed and not survivor.is_mailed:
        moving.mailed(session, survivor)
    ledger.enter_merge(session, gone, left, None, why)


def _write_once(
    session: Session, round_id: int, kept_id: int, other_id: int, now: datetime
) -> None:
    """Invite the person kept if nothing has reached either of the two and nothing is on its way.

    What still waits for the other one is not sent: the composer finds it exempt.
    """
    round_ = session.get_one(Round, round_id)
    untold = select(not_told(round_id).order_by(None).subquery().c.person_id)
    if round_.state not in LIVE or now >= round_.closes_at:
        return
    if kept_id not in set(session.scalars(untold)) or _was_sent(session, round_id, other_id):
        return
    leave = round_settings(round_.settings).mails_start(now)
    about = INVITATION, ("person", kept_id), ("round", round_id)
    if not waiting.hasten(session, *about, not_before=leave):
        number = waiting.said_so_far(session, *about) + 1
        enqueue_many(session, [invitation_item(round_id, kept_id, number, leave)])


def _was_sent(session: Session, round_id: int, person_id: int) -> bool:
    found = session.scalar(
        select(OutboxMessage.id)
        .join(OutboxItem, OutboxItem.outbox_message_id == OutboxMessage.id)
        .where(
            OutboxItem.kind == INVITATION,
            OutboxItem.recipient_kind == "person",
            OutboxItem.recipient_id == person_id,
            OutboxItem.subject_kind == "round",
            OutboxItem.subject_id == round_id,
            OutboxMessage.state.in_(("sending", "sent", "unknown")),
        )
        .limit(1)
    )
    return found is not None
