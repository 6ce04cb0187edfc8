"""The private halves of urns: files of the worker's host, outside database, instance and backups.

Losing a file before its round is counted loses the round's answers; that is the price of their
being unreadable to whoever has the database.
"""

import hashlib
import os
import secrets
from pathlib import Path

from survey_app.feedback.sealing import new_key, public_half


class KeyCabinet:
    """One folder of key files, each readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self) -> str:
        """Store a fresh private key, to last through a power cut; return its public half.

        Raises:
            OSError: it cannot be written.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = new_key()
        public_key = public_half(key)
        path = self._path(public_key)
        # Whole or not there: a key half written would be found missing only when it is needed.
        draft = path.with_suffix(f".{secrets.token_hex(4)}.new")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
        self._remember_names()
        return public_key

    def find(self, public_key: str) -> bytes | None:
        """Return the private half, or `None` when it is not here or is another one's."""
        try:
            key = self._path(public_key).read_bytes()
        except OSError:
            return None
        if len(key) != len(new_key()) or public_half(key) != public_key:
            return None
        return key

    def destroy(self, public_key: str) -> None:
        """Make the private half gone; it is no fault when it is gone already.

        Raises:
            OSError: it cannot be removed.
        """
        path = self._path(public_key)
        try:
            with path.open("r+b") as file:
                file.write(secrets.token_bytes(len(new_key())))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
        except FileNotFoundError:
            return
        self._remember_names()

    def _path(self, public_key: str) -> Path:
        return self._folder / f"urn-{hashlib.sha256(public_key.encode()).hexdigest()[:32]}.key"

    def _remember_names(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
