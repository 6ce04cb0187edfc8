"""The ledger of a launched round: joins, moves, changes of kind, exemptions, each with its reason.

Every function is one unit of work of its caller: the entry, the invitation and the running tally
change together or not at all. Only rounds of quizzes take entries: the groups of a form are fixed
at its launch, or somebody could tell from a group that changed who has sent one.

A round that is closed or final still takes them, until its people are forgotten (`archived`): a
transfer that is found after the closing would leave two cells with wrong percentages for ever. What
was reported until then stays in its snapshot, and the next one is numbered as its correction. Only
a join ends with the closing: who was never asked could not have taken part.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.campaigns.models import Round, RoundCell
from survey_app.campaigns.services import lock_round
from survey_app.campaigns.settings import PERSON_KINDS, round_settings
from survey_app.errors import Conflict, Invalid, NotFound
from survey_app.i18n import _
from survey_app.invitations import moving, tally
from survey_app.invitations.following import LIVE
from survey_app.invitations.launch import INVITATION, invitation_item
from survey_app.invitations.models import EntryMeans, Invitation, LedgerEntry
from survey_app.mailing import waiting
from survey_app.mailing.outbox import enqueue_many
from survey_app.people.changes import read_reason
from survey_app.people.models import Cell, Person
from survey_app.signing import new_public_id

CORRECTABLE: Final = (*LIVE, "closed", "finalised")


@dataclass(frozen=True)
class Why:
    """Who enters something, when, and the reason as typed."""

    reason: str
    actor: Actor
    now: datetime


def takes_entries(round_: Round) -> bool:
    """Whether the ledger of this round is open."""
    return round_.kind == "quiz" and round_.state in CORRECTABLE


def join(
    session: Session, round_id: int, person_id: int, cell_id: int | None, why: Why
) -> LedgerEntry:
    """Ask somebody who came after the launch: invitation, link, tally and mail.

    Raises:
        Invalid: no reason.
        NotFound: no such round, person or cell.
        Conflict: they are asked already, have left, or the round is over or takes no entries.
    """
    reason, round_ = read_reason(why.reason), _open_book(session, round_id)
    if round_.state not in LIVE or why.now >= round_.closes_at:
        raise Conflict(
            _(
                "Vòng thi đã kết thúc; ai chưa từng được mời thì không thể đã làm bài nên không "
                "thêm nữa."
            )
        )
    person = _person(session, person_id)
    if person.left_on is not None or person.merged_into_id is not None:
        raise Conflict(
            _("%(name)s không còn trong danh sách nên không mời.", name=person.full_name)
        )
    if _find(session, round_id, person_id) is not None:
        raise Conflict(_("%(name)s đã có trong vòng thi này rồi.", name=person.full_name))
    _check_cell(session, cell_id)
    row = moving.row_for(session, round_id, cell_id, person.kind)
    reachable = person.address_state == "ok" and bool(person.email)
    invitation = _invite(session, round_, person, row, not reachable, why.now)
    moving.enter(session, invitation)
    if reachable:
        leave = round_settings(round_.settings).mails_start(why.now)
        said = waiting.said_so_far(session, INVITATION, ("person", person.id), ("round", round_id))
        enqueue_many(session, [invitation_item(round_id, person.id, said + 1, leave)])
    return _enter(session, "join", invitation, None, row.id, reason, why)


def transfer(
    session: Session, round_id: int, person_id: int, cell_id: int | None, why: Why
) -> LedgerEntry:
    """Count somebody in another cell (`None`: in no cell) with all they have done.

    Raises:
        Invalid: no reason.
        NotFound: they are not in this round, or there is no such cell.
        Conflict: they count there already, or the round takes no entries.
    """
    reason, _round = read_reason(why.reason), _open_book(session, round_id)
    invitation = _locked(session, round_id, person_id)
    _check_cell(session, cell_id)
    here = session.get_one(RoundCell, invitation.round_cell_id)
    if here.cell_id == cell_id:
        raise Conflict(_("Người này đang tính ở chi bộ ấy rồi; sổ không ghi thêm."))
    return _to(session, "transfer", invitation, cell_id, here.kind, reason, why)


def change_kind(
    session: Session, round_id: int, person_id: int, kind: str, cell_id: int | None, why: Why
) -> LedgerEntry:
    """Count somebody as a member, or as none, in `cell_id`; their invitation stays what it was.

    Raises:
        Invalid: no reason, or an unknown kind.
        NotFound: they are not in this round, or there is no such cell.
        Conflict: they count like that already, or the round takes no entries.
    """
    reason, _round = read_reason(why.reason), _open_book(session, round_id)
    if kind not in PERSON_KINDS:
        raise Invalid(_("Xin chọn một trong các đối tượng."))
    invitation = _locked(session, round_id, person_id)
    _check_cell(session, cell_id)
    if session.get_one(RoundCell, invitation.round_cell_id).kind == kind:
        raise Conflict(_("Người này đang tính là đối tượng ấy rồi; sổ không ghi thêm."))
    return _to(session, "kind_change", invitation, cell_id, kind, reason, why)


def exempt(
    session: Session, round_id: int, person_id: int, why: Why, *, follows_roster: bool = False
) -> LedgerEntry:
    """Take somebody out of the number that rates are divided by.

    Who has handed in still counts as done; nothing here tells whether they have. When it follows
    the roster, or they have left, its end is proposed once the round would ask them again.

    Raises:
        Invalid: no reason.
        NotFound: they are not in this round.
        Conflict: they are exempt already, or the round takes no entries.
    """
    reason, _round = read_reason(why.reason), _open_book(session, round_id)
    invitation = _locked(session, round_id, person_id)
    if invitation.is_exempt:
        raise Conflict(_("Người này được miễn rồi; sổ không ghi thêm."))
    has_left = _person(session, person_id).left_on is not None
    entry = _flag(session, "exemption", invitation, True, reason, why)
    entry.follows_roster = follows_roster or has_left
    return entry


def end_exemption(session: Session, round_id: int, person_id: int, why: Why) -> LedgerEntry:
    """Count somebody again as before they were exempt.

    Raises:
        Invalid: no reason.
        NotFound: they are not in this round.
        Conflict: they are not exempt, or the round takes no entries.
    """
    reason, _round = read_reason(why.reason), _open_book(session, round_id)
    invitation = _locked(session, round_id, person_id)
    if not invitation.is_exempt:
        raise Conflict(_("Người này hiện không được miễn; không có gì để thôi."))
    return _flag(session, "exemption_ended", invitation, False, reason, why)


def _open_book(session: Session, round_id: int) -> Round:
    """Hold the round: entries of one round come one after the other."""
    round_ = lock_round(session, round_id)
    if round_.kind != "quiz":
        raise Conflict(
            _(
                "Phiếu ẩn danh không có sổ biến động: các nhóm đã cố định khi phát động, để không "
                "ai suy ra được ai đã gửi phiếu."
            )
        )
    if round_.state == "draft":
        raise Conflict(_("Vòng thi chưa phát động: cứ sửa danh sách, khi phát động sẽ theo."))
    if round_.state not in CORRECTABLE:
        raise Conflict(_("Vòng thi này đã hủy hoặc đã lưu trữ nên không sửa được nữa."))
    return round_


def _person(session: Session, person_id: int) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound(_("Không tìm thấy người này trong danh sách."))
    return person


def _check_cell(session: Session, cell_id: int | None) -> None:
    if cell_id is not None and session.get(Cell, cell_id) is None:
        raise NotFound(_("Không có chi bộ này."))


def _find(session: Session, round_id: int, person_id: int) -> int | None:
    return session.scalar(
        select(Invitation.id).where(
            Invitation.round_id == round_id,
            Invitation.person_id == person_id,
            Invitation.superseded_by_id.is_(None),
        )
    )


def _locked(session: Session, round_id: int, person_id: int) -> Invitation:
    found = _find(session, round_id, person_id)
    if found is None:
        raise NotFound(_("Người này không có trong vòng thi."))
    return moving.lock_one(session, found)


def _invite(
    session: Session, round_: Round, person: Person, row: RoundCell, lost: bool, now: datetime
) -> Invitation:
    invitation = Invitation(
        public_id=new_public_id(),
        round_id=round_.id,
        person_id=person.id,
        round_cell_id=row.id,
        is_done=False,
        is_started=False,
        is_exempt=False,
        is_undeliverable=lost,
        is_mailed=False,
        created_at=now,
    )
    session.add(invitation)
    session.flush()
    session.add(EntryMeans(invitation_id=invitation.id, kind="link", version=1, issued_at=now))
    session.flush()
    return invitation


def _to(
    session: Session,
    entry: str,
    invitation: Invitation,
    cell_id: int | None,
    kind: str,
    reason: str,
    why: Why,
) -> LedgerEntry:
    left = invitation.round_cell_id
    row = moving.row_for(session, invitation.round_id, cell_id, kind)
    moving.move(session, invitation, row.id)
    return _enter(session, entry, invitation, left, row.id, reason, why)


def _flag(
    session: Session, entry: str, invitation: Invitation, exempt_: bool, reason: str, why: Why
) -> LedgerEntry:
    here = invitation.round_cell_id
    tally.set_flags(session, invitation.id, is_exempt=exempt_)
    return _enter(session, entry, invitation, here, here, reason, why)


def _enter(
    session: Session,
    kind: str,
    invitation: Invitation,
    left: int | None,
    entered: int | None,
    reason: str,
    why: Why,
) -> LedgerEntry:
    entry = LedgerEntry(
        round_id=invitation.round_id,
        invitation_id=invitation.id,
        kind=kind,
        from_round_cell_id=left,
        to_round_cell_id=entered,
        reason=reason,
        entered_by=why.actor.actor_id,
        entered_at=why.now,
    )
    session.add(entry)
    session.flush()
    record(
        session,
        Action.LEDGER_ENTERED,
        why.actor,
        ("round", invitation.round_id),
        kind=kind,
        person_id=invitation.person_id,
        entry_id=entry.id,
    )
    return entry


def enter_merge(
    session: Session,
    invitation: Invitation,
    left: int | None,
    entered: int | None,
    why: Why,
) -> LedgerEntry:
    """Enter that this invitation was one of two of the same person; see `merging`."""
    return _enter(session, "merge", invitation, left, entered, read_reason(why.reason), why)
