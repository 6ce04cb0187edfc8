"""The board of a round, whatever its kind: a quiz counts people, a form tells what may be told."""

from datetime import datetime

from sqlalchemy.orm import Session

from survey_app.accounts.scope import Scope
from survey_app.campaigns.models import Round
from survey_app.invitations.anonymous import FormBoard
from survey_app.invitations.kinds import kind_of
from survey_app.invitations.participation import Participation, participation

Board = Participation | FormBoard


def board_of(session: Session, round_: Round, now: datetime, *, scope: Scope) -> Board:
    """Return the board of a launched round for the cells of `scope`."""
    kind = kind_of(round_)
    if kind is not None:
        return kind.board(session, round_, now, scope=scope)
    return participation(session, round_, now, scope=scope)
