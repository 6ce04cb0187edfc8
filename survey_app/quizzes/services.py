"""Beginning, saving and submitting an attempt. Each call is one unit of work of its caller."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import bindparam, insert, update
from sqlalchemy.orm import Session

from survey_app import signing
from survey_app.campaigns.settings import RoundSettings
from survey_app.database import all_at_once, run, table_of
from survey_app.errors import Conflict, Expired, Invalid
from survey_app.formatting import today
from survey_app.i18n import _
from survey_app.invitations import tally
from survey_app.invitations.entries import phase as phase
from survey_app.mailing import outbox
from survey_app.questions import library
from survey_app.quizzes import deadlines, queries, saving
from survey_app.quizzes.drawing import draw
from survey_app.quizzes.models import Attempt, Grading
from survey_app.quizzes.queries import Entry, Try
from survey_app.quizzes.saving import Write
from survey_app.quizzes.scoring import score

_ATTEMPT = table_of(Attempt)
# inline: nobody asks for the new row's number.
_INSERT_ATTEMPT = insert(_ATTEMPT).inline()
_INSERT_GRADING = insert(table_of(Grading)).inline()
_SAVE_ANSWERS = (
    update(_ATTEMPT)
    .where(_ATTEMPT.c.id == bindparam("key"))
    .values(answers=bindparam("answers"), revision=bindparam("revision"))
)
_VOID = update(_ATTEMPT).where(_ATTEMPT.c.id == bindparam("key")).values(state="void")
_HAND_IN = (
    update(_ATTEMPT)
    .where(_ATTEMPT.c.id == bindparam("key"), _ATTEMPT.c.state == "open")
    .values(
        state="submitted",
        submitted_at=bindparam("at"),
        receipt=bindparam("receipt"),
        answers=bindparam("answers"),
        revision=bindparam("revision"),
        # Where it is counted, also when its person was moved since it began.
        round_cell_id=bindparam("round_cell_id"),
    )
)
# Letters and digits that cannot be mistaken for each other when read out.
_RECEIPT_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Saved:
    """What a save left behind."""

    revision: int
    conflicts: tuple[str, ...]


def used_attempts(tries: Sequence[Try], entry: Entry, now: datetime) -> int:
    """Return how many attempts count against the allowance; void ones do not.

    One that ran out is counted as what the worker will make of it.
    """
    return sum(
        1
        for attempt in tries
        if attempt.state == "submitted"
        or deadlines.is_running(attempt, entry, now)
        or (attempt.state == "open" and saving.chosen(attempt.answers))
    )


def finish_overdue(
    session: Session, entry: Entry, tries: Sequence[Try], now: datetime
) -> Sequence[Try]:
    """Close what ran out and return the attempts as they stand now: nobody waits for the worker.

    What ran out a moment ago is left alone: answers received in time may still be on their way.
    """
    cutoff = now - deadlines.FINALISING_DELAY
    overdue = [
        one for one in tries if one.state == "open" and deadlines.deadline_of(one, entry) <= cutoff
    ]
    for attempt in overdue:
        finish(session, attempt, entry)
    return queries.tries(session, entry.invitation_id) if overdue else tries


def begin(session: Session, entry: Entry, tries: Sequence[Try], *, now: datetime) -> str:
    """Return the public id of the attempt to answer: the open one, or a new one with its paper.

    `entry` was read with its row locked, so that two taps begin one attempt.

    Raises:
        Expired: the round is not open.
        Conflict: all attempts are used up.
    """
    if phase(entry, now) != "open":
        raise Expired(_("Vòng thi này hiện không mở."))
    tries = finish_overdue(session, entry, tries, now)
    for attempt in tries:
        if deadlines.is_settling(attempt, entry, now):
            raise Expired(deadlines.why_too_late(attempt, entry))
        if attempt.state == "open":
            return attempt.public_id
    settings = entry.rules
    allowed = settings.attempts_allowed
    if allowed is not None and used_attempts(tries, entry, now) >= allowed:
        raise Conflict(_("Số lượt làm bài của vòng này đã dùng hết."))
    return _start(session, entry, settings, len(tries) + 1, now)


def _start(
    session: Session, entry: Entry, settings: RoundSettings, number: int, now: datetime
) -> str:
    assert entry.version_id is not None
    version = library.approved(session, entry.version_id)
    deadline = entry.closes_at + timedelta(seconds=settings.grace_seconds)
    if settings.time_limit_minutes is not None:
        deadline = min(deadline, now + timedelta(minutes=settings.time_limit_minutes))
    public_id = signing.new_public_id()
    paper = draw(
        version.document.ready_questions,
        count=settings.questions_drawn,
        shuffle_questions=settings.shuffle_questions,
        shuffle_choices=settings.shuffle_choices,
        random=Random(secrets.randbits(64)),  # noqa: S311 (seeded from the system's randomness)
    )
    attempt = {
        "public_id": public_id,
        "invitation_id": entry.invitation_id,
        "attempt_no": number,
        "state": "open",
        "version_id": version.id,
        "paper": paper,
        "answers": {},
        "revision": 0,
        "started_at": now,
        "deadline": deadline,
        "channel": "link",
        "round_cell_id": entry.round_cell_id,
    }
    run(session, _INSERT_ATTEMPT, attempt)
    return public_id


def save(
    session: Session, attempt: Try, entry: Entry, write: Write, *, received: datetime
) -> Saved:
    """Merge what a page sent into an open attempt (read with its row locked).

    Raises:
        Conflict: it was handed in already.
        Expired: received at or after its deadline.
    """
    if attempt.state == "submitted":
        raise Conflict(deadlines.why_too_late(attempt, entry))
    _in_time(attempt, entry, received)
    return _keep(session, attempt, entry, _merge(session, attempt, write))


def submit(
    session: Session, attempt: Try, entry: Entry, write: Write, *, received: datetime
) -> None:
    """Take the last answers and hand the attempt in; handing in twice changes nothing.

    Raises:
        Expired: received at or after its deadline (what was saved before counts by itself).
        Invalid: not a single answer.
    """
    if attempt.state == "submitted":
        return
    _in_time(attempt, entry, received)
    merged = _merge(session, attempt, write)
    if not saving.chosen(merged.answers):
        raise Invalid(_("Chưa có câu nào được trả lời. Xin chọn ít nhất một câu rồi nộp bài."))
    attempt = attempt._replace(answers=merged.answers, revision=merged.revision)
    _hand_in(session, attempt, entry, received, reason="submitted")


def submit_if_whole(
    session: Session, attempt: Try, entry: Entry, write: Write, *, received: datetime
) -> bool:
    """Hand in what leaves nothing to be looked at, else only save it; return whether it is in.

    Raises:
        Expired: received at or after its deadline (what was saved before counts by itself).
    """
    if attempt.state == "submitted":
        return True
    _in_time(attempt, entry, received)
    merged = _merge(session, attempt, write)
    if not saving.is_seen_whole(attempt.paper, write, merged.answers):
        _keep(session, attempt, entry, merged)
        return False
    attempt = attempt._replace(answers=merged.answers, revision=merged.revision)
    _hand_in(session, attempt, entry, received, reason="submitted")
    return True


def finish(session: Session, attempt: Try, entry: Entry) -> None:
    """Close an attempt whose time is over: its saved answers count; without any it is void.

    In a cancelled round nothing counts.
    """
    if saving.chosen(attempt.answers) and entry.round_state != "cancelled":
        _hand_in(session, attempt, entry, deadlines.deadline_of(attempt, entry), reason="deadline")
    else:
        run(session, _VOID, {"key": attempt.id})


def _in_time(attempt: Try, entry: Entry, received: datetime) -> None:
    if entry.round_state == "cancelled":
        raise Expired(_("Ban tổ chức đã dừng vòng thi này. Không có gì được tính."))
    if attempt.state != "open" or received >= deadlines.deadline_of(attempt, entry):
        raise Expired(deadlines.why_too_late(attempt, entry))


def _merge(session: Session, attempt: Try, write: Write) -> saving.Merged:
    document = library.approved(session, attempt.version_id).document
    known = saving.allowed_values(document, attempt.paper, write)
    return saving.merge(attempt.answers, attempt.revision, replace(write, values=known))


def _keep(session: Session, attempt: Try, entry: Entry, merged: saving.Merged) -> Saved:
    if merged.changed:
        values = {"key": attempt.id, "answers": merged.answers, "revision": merged.revision}
        run(session, _SAVE_ANSWERS, values)
        if not entry.is_started and saving.chosen(merged.answers):
            _count(session, entry, is_started=True)
    return Saved(merged.revision, merged.conflicts)


def _hand_in(session: Session, attempt: Try, entry: Entry, at: datetime, *, reason: str) -> None:
    receipt = "-".join("".join(secrets.choice(_RECEIPT_LETTERS) for _i in range(4)) for _j in "ab")
    result = score(
        library.approved(session, attempt.version_id).document,
        attempt.paper,
        saving.chosen(attempt.answers),
    )
    handed_in = {
        "key": attempt.id,
        "round_cell_id": entry.round_cell_id,
        "at": at,
        "receipt": receipt,
        "answers": attempt.answers,
        "revision": attempt.revision,
    }
    grading = {
        "attempt_id": attempt.id,
        "version_id": attempt.version_id,
        "score": result.points,
        "max_score": result.maximum,
        "right_count": result.right,
        "question_count": result.questions,
        "reason": reason,
        "graded_at": at,
    }
    with all_at_once(session):  # the attempt's row is locked, so each of them finds its row
        run(session, _HAND_IN, handed_in)
        run(session, _INSERT_GRADING, grading)
        _count(session, entry, attempts=1, on=today(at), is_started=True, is_done=True)
    if entry.email and entry.address_state == "ok":
        outbox.enqueue(
            session,
            "result",
            recipient=("person", entry.person_id),
            subject=("round", entry.round_id),
            dedupe_key=f"result:{attempt.public_id}",
            payload={"attempt": attempt.id},
            not_before=at,
        )


def _count(
    session: Session, entry: Entry, *, attempts: int = 0, on: date | None = None, **flags: bool
) -> None:
    tally.change(
        session,
        invitation_id=entry.invitation_id,
        round_cell_id=entry.round_cell_id,
        before=entry.flags,
        after={**entry.flags, **flags},
        attempts=attempts,
        on=on,
    )
