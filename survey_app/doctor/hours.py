"""The clock: against the database server's, against what is stored, and a trial's moved one."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select, text
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.audit.models import AuditEvent
from survey_app.config import Settings
from survey_app.database import Database, UtcDateTime, table_of
from survey_app.doctor.checks import Check, ok, problem, warning
from survey_app.formatting import moment
from survey_app.i18n import _
from survey_app.mailing.models import OutboxMessage
from survey_app.quizzes.models import Attempt

_APART = timedelta(seconds=5)  # between two machines that keep time
_AHEAD = timedelta(minutes=2)  # of a row that another machine wrote just now
_LAST = 100  # rows of a table that are looked at: there is no index by time, and none is needed
_STAMPED = ((AuditEvent, "at"), (Attempt, "started_at"), (OutboxMessage, "created_at"))


def look(database: Database, settings: Settings) -> Iterator[Check]:
    """Yield what is found of the clock that everything here goes by."""
    yield _moved(settings)
    if not database.is_sqlite:
        with database.read_engine.connect() as connection:
            yield _server(connection)


def look_at_rows(session: Session, settings: Settings) -> Check:
    """Return whether anything stored was stored later than now: then the clock was set back."""
    now = clock.now()
    for model, name in _STAMPED:
        table = table_of(model)
        newest = select(table.c[name].label("at")).order_by(table.c.id.desc()).limit(_LAST)
        last = session.scalar(select(func.max(newest.subquery().c.at)))
        if last is None or last <= now + _AHEAD:
            continue
        message = _(
            "Có việc đã ghi lúc %(last)s, sau giờ hiện tại của máy (%(now)s): đồng hồ đã chạy sai "
            "hoặc bị vặn lùi. Xin chỉnh giờ máy; các vòng mở và đóng theo giờ này.",
            last=moment(last),
            now=moment(now),
        )
        make = warning if settings.development else problem
        return make("clock.rows", message, table.name)
    return ok("clock.rows", _("Không có việc nào ghi ở thì tương lai."))


def _moved(settings: Settings) -> Check:
    path = settings.instance_path / clock.FILE
    if not path.exists():
        return ok("clock.machine", _("Giờ là giờ của máy: %(now)s.", now=moment(clock.now())))
    if settings.development:
        message = _(
            "Đồng hồ của bản dùng thử đã được chỉnh, đang là %(now)s. Trở về giờ thật: %(command)s",
            now=moment(clock.now()),
            command="flask --app survey_app demo clock real",
        )
        return warning("clock.machine", message, clock.FILE)
    message = _("Tệp đồng hồ của bản dùng thử còn lại ở đây; bản chạy thật không đọc nó. Xin xóa.")
    return warning("clock.machine", message, clock.FILE)


def _server(connection: Connection) -> Check:
    before = clock.of_machine()
    theirs = connection.scalar(text("SELECT clock_timestamp() AS now").columns(now=UtcDateTime()))
    assert theirs is not None
    return compared(before, theirs, clock.of_machine())


def compared(before: datetime, theirs: datetime, after: datetime) -> Check:
    """Return whether a server's moment lies between two of this machine's, as far as need be."""
    apart = max(before - theirs, theirs - after, timedelta())
    if apart > _APART:
        message = _(
            "Đồng hồ của máy này và của máy cơ sở dữ liệu lệch nhau %(seconds)s giây. Xin bật đồng "
            "bộ giờ (NTP) trên cả hai máy.",
            seconds=round(apart.total_seconds()),
        )
        return problem("clock.server", message)
    return ok("clock.server", _("Đồng hồ của máy này và của máy cơ sở dữ liệu khớp nhau."))
