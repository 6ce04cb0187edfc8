"""The groups of a counted form as the disclosure function takes them: one way for all who ask it.

Two ways could be subtracted from each other.
"""

from collections import defaultdict

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.feedback.disclosure import Unit
from survey_app.feedback.grouping import PAPER
from survey_app.feedback.models import BallotGroup


def tree_of_round(session: Session, round_id: int) -> tuple[Unit, ...]:
    """Return the tree of groups with how many have sent a form.

    People who joined after the launch are in no group's number of people; where they bring more
    forms than that, the group counts as full, which tells the least.
    """
    rows = session.scalars(select(BallotGroup).where(BallotGroup.round_id == round_id)).all()
    inner = {row.parent for row in rows}
    parents = {row.number: row.parent for row in rows}
    sent: dict[int, int] = defaultdict(int)
    eligible: dict[int, int] = defaultdict(int)
    for row in rows:
        if row.number in inner:
            continue
        # Forms on paper are of people who stand in the other groups.
        people = 0 if row.number == PAPER else max(row.eligible, row.sent or 0)
        number: int | None = row.number
        while number is not None:
            sent[number] += row.sent or 0
            eligible[number] += people
            number = parents[number]
    return tuple(
        Unit(row.number, str(row.number), row.parent, eligible[row.number], sent[row.number])
        for row in rows
    )
