"""Who has taken part, per cell and kind: from the running tally, never from a join over people.

invited = done + started + not started + exempt + undeliverable, always; the rate is
done ÷ (invited − exempt), and there is none when that is 0.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import formatting
from survey_app.accounts.scope import Scope
from survey_app.campaigns.models import Round, RoundCell
from survey_app.i18n import _

PARTY_MEMBER: Final = "party_member"
NON_MEMBER: Final = "non_member"
SMALL: Final = 5  # below this a rate says more about one person than about a cell
MANY_LEFT: Final = 5
MANY_LOST: Final = 3


@dataclass(frozen=True)
class Counts:
    """How many people were invited and what became of them; attempts are counted apart."""

    invited: int = 0
    done: int = 0
    started: int = 0
    exempt: int = 0
    undeliverable: int = 0
    attempts: int = 0

    @property
    def not_started(self) -> int:
        """Who is left, so that the five states always add up."""
        return self.invited - self.done - self.started - self.exempt - self.undeliverable

    @property
    def base(self) -> int:
        """What a rate is divided by: the invited without the exempt."""
        return self.invited - self.exempt

    @property
    def left(self) -> int:
        """Who could still take part."""
        return self.base - self.done

    @property
    def rate(self) -> float | None:
        """The share of `done` in `base`, `None` when there is nobody to divide by."""
        return self.done / self.base if self.base else None

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, name) + getattr(other, name) for name in COLUMNS))

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers in INTERFACE's order."""
        return {
            "invited": self.invited,
            "done": self.done,
            "started": self.started,
            "not_started": self.not_started,
            "exempt": self.exempt,
            "undeliverable": self.undeliverable,
            "attempts": self.attempts,
            "rate": None if self.rate is None else round(self.rate, 4),
        }


COLUMNS: Final = ("invited", "done", "started", "exempt", "undeliverable", "attempts")


def add_up(parts: Iterable[Counts]) -> Counts:
    """Return the sum."""
    return sum(parts, Counts())


def above_half(parts: Iterable[Counts]) -> int:
    """Return how many of `parts` have more than half of their people done."""
    return sum(one.done * 2 > one.base for one in parts)


@dataclass(frozen=True)
class CellRow:
    """One cell and one kind of person in a round. `name` is `None` for people of no cell."""

    cell_id: int | None
    name: str | None
    kind: str
    group_name: str | None
    counts: Counts
    last_rate: float | None = None

    @property
    def label(self) -> str:
        """The name for people; who belongs to no cell stands in a row of their own."""
        return self.name or _("Chưa gắn chi bộ")

    @property
    def shown_rate(self) -> float | None:
        """The rate where it means something; see `why_no_rate`."""
        return self.counts.rate if self.counts.base >= SMALL else None

    @property
    def why_no_rate(self) -> str | None:
        """Say why a dash stands for the rate."""
        if self.counts.invited == 0:
            return _("không có ai được mời")
        if self.counts.base == 0:
            return _("mọi người đều được miễn")
        if self.counts.base < SMALL:
            return _("dưới %(n)s người, không tính tỷ lệ", n=SMALL)
        return None

    @property
    def could_use_help(self) -> bool:
        """Help would count here: many are left and not yet half have done it, or mail is lost."""
        behind = self.counts.done * 2 <= self.counts.base and self.counts.left >= MANY_LEFT
        return behind or self.counts.undeliverable >= MANY_LOST


@dataclass(frozen=True)
class Participation:
    """The state of one round at one moment, in the committee's own order of cells."""

    round_id: int
    slug: str
    title: str
    state: str
    closes_at: datetime
    as_of: datetime
    rows: tuple[CellRow, ...]
    before: tuple[CellRow, ...] = ()  # the last round's

    is_anonymous = False

    def of(self, kind: str) -> tuple[CellRow, ...]:
        """The rows of one kind of person."""
        return tuple(row for row in self.rows if row.kind == kind)

    def total_of(self, kind: str) -> Counts:
        """The totals of one kind of person."""
        return add_up(row.counts for row in self.of(kind))

    @property
    def members(self) -> Counts:
        """The totals of the party members."""
        return self.total_of(PARTY_MEMBER)

    @property
    def non_members(self) -> Counts:
        """The totals of everybody else."""
        return self.total_of(NON_MEMBER)

    @property
    def total(self) -> Counts:
        """Everybody."""
        return add_up(row.counts for row in self.rows)

    @property
    def main_kind(self) -> str:
        """Whom the headline speaks of: the party members, unless only others are invited."""
        return PARTY_MEMBER if self.members.base or not self.non_members.base else NON_MEMBER

    @property
    def is_open(self) -> bool:
        """Whether help could still change anything."""
        return self.state in ("scheduled", "open") and self.as_of < self.closes_at

    def as_dict(self) -> dict[str, Any]:
        """Return the document of `participation --json`."""
        cells = [{"cell": row.name, "kind": row.kind, **row.counts.as_dict()} for row in self.rows]
        as_of = self.as_of.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "round": self.slug,
            "as_of": as_of,
            "cells": cells,
            "total": self.total.as_dict(),
        }

    def headline(self, *, today: bool = True) -> str:
        """One sentence to be read aloud. With `today=False` the day is spelt out (mails, paper)."""
        kind = self.main_kind
        if not self.total_of(kind).base:
            return _("Chưa có ai được mời nên chưa có số liệu.")
        told = self.told(kind, today=today)
        cells = [row.counts for row in self.of(kind) if row.cell_id and row.counts.base]
        if not cells:
            return f"{told}."
        above = _(
            "%(above)s/%(cells)s chi bộ trên một nửa",
            above=formatting.number(above_half(cells)),
            cells=formatting.number(len(cells)),
        )
        return f"{told}; {above}."

    def told(self, kind: str, *, today: bool = True) -> str:
        """How many people of `kind` have taken part, by when; a sentence without its full stop."""
        counts = self.total_of(kind)
        values = {
            "when": self._when(today),
            "done": formatting.number(counts.done),
            "base": formatting.number(counts.base),
            "rate": formatting.percent(counts.rate),
        }
        if kind == PARTY_MEMBER:
            return _("%(when)s, %(done)s/%(base)s đảng viên (%(rate)s) đã thi", **values)
        return _("%(when)s, %(done)s/%(base)s quần chúng (%(rate)s) đã thi", **values)

    def _when(self, today: bool) -> str:
        return formatting.by_then(self.as_of, today) if self.is_open else _("Khi kết thúc vòng")


def participation(session: Session, round_: Round, now: datetime, *, scope: Scope) -> Participation:
    """Return the counts of `round_` for the cells of `scope`.

    Raises:
        ValueError: it is a round of forms, whose tally knows nothing of who has sent one; see
            `boards.board_of`.
    """
    if round_.kind != "quiz":
        raise ValueError("forms have no tally of people")
    before = _rows(session, _round_before(session, round_), scope)
    last = {(row.cell_id, row.kind): row.counts.rate for row in before}
    rows = tuple(
        replace(row, last_rate=last.get((row.cell_id, row.kind)))
        for row in _rows(session, round_.id, scope)
    )
    return Participation(
        round_id=round_.id,
        slug=round_.slug,
        title=round_.title,
        state=round_.state,
        closes_at=round_.closes_at,
        as_of=now,
        rows=rows,
        before=before,
    )


def counts_of(row: RoundCell) -> Counts:
    """Return the tally of one row."""
    return Counts(*(getattr(row, name) for name in COLUMNS))


def _round_before(session: Session, round_: Round) -> int | None:
    """The last launched round of the same kind and campaign before this one."""
    return session.scalar(
        select(Round.id)
        .where(
            Round.campaign_id == round_.campaign_id,
            Round.kind == round_.kind,
            Round.launched_at.is_not(None),
            Round.state != "cancelled",
            Round.opens_at < round_.opens_at,
        )
        .order_by(Round.opens_at.desc(), Round.id.desc())
        .limit(1)
    )


def _rows(session: Session, round_id: int | None, scope: Scope) -> tuple[CellRow, ...]:
    """The rows of a round, without ticks; none for no round."""
    if round_id is None:
        return ()
    query = (
        select(RoundCell)
        .where(RoundCell.round_id == round_id)
        .order_by(RoundCell.position, RoundCell.id)
    )
    return tuple(
        CellRow(row.cell_id, row.name, row.kind, row.group_name, counts_of(row))
        for row in session.scalars(query)
        if scope.includes(row.cell_id)
    )
