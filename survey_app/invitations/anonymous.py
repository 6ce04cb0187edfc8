"""What may be told of a round of forms, to anybody: numbers of everybody together, later of groups.

Nothing here is about a person. A kind of round whose answers are nobody's hands these values down
(see `kinds`); pages, prints, sheets, mails and commands show them and know nothing more.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from survey_app import formatting
from survey_app.i18n import _, _n

STEP: Final = 5  # the number of an open form is told in steps of this


@dataclass(frozen=True)
class Told:
    """How many of `invited` have sent a form; `sent` is `None` where that is not told.

    With `at_least` it is rounded down, and says nothing of who came last.
    """

    invited: int
    sent: int | None
    at_least: bool = False

    @property
    def rate(self) -> float | None:
        """The share of `sent` in `invited`, where both are told."""
        return None if self.sent is None or not self.invited else self.sent / self.invited

    @property
    def figures(self) -> str:
        """The numbers for people: "96/143", "trên 95/143" or why there are none."""
        if self.sent is None:
            return _("không nêu")
        values = {
            "sent": formatting.number(self.sent),
            "invited": formatting.number(self.invited),
        }
        return (_("ít nhất %(sent)s/%(invited)s") if self.at_least else "%(sent)s/%(invited)s") % (
            values
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers in INTERFACE's order."""
        if (
            self.at_least and self.sent is not None
        ):  # a rate of a number rounded down would be taken for exact
            return {"invited": self.invited, "done": self.sent, "rate": None, "at_least": True}
        rate = None if self.rate is None else round(self.rate, 4)
        return {"invited": self.invited, "done": self.sent, "rate": rate}


def told_while_open(invited: int, sent: int, least: int) -> Told:
    """Return what may be told while forms come in: from `least` on, in whole steps, never all.

    Two looks a minute apart would else tell who left the room with the form just sent; and that
    all have sent it tells of each of them.
    """
    shown = min(sent, max(invited - 1, 0)) // STEP * STEP
    return Told(invited, shown if sent >= least and shown >= least else None, at_least=True)


@dataclass(frozen=True)
class GroupTold:
    """One group of cells after the count: `cells` are its cells' names in the committee's order."""

    cells: tuple[str, ...]
    cell_ids: frozenset[int | None]
    told: Told

    @property
    def label(self) -> str:
        """The names, joined."""
        return ", ".join(self.cells)


@dataclass(frozen=True)
class FormBoard:
    """The turnout of one round of forms at one moment, in the committee's own order of cells.

    `groups` is empty until the ballots are counted. `small_group` is the fewest forms that are
    told; `urn` is the state of the urn, `trouble` what is wrong with it; `concerns` says whether
    the round asks anybody of the reader's cells; `papers` are the forms on paper in the total.
    """

    round_id: int
    slug: str
    title: str
    state: str
    closes_at: datetime
    as_of: datetime
    total: Told
    groups: tuple[GroupTold, ...]
    small_group: int
    urn: str
    trouble: str | None = None
    concerns: bool = True
    papers: int | None = None

    is_anonymous = True

    @property
    def is_open(self) -> bool:
        """Whether forms may still come in."""
        return self.state in ("scheduled", "open") and self.as_of < self.closes_at

    @property
    def is_counted(self) -> bool:
        """Whether the ballots are counted."""
        return self.urn in ("counted", "sealed")

    @property
    def has_hidden(self) -> bool:
        """Whether the number of some group is not told."""
        return any(group.told.sent is None for group in self.groups)

    @property
    def paper_words(self) -> str:
        """A sentence on the forms that stand in the total and in no group; empty without any."""
        if not self.papers:
            return ""
        return _n(
            "Trong tổng số có %(n)s phiếu giấy, không tính theo nhóm: tỷ lệ của các nhóm vì vậy "
            "thấp hơn thực tế.",
            self.papers,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the document of `participation --json`."""
        return {
            "round": self.slug,
            "as_of": self.as_of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "cells": [{"cell": group.label, **group.told.as_dict()} for group in self.groups],
            "total": self.total.as_dict(),
        }

    def headline(self, *, today: bool = True) -> str:
        """One sentence to be read aloud. With `today=False` the day is spelt out (mails, paper)."""
        values = {"when": self._when(today), "invited": formatting.number(self.total.invited)}
        if self.total.sent is None:
            values["least"] = formatting.number(self.small_group)
            # True whatever papers there are: with few others the whole is not told either.
            return _(
                "%(when)s, dưới %(least)s trong số %(invited)s người được mời đã gửi phiếu "
                "qua mạng, nên không nêu số phiếu.",
                **values,
            )
        values["sent"] = formatting.number(self.total.sent)
        values["rate"] = formatting.percent(self.total.rate)
        if self.total.at_least:
            return _("%(when)s, ít nhất %(sent)s/%(invited)s người đã gửi phiếu.", **values)
        return _("%(when)s, %(sent)s/%(invited)s người (%(rate)s) đã gửi phiếu.", **values)

    def _when(self, today: bool) -> str:
        return formatting.by_then(self.as_of, today) if self.is_open else _("Khi hết hạn góp ý")


@dataclass(frozen=True)
class GroupFixed:
    """One group as a ballot names it: its cells' names, its people, whether small ones stand
    together in it.
    """

    cells: tuple[str, ...]
    people: int
    is_merged: bool

    @property
    def label(self) -> str:
        """The names, joined."""
        return ", ".join(self.cells)


@dataclass(frozen=True)
class FormFacts:
    """What the organiser's page says of a form beside its board; groups to come in a draft.

    `urn` is the urn's state and `urn_words` says it; `advice` says what `trouble` means and what
    to do about it.
    """

    groups: tuple[GroupFixed, ...]
    small_group: int
    group_floor: int
    urn: str | None
    urn_words: str
    trouble: str | None
    advice: tuple[str, ...]

    @property
    def merged(self) -> int:
        """How many groups are several cells together."""
        return sum(1 for group in self.groups if group.is_merged)
