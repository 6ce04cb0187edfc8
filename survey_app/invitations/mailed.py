"""Whose invitation a mail server has taken, in rounds of quizzes: kept per person and per cell."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.orm import Session

from survey_app.campaigns.models import Round, RoundCell
from survey_app.database import all_at_once, run, table_of
from survey_app.invitations.models import Invitation
from survey_app.mailing.models import OutboxMessage

_INVITATION = table_of(Invitation)
_CELL = table_of(RoundCell)
_ROUND = table_of(Round)
_NOT_YET = (
    select(_INVITATION.c.id, _INVITATION.c.round_cell_id)
    .join(_ROUND, (_ROUND.c.id == _INVITATION.c.round_id) & (_ROUND.c.kind == "quiz"))
    .where(
        tuple_(_INVITATION.c.round_id, _INVITATION.c.person_id).in_(
            bindparam("pairs", expanding=True)
        ),
        _INVITATION.c.is_mailed.is_(False),
        _INVITATION.c.superseded_by_id.is_(None),
    )
    .order_by(_INVITATION.c.id)
    .with_for_update(of=_INVITATION)
)
_MARK = (
    update(_INVITATION)
    .where(_INVITATION.c.id.in_(bindparam("ids", expanding=True)))
    .values(is_mailed=True)
)
_COUNT = (
    update(_CELL)
    .where(_CELL.c.id == bindparam("key"))
    .values(mailed=_CELL.c.mailed + bindparam("number"))
)


def invitations_sent(session: Session, messages: Sequence[OutboxMessage]) -> None:
    """Hear from the mail package that invitations were taken; only a person's first one counts.

    As everywhere, all invitations are locked before the first cell, each in the order of its ids.
    """
    pairs = {
        (message.subject_id, message.recipient_id)
        for message in messages
        if message.subject_kind == "round" and message.recipient_kind == "person"
    }
    new = run(session, _NOT_YET, {"pairs": sorted(pairs)}).all() if pairs else []
    if not new:
        return
    cells = Counter(row.round_cell_id for row in new)
    with all_at_once(session):
        run(session, _MARK, {"ids": [row.id for row in new]})
        for cell_id, number in sorted(cells.items()):
            run(session, _COUNT, {"key": cell_id, "number": number})
