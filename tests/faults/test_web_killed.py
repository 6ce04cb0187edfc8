"""kill -9 of the web worker while members answer and hand in: nothing that was acknowledged is
lost, nothing counts twice. `make faults N=20 SEED=7` repeats it with other moments.
"""

import os
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from survey_app.database import table_of
from survey_app.quizzes.models import Attempt
from tests.faults import checker
from tests.faults.loads import Client, Driver, Ledger, Paper, drive
from tests.faults.rig import Rig
from tests.faults.sizes import SEED, SEEDS
from tests.live import Server, World

MEMBERS = 8
QUESTIONS = 3


def drivers(site: Server, links: list[str], ledger: Ledger, seed: int = SEED) -> list[Driver]:
    """Return one for each link."""
    return [Driver(site.port, link, ledger, seed * 1000 + n) for n, link in enumerate(links)]


def test_killed_around_every_transaction_of_the_journey(
    world: World, rig: Rig, ledger: Ledger
) -> None:
    """Each of a member's writes dies once before its commit and once after it, then succeeds."""
    links = world.launch(people=1, cells=1, questions=QUESTIONS)
    # Three tries of each write: the first dies before, the second after, the third is answered.
    site = rig.web("commit.before:1/3,commit.after:1/2")
    drive(drivers(site, links, ledger))
    writes = 1 + QUESTIONS + 2  # begin, the answers, hand in, hand in again
    assert rig.passes("commit.before") == 3 * writes
    assert rig.passes("commit.after") == 2 * writes
    assert len(ledger.entries()) == writes
    checker.check_ledger(world, links, ledger)
    checker.check_counts(world, done=1)


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


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_at_random_under_load(world: World, rig: Rig, ledger: Ledger, seed: int) -> None:
    links = world.launch(people=MEMBERS)
    site = rig.web()
    first = site.workers()
    drive(drivers(site, links, ledger, seed), killer(site, ledger, seed))
    assert site.workers() != first, "nobody was killed"
    assert len(ledger.entries()) == MEMBERS * 13
    checker.check_ledger(world, links, ledger)
    checker.check_counts(world, done=MEMBERS)


def test_fifty_parallel_submits_of_one_attempt_count_once(world: World, rig: Rig) -> None:
    link = world.launch(people=1, cells=1)[0]
    site = rig.web()
    client = Client(site.port)
    location = client.send("POST", link, {"who": "me"})[1]["location"]
    paper = Paper.read(location, client.send("GET", location)[2])

    def hand_in(number: int) -> tuple[int, str]:
        form = {**paper.submit(), "q_q1": f"c1-{'abcd'[number % 4]}"}
        status, headers, _text = client.once("POST", location, form)
        return status, headers.get("location", "")

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(hand_in, range(50)))
    assert set(answers) == {(303, f"{location}/result")}
    checker.check_counts(world, done=1)


def test_fifty_parallel_saves_of_one_attempt_are_all_kept(
    world: World, rig: Rig, ledger: Ledger
) -> None:
    """Each question's answer comes by itself, from a page of its own, at the same moment."""
    link = world.launch(people=1, cells=1, questions=50)[0]
    site = rig.web()
    client = Client(site.port)
    location = client.send("POST", link, {"who": "me"})[1]["location"]
    paper = Paper.read(location, client.send("GET", location)[2])

    def save(number: int) -> None:
        question, values = list(paper.choices.items())[number]
        body = paper.save(f"page-{number}", 1, question, values[0])
        assert Client(site.port).once("POST", f"{location}/save", body)[0] == 200
        ledger.note(link=link, question=question, value=values[0])

    with ThreadPoolExecutor(50) as pool:
        list(pool.map(save, range(50)))
    checker.check_ledger(world, [link], ledger)


def test_fifty_parallel_beginnings_make_one_attempt(world: World, rig: Rig) -> None:
    """One attempt is allowed; whoever taps fifty times has begun it once."""
    link = world.launch(people=1, cells=1)[0]
    site = rig.web()

    def begin(_number: int) -> tuple[int, str]:
        status, headers, _text = Client(site.port).once("POST", link, {"who": "me"})
        return status, headers.get("location", "")

    with ThreadPoolExecutor(50) as pool:
        answers = set(pool.map(begin, range(50)))
    assert len(answers) == 1 and answers.pop()[0] == 303
    assert len(world.attempts()) == 1
    checker.check_ledger(world, [link], Ledger(Path(os.devnull)))


@pytest.mark.parametrize("state", ["open", "void", "submitted"])
def test_the_database_itself_refuses_a_second_attempt(world: World, rig: Rig, state: str) -> None:
    """Locks keep it from coming so far; if one is ever forgotten, a key of the table holds."""
    link = world.launch(people=1, cells=1)[0]
    assert Client(rig.web().port).send("POST", link, {"who": "me"})[0] == 303
    (first,) = world.attempts()
    names = [column.key for column in table_of(Attempt).columns if column.key != "id"]
    again = {name: getattr(first, name) for name in names}
    again |= {"public_id": "another", "state": state}
    with pytest.raises(IntegrityError), world.db.writing() as session:
        session.execute(insert(Attempt).values(again))
    if state == "open":
        again["attempt_no"] = 2
        with pytest.raises(IntegrityError), world.db.writing() as session:
            session.execute(insert(Attempt).values(again))
