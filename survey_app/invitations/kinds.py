"""What kinds of round add to checking, launching and telling; a kind above registers itself.

A quiz adds nothing. The registry holds code, not state: it is filled once by the composition root.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from sqlalchemy.orm import Session

from survey_app.accounts.scope import Scope
from survey_app.campaigns.models import Round
from survey_app.campaigns.settings import RoundSettings
from survey_app.invitations.anonymous import FormBoard, FormFacts
from survey_app.invitations.asking import Asked, CellAndKind, FrozenCell

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


_kinds: dict[str, RoundKind] = {}


def register(name: str, kind: RoundKind) -> None:
    """Make a kind of round known; `name` is that of `Round.kind`."""
    _kinds[name] = kind


def kind_of(round_: Round) -> RoundKind | None:
    """Return what a round's kind adds, if it adds anything."""
    return _kinds.get(round_.kind)


def can_run(round_: Round) -> bool:
    """Whether rounds of this kind can be launched."""
    return round_.kind == "quiz" or round_.kind in _kinds
