"""Opening the urn: ballots become counts and single texts, mixed, and the ballots are gone.

Each step may be cut off and run again: reading changes nothing; storing is one transaction with the
deletion of the ballots; only after it is in the files does the key go.
"""

import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from survey_app.database import Database
from survey_app.feedback.answers import Answer
from survey_app.feedback.items import Item, items_of
from survey_app.feedback.models import Ballot, BallotGroup, CountedAnswer, CountedText, Urn
from survey_app.feedback.sealing import DamagedBallot, unseal
from survey_app.questions.schema import QuestionDocument
from survey_app.signing import new_public_id

ANSWERED = ""  # the value under which a ballot is counted for having answered an item at all
_CHUNK = 500
# A snapshot older than a round's receipts as rewritten still sees the rows that were there before.
_LOOKS_AT_OLD_ROWS = """
    SELECT EXISTS (
        SELECT FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND backend_xmin IS NOT NULL
          AND datname = current_database()
          AND age(backend_xmin) >= (
              SELECT min(age(xmin)) FROM receipt WHERE round_id = ANY(:rounds)
          )
    )
"""


class CountsDiffer(Exception):
    """There are more or fewer ballots than people who have sent one; nothing was counted."""


class BallotsCame(Exception):
    """Ballots were dropped since the tally was made: received in time, but slow to be stored."""


@dataclass
class Tally:
    """What the ballots of a round say together; no part of it is one ballot's."""

    ballots: int = 0
    groups: Counter[int] = field(default_factory=Counter)
    answers: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    texts: list[tuple[str, str]] = field(default_factory=list)

    def mix(self) -> None:
        """Take every text out of the order its ballot was found in."""
        secrets.SystemRandom().shuffle(self.texts)

    def digest(self) -> str:
        """Return the fingerprint of what was counted: SHA-256 in hex, the same for any order."""
        content = [sorted(self.groups.items()), sorted(self.answers.items()), sorted(self.texts)]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def open_ballots(session: Session, round_id: int, key: bytes, document: QuestionDocument) -> Tally:
    """Open every ballot of a round in memory, and mix.

    Raises:
        DamagedBallot: one does not open, or holds what the form does not ask.
    """
    items = {item.key: item for item in items_of(document)}
    groups = set(session.scalars(select(BallotGroup.number).where(_of(BallotGroup, round_id))))
    tally = Tally()
    sealed = select(Ballot.sealed).where(_of(Ballot, round_id)).execution_options(yield_per=_CHUNK)
    seen: set[str] = set()
    for (one,) in session.execute(sealed):
        ballot = unseal(key, one)
        # Sealing the same twice gives two boxes: one box twice was copied.
        if ballot.group not in groups or one in seen:
            raise DamagedBallot
        seen.add(one)
        tally.ballots += 1
        tally.groups[ballot.group] += 1
        for name, answer in ballot.answers.items():
            _add(tally, ballot.group, items.get(name), answer)
    tally.mix()
    return tally


def _add(tally: Tally, group: int, item: Item | None, answer: Answer) -> None:
    """Count one answer; what no page of ours can have sent is damage."""
    values = answer if isinstance(answer, list) else [answer]
    if item is None or not values or not all(isinstance(value, str) for value in values):
        raise DamagedBallot
    if (item.kind == "several") != isinstance(answer, list):
        raise DamagedBallot
    if item.kind == "text":
        if not _is_text(item, values[0]):
            raise DamagedBallot
        tally.texts.append((item.key, values[0]))
        return
    if item.choices and not set(values) <= set(item.choice_ids):
        raise DamagedBallot
    tally.answers[group, item.key, ANSWERED] += 1
    tally.answers.update((group, item.key, value) for value in set(values))


def _is_text(item: Item, text: str) -> bool:
    """Whether a page of ours could have sent it: not too long, no halves of characters."""
    halves = any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text)
    return len(text) <= item.longest and not halves


def store(session: Session, round_id: int, tally: Tally, *, invited: int, sent: int) -> None:
    """Keep the counts and let the ballots go, in the caller's transaction.

    Raises:
        CountsDiffer: the ballots now there are not as many as `sent`.
        BallotsCame: they are, but not those of the tally.
    """
    there = session.scalar(select(func.count()).select_from(Ballot).where(_of(Ballot, round_id)))
    if there != sent:
        raise CountsDiffer
    if tally.ballots != there:
        raise BallotsCame
    _insert_answers(session, round_id, tally.answers)
    _insert_texts(session, round_id, tally.texts)
    for group in session.scalars(select(BallotGroup).where(_of(BallotGroup, round_id))):
        group.sent = tally.groups[group.number]
    for number, total in _inner_totals(session, round_id, tally.groups).items():
        session.get_one(BallotGroup, (round_id, number)).sent = total
    session.execute(delete(Ballot).where(_of(Ballot, round_id)))
    session.execute(
        update(Urn)
        .where(Urn.round_id == round_id)
        .values(state="counted", problem=None, invited=invited, sent=sent, digest=tally.digest())
    )


def _inner_totals(session: Session, round_id: int, groups: Mapping[int, int]) -> dict[int, int]:
    """Return what the units above the groups add up to."""
    parents = {
        row.number: row.parent
        for row in session.execute(
            select(BallotGroup.number, BallotGroup.parent).where(_of(BallotGroup, round_id))
        )
    }
    totals: Counter[int] = Counter()
    for number, sent in groups.items():
        above = parents[number]
        while above is not None:
            totals[above] += sent
            above = parents[above]
    return {number: totals[number] for number in set(parents.values()) if number is not None}


def _insert_answers(
    session: Session, round_id: int, answers: Mapping[tuple[int, str, str], int]
) -> None:
    rows = [
        {
            "round_id": round_id,
            "group_number": group,
            "item": item,
            "value": value,
            "ballots": ballots,
        }
        for (group, item, value), ballots in sorted(answers.items())
    ]
    for start in range(0, len(rows), _CHUNK):
        session.execute(insert(CountedAnswer), rows[start : start + _CHUNK])


def _insert_texts(session: Session, round_id: int, texts: Sequence[tuple[str, str]]) -> None:
    rows = [
        {"key": new_public_id(), "round_id": round_id, "item": item, "text": words, "state": "new"}
        for item, words in texts
    ]
    rows.sort(key=lambda row: str(row["key"]))
    for start in range(0, len(rows), _CHUNK):
        session.execute(insert(CountedText), rows[start : start + _CHUNK])


def erase_traces(database: Database, round_ids: Sequence[int]) -> bool:
    """Take deleted ballots of these rounds out of the database's files; whether that is done now.

    On SQLite deleted rows are overwritten as they go, and the log of changes is cut; somebody who
    is still reading can hold that up. On PostgreSQL the tables are swept; whoever began to look
    before the last receipt was rewritten holds that up too.
    """
    if database.is_sqlite:
        raw = database.write_engine.raw_connection()
        try:
            # Not inside a transaction, which could not be cut off under its own feet.
            busy = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        finally:
            raw.close()
        return not busy
    engine = database.write_engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if connection.scalar(text(_LOOKS_AT_OLD_ROWS), {"rounds": list(round_ids)}):
            return False
        for table in ("ballot", "receipt", "counted_answer", "counted_text", "ballot_group"):
            connection.execute(text(f"VACUUM (FREEZE) {table}"))
    return True


def _of(table: type[Ballot] | type[BallotGroup], round_id: int) -> ColumnElement[bool]:
    return table.round_id == round_id
