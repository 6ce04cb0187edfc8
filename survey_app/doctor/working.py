"""The worker: does one run, and is anything overdue that it should have done."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.campaigns.models import Round
from survey_app.config import Settings
from survey_app.database import Database
from survey_app.doctor.checks import Check, ok, problem, warning
from survey_app.formatting import moment
from survey_app.i18n import _, _n
from survey_app.locks import LOCK_FILE, worker_lock
from survey_app.mailing.models import OutboxItem, OutboxMessage

_LATE = timedelta(minutes=5)  # what is older than this, a running worker would have done
_STUCK = timedelta(minutes=30)


def look(session: Session, database: Database, settings: Settings) -> Iterator[Check]:
    """Yield whether a worker runs, and what is overdue."""
    runs = _runs(database, settings)
    yield _worker(session, runs=runs)
    yield _rounds(session, clock.now())
    yield _mails(session, clock.now(), runs=runs)


def _runs(database: Database, settings: Settings) -> bool:
    """Whether somebody holds the worker's lock. A file that is not there is not made: whoever runs
    the doctor may be another user than the service, who could not open it then.
    """
    if database.is_sqlite and not (settings.instance_path / LOCK_FILE).exists():
        return False
    lock = worker_lock(database, settings.instance_path)
    if not lock.acquire():
        return True
    lock.release()
    return False


def _worker(session: Session, *, runs: bool) -> Check:
    if not runs:
        message = _(
            "Tiến trình nền (worker) không chạy: không có thư nào đi, không vòng nào mở và đóng. "
            "Xin chạy: %(command)s",
            command="flask --app survey_app worker",
        )
        return problem("worker.running", message)
    last = session.scalar(select(func.max(OutboxMessage.tried_at)))
    if last is None:
        return ok("worker.running", _("Tiến trình nền (worker) đang chạy."))
    message = _("Tiến trình nền (worker) đang chạy; thư gần nhất: %(last)s.", last=moment(last))
    return ok("worker.running", message)


def _rounds(session: Session, now: datetime) -> Check:
    then = now - _LATE
    overdue = session.scalar(
        select(Round.slug)
        .where(
            ((Round.state == "scheduled") & (Round.opens_at <= then))
            | ((Round.state == "open") & (Round.closes_at <= then))
        )
        .order_by(Round.opens_at)
        .limit(1)
    )
    if overdue is None:
        return ok("worker.rounds", _("Các vòng mở và đóng đúng giờ."))
    message = _(
        "Vòng này quá giờ mở hoặc đóng mà chưa được chuyển. Xin xem worker có chạy không và nhật "
        "ký của nó nói gì."
    )
    return problem("worker.rounds", message, overdue)


def _mails(session: Session, now: datetime, *, runs: bool) -> Check:
    then = now - _STUCK
    not_formed = select(OutboxItem.not_before).where(
        OutboxItem.outbox_message_id.is_(None), OutboxItem.not_before <= then
    )
    not_sent = select(OutboxMessage.not_before).where(
        OutboxMessage.state == "pending", OutboxMessage.not_before <= then
    )
    due = union_all(not_formed, not_sent).subquery()
    waiting, since = session.execute(select(func.count(), func.min(due.c.not_before))).one()
    if not waiting:
        return ok("worker.mails", _("Không có thư nào chờ quá lâu."))
    message = _n(
        "%(n)s thư chờ gửi từ %(since)s. Xin xem trang Thư của vòng và máy chủ thư.",
        waiting,
        since=moment(since),
    )
    # A large round at a modest pace takes hours, and that is no fault.
    return (warning if runs else problem)("worker.mails", message)
