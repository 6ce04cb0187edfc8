"""Checking a backup by restoring it, into a database that is thrown away afterwards."""

from pathlib import Path

from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from survey_app.backups.archive import Damaged, opened
from survey_app.backups.loading import load
from survey_app.backups.manifest import Manifest
from survey_app.backups.scratch import scratch_folder
from survey_app.backups.settling import settings_of
from survey_app.database import Database
from survey_app.doctor import tallies
from survey_app.errors import Problem
from survey_app.i18n import _


def verify(path: Path) -> Manifest:
    """Restore a backup into a throw-away SQLite and look at it; return what is in it.

    Looked at: the seal of the file, hash and number of rows of every table, the schema, every value
    and reference, the settings, the database's own pages, and each tally against a recount.

    A copy that a killed one left behind goes first.

    Raises:
        Damaged: something is wrong; the message and its problems say what.
    """
    with opened(path) as archive, scratch_folder() as folder:
        settings_of(archive, folder)
        for name in archive.manifest.files:
            archive.file(name)
        database = Database(f"sqlite:///{folder / 'copy.sqlite'}")
        try:
            load(database, archive, check=lambda _empty: None, finish=_look)
        finally:
            database.dispose()
        return archive.manifest


def _look(connection: Connection) -> None:
    pages = connection.scalar(text("PRAGMA integrity_check"))
    assert pages == "ok", "a database made a moment ago"
    with Session(bind=connection, join_transaction_mode="rollback_only") as session:
        problems = [
            Problem("tally", one.sentence, one.where)
            for one in (*tallies.of_rounds(session), *tallies.of_sessions(session))
        ]
        problems += [
            Problem("snapshot", one.message, one.where)
            for one in tallies.of_snapshots(session)
            if one.state == "problem"
        ]
    if problems:
        raise Damaged(
            _("Số liệu trong bản sao lưu không khớp với danh sách người."), problems=problems
        )
