"""How many people of a finalised round have which result: their best attempt, everybody together.

Nobody's result may follow from what is told, whoever looks and how often. So the results of single
people are told by no cell and no kind of person, in bands of `least` people or none; bands for a
larger `least` are bands for the smaller put together, and all that two looks leave between them is
again whole bands. Nor are they counted anew when somebody is merged later: two counts with one
paper between them would tell that paper's result.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from sqlalchemy import ColumnElement, delete, exists, func, insert, or_, select
from sqlalchemy.orm import Session

from survey_app.campaigns.models import Round
from survey_app.invitations.models import Invitation, LedgerEntry
from survey_app.quizzes.models import Attempt, Grading, ScoreCount

LEAST: Final = 5  # fewer people in a band would give somebody away
_FINAL = ("finalised", "archived")
Band = tuple[int, int, int]  # lowest and highest number of right answers, people
Result = tuple[int, int]  # right answers, questions asked


def keep_scores(session: Session, round_id: int) -> int:
    """Count the results of a round and keep the counts in place of earlier ones; return the people.

    To be called when a round becomes final, and again after its attempts were graded anew. Not
    after its people were deleted: what was counted stays.
    """
    counts = counted_scores(session, round_id)
    session.execute(delete(ScoreCount).where(ScoreCount.round_id == round_id))
    rows = [
        {"round_id": round_id, "right_count": right, "question_count": asked, "people": people}
        for (right, asked), people in sorted(counts.items())
    ]
    if rows:
        session.execute(insert(ScoreCount), rows)
    return sum(counts.values())


def counted_scores(session: Session, round_id: int) -> dict[Result, int]:
    """Count from the attempts themselves: (right, asked) of each person's best attempt -> people.

    The newest grading of an attempt counts; best is the largest share of right answers. People are
    those of the moment at which the round became final: who was merged since counts as before.
    """
    newest = (
        select(func.max(Grading.id))
        .join(Attempt, Attempt.id == Grading.attempt_id)
        .join(Invitation, Invitation.id == Attempt.invitation_id)
        .where(
            Invitation.round_id == round_id,
            or_(Invitation.superseded_by_id.is_(None), _merged_later()),
            Attempt.state == "submitted",
        )
        .group_by(Grading.attempt_id)
    )
    rows = session.execute(
        select(Attempt.invitation_id, Grading.right_count, Grading.question_count)
        .join(Attempt, Attempt.id == Grading.attempt_id)
        .where(Grading.id.in_(newest))
        .order_by(Attempt.invitation_id)
        .execution_options(yield_per=2000)
    )
    best = (
        max((row.right_count / max(row.question_count, 1), *row[1:]) for row in own)[1:]
        for _invitation, own in groupby(rows, lambda row: row.invitation_id)
    )
    return dict(Counter((right, asked) for right, asked in best))


def _merged_later() -> ColumnElement[bool]:
    """Whether an invitation still counted on its own when its round became final."""
    return exists().where(
        LedgerEntry.invitation_id == Invitation.id,
        LedgerEntry.kind == "merge",
        LedgerEntry.entered_at >= Round.finalised_at,
        Round.id == LedgerEntry.round_id,
    )


def kept_scores(session: Session, round_id: int) -> dict[Result, int]:
    """Return what was kept when the round became final: (right, asked) -> people."""
    rows = session.execute(
        select(ScoreCount.right_count, ScoreCount.question_count, ScoreCount.people).where(
            ScoreCount.round_id == round_id
        )
    )
    return {(right, asked): people for right, asked, people in rows}


def score_bands(session: Session, round_id: int, least: int = LEAST) -> tuple[Band, ...]:
    """Return (lowest, highest, people) from 0 right answers to all of them; each 0 or >= `least`.

    Empty before the round is final, with fewer than `least` people, and where not everybody was
    asked the same number of questions: right answers could not be compared.
    """
    state = session.scalar(select(Round.state).where(Round.id == round_id))
    if state not in _FINAL:
        return ()
    counts = kept_scores(session, round_id)
    asked = {questions for _right, questions in counts}
    if len(asked) != 1:
        return ()
    by_right = {right: people for (right, _asked), people in counts.items()}
    return bands([by_right.get(right, 0) for right in range(asked.pop() + 1)], least)


def bands(people: Sequence[int], least: int) -> tuple[Band, ...]:
    """Put neighbours together until each band has nobody or `least` people and more. Pure.

    `people`: how many have 0, 1, 2 … right answers. From `LEAST` upwards each step only joins bands
    of the step before.
    """
    told: list[Band] = [(right, right, number) for right, number in enumerate(people)]
    if sum(people) < max(least, LEAST):
        return ()
    for floor in range(LEAST, max(least, LEAST) + 1):
        while (small := _smallest(told, floor)) is not None:
            told = _joined(told, small)
    return tuple(told)


def _smallest(told: Sequence[Band], floor: int) -> int | None:
    """Return the place of the band with the fewest people above none and below `floor`."""
    small = [place for place, (_low, _high, people) in enumerate(told) if 0 < people < floor]
    return min(small, key=lambda place: told[place][2], default=None)


def _joined(told: list[Band], place: int) -> list[Band]:
    """Join the band at `place` with the nearer neighbour that has people, with what is between."""
    sides = [
        other
        for step in (-1, 1)
        for other in [_next_with_people(told, place, step)]
        if other is not None
    ]
    other = min(sides, key=lambda at: (abs(at - place), told[at][2]))
    first, last = sorted((place, other))
    whole = (told[first][0], told[last][1], told[first][2] + told[last][2])
    return [*told[:first], whole, *told[last + 1 :]]


def _next_with_people(told: Sequence[Band], place: int, step: int) -> int | None:
    place += step
    while 0 <= place < len(told):
        if told[place][2]:
            return place
        place += step
    return None
