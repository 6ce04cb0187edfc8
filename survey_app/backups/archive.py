"""The file of a backup: a ZIP with a seal, written beside its place and put there whole.

The seal is the SHA-256 of everything before it, kept as the archive's closing comment: a bit that
flipped anywhere, or an end that is missing, shows before a single row is read. It proves that
nothing was damaged, not who made the file.
"""

import hashlib
import json
import os
import secrets
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from survey_app.backups.manifest import FILES, FORMAT, PRODUCT, Manifest
from survey_app.errors import Conflict, Invalid
from survey_app.i18n import _

COVER = "survey-app-backup.txt"  # the first member, by which even half a file is known
MANIFEST = "manifest.json"
_COVER_TEXT = Path(__file__).with_name("cover.txt")
_SEAL = b"survey-app backup sha256:"
_HEX = 64
_BLOCK = 1024 * 1024
_LARGEST_MANIFEST = 4 * 1024 * 1024
_BEGINNING = b"PK\x03\x04"
# 6 takes twice the time of 4 and saves a twentieth.
_COMPRESSION = 4


class Damaged(Invalid):
    """This is no whole backup that this version can read; the message says why."""


class Writer:
    """A backup being written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def write(self, name: str, chunks: Iterable[bytes]) -> str:
        """Write one member from its chunks; return its SHA-256."""
        digest = hashlib.sha256()
        with self._archive.open(name, "w", force_zip64=True) as member:
            for chunk in chunks:
                digest.update(chunk)
                member.write(chunk)
        return digest.hexdigest()


@contextmanager
def creating(path: Path) -> Iterator[Writer]:
    """Write a backup; when the block ends it stands at `path`, whole, readable by its owner only.

    When the block raises there is nothing. What a killed process leaves is called `….part`.

    Raises:
        Conflict: something stands at `path` already.
        Invalid: `path` cannot be written to.
    """
    _refuse_existing(path)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w+b") as file:
                with zipfile.ZipFile(
                    file, "w", zipfile.ZIP_DEFLATED, compresslevel=_COMPRESSION
                ) as archive:
                    archive.comment = _SEAL + b"0" * _HEX
                    archive.writestr(COVER, _COVER_TEXT.read_bytes())
                    yield Writer(archive)
                _put_seal(file)
                os.fsync(file.fileno())
            _publish(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise Invalid(
            _("Không ghi được %(file)s: %(why)s.", file=path, why=error.strerror or "?")
        ) from error


def _refuse_existing(path: Path) -> None:
    if os.path.lexists(path):
        raise Conflict(
            _("Đã có %(file)s; bản sao lưu không bao giờ ghi đè. Xin chọn tên khác.", file=path)
        )


def _publish(part: Path, path: Path) -> None:
    """Give the finished file its name, never over another one."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        _refuse_existing(path)
    except OSError:  # a memory stick knows no second name for a file
        _refuse_existing(path)
        part.rename(path)
    with suppress(OSError):  # nor does every file system sync folders
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _put_seal(file: IO[bytes]) -> None:
    seal = _digest(file, file.seek(0, os.SEEK_END) - _HEX)
    file.seek(-_HEX, os.SEEK_END)
    file.write(seal)
    file.flush()


def _digest(file: IO[bytes], length: int) -> bytes:
    digest = hashlib.sha256()
    file.seek(0)
    while length > 0 and (block := file.read(min(_BLOCK, length))):
        digest.update(block)
        length -= len(block)
    return digest.hexdigest().encode()


class Archive:
    """A backup that was found whole. Everything read from it is held against its manifest."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._archive = archive
        self.manifest = manifest

    def lines(self, table: str) -> Iterator[bytes]:
        """Yield the rows of a table as lines.

        Raises:
            Damaged: after the last one, if they are not the rows that were written.
        """
        said = self.manifest.tables[table]
        digest, rows = hashlib.sha256(), 0
        with _reading(), self._archive.open(member_of(table)) as member:
            for text in member:
                digest.update(text)
                rows += 1
                yield text
        if rows != said.rows or digest.hexdigest() != said.sha256:
            raise Damaged(_("Bảng %(table)s không đúng như lúc sao lưu.", table=table))

    def file(self, name: str) -> bytes:
        """Return a file of the instance folder.

        Raises:
            Damaged: it is not the file that was written.
        """
        said = self.manifest.files[name]
        with _reading(), self._archive.open(f"files/{name}") as member:
            content = member.read(said.size + 1)
        if hashlib.sha256(content).hexdigest() != said.sha256:
            raise Damaged(_("Tệp %(file)s không đúng như lúc sao lưu.", file=name))
        return content


def member_of(table: str) -> str:
    """Return the name of the member that holds a table's rows."""
    return f"tables/{table}.jsonl"


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """Open a backup for reading, once its seal and its manifest hold.

    Raises:
        Damaged: it is none, it is not whole, or a newer version made it.
    """
    with ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("rb"))
            _check_seal(file)
        except OSError as error:
            raise Damaged(
                _("Không đọc được %(file)s: %(why)s.", file=path, why=error.strerror or "?")
            ) from error
        with _reading():
            archive = stack.enter_context(zipfile.ZipFile(file))
            manifest = _manifest(archive)
        yield Archive(archive, manifest)


@contextmanager
def _reading() -> Iterator[None]:
    """Behind a seal that holds only a forged member is unreadable; it is said all the same."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError) as error:
        raise Damaged(_broken()) from error


def _check_seal(file: IO[bytes]) -> None:
    beginning = file.read(30 + len(COVER))
    if not (beginning.startswith(_BEGINNING) and beginning.endswith(COVER.encode())):
        raise Damaged(_("Đây không phải là bản sao lưu của hệ thống này."))
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _HEX - len(_SEAL)))
    seal = file.read()
    if seal != _SEAL + _digest(file, size - _HEX):
        raise Damaged(_broken())


def _broken() -> str:
    return _("Bản sao lưu đã hỏng hoặc thiếu phần cuối. Xin dùng một bản khác.")


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    with archive.open(MANIFEST) as member:
        text = member.read(_LARGEST_MANIFEST)
    if _format_of(text) > FORMAT:
        raise Damaged(
            _("Bản sao lưu này do một phiên bản mới hơn làm ra. Xin cập nhật phần mềm trước.")
        )
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError as error:
        raise Damaged(_broken()) from error
    if manifest.product != PRODUCT or not set(manifest.files) <= set(FILES):
        raise Damaged(_("Đây không phải là bản sao lưu của hệ thống này."))
    return manifest


def _format_of(text: bytes) -> int:
    """Read the one thing that every future format will keep."""
    try:
        return int(json.loads(text)["format"])
    except (ValueError, TypeError, KeyError) as error:
        raise Damaged(_broken()) from error
