"""Who has reported in a round that asks cells: values that pages, commands and sheets show.

The kind of round that owes them hands these down (see `kinds`). A cell that has not reported has no
figures; it is never counted as 0.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from survey_app import formatting
from survey_app.i18n import _

DutyState = Literal["on_time", "late", "missing", "not_due"]


@dataclass(frozen=True)
class DutyLine:
    """One cell in one period; `number` and `source` are those of the report that counts."""

    duty_id: int
    cell_id: int
    cell_slug: str
    cell: str
    state: DutyState
    submitted_at: datetime | None
    number: int | None
    source: str | None
    reopened_until: datetime | None = None
    has_draft: bool = False

    @property
    def is_reported(self) -> bool:
        """Whether the cell has sent a report, in time or late."""
        return self.number is not None


@dataclass(frozen=True)
class DutyBoard:
    """All cells of one period at one moment, in the committee's own order."""

    round_id: int
    slug: str
    title: str
    state: str
    closes_at: datetime
    as_of: datetime
    lines: tuple[DutyLine, ...]

    @property
    def due(self) -> int:
        """How many cells owe a report."""
        return len(self.lines)

    @property
    def reported(self) -> int:
        """How many have sent one."""
        return sum(line.is_reported for line in self.lines)

    @property
    def late(self) -> int:
        """How many sent theirs after the closing."""
        return sum(line.state == "late" for line in self.lines)

    def headline(self, *, today: bool = True) -> str:
        """One sentence to be read aloud. With `today=False` the day is spelt out (mails, paper)."""
        when = formatting.by_then(self.as_of, today)
        values = {"when": when, "reported": self.reported, "due": self.due, "late": self.late}
        if self.late:
            return _(
                "%(when)s, %(reported)s/%(due)s chi bộ đã gửi báo cáo, trong đó %(late)s muộn.",
                **values,
            )
        return _("%(when)s, %(reported)s/%(due)s chi bộ đã gửi báo cáo.", **values)

    def as_dict(self) -> dict[str, Any]:
        """Return the document of `participation --json`; cells that have not reported say so."""
        return {
            "round": self.slug,
            "as_of": _iso(self.as_of),
            "cells": [
                {
                    "cell": line.cell,
                    "state": line.state,
                    "submitted_at": _iso(line.submitted_at),
                    "revision": line.number,
                    "source": line.source,
                }
                for line in self.lines
            ],
            "total": {"due": self.due, "reported": self.reported, "late": self.late},
        }


def state_words(state: str) -> str:
    """Return a duty's state for people."""
    return {
        "on_time": _("đã gửi đúng hạn"),
        "late": _("gửi muộn"),
        "missing": _("chưa báo cáo, đã quá hạn"),
        "not_due": _("chưa báo cáo, còn hạn"),
    }[state]


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
