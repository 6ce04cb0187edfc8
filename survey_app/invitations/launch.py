"""Launching a round: the roster is frozen, everybody gets a link, the mails are queued.

One transaction: either the round is launched whole, or nothing happened.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.campaigns.models import Round, RoundCell
from survey_app.campaigns.services import lock_round
from survey_app.campaigns.settings import RoundSettings, round_settings
from survey_app.errors import Conflict, Problem
from survey_app.formatting import today
from survey_app.i18n import _
from survey_app.invitations.asking import Asked, CellAndKind, cells_of_round, people_asked
from survey_app.invitations.kinds import CellsKind, cells_kind_of, kind_of
from survey_app.invitations.models import EntryMeans, Invitation
from survey_app.invitations.readiness import blockers, readiness
from survey_app.mailing.outbox import Item, enqueue_many
from survey_app.questions.versions import newest_approved
from survey_app.signing import new_public_id

INVITATION = "invitation"
REMINDER = "reminder"
_CHUNK = 1000


@dataclass(frozen=True)
class LaunchResult:
    """What a launch did."""

    round_id: int
    state: str
    people: int
    mails: int
    undeliverable: int
    first_mail_at: datetime | None
    cells: int = 0  # of rounds that ask cells, which invite nobody


def launch(
    session: Session,
    round_id: int,
    actor: Actor,
    now: datetime,
    *,
    expected_people: int | None = None,
) -> LaunchResult:
    """Launch a draft round; it is open at once when its hour has come.

    `expected_people` is the number that was confirmed (of cells, in a round that asks cells); a
    roster changed since stops it.

    Raises:
        Conflict: it was launched before, a check is in the way, or the number has changed.
    """
    round_ = lock_round(session, round_id)
    if round_.state != "draft":
        raise Conflict(_("Vòng thi này đã phát động rồi; không ai được mời lần thứ hai."))
    settings = round_settings(round_.settings)
    if (asks_cells := cells_kind_of(round_)) is not None:
        return _launch_for_cells(session, round_, asks_cells, actor, now, expected_people)
    asked = people_asked(session, settings, today(now))
    _refuse_unready(session, round_, asked, now)
    if expected_people is not None and expected_people != len(asked):
        raise Conflict(
            _(
                "Danh sách vừa thay đổi: trước là %(before)s người, nay là %(now)s. "
                "Chưa có thư nào được gửi. Xin xem lại rồi xác nhận lần nữa.",
                before=expected_people,
                now=len(asked),
            )
        )
    _freeze(session, round_, settings, now)
    cell_ids = _add_cells(session, round_, settings, asked, now)
    _add_invitations(session, round_.id, asked, cell_ids, now)
    if (kind := kind_of(round_)) is not None:
        kind.launched(session, round_, settings)
    leave = settings.mails_start(now)
    mails = enqueue_many(
        session,
        (invitation_item(round_.id, p.person_id, 1, leave) for p in asked if p.reachable),
    )
    first = leave if mails else None
    details = {"people": len(asked), "first_mail_at": first.isoformat() if first else None}
    record(session, Action.ROUND_LAUNCHED, actor, ("round", round_.id), **details)
    return LaunchResult(
        round_id=round_.id,
        state=round_.state,
        people=len(asked),
        mails=mails,
        undeliverable=len(asked) - mails,
        first_mail_at=first,
    )


def _launch_for_cells(
    session: Session,
    round_: Round,
    kind: CellsKind,
    actor: Actor,
    now: datetime,
    expected: int | None,
) -> LaunchResult:
    _refuse_unready(session, round_, [], now)
    settings = round_settings(round_.settings)
    cells = len(cells_of_round(session, settings, today(now), []))
    if expected is not None and expected != cells:
        raise Conflict(
            _(
                "Danh sách vừa thay đổi: trước là %(before)s chi bộ, nay là %(now)s. "
                "Chưa có gì được gửi. Xin xem lại rồi xác nhận lần nữa.",
                before=expected,
                now=cells,
            )
        )
    _freeze(session, round_, settings, now)
    _add_cells(session, round_, settings, [], now)
    leave = settings.mails_start(now)
    mails = kind.launched(session, round_, leave)
    first = leave if mails else None
    details = {"people": 0, "first_mail_at": first.isoformat() if first else None}
    record(session, Action.ROUND_LAUNCHED, actor, ("round", round_.id), **details)
    return LaunchResult(round_.id, round_.state, 0, mails, 0, first, cells)


def invitation_item(round_id: int, person_id: int, number: int, not_before: datetime) -> Item:
    """Return one person's invitation for the outbox; `number` counts the invitations to them."""
    return _item(INVITATION, round_id, person_id, number, not_before)


def reminder_item(round_id: int, person_id: int, number: int, not_before: datetime) -> Item:
    """Return one person's reminder for the outbox."""
    return _item(REMINDER, round_id, person_id, number, not_before)


def _item(kind: str, round_id: int, person_id: int, number: int, not_before: datetime) -> Item:
    return Item(
        kind=kind,
        recipient=("person", person_id),
        subject=("round", round_id),
        dedupe_key=f"{kind}:{round_id}:{person_id}:{number}",
        not_before=not_before,
        payload={"number": number},
    )


def _refuse_unready(session: Session, round_: Round, asked: list[Asked], now: datetime) -> None:
    in_the_way = blockers(readiness(session, round_, now=now, asked=asked))
    if in_the_way:
        raise Conflict(
            _("Chưa phát động được vòng thi."),
            problems=[Problem(check.code, check.message) for check in in_the_way],
        )


def _freeze(session: Session, round_: Round, settings: RoundSettings, now: datetime) -> None:
    version = newest_approved(session, round_.question_set_id)
    assert version is not None  # a check in the way otherwise
    round_.version_id = version.id
    round_.settings = settings.plain()
    if settings.opens_at_launch:
        round_.opens_at = now
    round_.state = "open" if round_.opens_at <= now else "scheduled"
    round_.launched_at = now
    session.flush()


def _add_cells(
    session: Session, round_: Round, settings: RoundSettings, asked: list[Asked], now: datetime
) -> dict[CellAndKind, int]:
    invited = Counter((person.cell_id, person.kind) for person in asked)
    lost = Counter((person.cell_id, person.kind) for person in asked if not person.reachable)
    frozen = cells_of_round(session, settings, today(now), asked)
    rows = [
        {
            "round_id": round_.id,
            "cell_id": cell.id,
            "kind": kind,
            "name": cell.name,
            "parent_name": cell.parent_name,
            "group_name": cell.group_name,
            "position": cell.position,
            "invited": invited[cell.id, kind],
            "undeliverable": lost[cell.id, kind],
        }
        for (_cell_id, kind), cell in frozen.items()
    ]
    for chunk in _chunks(rows):
        session.execute(insert(RoundCell), chunk)
    stored = select(RoundCell.id, RoundCell.cell_id, RoundCell.kind).where(
        RoundCell.round_id == round_.id
    )
    return {(row.cell_id, row.kind): row.id for row in session.execute(stored)}


def _add_invitations(
    session: Session,
    round_id: int,
    asked: list[Asked],
    cell_ids: dict[CellAndKind, int],
    now: datetime,
) -> None:
    rows = [
        {
            "public_id": new_public_id(),
            "round_id": round_id,
            "person_id": person.person_id,
            "round_cell_id": cell_ids[person.cell_id, person.kind],
            "is_done": False,
            "is_started": False,
            "is_exempt": False,
            "is_undeliverable": not person.reachable,
            "created_at": now,
        }
        for person in asked
    ]
    for chunk in _chunks(rows):
        session.execute(insert(Invitation), chunk)
    links = select(
        Invitation.id, literal("link"), literal(1), literal(now, EntryMeans.issued_at.type)
    ).where(Invitation.round_id == round_id)
    columns = ["invitation_id", "kind", "version", "issued_at"]
    session.execute(insert(EntryMeans).from_select(columns, links))


def _chunks(rows: Sequence[dict[str, Any]]) -> Iterator[Sequence[dict[str, Any]]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]
