"""Frozen figures ("chốt số liệu"): taken, read back, corrected by later ones. Never changed."""

from datetime import datetime
from typing import Final, Literal

from pydantic import ValidationError
from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.campaigns.models import Campaign
from survey_app.database import one_at_a_time
from survey_app.errors import Conflict, Invalid, NotFound, Problem
from survey_app.i18n import _
from survey_app.reports.document import Figures, checksum_of
from survey_app.reports.gathering import gather
from survey_app.reports.models import Snapshot
from survey_app.vietnamese import tidy

Occasion = Literal["by_hand", "closing", "digest"]
LONGEST = 500  # characters of a note or a reason
_TURN: Final = 422_0927  # the database's lock for taking one


def take(
    session: Session,
    campaign: Campaign,
    actor: Actor,
    now: datetime,
    *,
    occasion: Occasion = "by_hand",
    note: str = "",
    corrects: Snapshot | None = None,
    reason: str = "",
    round_id: int | None = None,
) -> Snapshot:
    """Freeze the figures of `campaign` as they are now; one that `corrects` another says why.

    Raises:
        Invalid: a correction without its reason, or words that are too long.
        Conflict: what is to be corrected belongs to another campaign.
    """
    note, reason = tidy(note), tidy(reason)
    _check(campaign, note, corrects, reason)
    one_at_a_time(session, _TURN)  # numbers follow each other
    figures = gather(session, campaign, now)
    last = select(func.max(Snapshot.number)).where(Snapshot.campaign_id == campaign.id)
    snapshot = Snapshot(
        campaign_id=campaign.id,
        number=(session.scalar(last) or 0) + 1,
        occasion=occasion,
        as_of=now,
        taken_at=now,
        taken_by=actor.actor_id if actor.actor_kind == "user" else None,
        note=note,
        document=figures.plain(),
        checksum=figures.checksum(),
        corrects_id=corrects.id if corrects else None,
        correction_reason=reason or None,
        round_id=round_id,
    )
    session.add(snapshot)
    session.flush()
    record(
        session,
        Action.SNAPSHOT_TAKEN,
        actor,
        ("snapshot", snapshot.id),
        number=snapshot.number,
        occasion=occasion,
        corrects=corrects.number if corrects else None,
    )
    return snapshot


def take_once(
    session: Session,
    campaign: Campaign,
    actor: Actor,
    now: datetime,
    *,
    after: int,
    note: str = "",
    corrects: Snapshot | None = None,
    reason: str = "",
) -> Snapshot:
    """Take one by hand, unless the same user has just done so with the same words.

    `after` is the newest number the page knew when it was shown: a second tap of the same button
    finds the first one's snapshot and gets it back.

    Raises:
        Invalid, Conflict: as `take`.
    """
    one_at_a_time(session, _TURN)
    already = session.scalar(
        select(Snapshot)
        .where(
            Snapshot.campaign_id == campaign.id,
            Snapshot.number > after,
            Snapshot.occasion == "by_hand",
            Snapshot.taken_by == actor.actor_id,
            Snapshot.note == tidy(note),
            Snapshot.corrects_id.is_(None)
            if corrects is None
            else and_(
                Snapshot.corrects_id == corrects.id, Snapshot.correction_reason == tidy(reason)
            ),
        )
        .order_by(Snapshot.number)
        .limit(1)
    )
    if already is not None:
        return already
    return take(session, campaign, actor, now, note=note, corrects=corrects, reason=reason)


def _check(campaign: Campaign, note: str, corrects: Snapshot | None, reason: str) -> None:
    problems = []
    if corrects is not None and corrects.campaign_id != campaign.id:
        raise Conflict(_("Lần chốt này thuộc một chiến dịch khác."))
    if corrects is not None and not reason:
        message = _("Xin ghi vì sao phải đính chính; người đọc sau này sẽ hỏi.")
        problems.append(Problem("no_reason", message, "reason"))
    for name, text in (("note", note), ("reason", reason)):
        if len(text) > LONGEST:
            message = _("Xin ghi trong %(n)s ký tự.", n=LONGEST)
            problems.append(Problem("too_long", message, name))
    if problems:
        raise Invalid(_("Chưa chốt được số liệu."), problems=problems)


def figures_of(snapshot: Snapshot) -> Figures:
    """Return the frozen figures, after looking whether they are still those that were taken.

    Raises:
        Conflict: the checksum does not hold: somebody has changed the row by other means.
    """
    if checksum_of(snapshot.document) == snapshot.checksum:
        try:
            figures = Figures.model_validate(snapshot.document)
        except ValidationError:
            pass
        else:
            if figures.as_of == snapshot.as_of:
                return figures
    raise Conflict(
        _(
            "Số liệu chốt lần %(number)s không còn khớp mã kiểm tra: dữ liệu đã bị sửa ngoài "
            "chương trình. Không dùng số này; xin báo quản trị hệ thống và chốt lần mới.",
            number=snapshot.number,
        )
    )


def newest(session: Session, campaign_id: int) -> Snapshot | None:
    """Return the last snapshot of a campaign, if there is one."""
    return session.scalar(
        select(Snapshot)
        .where(Snapshot.campaign_id == campaign_id)
        .order_by(Snapshot.number.desc())
        .limit(1)
    )


def all_of(session: Session, campaign_id: int) -> list[Snapshot]:
    """Return the snapshots of a campaign, the newest first."""
    mine = select(Snapshot).where(Snapshot.campaign_id == campaign_id)
    return list(session.scalars(mine.order_by(Snapshot.number.desc())))


def by_number(session: Session, campaign_id: int, number: int) -> Snapshot:
    """Return one snapshot.

    Raises:
        NotFound: there is none of this number.
    """
    snapshot = session.scalar(
        select(Snapshot).where(Snapshot.campaign_id == campaign_id, Snapshot.number == number)
    )
    if snapshot is None:
        raise NotFound(_("Không có lần chốt số liệu nào mang số này."))
    return snapshot


def of_closing(session: Session, round_id: int) -> Snapshot | None:
    """Return the snapshot taken at the closing of a round, if it was taken."""
    return session.scalar(
        select(Snapshot)
        .where(Snapshot.round_id == round_id, Snapshot.occasion == "closing")
        .order_by(Snapshot.number)
        .limit(1)
    )
