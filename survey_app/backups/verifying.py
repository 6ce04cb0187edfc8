"""Checking a backup by restoring it, into a database that is thrown away afterwards."""

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from survey_app.backups.archive import Damaged, opened
from survey_app.backups.loading import load
from survey_app.backups.manifest import Manifest
from survey_app.backups.scratch import scratch_folder
from survey_app.backups.settling import settings_of
from survey_app.campaigns.models import Round, RoundCell
from survey_app.database import Database
from survey_app.errors import Problem
from survey_app.i18n import _
from survey_app.invitations.participation import COLUMNS, Counts
from survey_app.invitations.recount import recount

# Of these rounds people may be gone already, and the totals stay (see `retention`).
_MAY_BE_EMPTIED = ("finalised", "archived", "cancelled")


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
        problems = list(_wrong_tallies(session))
    if problems:
        raise Damaged(
            _("Số liệu trong bản sao lưu không khớp với danh sách người."), problems=problems
        )


def _wrong_tallies(session: Session) -> Iterator[Problem]:
    for round_ in session.scalars(select(Round).order_by(Round.id)):
        counted = recount(session, round_.id)
        cells = session.scalars(select(RoundCell).where(RoundCell.round_id == round_.id)).all()
        invited = sum(counts.invited for counts in counted.values())
        if round_.state in _MAY_BE_EMPTIED and invited < sum(cell.invited for cell in cells):
            continue
        for cell in cells:
            if _kept(cell) != counted.get(cell.id, Counts()):
                yield Problem("tally", cell.name or _("Chưa gắn chi bộ"), round_.slug)


def _kept(cell: RoundCell) -> Counts:
    """Return a cell's tally as `recount` would find it: without attempts."""
    return Counts(**{name: getattr(cell, name) for name in COLUMNS if name != "attempts"})
