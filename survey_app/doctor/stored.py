"""The database: can it be reached, is the schema the newest, are pages and references whole."""

from collections.abc import Iterator

from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from survey_app import migrations
from survey_app.config import Settings
from survey_app.crashes import code_of
from survey_app.database import Database, UnsafeSqlite, check_sqlite_version
from survey_app.doctor.checks import Check, ok, problem
from survey_app.i18n import _

_OLDEST_POSTGRES = 130000
_WANTED = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def look(database: Database, settings: Settings) -> Iterator[Check]:
    """Yield what is found; the first problem is the last word where nothing else can be seen."""
    try:
        at, newest = migrations.current(database)
    except (SQLAlchemyError, OSError) as error:
        yield _unreachable(database, settings, code_of(error) or type(error).__name__)
        return
    yield ok("database.reachable", _("Kết nối được cơ sở dữ liệu."), _kind(database))
    yield _schema(at, newest)
    looks = _SQLITE if database.is_sqlite else _POSTGRES
    with database.read_engine.connect() as connection:
        for one in looks:
            try:
                yield one(connection)
            except SQLAlchemyError:
                yield _damaged()
                return


def is_usable(checks: list[Check]) -> bool:
    """Whether the tables of this version are there to be looked at."""
    found = {check.name: check.state for check in checks}
    needed = ("database.reachable", "database.schema")
    return all(found.get(name) == "ok" for name in needed) and (
        found.get("database.pages") != "problem"
    )


def _kind(database: Database) -> str:
    return "SQLite" if database.is_sqlite else "PostgreSQL"


def _unreachable(database: Database, settings: Settings, code: str) -> Check:
    if database.is_sqlite:
        message = _(
            "Không mở được tệp cơ sở dữ liệu (%(code)s). Xin xem tệp còn đó không, người chạy lệnh "
            "có quyền đọc ghi không, đĩa còn chỗ không.",
            code=code,
        )
    else:
        message = _(
            "Không kết nối được cơ sở dữ liệu (%(code)s). Xin xem máy chủ PostgreSQL có chạy "
            "không, và SURVEY_DATABASE_URL có đúng không.",
            code=code,
        )
    return problem("database.reachable", message, "SURVEY_DATABASE_URL")


def _schema(at: str | None, newest: str | None) -> Check:
    if at == newest:
        return ok("database.schema", _("Lược đồ ở bản mới nhất."), at)
    message = _(
        "Lược đồ đang ở bản %(at)s, cần bản %(newest)s. Hãy chạy: flask db upgrade",
        at=at or "–",
        newest=newest,
    )
    return problem("database.schema", message, at)


def _sqlite_build(connection: Connection) -> Check:
    version = str(connection.scalar(text("SELECT sqlite_version()")))
    try:
        check_sqlite_version(tuple(map(int, version.split("."))))
    except UnsafeSqlite:
        message = _("Bản SQLite này có thể làm mất dữ liệu đã ghi. Xin cài lại: make install")
        return problem("database.version", message, version)
    return ok("database.version", _("Bản SQLite này an toàn."), version)


def _sqlite_settings(connection: Connection) -> Check:
    for name, wanted in _WANTED.items():
        found = connection.exec_driver_sql(f"PRAGMA {name}").scalar()
        if found != wanted:
            message = _(
                "SQLite đang chạy với %(name)s = %(found)s, cần %(wanted)s. Tệp không được nằm "
                "trên ổ đĩa mạng; xin xem quyền của thư mục.",
                name=name,
                found=found,
                wanted=wanted,
            )
            return problem("database.settings", message, name)
    return ok("database.settings", _("SQLite ghi chắc xuống đĩa và giữ các ràng buộc."))


def _pages(connection: Connection) -> Check:
    said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if said == "ok":
        return ok("database.pages", _("Tệp cơ sở dữ liệu nguyên vẹn."))
    return _damaged()


def _damaged() -> Check:
    message = _(
        "Cơ sở dữ liệu đã hỏng. Xin dừng web và worker, giữ nguyên mọi tệp, rồi khôi phục bản sao "
        "lưu gần nhất (docs/operations.md, Backup)."
    )
    return problem("database.pages", message)


def _references(connection: Connection) -> Check:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is None:
        return ok("database.references", _("Mọi tham chiếu giữa các bảng đều đúng."))
    message = _(
        "Có dòng trong bảng %(table)s chỉ tới dòng không còn ở bảng %(parent)s: cơ sở dữ liệu đã "
        "bị sửa tay. Xin so với bản sao lưu gần nhất.",
        table=broken[0],
        parent=broken[2],
    )
    return problem("database.references", message, str(broken[0]))


def _postgres(connection: Connection) -> Check:
    version = int(str(connection.exec_driver_sql("SHOW server_version_num").scalar()))
    shown = f"{version // 10000}.{version % 10000}"
    for name in ("fsync", "full_page_writes"):
        if connection.exec_driver_sql(f"SHOW {name}").scalar() != "on":
            message = _(
                "PostgreSQL chạy với %(name)s = off: mất điện là mất dữ liệu. Xin bật lại trong "
                "cấu hình của máy chủ.",
                name=name,
            )
            return problem("database.settings", message, name)
    if version < _OLDEST_POSTGRES:
        message = _("Bản PostgreSQL này quá cũ. Xin nâng cấp lên bản 13 trở lên.")
        return problem("database.version", message, shown)
    return ok("database.version", _("Bản PostgreSQL này dùng được."), shown)


def _statements(connection: Connection) -> Check:
    """A server that writes statements down writes down who sent which sealed form."""
    wanted = {"log_statement": "none", "log_min_duration_statement": "-1"}
    for name, value in wanted.items():
        if connection.exec_driver_sql(f"SHOW {name}").scalar() != value:
            message = _(
                "PostgreSQL ghi lại câu lệnh vào nhật ký: phiếu kín có thể bị lần ra người gửi. "
                "Xin đặt %(name)s = %(value)s.",
                name=name,
                value=value,
            )
            return problem("database.log", message, name)
    return ok("database.log", _("PostgreSQL không ghi lại câu lệnh."))


_SQLITE = (_sqlite_build, _sqlite_settings, _pages, _references)
_POSTGRES = (_postgres, _statements)
