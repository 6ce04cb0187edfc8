"""The sender is killed with SIGKILL at every point that matters, and at random ones.

Promise: a mail reaches its person at most once unless it is listed as unknown and resent by hand;
what was sent has arrived; nothing is lost.
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.database import Database
from survey_app.mailing import outbox
from survey_app.mailing.models import OutboxMessage
from tests.smtp_sink import SmtpSink

pytestmark = [pytest.mark.faults, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
KILLS = int(os.environ.get("FAULT_RUNS") or 4)
SEED = int(os.environ.get("FAULT_SEED") or 1)

Start = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture
def start(environ: dict[str, str]) -> Iterator[Start]:
    """Start a sending process on the installation under test."""
    running: list[subprocess.Popen[bytes]] = []
    own = {name: value for name, value in os.environ.items() if not name.startswith("SURVEY_")}

    def start() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "tests.faults.sending_process"]
        running.append(subprocess.Popen(command, cwd=ROOT, env=own | environ))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.wait()


def queue(app: Flask, db: Database, count: int) -> None:
    with app.app_context(), db.writing() as session:
        for number in range(1, count + 1):
            outbox.enqueue(
                session,
                "invitation",
                recipient=("person", number),
                subject=("round", 7),
                dedupe_key=f"invitation:7:{number}",
            )


def kill(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()


def finish(start: Start) -> None:
    assert start().wait(60) == 0


def fates(db: Database) -> dict[int, str]:
    with db.reading() as session:
        found = session.scalars(select(OutboxMessage))
        return {message.recipient_id: message.state for message in found}


def got(smtp: SmtpSink) -> dict[int, int]:
    addresses = [one.recipient.partition("@")[0] for one in smtp.received]
    return Counter(int(address.removeprefix("nguoi")) for address in addresses)


def check(db: Database, smtp: SmtpSink, count: int) -> None:
    """Hold the promise: I4 to I6 of the test plan."""
    states, received = fates(db), got(smtp)
    assert sorted(states) == list(range(1, count + 1))
    assert set(states.values()) <= {"sent", "unknown"}
    assert max(received.values()) == 1
    for person, state in states.items():
        assert state == "unknown" or received[person] == 1, f"{person} is said to have it"
    for person in received:
        assert states[person] in {"sent", "unknown"}


def test_killed_before_the_mark_it_is_sent_after_all(
    app: Flask, db: Database, smtp: SmtpSink, start: Start
) -> None:
    smtp.script("rcpt", "hang")
    queue(app, db, 3)
    process = start()
    assert smtp.arrived("rcpt")
    assert set(fates(db).values()) == {"claimed"}
    kill(process)
    finish(start)
    assert set(fates(db).values()) == {"sent"}
    check(db, smtp, 3)


def test_killed_after_the_mark_it_is_unknown_and_never_resent(
    app: Flask, db: Database, smtp: SmtpSink, start: Start
) -> None:
    smtp.script("data", "hang")
    queue(app, db, 3)
    process = start()
    assert smtp.arrived("data")
    assert Counter(fates(db).values()) == {"sending": 1, "claimed": 2}
    kill(process)
    finish(start)
    assert Counter(fates(db).values()) == {"unknown": 1, "sent": 2}
    assert sum(got(smtp).values()) == 2
    check(db, smtp, 3)


def test_killed_after_the_dot_it_is_unknown_though_it_arrived(
    app: Flask, db: Database, smtp: SmtpSink, start: Start
) -> None:
    smtp.hold()
    queue(app, db, 3)
    process = start()
    assert smtp.received_dot.wait(30)
    kill(process)
    smtp.release()
    finish(start)
    assert Counter(fates(db).values()) == {"unknown": 1, "sent": 2}
    assert sum(got(smtp).values()) == 3
    check(db, smtp, 3)


def test_killed_between_the_250_and_its_commit_it_is_unknown(
    app: Flask, db: Database, smtp: SmtpSink, start: Start
) -> None:
    smtp.hold()
    queue(app, db, 3)
    process = start()
    assert smtp.received_dot.wait(30)
    with db.writing() as session:  # the settling commit has to wait for this transaction
        session.scalars(select(OutboxMessage).with_for_update()).all()
        smtp.release()
        assert smtp.replied.wait(30)
        time.sleep(0.3)
        kill(process)
    assert Counter(fates(db).values()) == {"sending": 1, "claimed": 2}
    finish(start)
    assert Counter(fates(db).values()) == {"unknown": 1, "sent": 2}
    check(db, smtp, 3)


def test_killed_at_random(app: Flask, db: Database, smtp: SmtpSink, start: Start) -> None:
    chance, count = random.Random(SEED), 10 * KILLS
    smtp.delay = 0.05
    queue(app, db, count)
    for number in range(KILLS):
        before, process = len(smtp.received), start()
        while len(smtp.received) == before and process.poll() is None:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.3))
        assert process.poll() is None, f"nothing left to kill at {number}, seed {SEED}"
        kill(process)
    finish(start)
    check(db, smtp, count)
    assert Counter(fates(db).values())["unknown"] <= KILLS
