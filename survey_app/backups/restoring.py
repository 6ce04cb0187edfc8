"""Putting a backup into an empty installation, whole or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, exists, inspect, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from survey_app import audit, clock
from survey_app.accounts.models import SignInLink, StaffSession
from survey_app.accounts.scope import CLI
from survey_app.backups.archive import Archive, opened
from survey_app.backups.loading import load
from survey_app.backups.manifest import Manifest
from survey_app.backups.settling import InForce, restore_clock, settled
from survey_app.config import Settings
from survey_app.database import Database, run, table_of
from survey_app.errors import Conflict, Invalid
from survey_app.feedback import urns
from survey_app.feedback.keys import KeyCabinet
from survey_app.i18n import _
from survey_app.locks import worker_lock
from survey_app.mailing.holding import hold_back, release_waiting
from survey_app.schema import metadata


@dataclass(frozen=True)
class Restored:
    """What was put back. `mails_held` counts the mails that are unknown for it; `urns_lost` are the
    titles of the forms that were open and whose keys are not here.
    """

    manifest: Manifest
    settings: Settings
    wrote_settings: bool
    mails_held: int
    sessions_ended: int
    urns_lost: tuple[str, ...]


def restore(
    path: Path,
    settings: Settings | None,
    environ: Mapping[str, str],
    *,
    send_waiting: bool = False,
    other_keys: bool = False,
) -> Restored:
    """Put a backup into the database and folder of `settings`, at the newest schema.

    Without settings (nothing complete is set up here) the backup's own are written first and count,
    with `environ` before them. Mails that were due are held back (see `mailing.holding`) unless
    `send_waiting`; staff have to sign in again. The database is filled in one transaction: killed
    on the way, it is as empty as before, and restoring again works; settings that are written stay
    from the commit on.

    Raises:
        Damaged: the file is no whole backup of this or an older version.
        Conflict: the database is not empty, a worker runs, or the link key is another one.
        Invalid: the settings that stand here are wrong, or something cannot be written; the message
            says what is there by then.
    """
    with (
        opened(path) as archive,
        settled(archive, settings, environ, other_keys=other_keys) as in_force,
    ):
        database = Database(in_force.settings.database_url)
        lock = worker_lock(database, in_force.settings.instance_path)
        try:
            with database.reading() as session:
                session.connection()  # one that does not answer would look like a worker's lock
            if not lock.acquire():
                raise Conflict(
                    _("Bộ gửi thư (worker) đang chạy. Xin dừng worker và web rồi khôi phục.")
                )
            begun = _load(database, archive, in_force, send_waiting=send_waiting)
        except OperationalError as error:
            raise Invalid(
                _("Cơ sở dữ liệu không trả lời hoặc hết chỗ. Chưa khôi phục gì.")
            ) from error
        finally:
            lock.release()
            database.dispose()
        restore_clock(archive, in_force.settings)
        return Restored(
            archive.manifest,
            in_force.settings,
            in_force.are_new,
            begun.mails_held,
            begun.sessions_ended,
            begun.urns_lost,
        )


@dataclass(frozen=True)
class _Begun:
    """What was settled in the restored copy; see `Restored`."""

    mails_held: int = 0
    sessions_ended: int = 0
    urns_lost: tuple[str, ...] = ()


def _load(database: Database, archive: Archive, in_force: InForce, *, send_waiting: bool) -> _Begun:
    done = _Begun()

    def finish(connection: Connection) -> None:
        nonlocal done
        with Session(bind=connection, join_transaction_mode="rollback_only") as session:
            done = _begin_anew(
                session, archive.manifest, in_force.settings, send_waiting=send_waiting
            )
            session.commit()  # of the session; the transaction is the loader's
        in_force.keep()

    load(database, archive, check=_refuse_non_empty, finish=finish)
    return done


def _refuse_non_empty(connection: Connection) -> None:
    there = set(inspect(connection).get_table_names()) - {"alembic_version"}
    ours = [table for table in metadata.sorted_tables if table.name in there]
    filled = [t.name for t in ours if connection.scalar(select(exists(select(1).select_from(t))))]
    if there <= set(metadata.tables) and not filled:
        return
    raise Conflict(
        _(
            "Cơ sở dữ liệu ở đây không trống; khôi phục không bao giờ ghi đè. Xin dùng một cơ sở "
            "dữ liệu mới (SURVEY_DATABASE_URL) hoặc thư mục mới (SURVEY_INSTANCE_PATH), hoặc dời "
            "dữ liệu cũ đi chỗ khác."
        )
    )


def _begin_anew(
    session: Session, manifest: Manifest, settings: Settings, *, send_waiting: bool
) -> _Begun:
    """Settle what the copy cannot know: mails that left since, sign-ins since, keys gone since."""
    now = clock.now()
    if send_waiting:
        held = release_waiting(session, now)
    else:
        held = hold_back(session, now, domain=settings.mail_domain)
    ended = run(session, delete(table_of(StaffSession))).rowcount
    run(session, delete(table_of(SignInLink)))  # one used since would open a second time
    audit.record(
        session,
        audit.Action.BACKUP_RESTORED,
        CLI,
        ("installation", None),
        made_at=manifest.made_at.isoformat(),
        **manifest.counts(),
        mails_held=held,
        sessions_ended=ended,
    )
    lost = urns.settle_restored(session, KeyCabinet(settings.keys_path), CLI, now)
    return _Begun(held, ended, tuple(lost))
