"""An installation that is well: its folders, its mail server, its worker."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from survey_app.config import Settings
from survey_app.database import Database
from survey_app.locks import worker_lock
from tests.smtp_sink import SmtpSink

Doctor = Callable[..., "Said"]


@dataclass(frozen=True)
class Said:
    """What `flask doctor --json` said, and its exit status."""

    status: int
    checks: list[dict[str, Any]]
    printed: str

    def of(self, name: str) -> dict[str, Any]:
        """Return the first check of this name that is not all right, else the first one."""
        found = [check for check in self.checks if check["name"] == name]
        return next((check for check in found if check["state"] != "ok"), found[0])

    def problems(self) -> dict[str, list[str | None]]:
        """Return name -> where, of what needs somebody."""
        found: dict[str, list[str | None]] = {}
        for check in self.checks:
            if check["state"] == "problem":
                found.setdefault(check["name"], []).append(check["where"])
        return found


@pytest.fixture
def doctor(app: Flask, settings: Settings) -> Doctor:
    """Run the command and read its document; no secret and no address is ever in it."""

    def run(lang: str = "vi_VN.UTF-8") -> Said:
        done = app.test_cli_runner().invoke(
            args=["doctor", "--json"], env={"LANG": lang, "LC_ALL": lang}
        )
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        for secret in (settings.secret_key, settings.link_key.decode(), "so-mau.example"):
            assert secret not in done.output
        document = json.loads(done.stdout)
        assert list(document) == ["checks"] and done.stderr == ""
        return Said(done.exit_code, document["checks"], done.stdout)

    return run


@pytest.fixture
def well(app: Flask, db: Database, settings: Settings, smtp: SmtpSink) -> Iterator[None]:
    """Everything is as it should be: a mail server answers and a worker runs."""
    settings.instance_path.chmod(0o700)
    lock = worker_lock(db, settings.instance_path)
    assert lock.acquire()
    yield
    lock.release()
