"""The settings of a restored installation: the backup's own, unless some stand there already."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from survey_app.backups.archive import Archive, Damaged
from survey_app.backups.manifest import CLOCK, SETTINGS
from survey_app.config import (
    Settings,
    SettingsError,
    instance_folder,
    load_settings,
    settings_in,
)
from survey_app.errors import Conflict, Invalid
from survey_app.i18n import _

_USUAL_DATABASE = "sqlite:///instance/survey.sqlite"


def settings_of(archive: Archive, folder: Path) -> Settings:
    """Return the settings that a backup holds, as if they stood in `folder`; nothing is written.

    Raises:
        Damaged: it holds none, or they are not complete.
    """
    if SETTINGS not in archive.manifest.files:
        raise Damaged(_("Bản sao lưu thiếu cài đặt và khóa."))
    try:
        return settings_in(archive.file(SETTINGS).decode(), folder)
    except (SettingsError, UnicodeDecodeError) as error:
        raise Damaged(_("Cài đặt trong bản sao lưu không dùng được: %(why)s", why=error)) from error


@dataclass
class InForce:
    """The settings a restored installation has, and whether they were written just now."""

    settings: Settings
    are_new: bool
    are_kept: bool = False

    def keep(self) -> None:
        """Let the settings stay whatever comes: the very next thing is the database's commit.

        Whoever is stopped from here on cannot know whether it got through. Settings beside an
        empty database do no harm, restoring again works; people without their keys are lost.
        """
        self.are_kept = True


@contextmanager
def settled(
    archive: Archive, given: Settings | None, environ: Mapping[str, str], *, other_keys: bool
) -> Iterator[InForce]:
    """Yield the settings in force, the backup's own once they are written where none stand.

    `given` are those in force before (`None`: they are not complete). A `survey.env` that is there
    stays as it is; one written here goes again when the block raises before `InForce.keep`.

    Raises:
        Conflict: the link key in force is another one than the backup's (unless `other_keys`).
        Invalid: settings are there, but wrong; or the folder cannot be written to.
    """
    folder = given.instance_path if given else instance_folder(environ)
    path = folder / SETTINGS
    is_new = not path.exists()
    if not other_keys:
        _refuse_another_key(given, settings_of(archive, folder).link_key, is_new=is_new)
    database_url = given.database_url if given else environ.get("SURVEY_DATABASE_URL", "").strip()
    in_force: InForce | None = None
    try:
        if is_new:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)  # people are in it soon
            _write(path, archive.file(SETTINGS) + _database_line(folder, database_url))
        try:
            in_force = InForce(given or load_settings(environ), is_new)
            yield in_force
        except BaseException:
            if is_new and not (in_force and in_force.are_kept):
                path.unlink(missing_ok=True)
            raise
    except SettingsError as error:
        raise Invalid(str(error)) from error


def _refuse_another_key(given: Settings | None, key: bytes, *, is_new: bool) -> None:
    if given is None or given.link_key == key or (is_new and _is_makeshift(given)):
        return
    raise Conflict(
        _(
            "Khóa liên kết (SURVEY_LINK_KEY) ở đây khác khóa trong bản sao lưu: khôi phục thì mọi "
            "liên kết cá nhân đã gửi sẽ không mở được. Xin bỏ khóa ở đây (dời survey.env đi chỗ "
            "khác, bản sao lưu có cài đặt của nó), hoặc thêm --other-keys nếu vẫn muốn vậy."
        )
    )


def _is_makeshift(settings: Settings) -> bool:
    """Whether the link key was made up for a trial just now; a setting takes its place."""
    made_up = settings.instance_path / "development-link-key"
    return made_up.is_file() and made_up.read_bytes() == settings.link_key


def _database_line(folder: Path, url: str) -> bytes:
    """Keep the address of the database that is restored into, if it is not the usual one."""
    if url in {"", _USUAL_DATABASE, f"sqlite:///{folder / 'survey.sqlite'}"}:
        return b""
    return f'SURVEY_DATABASE_URL="{url}"\n'.encode()


def restore_clock(archive: Archive, settings: Settings) -> None:
    """Put back the moved clock of a trial, unless this one has its own.

    Raises:
        Invalid: it cannot be written; everything else is restored by then, and that is said.
    """
    path = settings.instance_path / CLOCK
    if not settings.development or CLOCK not in archive.manifest.files or path.exists():
        return
    try:
        _write(path, archive.file(CLOCK))
    except Invalid as error:
        raise Invalid(
            _(
                "Dữ liệu và cài đặt đã khôi phục xong, chỉ còn đồng hồ của bản dùng thử: %(why)s",
                why=error.message,
            )
        ) from error


def _write(path: Path, content: bytes) -> None:
    """Write a new file that only its owner reads, whole or not at all."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Invalid(
            _("Không ghi được %(file)s: %(why)s.", file=path, why=error.strerror or "?")
        ) from error
