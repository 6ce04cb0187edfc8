"""All checks, in the order in which one explains the next."""

from collections.abc import Iterator

from sqlalchemy.exc import SQLAlchemyError

from survey_app.config import Settings, SettingsError
from survey_app.crashes import code_of
from survey_app.database import Database
from survey_app.doctor import configuration, hours, keys, post, stored, tallies, working
from survey_app.doctor.checks import Check, problem
from survey_app.i18n import _


def examine(database: Database, settings: Settings) -> list[Check]:
    """Look at everything and return what was found. Nothing is changed.

    Where the database cannot be used, what rests on it is left out: the first problem says why.
    """
    checks = [*configuration.look(settings), *stored.look(database, settings)]
    usable = stored.is_usable(checks)
    checks += post.look(settings)
    if usable:
        checks += hours.look(database, settings)
        checks += _of_rows(database, settings)
    return checks


def _of_rows(database: Database, settings: Settings) -> Iterator[Check]:
    try:
        with database.reading() as session:
            yield hours.look_at_rows(session, settings)
            yield from keys.look(session, settings)
            yield from working.look(session, database, settings)
            yield from tallies.look(session)
    except SQLAlchemyError as error:
        message = _(
            "Đang xem thì cơ sở dữ liệu không đọc được nữa (%(code)s). Xin chạy lại; nếu vẫn vậy, "
            "xin xem nhật ký của cơ sở dữ liệu.",
            code=code_of(error) or type(error).__name__,
        )
        yield problem("database.reading", message)


def not_set_up(error: SettingsError) -> list[Check]:
    """Return what is found where the settings are not complete."""
    message = _(
        "Cài đặt chưa đủ hoặc sai: %(error)s Xin sửa survey.env (docs/operations.md, Settings).",
        error=error,
    )
    return [problem("configuration.settings", message, "survey.env")]
