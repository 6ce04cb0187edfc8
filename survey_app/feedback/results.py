"""The results of a form as they leave the house: nothing here but what may be told. Pure.

Page, chart, print, sheet, command and JSON are all made of these values alone; they come from
`summary.results`.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from survey_app.feedback.items import Kind
from survey_app.i18n import _

State = Literal["waiting", "counted", "lost"]


@dataclass(frozen=True)
class Line:
    """How many gave one answer, or one of a few neighbouring ones. `rate` is 0 to 1.

    `tone` is the place of its first level on the scale, for charts; None: no point of the scale.
    """

    levels: tuple[str, ...]
    label: str
    count: int
    rate: float
    tone: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "levels": list(self.levels),
            "label": self.label,
            "count": self.count,
            "rate": round(self.rate, 4),
        }


@dataclass(frozen=True)
class Figures:
    """Exact figures: `base` is what the rates refer to."""

    base: int
    lines: tuple[Line, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {"base": self.base, "levels": [line.as_dict() for line in self.lines]}


@dataclass(frozen=True)
class GroupFigures:
    """What is told of one group: figures, or what nearly all of it said (`at_least`: 0 to 1)."""

    name: str
    figures: Figures | None
    nearly_all: str = ""
    at_least: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        if self.figures:
            return {"group": self.name, **self.figures.as_dict()}
        return {"group": self.name, "nearly_all": self.nearly_all, "at_least": self.at_least}


@dataclass(frozen=True)
class ChangeLine:
    """One run of levels in an earlier form and in this one."""

    label: str
    earlier: Line
    later: Line

    @property
    def change(self) -> float:
        """How much the rate has grown, -1 to 1."""
        return self.later.rate - self.earlier.rate

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {"earlier": self.earlier.as_dict(), "later": self.later.as_dict()}


@dataclass(frozen=True)
class Changes:
    """One item beside the same item of an earlier form. `groups`: by name."""

    whole: tuple[ChangeLine, ...]
    groups: tuple[tuple[str, tuple[ChangeLine, ...]], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "whole": [line.as_dict() for line in self.whole],
            "groups": [
                {"group": name, "levels": [line.as_dict() for line in lines]}
                for name, lines in self.groups
            ],
        }


@dataclass(frozen=True)
class ItemResult:
    """What is told of one item.

    `whole`: every level by itself, None when too few answered. `in_runs`: the whole in the runs
    of levels that the groups are shown in. `hidden`: the groups nothing is told of. `left_out`:
    the answer ("no opinion") that the figures of groups, and `in_runs`, do not count; else empty.
    Of a text, `texts` are those that were read over and may be shown, `unread` how many wait for
    that.
    """

    key: str
    kind: Kind
    question: str
    row: str
    section: str
    is_wish: bool
    is_other: bool = False
    whole: Figures | None = None
    in_runs: Figures | None = None
    groups: tuple[GroupFigures, ...] = ()
    hidden: tuple[str, ...] = ()
    left_out: str = ""
    changes: Changes | None = None
    texts: tuple[str, ...] = ()
    unread: int = 0

    @property
    def label(self) -> str:
        """What it is called under its question: the row, or the question itself."""
        if self.is_other:
            return _("%(question)s (ý khác, viết bằng lời)", question=self.question)
        return self.row or self.question

    @property
    def name(self) -> str:
        """What it is called anywhere: the question, with the row where it is one of several."""
        return f"{self.question} – {self.row}" if self.row else self.label

    @property
    def said(self) -> tuple[tuple[str, int], ...]:
        """The texts with how many wrote each, in the order in which each stands first."""
        return tuple(Counter(self.texts).items())

    @property
    def points(self) -> int:
        """How many points the scale has, without "no opinion"."""
        lines = self.whole.lines if self.whole else ()
        return sum(line.tone is not None for line in lines)

    @property
    def most_chosen(self) -> tuple[Line, ...]:
        """The answers that most gave: one, or those that as many gave."""
        lines = self.whole.lines if self.whole else ()
        most = max((line.count for line in lines), default=0)
        return tuple(line for line in lines if line.count == most > 0)

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        told: dict[str, Any] = {
            "item": self.key,
            "kind": self.kind,
            "question": self.question,
            "row": self.row or None,
            "label": self.name,
        }
        if self.kind == "text":
            return {**told, "texts": list(self.texts), "unread": self.unread}
        return {
            **told,
            "whole": self.whole.as_dict() if self.whole else None,
            "groups": [group.as_dict() for group in self.groups],
            "hidden_groups": list(self.hidden),
            "left_out_of_groups": self.left_out or None,
            "changes": self.changes.as_dict() if self.changes else None,
        }


@dataclass(frozen=True)
class GroupSent:
    """How many of a group have sent a form, of how many; None: forms on paper have no people."""

    name: str
    sent: int
    eligible: int | None


@dataclass(frozen=True)
class Results:
    """All that may be told of a form. Before the count, and of a lost urn, nothing is.

    `sent` is None when fewer than `least` have sent one. `fingerprint`: a short name of what was
    counted, for the minutes. `earlier`: the title of the form that `changes` compare with.
    """

    slug: str
    title: str
    state: State
    closes_at: datetime
    least: int = 0
    counted_at: datetime | None = None
    sent: int | None = None
    invited: int | None = None
    members_only: bool = False
    fingerprint: str = ""
    groups: tuple[GroupSent, ...] = ()
    hidden: tuple[str, ...] = ()
    items: tuple[ItemResult, ...] = ()
    earlier: str = ""

    @property
    def rate(self) -> float | None:
        """The share of the invited who have sent one."""
        return self.sent / self.invited if self.sent is not None and self.invited else None

    @property
    def is_told(self) -> bool:
        """Whether there is anything to be read."""
        return self.state == "counted" and self.sent is not None

    @property
    def wishes(self) -> tuple[ItemResult, ...]:
        """What people said they want next."""
        return tuple(item for item in self.items if item.is_wish)

    @property
    def others(self) -> tuple[ItemResult, ...]:
        """Everything else, in the order of the form."""
        return tuple(item for item in self.items if not item.is_wish)

    @property
    def unread(self) -> int:
        """How many texts still wait to be read over."""
        return sum(item.unread for item in self.items)

    def as_dict(self) -> dict[str, Any]:
        """Return the document of `feedback results --json`."""
        at = self.counted_at
        return {
            "round": self.slug,
            "title": self.title,
            "state": self.state,
            "counted_at": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None,
            "least": self.least,
            "invited": self.invited,
            "sent": self.sent,
            "rate": None if self.rate is None else round(self.rate, 4),
            "fingerprint": self.fingerprint or None,
            "compared_with": self.earlier or None,
            "groups": [
                {"group": one.name, "sent": one.sent, "eligible": one.eligible}
                for one in self.groups
            ],
            "hidden_groups": list(self.hidden),
            "items": [item.as_dict() for item in self.items],
        }
