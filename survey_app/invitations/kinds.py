"""What kinds of round add to checking, launching and telling; a kind above registers itself.

A quiz adds nothing. A kind asks people (`RoundKind`) or cells (`CellsKind`): the latter has no
invitations, so that what is told of it and done with it is its own. The registries hold code, not
state: they are filled once by the composition root.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app.accounts.scope import Scope
from survey_app.campaigns.models import Round
from survey_app.campaigns.settings import RoundSettings
from survey_app.errors import NotFound
from survey_app.i18n import _
from survey_app.invitations.anonymous import FormBoard, FormFacts
from survey_app.invitations.asking import Asked, CellAndKind, FrozenCell
from survey_app.invitations.duty_board import DutyBoard

if TYPE_CHECKING:
    from survey_app.invitations.readiness import Check


class RoundKind(Protocol):
    """What a kind of round wants looked at before its launch, and done in it."""

    def prepare(self, session: Session, round_: Round) -> None:
        """Make on this machine what a launch needs, for commands: elsewhere the worker does it."""

    def checks(
        self,
        session: Session,
        round_: Round,
        settings: RoundSettings,
        asked: Sequence[Asked],
        cells: dict[CellAndKind, FrozenCell],
    ) -> Iterator["Check"]:
        """Yield what stands between a draft and its launch, beyond what any round needs."""

    def launched(self, session: Session, round_: Round, settings: RoundSettings) -> None:
        """Finish the launch in its transaction: cells and invitations are there."""

    def board(self, session: Session, round_: Round, now: datetime, *, scope: Scope) -> FormBoard:
        """Return what may be told of who took part in a launched round, in the cells of `scope`."""

    def facts(self, session: Session, round_: Round, asked: Sequence[Asked]) -> FormFacts:
        """Return what the organiser's page says; `asked` are the people of a draft."""


class CellsKind(Protocol):
    """What a round does that asks cells and invites nobody."""

    def checks(
        self, session: Session, round_: Round, cells: Sequence[FrozenCell]
    ) -> Iterator["Check"]:
        """Yield what stands between a draft and its launch, beyond questions and hours."""

    def launched(self, session: Session, round_: Round, leave: datetime) -> int:
        """Finish the launch in its transaction: the cells' rows are there, mails go from `leave`.

        Return how many mails were queued.
        """

    def board(self, session: Session, round_: Round, now: datetime, *, scope: Scope) -> DutyBoard:
        """Return how the cells of `scope` stand in a launched round."""

    def show(self, round_: Round) -> ResponseReturnValue:
        """The organiser's page of the round."""

    def confirm(self, round_: Round, action: str) -> ResponseReturnValue:
        """Ask once before `launch`, `close` or `cancel`."""

    def act(self, round_: Round, action: str) -> ResponseReturnValue:
        """Launch, close or cancel."""


_kinds: dict[str, RoundKind] = {}
_cells_kinds: dict[str, CellsKind] = {}


def register(name: str, kind: RoundKind) -> None:
    """Make a kind of round known; `name` is that of `Round.kind`."""
    _kinds[name] = kind


def register_for_cells(name: str, kind: CellsKind) -> None:
    """Make a kind of round known that asks cells; `name` is that of `Round.kind`."""
    _cells_kinds[name] = kind


def kind_of(round_: Round) -> RoundKind | None:
    """Return what the kind of a round that asks people adds, if it adds anything."""
    return _kinds.get(round_.kind)


def cells_kind_of(round_: Round) -> CellsKind | None:
    """Return the kind of a round that asks cells; `None` for rounds that ask people."""
    return _cells_kinds.get(round_.kind)


def asks_people(round_: Round) -> Round:
    """Return the round, for pages about those who were invited.

    Raises:
        NotFound: it asks cells.
    """
    if cells_kind_of(round_) is not None:
        raise NotFound(_("Kỳ báo cáo hỏi các chi bộ, không mời từng người."))
    return round_


def can_run(round_: Round) -> bool:
    """Whether rounds of this kind can be launched."""
    return round_.kind == "quiz" or round_.kind in _kinds or round_.kind in _cells_kinds
