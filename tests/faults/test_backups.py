"""Backups at bad moments: while members answer, killed half-way, and after everything is lost."""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url

from survey_app import backups
from survey_app.accounts.scope import CLI
from survey_app.database import Database
from survey_app.invitations.recount import recount
from survey_app.mailing.models import OutboxMessage
from survey_app.people.models import Person
from survey_app.quizzes.models import Attempt
from tests.conftest import _postgres, _postgres_name, postgres_url_of
from tests.faults.loads import Client, Driver, Ledger, Paper, drive
from tests.faults.rig import until
from tests.live import ROOT, Server, World, free_port
from tests.mailbox import Mailbox, running_mailbox

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]  # many processes are started
SEED = int(os.environ.get("FAULT_SEED") or 1)
MEMBERS = 8


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    """Where the mail of all installations goes."""
    with running_mailbox() as mailbox:
        yield mailbox


@pytest.fixture
def site(environ: dict[str, str], tmp_path: Path, mailbox: Mailbox) -> Iterator[Server]:
    """The web server as shipped."""
    environ["SURVEY_MAIL_PORT"] = str(mailbox.port)
    server = Server(environ, free_port(), tmp_path / "web.log")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def world(environ: dict[str, str], site: Server) -> Iterator[World]:
    """The installation behind `site`."""
    world = World({**environ, "SURVEY_BASE_URL": site.url})
    yield world
    world.close()


@pytest.fixture
def new_database(database_url: str, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of the same kind as the installation's."""
    if database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'fresh' / 'survey.sqlite'}"
        return
    name = _postgres_name("fresh")
    _postgres(f'CREATE DATABASE "{name}"')
    yield postgres_url_of(name)
    _postgres(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def command(environ: dict[str, str], *arguments: str) -> "subprocess.Popen[str]":
    """Start a command, in Vietnamese."""
    return subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "survey_app", *arguments],
        cwd=ROOT,
        env={**os.environ, "LANG": "vi_VN.UTF-8", **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def run(environ: dict[str, str], *arguments: str) -> str:
    """Run a command that must succeed; return what it said."""
    process = command(environ, *arguments)
    said, _nothing = process.communicate(timeout=90)
    assert process.returncode == 0, said
    return said


def restored(folder: Path, file: Path) -> World:
    """Restore a backup into an empty folder, with nothing set but the folder; look inside."""
    own = {"SURVEY_INSTANCE_PATH": str(folder)}
    run(own, "restore", str(file))
    return World(own)


def test_backups_under_load_hold_everything_acknowledged_before(
    site: Server, world: World, environ: dict[str, str], tmp_path: Path
) -> None:
    links = world.launch(people=MEMBERS)
    ledger = Ledger(tmp_path / "ledger.jsonl")
    taken: list[tuple[Path, int, int]] = []

    def back_up(still_running: Callable[[], bool]) -> None:
        until(ledger.entries, "somebody is at it")
        while still_running() and len(taken) < 20:
            before = len(ledger.entries())
            file = tmp_path / f"{len(taken)}.zip"
            backups.make(world.db, world.settings, file, CLI)
            taken.append((file, before, len(ledger.entries())))

    seeds = [(link, SEED * 1000 + number) for number, link in enumerate(links)]
    drive([Driver(site.port, link, ledger, seed, pause=0.1) for link, seed in seeds], back_up)
    entries = ledger.entries()
    during = [one for one in taken if 0 < one[1] < len(entries) and one[1] < one[2]]
    assert during, f"no backup was made while members wrote: {[one[1:] for one in taken]}"
    for file, before, _after in {during[0], during[-1]}:
        backups.verify(file)
        copy = restored(tmp_path / file.stem, file)
        check_acknowledged(world, copy, links, entries[:before])
        copy.close()


def check_acknowledged(
    world: World, copy: World, links: list[str], entries: list[dict[str, Any]]
) -> None:
    """Every acknowledged answer and submit is in the copy; its tallies agree with its people."""
    people = {one.invitation_id: one.public_id for one in world.attempts()}
    with copy.db.reading() as session:
        by_id = {one.public_id: one for one in session.scalars(select(Attempt))}
    attempts = [by_id.get(people[number]) for number in sorted(people)]
    of_link = dict(zip(links, attempts, strict=True))
    for entry in entries:
        attempt = of_link[entry["link"]]
        assert attempt is not None
        if "question" in entry:
            assert attempt.answers[entry["question"]]["value"] == [entry["value"]]
        elif "submitted" in entry:
            assert attempt.state == "submitted"
    with copy.db.reading() as session:
        counted = recount(session, 1)
    for cell in copy.cells():
        found = counted[cell.id]
        assert (cell.done, cell.started) == (found.done, found.started)


def test_a_killed_restore_leaves_nothing_that_looks_whole(
    world: World, environ: dict[str, str], tmp_path: Path, new_database: str
) -> None:
    world.launch(people=400)
    backups.make(world.db, world.settings, tmp_path / "b.zip", CLI)
    folder = tmp_path / "fresh"
    own = {"SURVEY_INSTANCE_PATH": str(folder), "SURVEY_DATABASE_URL": new_database}
    chance, killed, started = random.Random(SEED), 0, time.monotonic()
    run(own, "verify", str(tmp_path / "b.zip"))
    usual = time.monotonic() - started
    for share in (0.5, 0.75, 0.9):
        process = command(own, "restore", str(tmp_path / "b.zip"))
        time.sleep(usual * share * chance.uniform(0.9, 1.0))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if process.returncode != -signal.SIGKILL:
            break  # it was quicker than the killer; there is nothing more to kill
        killed += 1
        time.sleep(0.5)  # PostgreSQL notices a moment later that its client is gone
        assert people_in(new_database) in {None, 400}, "all or nothing"
        if people_in(new_database) == 400:
            break
    assert killed, "nothing was killed"
    if people_in(new_database) is None:
        run(own, "restore", str(tmp_path / "b.zip"))
    assert people_in(new_database) == 400
    copy = World(own)
    assert copy.settings.link_key == world.settings.link_key
    copy.close()


def people_in(url: str) -> int | None:
    """Return how many people a database names, `None` where it has no such table."""
    if url.startswith("sqlite") and not Path(url.removeprefix("sqlite:///")).exists():
        return None
    database = Database(url.replace("postgresql:", "postgresql+psycopg:", 1))
    try:
        with database.reading() as session:
            query = text("SELECT 1 FROM information_schema.tables WHERE table_name = 'person'")
            if database.is_sqlite:
                query = text("SELECT 1 FROM sqlite_master WHERE name = 'person'")
            if session.scalar(query) is None:
                return None
            return session.scalar(select(func.count()).select_from(Person))
    finally:
        database.dispose()


def test_the_drill(
    site: Server,
    world: World,
    environ: dict[str, str],
    tmp_path: Path,
    new_database: str,
    mailbox: Mailbox,
) -> None:
    """Members and mail, a backup, everything lost, a new folder: it goes on where it was."""
    links = world.launch(people=4, slug="vong-mau")
    world.send_mails()
    assert len(mailbox.mails) == 4
    done = Driver(site.port, links[0], Ledger(tmp_path / "ledger.jsonl"), SEED)
    done.run()
    assert done.failures == []
    half = Half(site.port, links[1])
    half.save("q1", "c1-b")
    before = participation(environ)
    run({**environ, "SURVEY_BASE_URL": site.url}, "backup", str(tmp_path / "b.zip"))
    world.send_mails()
    assert len(mailbox.mails) == 5, "the result left after the backup was made"
    gradings = [(one.attempt_id, one.score) for one in world.gradings()]

    site.kill()
    world.close()
    destroy(environ)
    own = {"SURVEY_INSTANCE_PATH": str(tmp_path / "fresh"), "SURVEY_DATABASE_URL": new_database}
    assert "1 thư có thể đã gửi" in run(own, "restore", str(tmp_path / "b.zip"))
    assert participation(own) == before
    copy, server = World(own), Server(own, site.port, tmp_path / "web2.log")
    server.start()
    try:
        assert [(one.attempt_id, one.score) for one in copy.gradings()] == gradings
        assert copy.names()[2] in half.client.send("GET", links[2])[2]
        assert half.chosen() == ["c1-b"], "the cookie of before still shows the paper"
        again = Half(site.port, links[1])
        assert again.paper.location == half.paper.location, "the old link leads to the same attempt"
        again.save("q2", "c2-a")
        again.hand_in()
        assert sum(cell.done for cell in copy.cells()) == 2
        copy.send_mails()
        # One new result; the other one, which may have left, is for the organiser to decide.
        assert len(mailbox.mails) == 6
        assert mail_states(copy) == {"invitation": ["sent"] * 4, "result": ["sent", "unknown"]}
    finally:
        server.stop()
        copy.close()


class Half:
    """A member who has begun."""

    def __init__(self, port: int, link: str) -> None:
        self.client = Client(port)
        location = self.client.send("POST", link, {"who": "me"})[1]["location"]
        self.paper = Paper.read(location, self.client.send("GET", location)[2])

    def save(self, question: str, choice: str) -> None:
        body = self.paper.save("half", 1, question, choice)
        assert self.client.send("POST", f"{self.paper.location}/save", body)[0] == 200

    def chosen(self) -> list[str]:
        page = self.client.send("GET", self.paper.location)[2]
        return [
            re.findall(r'value="([^"]*)"', tag)[0]
            for tag in re.findall(r"<input[^>]*>", page)
            if re.search(r"\schecked", tag)
        ]

    def hand_in(self) -> None:
        status, headers, _body = self.client.send("POST", self.paper.location, self.paper.submit())
        assert status == 303 and headers["location"].endswith("/result")


def participation(environ: dict[str, str]) -> dict[str, Any]:
    """Return the counts of the only round, without the moment they were asked for."""
    found: dict[str, Any] = json.loads(run(environ, "participation", "vong-mau", "--json"))
    del found["as_of"]
    return found


def destroy(environ: dict[str, str]) -> None:
    """Let folder and database be gone."""
    shutil.rmtree(environ["SURVEY_INSTANCE_PATH"], ignore_errors=True)
    url = environ["SURVEY_DATABASE_URL"]
    if url.startswith("sqlite"):
        for end in ("", "-wal", "-shm"):
            Path(url.removeprefix("sqlite:///") + end).unlink(missing_ok=True)
    else:
        _postgres(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)')


def mail_states(world: World) -> dict[str, list[str]]:
    """Return what became of the mails of each kind."""
    found: dict[str, list[str]] = defaultdict(list)
    with world.db.reading() as session:
        for mail in session.scalars(select(OutboxMessage).order_by(OutboxMessage.state)):
            found[mail.kind].append(mail.state)
    return dict(found)
