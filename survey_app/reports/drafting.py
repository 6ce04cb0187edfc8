"""Drafts of reports: begun from a snapshot, and written in until they are issued (`issuing`)."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.errors import Conflict, Invalid, NotFound, Problem
from survey_app.i18n import LOCALES, _, speaking
from survey_app.reports.composing import Terms
from survey_app.reports.models import REPORT_KINDS, Report, Snapshot
from survey_app.reports.phrases import paper_moment
from survey_app.reports.places import LONGEST, PLACES
from survey_app.reports.styles import style_of
from survey_app.vietnamese import nfc

FORM = ("kind", "style", "language")  # what is chosen, beside what is written


@dataclass(frozen=True)
class Choice:
    """How a report is to be made; `replaces` is the issued one it takes the place of."""

    kind: str = "interim"
    style: str = "vptw36-2018"
    language: str = "vi"
    replaces: Report | None = None


class ChangedMeanwhile(Conflict):
    """Somebody else has saved other words at the same places; `theirs` holds them by place."""

    def __init__(self, message: str, theirs: Mapping[str, str]) -> None:
        super().__init__(message)
        self.theirs = dict(theirs)


def report_of(session: Session, campaign_id: int, report_id: int, *, lock: bool = False) -> Report:
    """Return one report of a campaign.

    Raises:
        NotFound: there is none.
    """
    report = session.get(Report, report_id, with_for_update=lock)
    if report is None or report.campaign_id != campaign_id:
        raise NotFound(_("Không có báo cáo này."))
    return report


def all_of(session: Session, campaign_id: int) -> list[tuple[Report, Snapshot]]:
    """Return the reports of a campaign with their snapshots, the newest first."""
    rows = session.execute(
        select(Report, Snapshot)
        .join(Snapshot, Snapshot.id == Report.snapshot_id)
        .where(Report.campaign_id == campaign_id)
        .order_by(Report.id.desc())
    )
    return [(report, snapshot) for report, snapshot in rows]


def newest_id(session: Session, campaign_id: int) -> int:
    """Return the id of the last report begun; 0 when there is none."""
    mine = select(Report.id).where(Report.campaign_id == campaign_id)
    return session.scalar(mine.order_by(Report.id.desc()).limit(1)) or 0


def replaced_by(session: Session, report: Report) -> Report | None:
    """Return the issued report that takes the place of this one, if there is one."""
    later = select(Report).where(Report.replaces_id == report.id, Report.state == "issued")
    return session.scalar(later.order_by(Report.id.desc()).limit(1))


def begin(
    session: Session,
    snapshot: Snapshot,
    choice: Choice,
    actor: Actor,
    now: datetime,
    *,
    after: int | None = None,
) -> Report:
    """Begin a draft of a snapshot; one that replaces another takes over its sentences.

    `after` is the newest report the page knew: a second tap of the same choice gets the first one's
    draft back, any other choice a draft of its own.

    Raises:
        Invalid: a kind, style or language that is none.
        Conflict: what is to be replaced was never issued.
    """
    _check(choice.kind, choice.style, choice.language)
    replaces = choice.replaces
    if replaces is not None and replaces.state != "issued":
        raise Conflict(_("Báo cáo này chưa ban hành nên cứ sửa bản nháp, không cần thay thế."))
    user = actor.actor_id if actor.actor_kind == "user" else None
    if after is not None:
        already = session.scalar(
            select(Report)
            .where(Report.id > after, Report.snapshot_id == snapshot.id, Report.state == "draft")
            .where(Report.created_by == user, Report.kind == choice.kind)
            .where(Report.style == choice.style, Report.language == choice.language)
            .where(Report.replaces_id == replaces.id if replaces else Report.replaces_id.is_(None))
            .limit(1)
        )
        if already is not None:
            return already
    report = Report(
        campaign_id=snapshot.campaign_id,
        snapshot_id=snapshot.id,
        kind=choice.kind,
        style=choice.style,
        language=choice.language,
        replaces_id=replaces.id if replaces else None,
        texts=dict(replaces.texts) if replaces else {},
        created_by=user,
        created_at=now,
        updated_at=now,
    )
    session.add(report)
    session.flush()
    record(
        session,
        Action.REPORT_CREATED,
        actor,
        ("report", report.id),
        kind=report.kind,
        snapshot_id=snapshot.id,
    )
    return report


def values_of(report: Report) -> dict[str, str]:
    """Return everything that can be changed in a draft, by name."""
    texts: dict[str, Any] = report.texts
    return {
        **{name: getattr(report, name) for name in FORM},
        **{place.code: texts.get(place.code, "") for place in PLACES},
    }


def digest(text: str) -> str:
    """Return a short mark of a text, by which a form knows what it showed."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def marks_of(report: Report) -> dict[str, str]:
    """Return the mark of each value as it is stored."""
    return {name: digest(value) for name, value in values_of(report).items()}


def save(
    session: Session,
    report: Report,
    typed: Mapping[str, str],
    seen: Mapping[str, str],
    actor: Actor,
    now: datetime,
) -> None:
    """Store what was changed since the form was shown, as it was typed.

    Each place stands for itself: two people who write at different places lose nothing. What the
    form has not changed is left as it is stored, and `seen` are the marks of what it showed.

    Raises:
        Conflict: the report is issued.
        ChangedMeanwhile: the same place was changed by both; nothing of this save is stored.
        Invalid: a text that is too long, or a choice that is none.
    """
    _refuse_issued(report)
    stored = values_of(report)
    new = {name: _clean(text) for name, text in typed.items() if name in stored}
    changed = {
        name: text
        for name, text in new.items()
        if text != stored[name] and digest(text) != seen.get(name, "")
    }
    theirs = {
        name: stored[name]
        for name in changed
        if name in seen and digest(stored[name]) != seen[name]
    }
    if theirs:
        raise ChangedMeanwhile(
            _(
                "Trong lúc trang này mở, người khác đã lưu nội dung khác ở cùng mục. Chưa lưu gì "
                "của lần này; hai bản cùng ở dưới đây. Bấm lưu lần nữa thì nội dung trong ô "
                "thay cho bản của người kia."
            ),
            theirs,
        )
    merged = stored | changed
    _check(merged["kind"], merged["style"], merged["language"])
    _check_lengths(changed)
    if not changed:
        return
    for name in FORM:
        setattr(report, name, merged[name])
    report.texts = {place.code: merged[place.code] for place in PLACES if merged[place.code]}
    report.updated_at = now
    record(session, Action.REPORT_CHANGED, actor, ("report", report.id), fields=sorted(changed))


def _clean(text: str) -> str:
    return nfc(text).replace("\r\n", "\n").strip()


def _check_lengths(texts: Mapping[str, str]) -> None:
    message = _("Xin ghi trong %(n)s ký tự.", n=LONGEST)
    problems = [
        Problem("too_long", message, name) for name, text in texts.items() if len(text) > LONGEST
    ]
    if problems:
        raise Invalid(_("Báo cáo chưa lưu được."), problems=problems)


def _check(kind: str, style: str, language: str) -> None:
    style_of(style)
    if kind not in REPORT_KINDS or language not in LOCALES:
        raise Invalid(_("Xin chọn loại báo cáo và ngôn ngữ trong danh sách."))


def _refuse_issued(report: Report) -> None:
    if report.state == "issued":
        raise Conflict(
            _("Báo cáo này đã ban hành nên không sửa được nữa. Cần sửa thì lập bản thay thế.")
        )


def missing(report: Report) -> list[str]:
    """Return the places where a person must still write, by their headings."""
    return [str(p.section) for p in PLACES if p.must and not report.texts.get(p.code)]


def terms_of(session: Session, report: Report) -> Terms:
    """Return how a report is made; the same for an issued one whenever it is asked for."""
    snapshot = session.get_one(Snapshot, report.snapshot_id)
    replaced = session.get(Report, report.replaces_id) if report.replaces_id else None
    return Terms(
        kind=report.kind,
        style=report.style,
        snapshot_number=snapshot.number,
        checksum=snapshot.checksum,
        language=report.language,
        texts=dict(report.texts),
        is_draft=report.state != "issued",
        replaces=_replaces(session, report, replaced) if replaced else "",
    )


def _replaces(session: Session, report: Report, replaced: Report) -> str:
    before = session.get_one(Snapshot, replaced.snapshot_id)
    with speaking(report.language):
        values = {"moment": paper_moment(before.as_of), "number": before.number}
        if replaced.kind == "final":
            return _(
                "Báo cáo này thay thế báo cáo tổng kết lập theo số liệu chốt lúc %(moment)s "
                "(bản chốt số %(number)s).",
                **values,
            )
        return _(
            "Báo cáo này thay thế báo cáo sơ kết lập theo số liệu chốt lúc %(moment)s "
            "(bản chốt số %(number)s).",
            **values,
        )
