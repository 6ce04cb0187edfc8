"""The ledger as pages show it: with names for organisers, figures and reasons for the committee."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from survey_app.accounts.models import User
from survey_app.accounts.scope import Scope
from survey_app.campaigns.models import Round, RoundCell
from survey_app.i18n import _
from survey_app.invitations.models import Invitation, LedgerEntry
from survey_app.invitations.movements import Movements, movements, of_all
from survey_app.invitations.participation import SMALL, Counts, add_up, counts_of
from survey_app.invitations.queries import named
from survey_app.people.models import Person
from survey_app.people.queries import by_name

PAGE: Final = 100
_FROM, _TO = aliased(RoundCell), aliased(RoundCell)


@dataclass(frozen=True)
class Place:
    """A row of the board: a cell (`None`: no cell) and a kind of person."""

    name: str | None
    kind: str

    @property
    def label(self) -> str:
        """The cell's name as it was frozen."""
        return self.name or _("Chưa gắn chi bộ")


@dataclass(frozen=True)
class EntryLine:
    """One entry with the person it is about."""

    id: int
    kind: str
    public_id: str
    name: str
    left: Place | None
    entered: Place | None
    reason: str
    by: str | None
    at: datetime


@dataclass(frozen=True)
class CellLine:
    """One row of the board with what happened to it since the launch."""

    place: Place
    counts: Counts
    moves: Movements

    @property
    def at_launch(self) -> int:
        """How many were invited at launch."""
        return self.moves.at_launch(self.counts.invited)

    @property
    def rate(self) -> float | None:
        """The rate where it means something; of few people it would tell of one."""
        return self.counts.rate if self.counts.base >= SMALL else None

    @property
    def is_changed(self) -> bool:
        """Whether the number a rate is divided by is another than at launch."""
        return self.moves != Movements() or bool(self.counts.exempt)


@dataclass(frozen=True)
class Explained:
    """Where the percentages of a round come from, per row; the sums leave out what only moved."""

    rows: tuple[CellLine, ...]
    reasons: tuple[EntryLine, ...]

    def of(self, kind: str) -> tuple[CellLine, ...]:
        """The rows of one kind of person."""
        return tuple(row for row in self.rows if row.place.kind == kind)

    def total_of(self, kind: str) -> CellLine:
        """The sum of one kind of person."""
        rows = self.of(kind)
        return CellLine(
            Place(None, kind), add_up(row.counts for row in rows), of_all(row.moves for row in rows)
        )


def entries(
    session: Session,
    round_id: int,
    *,
    scope: Scope,
    search: str = "",
    names_first: bool = False,
    page: int = 1,
) -> tuple[list[EntryLine], int]:
    """Return one page of a round's entries, newest first (or by given name), and their number."""
    query = _entries(round_id, scope).where(*named(search))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    order = by_name(session) if names_first else ()
    query = query.order_by(*order, LedgerEntry.id.desc())
    rows = session.execute(query.limit(PAGE).offset((page - 1) * PAGE))
    return [_line(row) for row in rows], total


def entries_of(session: Session, round_id: int, person_id: int) -> list[EntryLine]:
    """Return what was entered about one person of a round, newest first."""
    query = _entries(round_id, Scope(None)).where(Person.id == person_id)
    return [_line(row) for row in session.execute(query.order_by(LedgerEntry.id.desc()))]


def explained(session: Session, round_: Round, *, scope: Scope) -> Explained:
    """Return how each row of a quiz round came to the number it is divided by."""
    moves = movements(session, round_.id)
    rows = session.scalars(
        select(RoundCell)
        .where(RoundCell.round_id == round_.id, *_seen(scope, RoundCell.cell_id))
        .order_by(RoundCell.position, RoundCell.id)
    )
    lines = tuple(
        CellLine(Place(row.name, row.kind), counts_of(row), moves.get(row.id, Movements()))
        for row in rows
    )
    found = session.execute(_entries(round_.id, scope).order_by(LedgerEntry.id))
    return Explained(lines, tuple(_nameless(_line(row)) for row in found))


def place_of(session: Session, round_id: int, person_id: int) -> tuple[Place, bool] | None:
    """Return where somebody counts in a round and whether they are exempt, if they are in it."""
    row = session.execute(
        select(RoundCell.name, RoundCell.kind, Invitation.is_exempt)
        .join(Invitation, Invitation.round_cell_id == RoundCell.id)
        .where(
            Invitation.round_id == round_id,
            Invitation.person_id == person_id,
            Invitation.superseded_by_id.is_(None),
        )
    ).one_or_none()
    return (Place(row[0], row[1]), row[2]) if row else None


def places_of(session: Session, round_id: int, person_ids: Sequence[int]) -> dict[int, Place]:
    """Return person id -> where they count, of those who are in the round."""
    rows = session.execute(
        select(Invitation.person_id, RoundCell.name, RoundCell.kind)
        .join(RoundCell, RoundCell.id == Invitation.round_cell_id)
        .where(
            Invitation.round_id == round_id,
            Invitation.person_id.in_(person_ids),
            Invitation.superseded_by_id.is_(None),
        )
    )
    return {row[0]: Place(row[1], row[2]) for row in rows}


def _nameless(line: EntryLine) -> EntryLine:
    """What readers may know who see no names: a reason is free text, and often names somebody."""
    return EntryLine(
        line.id,
        line.kind,
        "",
        "",
        line.left,
        line.entered,
        "",
        None,
        line.at,
    )


def _entries(round_id: int, scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(
            LedgerEntry.id,
            LedgerEntry.kind,
            Person.public_id,
            Person.full_name,
            LedgerEntry.from_round_cell_id,
            _FROM.name,
            _FROM.kind,
            LedgerEntry.to_round_cell_id,
            _TO.name,
            _TO.kind,
            LedgerEntry.reason,
            User.name,
            LedgerEntry.entered_at,
        )
        .join(Invitation, Invitation.id == LedgerEntry.invitation_id)
        .join(Person, Person.id == Invitation.person_id)
        .outerjoin(_FROM, _FROM.id == LedgerEntry.from_round_cell_id)
        .outerjoin(_TO, _TO.id == LedgerEntry.to_round_cell_id)
        .outerjoin(User, User.id == LedgerEntry.entered_by)
        .where(LedgerEntry.round_id == round_id, *_either_seen(scope))
    )


def _seen(scope: Scope, cell_id: Any) -> list[ColumnElement[bool]]:
    return [] if scope.cells is None else [cell_id.in_(scope.cells)]


def _either_seen(scope: Scope) -> list[ColumnElement[bool]]:
    """An entry belongs to the cell it leaves and to the one it enters."""
    if scope.cells is None:
        return []
    return [or_(_FROM.cell_id.in_(scope.cells), _TO.cell_id.in_(scope.cells))]


def _line(row: Row[*tuple[Any, ...]]) -> EntryLine:
    (number, kind, public_id, name, left_id, left_name, left_kind, *rest) = row
    entered_id, entered_name, entered_kind, reason, by, at = rest
    return EntryLine(
        id=number,
        kind=kind,
        public_id=public_id,
        name=name,
        left=Place(left_name, left_kind) if left_id is not None else None,
        entered=Place(entered_name, entered_kind) if entered_id is not None else None,
        reason=reason,
        by=by,
        at=at,
    )
