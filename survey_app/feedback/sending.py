"""Taking one form: the receipt is turned and the ballot dropped in one transaction, once a person.

Sent again after a lost reply, nothing has to be looked up: the receipt says that one is recorded,
and nothing says which.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, func, insert, select, text, update
from sqlalchemy.orm import Session

from survey_app import signing
from survey_app.campaigns.models import Round
from survey_app.database import run, table_of
from survey_app.errors import Expired
from survey_app.feedback.models import Ballot, Urn
from survey_app.i18n import _
from survey_app.invitations.models import Receipt

_RECEIPT = table_of(Receipt)
_ROUND = table_of(Round)
_URN = table_of(Urn)
_TURN_RECEIPT = (
    update(_RECEIPT)
    .where(
        _RECEIPT.c.round_id == bindparam("round"),
        _RECEIPT.c.invitation_id == bindparam("invitation"),
        _RECEIPT.c.is_sent.is_(False),
        exists(select(1).where(_URN.c.round_id == bindparam("round"), _URN.c.state == "open")),
        exists(select(1).where(_URN.c.round_id == bindparam("round"), _URN.c.problem.is_(None))),
        exists(
            select(1).where(
                _ROUND.c.id == bindparam("round"),
                _ROUND.c.state.in_(("scheduled", "open", "closed")),
                _ROUND.c.opens_at <= bindparam("received", type_=_ROUND.c.opens_at.type),
                _ROUND.c.closes_at > bindparam("received", type_=_ROUND.c.closes_at.type),
            )
        ),
    )
    .values(is_sent=True)
)
_DROP = insert(table_of(Ballot)).inline()
_IS_SENT = select(_RECEIPT.c.is_sent).where(
    _RECEIPT.c.round_id == bindparam("round"), _RECEIPT.c.invitation_id == bindparam("invitation")
)
_BESIDE_OTHERS = text("SELECT pg_advisory_xact_lock_shared(:space, :round)")
_ALONE = text("SELECT pg_advisory_xact_lock(:space, :round)")
_SPACE = 0x75726E  # "urn" in ASCII


@dataclass(frozen=True)
class Sent:
    """What became of a form; with `before` it is not this one that is recorded."""

    before: bool


def send(
    session: Session, *, round_id: int, invitation_id: int, sealed: str, received: datetime
) -> Sent:
    """Record that a person has sent a form, and keep the sealed ballot; a second one is not taken.

    `received` is the moment at which the request came in.

    Raises:
        Expired: the round takes no forms (any more), or its urn is in trouble.
    """
    beside_others(session, round_id)
    if not turn_receipt(session, round_id=round_id, invitation_id=invitation_id, received=received):
        return Sent(before=True)
    drop(session, round_id=round_id, sealed=sealed)
    return Sent(before=False)


def turn_receipt(
    session: Session, *, round_id: int, invitation_id: int, received: datetime
) -> bool:
    """Record that a person has sent a form; whether this is the first one.

    Raises:
        Expired: as `send`.
    """
    mine = {"round": round_id, "invitation": invitation_id}
    if run(session, _TURN_RECEIPT, {**mine, "received": received}).rowcount:
        return True
    if run(session, _IS_SENT, mine).scalar():
        return False
    raise Expired(_("Phiếu này hiện không nhận nữa."))


def drop(session: Session, *, round_id: int, sealed: str) -> None:
    """Put a sealed ballot into the urn; the caller has turned a receipt for it."""
    ballot = {"round_id": round_id, "key": signing.new_public_id(), "sealed": sealed}
    run(session, _DROP, ballot)


def forms_sent(session: Session, round_id: int) -> int:
    """Return how many people have sent a form of the round."""
    sent = select(func.count()).select_from(_RECEIPT)
    mine = (_RECEIPT.c.round_id == round_id, _RECEIPT.c.is_sent)
    return session.scalar(sent.where(*mine)) or 0


def beside_others(session: Session, round_id: int) -> None:
    """Hold off counting until this unit of work ends; other senders are not held off.

    A lock of the server's memory: a locked row would leave in the files who held it.
    """
    _lock(session, round_id, alone=False)


def alone(session: Session, round_id: int) -> None:
    """Wait for everybody who is dropping a ballot, and keep others out until this unit ends."""
    _lock(session, round_id, alone=True)


def _lock(session: Session, round_id: int, *, alone: bool) -> None:
    if session.get_bind().dialect.name == "postgresql":
        lock = _ALONE if alone else _BESIDE_OTHERS
        run(session, lock, {"space": _SPACE, "round": round_id})
