"""What happens when in the sample: rounds run beside each other, so one timeline holds them all."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from random import Random
from typing import NamedTuple

from survey_app.demo.stage import Stage
from survey_app.formatting import local

# Shares of the day's answers by hour; people answer at work, and some in the evening.
_HOURS = {7: 2, 8: 6, 9: 8, 10: 6, 11: 2, 13: 2, 14: 6, 15: 6, 16: 4, 19: 2, 20: 3, 21: 1}
# A closing, its last answers, and the looks of the worker that count them and send its mails.
_CLOSING = (timedelta(0), timedelta(seconds=20), timedelta(seconds=80))


class _Event(NamedTuple):
    """Something that happens; `order` keeps those of one moment apart."""

    at: datetime
    order: int
    happen: Callable[[], object]


class Timeline:
    """What is to come, by the hour; what happens may add to it."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._events: list[_Event] = []
        self._count = 0

    def note(self, at: datetime, happen: Callable[[], object]) -> None:
        """Have something happen at a moment."""
        self._count += 1
        heappush(self._events, _Event(at, self._count, happen))

    def note_closing(self, closes: datetime) -> None:
        """Have the worker look when a round closes."""
        for later in _CLOSING:
            self.note(closes + later, self.stage.work)

    def play(self, *, until: datetime) -> None:
        """Let everything happen that comes before a moment, then stand there."""
        while self._events and self._events[0].at < until:
            event = heappop(self._events)
            self.stage.until(event.at)
            event.happen()
        self.stage.until(until)
        self.stage.work()


def some_moment(dice: Random, first: datetime, last: datetime) -> datetime:
    """Return when somebody begins: on workdays, most on the first of them and on the last."""
    days = [day for day in _days(first, last) if day.weekday() < 5]
    weights = [3 if day == days[0] else 2 if day == days[-1] else 1 for day in days]
    while True:
        day = dice.choices(days, weights)[0]
        hour = dice.choices(list(_HOURS), list(_HOURS.values()))[0]
        minute, second = dice.randrange(60), dice.randrange(60)
        moment = day.replace(hour=hour, minute=minute, second=second)
        if first + timedelta(minutes=3) < moment < last:
            return moment


def _days(first: datetime, last: datetime) -> Iterator[datetime]:
    day = local(first).replace(hour=0, minute=0, second=0)
    while day <= local(last):
        yield day
        day += timedelta(days=1)
