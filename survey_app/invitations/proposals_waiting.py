"""How many proposals wait, for pages that only tell the number: counted when facts have changed.

Comparing the whole roster with the rounds takes half a second at 20,000 people. Everything that can
change the answer is in the log, so each process keeps the last number with what the log said then.
"""

from datetime import date
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.orm import Session

from survey_app.audit import Action
from survey_app.audit.models import AuditEvent
from survey_app.invitations.models import DeclinedProposal, Invitation, LedgerEntry
from survey_app.invitations.proposals import live_rounds, proposals
from survey_app.people.models import Membership, Person, PersonChange

_Key = tuple[object, ...]
# What is entered about people and about proposals; a round's own life shows in `live_rounds`.
_CHANGING: Final = (
    Action.ROSTER_IMPORTED,
    Action.PERSON_MOVED,
    Action.PERSON_KIND_CHANGED,
    Action.PERSON_LEFT,
    Action.PERSON_MERGED,
    Action.LEDGER_ENTERED,
    Action.LEDGER_DECLINED,
)
_ROWS: Final = (Person, Membership, PersonChange, Invitation, LedgerEntry)
_known: "WeakKeyDictionary[Engine, tuple[_Key, int]]" = WeakKeyDictionary()


def waiting(session: Session, day: date) -> int:
    """Return how many proposals wait on `day`."""
    bind = session.get_bind()
    engine = bind.engine if isinstance(bind, Connection) else bind
    key = _key(session, day)
    known = _known.get(engine)
    if known is None or known[0] != key:
        known = key, len(proposals(session, day))
        _known[engine] = known
    return known[1]


def _key(session: Session, day: date) -> _Key:
    """What has to be the same for the number to be the same: cheap to ask, whatever the size."""
    codes = [action.code for action in _CHANGING]
    logged = select(func.count(AuditEvent.id)).where(AuditEvent.action.in_(codes))
    declined = select(func.count()).select_from(DeclinedProposal)  # may be taken back
    rows = select(
        logged.scalar_subquery(),
        declined.scalar_subquery(),
        *(select(func.max(table.id)).scalar_subquery() for table in _ROWS),
    )
    rounds = tuple((one.id, one.state, str(one.settings)) for one in live_rounds(session))
    return day, rounds, *session.execute(rows).one()
