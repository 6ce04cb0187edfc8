"""Issuing a report: from then on it never changes, and comes out the same whenever asked for."""

from datetime import datetime

from sqlalchemy.orm import Session

from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.campaigns.seen import ChangedSince, fingerprint_of
from survey_app.errors import Invalid, Problem
from survey_app.i18n import _
from survey_app.reports import snapshots
from survey_app.reports.drafting import missing, values_of
from survey_app.reports.models import Report, Snapshot


def mark_of(report: Report) -> str:
    """Return the mark of everything in a draft that can be changed: what issuing would freeze."""
    return fingerprint_of(values_of(report))


def issue(session: Session, report: Report, actor: Actor, now: datetime, *, seen: str) -> None:
    """Freeze a report: it can be made again from its snapshot for ever, and never changed.

    A second tap changes nothing. `seen` is the mark of the draft as the confirming page knew it.

    Raises:
        Invalid: there are places where nobody has written yet.
        ChangedSince: somebody has saved other words or choices since.
        Conflict: the snapshot is not what it was.
    """
    if report.state == "issued":
        return
    if seen != mark_of(report):
        raise ChangedSince(
            _(
                "Chưa ban hành: sau khi trang xác nhận mở ra, nội dung báo cáo đã được sửa. Xin "
                "đọc lại bản mới rồi xác nhận lần nữa."
            )
        )
    left = missing(report)
    if left:
        message = _("Còn mục chưa viết, nên chưa ban hành được báo cáo.")
        raise Invalid(message, problems=[Problem("empty", name, None) for name in left])
    snapshots.figures_of(session.get_one(Snapshot, report.snapshot_id))
    report.state, report.issued_at = "issued", now
    report.issued_by = actor.actor_id if actor.actor_kind == "user" else None
    record(
        session,
        Action.REPORT_ISSUED,
        actor,
        ("report", report.id),
        snapshot_id=report.snapshot_id,
    )
