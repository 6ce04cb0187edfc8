"""When not to send: the rate agreed with the mail server, and rest after trouble.

A server that is down costs no mail its attempts: the whole line rests, longer each time.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from flask import Flask

RESTS = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 120, 300))
# A mail that fails for now is tried again after these; then it has failed.
DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 60, 120, 240, 480))

_TOO_MUCH = 20
# A server that broke a further line is not offered one again for so long.
_FEWER_FOR = timedelta(minutes=10)
_LOST_WEIGHS = 7  # three broken lines in a row, or twenty refusals, and the line rests


@dataclass
class Pace:
    """How the lines have been doing in this process; all of them tell the same one."""

    rest_until: datetime | None = None
    rests: int = 0
    trouble: int = 0
    # Up to here the things to be said were looked through for urgent ones.
    looked_until: int = 0
    _most: int = 0
    _fewer_until: datetime | None = None
    _telling: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def resting(self, now: datetime) -> bool:
        """Whether nothing should be sent at `now`."""
        # A moved development clock must not make the rest a long one.
        until = self.rest_until
        return until is not None and now < until <= now + RESTS[-1]

    def most_lines(self, most: int, now: datetime) -> int:
        """Return how many lines there may be, of at most `most`."""
        until = self._fewer_until
        if until is not None and now < until <= now + _FEWER_FOR:
            return min(most, self._most)
        return most

    def fewer(self, lines: int, now: datetime) -> None:
        """The server wants no more than `lines` lines for now."""
        with self._telling:
            self._most, self._fewer_until = lines, now + _FEWER_FOR

    def worked(self) -> None:
        """A mail was taken. A rest that another line has asked for is kept."""
        with self._telling:
            self.rests, self.trouble = 0, 0

    def refused(self, now: datetime) -> None:
        """A mail was not taken."""
        self._troubled(1, now)

    def lost(self, now: datetime) -> None:
        """The line broke."""
        self._troubled(_LOST_WEIGHS, now)

    def down(self, now: datetime) -> None:
        """There is no line to the server."""
        self._troubled(_TOO_MUCH, now)

    def _troubled(self, weight: int, now: datetime) -> None:
        with self._telling:
            self.trouble += weight
            if self.trouble >= _TOO_MUCH:
                self.rest_until = now + RESTS[min(self.rests, len(RESTS) - 1)]
                self.rests += 1
                self.trouble = 0


def pace_of(app: Flask) -> Pace:
    """Return how the line of `app` in this process has been doing."""
    pace: Pace = app.extensions.setdefault("survey.mail_pace", Pace())
    return pace


def window(rate_per_minute: int) -> tuple[timedelta, int]:
    """Return (span, mails that may begin in it) for a rate: small spans, so that mail flows."""
    seconds = max(10.0, 60.0 / rate_per_minute)
    return timedelta(seconds=seconds), int(rate_per_minute * seconds / 60.0)
