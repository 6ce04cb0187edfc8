"""The sender is killed while several lines are busy: at most one unknown for each line."""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from survey_app.database import Database
from survey_app.mailing.sender import MOST_LINES
from tests.faults.test_sender_killed import check, fates, kill, queue
from tests.smtp_sink import SmtpSink

pytestmark = [pytest.mark.faults, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("FAULT_RUNS") or 2)
SEED = int(os.environ.get("FAULT_SEED") or 1)
# By then the sender has all its lines: 20, 40 and 60 mails went without trouble.
ALL_LINES = 125


@pytest.fixture
def processes(environ: dict[str, str]) -> Iterator[list["subprocess.Popen[bytes]"]]:
    """The sending processes of the test; none is left behind."""
    running: list[subprocess.Popen[bytes]] = []
    yield running
    for process in running:
        process.kill()
        process.wait()


def test_killed_on_all_lines_each_leaves_at_most_one_unknown(
    app: Flask,
    db: Database,
    smtp: SmtpSink,
    environ: dict[str, str],
    processes: list["subprocess.Popen[bytes]"],
) -> None:
    own = {name: value for name, value in os.environ.items() if not name.startswith("SURVEY_")}

    def start() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "tests.faults.sending_lines"]
        processes.append(subprocess.Popen(command, cwd=ROOT, env=own | environ))
        return processes[-1]

    chance, count = random.Random(SEED), KILLS * 200 + 50
    smtp.delay = 0.01
    queue(app, db, count)
    for _kill in range(KILLS):
        smtp.connections, before = 0, len(smtp.received)
        process = start()
        while len(smtp.received) < before + ALL_LINES and process.poll() is None:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.05))
        assert process.poll() is None, "nothing left to kill"
        kill(process)
        assert smtp.connections == MOST_LINES
        assert Counter(fates(db).values())["sending"] <= MOST_LINES
    assert start().wait(100) == 0
    check(db, smtp, count)
    assert Counter(fates(db).values())["unknown"] <= KILLS * MOST_LINES
