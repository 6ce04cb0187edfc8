"""kill -9 of the web worker while members answer and hand in: nothing that was acknowledged is
lost, nothing counts twice. `make faults N=20 SEED=7` repeats it with other moments.
"""

import os
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from survey_app.invitations.models import Invitation
from survey_app.mailing.models import OutboxItem
from survey_app.quizzes.models import Attempt, Grading
from tests.faults.loads import Driver, Ledger, drive
from tests.live import Server, World, free_port

pytestmark = pytest.mark.faults
RUNS = int(os.environ.get("FAULT_RUNS") or os.environ.get("N") or 1)
SEED = int(os.environ.get("FAULT_SEED") or os.environ.get("SEED") or 1)
MEMBERS = 8


@pytest.fixture
def site(environ: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    """The web server as shipped."""
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


def killer(site: Server, ledger: Ledger, seed: int) -> Callable[[Callable[[], bool]], None]:
    """Return what kills the worker around the first submits, and a few times at random."""
    chance = random.Random(seed)

    def kill(still_running: Callable[[], bool]) -> None:
        for share in (0.2, 0.8, 1.0):  # while answering, and twice while handing in
            enough = int(MEMBERS * 10 * share) - chance.randrange(MEMBERS)
            while still_running() and len(ledger.entries()) < enough:
                time.sleep(0.005)
            time.sleep(chance.random() * 0.02)
            if still_running():
                site.kill_worker()

    return kill


def by_link(world: World, links: list[str]) -> dict[str, Attempt]:
    """Return the attempt of each link."""
    with world.db.reading() as session:
        attempts = session.scalars(select(Attempt).order_by(Attempt.invitation_id)).all()
        invited = list(session.scalars(select(Invitation.id).order_by(Invitation.person_id)))
    assert [one.invitation_id for one in attempts] == invited, "one attempt for each"
    return dict(zip(links, attempts, strict=True))


def check_ledger(world: World, links: list[str], entries: list[dict[str, Any]]) -> None:
    """Hold what was acknowledged against what is stored."""
    attempts = by_link(world, links)
    lost = [
        entry
        for entry in entries
        if "question" in entry
        and attempts[entry["link"]].answers.get(entry["question"], {}).get("value")
        != [entry["value"]]
    ]
    assert lost == [], f"{len(lost)} acknowledged answers are gone"
    handed_in = {entry["link"] for entry in entries if "submitted" in entry}
    assert {attempts[link].state for link in handed_in} == {"submitted"}


def check_counts(world: World) -> None:
    """Every attempt counts once: in its grading, in its mail and in the tally."""
    per_attempt: dict[int, int] = defaultdict(int)
    with world.db.reading() as session:
        for attempt_id in session.scalars(select(Grading.attempt_id)):
            per_attempt[attempt_id] += 1
        mails = list(session.scalars(select(OutboxItem).where(OutboxItem.kind == "result")))
    assert list(per_attempt.values()) == [1] * MEMBERS
    assert len(mails) == MEMBERS
    cells = world.cells()
    assert sum(cell.done for cell in cells) == MEMBERS
    assert sum(cell.attempts for cell in cells) == MEMBERS
    assert sum(cell.started for cell in cells) == 0


@pytest.mark.parametrize("seed", range(SEED, SEED + RUNS))
def test_a_killed_worker_loses_nothing_acknowledged(
    site: Server, world: World, tmp_path: Path, seed: int
) -> None:
    links = world.launch(people=MEMBERS)
    ledger = Ledger(tmp_path / "ledger.jsonl")
    first = site.workers()
    drivers = [
        Driver(site.port, link, ledger, seed * 1000 + index) for index, link in enumerate(links)
    ]
    assert drive(drivers, killer(site, ledger, seed)) == []
    assert site.workers() != first, "nobody was killed"
    entries = ledger.entries()
    assert len(entries) == MEMBERS * 12
    check_ledger(world, links, entries)
    check_counts(world)


def test_fifty_parallel_submits_of_one_attempt_count_once(site: Server, world: World) -> None:
    link = world.launch(people=1, cells=1)[0]
    ledger = Ledger(Path(os.devnull))
    driver = Driver(site.port, link, ledger, SEED)
    location = driver._send("POST", link, {"who": "me"})[1]["location"]
    page = driver._send("GET", location)[2]
    ticket = page.partition('name="ticket" value="')[2].partition('"')[0]

    def hand_in(number: int) -> tuple[int, str]:
        form = {"action": "submit", "ticket": ticket, "q_q1": f"c1-{'abcd'[number % 4]}"}
        status, headers, _text = driver._once("POST", location, form)
        return status, headers.get("location", "")

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(hand_in, range(50)))
    assert set(answers) == {(303, f"{location}/result")}
    assert len(world.gradings()) == 1
    (cell,) = world.cells()
    assert (cell.done, cell.started, cell.attempts) == (1, 0, 1)
    with world.db.reading() as session:
        mails = session.scalars(select(OutboxItem).where(OutboxItem.kind == "result")).all()
    assert len(mails) == 1
