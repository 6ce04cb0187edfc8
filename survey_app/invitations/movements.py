"""How the people of a round's cells became others than at launch: from the ledger alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.invitations.models import LedgerEntry

# Each of these kinds lets people come into a row of the board, or go out of one.
MOVING: Final = ("join", "transfer", "kind_change", "merge")


@dataclass(frozen=True)
class Movements:
    """People who came into one `round_cell` after the launch and who went out of it.

    `joined` were in no cell of the round before; `merged` of those in `moved_out` stood on the
    roster twice and are counted once now.
    """

    joined: int = 0
    moved_in: int = 0
    moved_out: int = 0
    merged: int = 0

    @property
    def difference(self) -> int:
        """How many more (or fewer) are invited now than at launch."""
        return self.joined + self.moved_in - self.moved_out

    def at_launch(self, invited: int) -> int:
        """How many were invited at launch, when `invited` are now."""
        return invited - self.difference

    def __add__(self, other: "Movements") -> "Movements":
        return Movements(
            self.joined + other.joined,
            self.moved_in + other.moved_in,
            self.moved_out + other.moved_out,
            self.merged + other.merged,
        )


def movements(session: Session, round_id: int) -> dict[int, Movements]:
    """Return round_cell id -> what came and went since the launch; rows nothing touched are absent.

    invited = at launch + joined + moved in − moved out, in every row and in their sum.
    """
    steps = session.execute(
        select(
            LedgerEntry.kind,
            LedgerEntry.from_round_cell_id,
            LedgerEntry.to_round_cell_id,
            func.count(),
        )
        .where(LedgerEntry.round_id == round_id, LedgerEntry.kind.in_(MOVING))
        .group_by(LedgerEntry.kind, LedgerEntry.from_round_cell_id, LedgerEntry.to_round_cell_id)
    )
    found: dict[int, Movements] = {}
    for kind, left, entered, number in steps:
        if left == entered:
            continue
        if left is not None:
            gone = Movements(moved_out=number, merged=number if kind == "merge" else 0)
            found[left] = found.get(left, Movements()) + gone
        if entered is not None:
            come = Movements(joined=number) if kind == "join" else Movements(moved_in=number)
            found[entered] = found.get(entered, Movements()) + come
    return found


def of_all(parts: Iterable[Movements]) -> Movements:
    """Return the sum, in which who only went from one cell to another is counted on both sides."""
    total = Movements()
    for part in parts:
        total = total + part
    return total
