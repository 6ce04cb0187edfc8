"""The invariants (I1 to I12) that hold whatever happened, asked of the database, of what clients
were told, of what the mail server has, and of the logs.

I7 (no answer after the close) and I10 (sealed forms) are not here: the first is asserted where the
clock moves, the second by `forms`.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import func, select, text

from survey_app.accounts.models import User
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import Round, RoundCell
from survey_app.database import Base, Database
from survey_app.feedback.models import CountedText
from survey_app.invitations.models import Invitation
from survey_app.invitations.recount import recount
from survey_app.invitations.tokens import link_token, no_reminders_token
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.people.models import Person
from survey_app.questions import library
from survey_app.quizzes import saving
from survey_app.quizzes.models import Attempt, Grading
from survey_app.quizzes.recount import differences
from survey_app.quizzes.scoring import score
from tests.faults.loads import Ledger
from tests.live import World

FINAL = {"sent", "failed", "unknown", "skipped", "cancelled"}
_TURNS = ("round.opened", "round.closed", "round.finalised")
# Signed tokens and random public ids; `c1-a` is a choice of the rounds made here.
_SECRET = re.compile(r"/(?:i|respond|trial|sign-in|mail/no-reminders)/[\w-]{12,}|\bc\d+-[a-d]\b")


def attempts_by_link(world: World, links: list[str]) -> dict[str, Attempt]:
    """Return the one attempt of each link that has begun (`launch` gives links in that order)."""
    with world.db.reading() as session:
        rows = session.execute(
            select(Invitation.id, Attempt)
            .outerjoin(Attempt, Attempt.invitation_id == Invitation.id)
            .order_by(Invitation.person_id)
        ).all()
    assert len(rows) == len(links), "an invitation has two attempts, where one is allowed"
    return {
        link: attempt
        for link, (_id, attempt) in zip(links, rows, strict=True)
        if attempt is not None
    }


def check_ledger(world: World, links: list[str], ledger: Ledger) -> None:
    """I1, I2: what was acknowledged is stored; what was refused is not."""
    attempts = attempts_by_link(world, links)
    for entry in ledger.entries():
        attempt = attempts.get(entry["link"])
        if "question" in entry:
            answers = attempt.answers if attempt else {}
            stored = answers.get(entry["question"], {}).get("value")
            if entry.get("refused"):
                assert stored != [entry["value"]], f"refused and stored: {entry}"
            else:
                assert stored == [entry["value"]], f"acknowledged and lost: {entry}"
        elif "submitted" in entry:
            assert attempt is not None and attempt.state == "submitted", entry
        elif "began" in entry:
            assert (attempt is None) is bool(entry.get("refused")), entry


def check_counts(world: World, *, done: int) -> None:
    """I3, I11: nobody counts twice; score and tally are what the raw rows give."""
    with world.app.app_context(), world.db.reading() as session:
        attempts = session.scalars(select(Attempt)).all()
        per_try = Counter((one.invitation_id, one.attempt_no) for one in attempts)
        assert set(per_try.values()) <= {1}
        handed_in = {one.id: one for one in attempts if one.state == "submitted"}
        gradings = session.scalars(select(Grading)).all()
        assert sorted(one.attempt_id for one in gradings) == sorted(handed_in)
        for grading in gradings:
            attempt = handed_in[grading.attempt_id]
            document = library.approved(session, attempt.version_id).document
            again = score(document, attempt.paper, saving.chosen(attempt.answers))  # type: ignore[arg-type]
            assert (grading.score, grading.right_count) == (again.points, again.right)
        results = session.scalars(select(OutboxItem).where(OutboxItem.kind == "result")).all()
        assert len(results) == len(handed_in)
        assert _finished(session) == done
        _check_tallies(session, len(handed_in))


def _finished(session: Any) -> int:
    found: int = session.scalar(select(func.count()).where(Invitation.is_done))
    return found


def _check_tallies(session: Any, handed_in: int) -> None:
    cells = session.scalars(select(RoundCell)).all()
    assert sum(cell.attempts for cell in cells) == handed_in
    for round_id in session.scalars(select(Round.id)):
        again = recount(session, round_id)
        for cell in (one for one in cells if one.round_id == round_id):
            counted = again[cell.id]
            assert (cell.done, cell.started) == (counted.done, counted.started), cell.id
        assert differences(session, round_id) == ()


def check_mails(db: Database, stored: Mapping[str, int]) -> dict[str, str]:
    """I4 to I6 of all mails; `stored`: Message-ID -> how often the server took it.

    Returns Message-ID -> state.
    """
    with db.reading() as session:
        states = {one.message_id: one.state for one in session.scalars(select(OutboxMessage)).all()}
        waiting = session.scalar(select(func.count()).where(OutboxItem.outbox_message_id.is_(None)))
        keys = session.scalars(select(OutboxItem.dedupe_key)).all()
    assert waiting == 0
    assert len(keys) == len(set(keys))
    stuck = {name: state for name, state in states.items() if state not in FINAL}
    assert stuck == {}
    assert set(stored) <= set(states)
    for name, state in states.items():
        arrived = stored.get(name, 0)
        assert arrived <= 1, f"{name} was delivered {arrived} times"
        if state == "sent":
            assert arrived == 1, f"{name} is said to be sent and is nowhere"
        if arrived:
            assert state in {"sent", "unknown"}, f"{name} arrived and is said to be {state}"
    return states


def check_rounds(db: Database, *, state: str) -> None:
    """I8: every round stands at `state` and took each turn on its way once, in order."""
    with db.reading() as session:
        for round_ in session.scalars(select(Round)):
            assert round_.state == state, round_.state
            taken = session.scalars(
                select(AuditEvent.action)
                .where(
                    AuditEvent.subject_kind == "round",
                    AuditEvent.subject_id == round_.id,
                    AuditEvent.action.in_(_TURNS),
                )
                .order_by(AuditEvent.id)
            ).all()
            assert list(taken) == list(_TURNS[: len(taken)]), taken
            assert len(taken) == {"open": 1, "closed": 2, "finalised": 3}[state]


def check_database(db: Database) -> None:
    """I12: the file is whole and every reference leads somewhere (PostgreSQL sees to both)."""
    if db.is_sqlite:
        with db.reading() as session:
            assert session.scalars(text("PRAGMA integrity_check")).all() == ["ok"]
            assert session.execute(text("PRAGMA foreign_key_check")).all() == []


def checksum(db: Database) -> dict[str, str]:
    """I9: return a checksum of each table."""
    with db.reading() as session:
        return {
            table.name: hashlib.sha256(
                "\n".join(sorted(map(repr, session.execute(select(table))))).encode()
            ).hexdigest()
            for table in Base.metadata.sorted_tables
        }


def check_logs(world: World, logs: Iterable[tuple[str, str]]) -> None:
    """I12: no token, no answer, no address, no name in any log."""
    key = world.settings.link_key
    with world.db.reading() as session:
        invited = session.scalars(select(Invitation.public_id)).all()
        known = {
            *session.scalars(select(Person.email)),
            *session.scalars(select(Person.full_name)),
            *session.scalars(select(User.email)),
            *session.scalars(select(Attempt.public_id)),
            *session.scalars(select(Attempt.receipt)),
            *invited,
            *(link_token(key, public_id, 1) for public_id in invited),
            *(no_reminders_token(key, public_id, 1) for public_id in invited),
            *session.scalars(select(OutboxMessage.sent_to)),
            *session.scalars(select(CountedText.text)),
        }
    words = [word for word in known if word]
    for name, written in logs:
        assert not _SECRET.search(written), f"{name} holds a link or an answer"
        said = [word for word in words if word in written]
        assert said == [], f"{name} holds {len(said)} secrets, such as {said[0][:6]}…"
