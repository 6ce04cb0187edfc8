"""Who has taken part, per cell and kind: from the running tally, never from a join over people.

invited = done + started + not started + exempt + undeliverable, always; the rate is
done ÷ (invited − exempt), and there is none when that is 0.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from survey_app import formatting
from survey_app.accounts.scope import Scope
from survey_app.campaigns.models import Round, RoundCell
from survey_app.database import table_of
from survey_app.i18n import _
from survey_app.invitations.counts import COLUMNS as COLUMNS
from survey_app.invitations.counts import Counts as Counts
from survey_app.invitations.counts import above_half as above_half
from survey_app.invitations.counts import add_up as add_up
from survey_app.invitations.models import LedgerEntry

PARTY_MEMBER: Final = "party_member"
NON_MEMBER: Final = "non_member"
SMALL: Final = 5  # below this a rate says more about one person than about a cell
MANY_LEFT: Final = 5
MANY_LOST: Final = 3
_CELL = table_of(RoundCell)
# What tells one state of a board from another: which cell, its counts, and whose mail was taken.
TALLY: Final = (_CELL.c.id, *(_CELL.c[name] for name in COLUMNS), _CELL.c.mailed)


@dataclass(frozen=True)
class CellRow:
    """One cell and one kind of person in a round. `name` is `None` for people of no cell."""

    cell_id: int | None
    name: str | None
    kind: str
    group_name: str | None
    counts: Counts
    last_rate: float | None = None
    mailed: int = 0

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
    version: str = ""  # another one as soon as any figure of the round is another
    corrected_at: datetime | None = None  # the last entry of the ledger after the round closed

    is_anonymous = False

    def of(self, kind: str) -> tuple[CellRow, ...]:
        """The rows of one kind of person."""
        return tuple(row for row in self.rows if row.kind == kind)

    def total_of(self, kind: str) -> Counts:
        """The totals of one kind of person."""
        return self._totals.get(kind, Counts())

    @cached_property
    def _totals(self) -> dict[str, Counts]:
        kinds = {row.kind for row in self.rows}
        return {kind: add_up(row.counts for row in self.of(kind)) for kind in kinds}

    def mailed_of(self, kind: str) -> int:
        """How many people of one kind have an invitation that a mail server took."""
        return sum(row.mailed for row in self.of(kind))

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
        return add_up(self._totals.values())

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
        if self.is_open:
            return formatting.by_then(self.as_of, today)
        if self.corrected_at is not None:
            until = formatting.moment(self.corrected_at)
            return _("Khi kết thúc vòng, theo sổ biến động đến %(moment)s", moment=until)
        return _("Khi kết thúc vòng")


def participation(session: Session, round_: Round, now: datetime, *, scope: Scope) -> Participation:
    """Return the counts of `round_` for the cells of `scope`.

    Raises:
        ValueError: it is a round of forms, whose tally knows nothing of who has sent one; see
            `boards.board_of`.
    """
    if round_.kind != "quiz":
        raise ValueError("forms have no tally of people")
    before = _cell_rows(_rows(session, _round_before(session, round_), scope), {})
    last = {(row.cell_id, row.kind): row.counts.rate for row in before}
    stored = _rows(session, round_.id, scope)
    return Participation(
        round_id=round_.id,
        slug=round_.slug,
        title=round_.title,
        state=round_.state,
        closes_at=round_.closes_at,
        as_of=now,
        rows=_cell_rows(stored, last),
        before=before,
        version=version_of(round_.state, now < round_.closes_at, [row[4:] for row in stored]),
        corrected_at=corrected_at(session, round_, now),
    )


def corrected_at(session: Session, round_: Round, now: datetime) -> datetime | None:
    """Return when the ledger of a round that is over was last written in after its closing."""
    if now < round_.closes_at and round_.state in ("scheduled", "open"):
        return None
    return session.scalar(
        select(func.max(LedgerEntry.entered_at)).where(
            LedgerEntry.round_id == round_.id, LedgerEntry.entered_at >= round_.closes_at
        )
    )


def version_of(state: str, before_close: bool, rows: Iterable[Sequence[Any]]) -> str:
    """Return a short name of a round's figures, the same as long as nothing changes.

    `rows`: the columns of `TALLY` of each cell that is shown.
    """
    said = repr((state, before_close, [tuple(row) for row in rows]))
    return hashlib.sha256(said.encode()).hexdigest()[:24]


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


def _rows(session: Session, round_id: int | None, scope: Scope) -> list[Row[Any]]:
    """The stored rows of a round in the committee's order; none for no round."""
    if round_id is None:
        return []
    query = (
        select(_CELL.c.cell_id, _CELL.c.name, _CELL.c.kind, _CELL.c.group_name, *TALLY)
        .where(_CELL.c.round_id == round_id)
        .order_by(_CELL.c.position, _CELL.c.id)
    )
    return [row for row in session.execute(query) if scope.includes(row.cell_id)]


def _cell_rows(
    stored: Iterable[Row[Any]], last: Mapping[tuple[int | None, str], float | None]
) -> tuple[CellRow, ...]:
    return tuple(
        CellRow(
            row.cell_id,
            row.name,
            row.kind,
            row.group_name,
            Counts(*row[5:-1]),  # behind the four columns of the cell and its number
            last.get((row.cell_id, row.kind)),
            row.mailed,
        )
        for row in stored
    )
