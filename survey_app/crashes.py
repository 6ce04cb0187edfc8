"""What is said of an error nobody expected: enough to find it, nothing a person typed.

The message of an error may quote what was being saved (PostgreSQL: `Key (email)=(…) already
exists`; Python: `invalid literal for int(): '…'`). So a log carries the kinds of errors, the
database's own code and the places in the code, never a message.
"""

import traceback

from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError

from survey_app.i18n import _

# Somebody else was first: a duplicate, a row that is gone, a deadlock, a failed serialisation.
_LOST_RACE = frozenset({"23505", "23503", "23P01", "40001", "40P01"})
_LOST_RACE_SQLITE = ("UNIQUE constraint failed", "FOREIGN KEY constraint failed")

# Nothing is wrong with what was asked: the database is locked, full, being restarted, out of reach.
# A write that is not allowed (25006, SQLITE_READONLY) is none of it: coming again does not help.
_TROUBLE = ("08", "53", "57P", "55P03")
_TROUBLE_SQLITE = tuple(
    f"SQLITE_{name}" for name in ("BUSY", "LOCKED", "FULL", "IOERR", "CANTOPEN", "PROTOCOL")
)


def code_of(error: BaseException) -> str:
    """Return the database's code for what went wrong (SQLSTATE, or SQLite's name), or nothing."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    return str(code or "")


def is_lost_race(error: BaseException) -> bool:
    """Whether the database refused because somebody else was first; trying again may help."""
    if not isinstance(error, DBAPIError):
        return False
    return code_of(error) in _LOST_RACE or str(error.orig).startswith(_LOST_RACE_SQLITE)


def is_unavailable(error: BaseException) -> bool:
    """Whether the database takes nothing just now, so that the same may work a little later.

    Whether what was being committed at that moment is stored cannot be known: retries are safe,
    for every write of ours is idempotent.
    """
    if not isinstance(error, DBAPIError):
        return isinstance(error, TimeoutError)  # no connection, or no turn to write, came free
    if error.connection_invalidated:
        return True
    code = code_of(error)
    # A server that cannot be reached gives no code.
    unreachable = not code and isinstance(error, OperationalError)
    return unreachable or code.startswith((*_TROUBLE, *_TROUBLE_SQLITE))


def is_missing_table(error: BaseException) -> bool:
    """Whether a table is not there: the schema was never made."""
    if not isinstance(error, DBAPIError):
        return False
    return code_of(error) == "42P01" or str(error.orig).startswith("no such table")


def lost_race_message() -> str:
    """Return the sentence for people about it."""
    return _(
        "Vừa có người khác làm việc này trước. Chưa lưu gì thêm. "
        "Xin tải lại trang, xem kết quả của người ấy rồi làm lại nếu còn cần."
    )


def report(error: BaseException) -> str:
    """Return the errors from the first cause to `error`, with their places and no message."""
    parts = []
    seen: BaseException | None = error
    while seen is not None:
        kind = f"{type(seen).__module__}.{type(seen).__qualname__}"
        frames = "".join(traceback.format_list(traceback.extract_tb(seen.__traceback__)))
        parts.append(f"{frames}{kind} {code_of(seen)}".rstrip())
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return "\n".join(reversed(parts))
