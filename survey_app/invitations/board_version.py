"""Whether a board still shows what is: one statement, no page made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from survey_app.accounts.scope import Scope
from survey_app.campaigns.models import Round, RoundCell
from survey_app.database import run, table_of
from survey_app.invitations.participation import TALLY, version_of

_ROUND = table_of(Round)
_CELL = table_of(RoundCell)
_STANDING = (
    select(
        _ROUND.c.campaign_id,
        _ROUND.c.kind,
        _ROUND.c.state,
        _ROUND.c.closes_at,
        _CELL.c.cell_id,
        *TALLY,
    )
    .outerjoin(_CELL, (_CELL.c.round_id == _ROUND.c.id) & (_ROUND.c.kind == "quiz"))
    .where(_ROUND.c.slug == bindparam("slug"))
    .order_by(_CELL.c.position, _CELL.c.id)
)


@dataclass(frozen=True)
class Standing:
    """The tallies of a quiz round as they are stored; of other kinds there are none here."""

    campaign_id: int
    kind: str
    state: str
    closes_at: datetime
    cells: Sequence[Sequence[Any]]  # the number of the cell, then the columns of `TALLY`

    def version(self, now: datetime, scope: Scope) -> str:
        """Return the name of what a board of the cells of `scope` shows now."""
        rows = [row[1:] for row in self.cells if row[1] and scope.includes(row[0])]
        return version_of(self.state, now < self.closes_at, rows)


def standing(session: Session, slug: str) -> Standing | None:
    """Return how a round stands, in one statement; nothing where there is no such round."""
    rows = run(session, _STANDING, {"slug": slug}).all()
    if not rows:
        return None
    first = rows[0]
    return Standing(
        first.campaign_id, first.kind, first.state, first.closes_at, [row[4:] for row in rows]
    )
