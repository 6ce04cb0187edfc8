"""On which days people became done: from the running tally of days, never from people."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.accounts.scope import Scope
from survey_app.campaigns.models import Round, RoundCell
from survey_app.formatting import today
from survey_app.invitations.models import RoundDay
from survey_app.invitations.participation import Participation

_MOST_DAYS = 92  # of a chart; a longer round shows its last days


@dataclass(frozen=True)
class Day:
    """One local day: who became done on it, and everybody done by its end."""

    day: date
    done: int
    so_far: int


def done_by_day(session: Session, round_id: int, *, scope: Scope) -> dict[str, dict[date, int]]:
    """Return kind of person -> local day -> how many became done, in the cells of `scope`."""
    query = (
        select(RoundCell.kind, RoundDay.day, func.sum(RoundDay.done))
        .join(RoundDay, RoundDay.round_cell_id == RoundCell.id)
        .where(RoundCell.round_id == round_id)
        .group_by(RoundCell.kind, RoundDay.day)
    )
    if scope.cells is not None:
        query = query.where(RoundCell.cell_id.in_(sorted(scope.cells)))
    found: defaultdict[str, dict[date, int]] = defaultdict(dict)
    for kind, day, number in session.execute(query):
        found[kind][day] = int(number)
    return dict(found)


def days_of(round_: Round, board: Participation, done: Mapping[date, int]) -> tuple[Day, ...]:
    """Return each day from the round's opening to its end or today, those without anybody too."""
    last = max([min(today(board.as_of), today(board.closes_at)), *done])
    first = min([today(round_.opens_at), last, *done])
    days = [first + timedelta(days=place) for place in range((last - first).days + 1)]
    numbers = [done.get(day, 0) for day in days]
    told = [
        Day(day, number, so_far)
        for day, number, so_far in zip(days, numbers, accumulate(numbers), strict=True)
    ]
    return tuple(told[-_MOST_DAYS:])
