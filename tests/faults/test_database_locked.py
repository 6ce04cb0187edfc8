"""Another program holds the SQLite file while members save: they wait for it or are told to come
again, and their next try is taken. (PostgreSQL has no such lock.)
"""

import threading
import time

import pytest

from survey_app import sqlite
from tests.faults import checker
from tests.faults.loads import Client, Driver, Ledger, Paper, drive
from tests.faults.rig import Rig, until
from tests.faults.sizes import and_more
from tests.live import Server, World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MEMBERS = 4
SHIPPED_PATIENCE = 15.0
# (how long it is held, how long the server is told to wait for it; `None`: as shipped)
WAITED_FOR = and_more([(0.1, None), (1.0, None)], [(6.0, None)])
TOO_LONG = and_more([(2.5, 1.0)], [(17.0, None)])
# (how many processes write, their patience)
SEVERAL = and_more([(4, 2.0)], [(2, None)])


def hold(world: World, rig: Rig, seconds: float) -> None:
    """Let a process hold the file, and return once it does."""
    path = world.settings.database_url.removeprefix("sqlite:///")
    rig.child("tests.faults.locking_process", path, str(seconds), name="locking")
    log = rig.folder / "locking.log"
    until(lambda: log.exists() and "held" in log.read_text(), "the file is held")


def answer_while_held(
    world: World, rig: Rig, ledger: Ledger, held: float, patience: float | None
) -> list[Driver]:
    """Let members answer and hand in; the file is held as soon as each has saved something."""
    links = world.launch(people=MEMBERS, questions=5)
    more = {} if patience is None else {"busy_seconds": patience}
    site = rig.web(**more)

    def meanwhile(_still_running: object) -> None:
        until(lambda: len(ledger.entries()) >= 2 * MEMBERS, "everybody is at it")
        hold(world, rig, held)

    drivers = [
        Driver(site.port, link, ledger, number, pause=0.05) for number, link in enumerate(links)
    ]
    drive(drivers, meanwhile)
    checker.check_ledger(world, links, ledger)
    checker.check_counts(world, done=MEMBERS)
    return drivers


@pytest.mark.parametrize(("held", "patience"), WAITED_FOR)
def test_a_short_lock_is_waited_for(
    world: World, rig: Rig, ledger: Ledger, held: float, patience: float | None
) -> None:
    drivers = answer_while_held(world, rig, ledger, held, patience)
    assert [driver.client.unwell for driver in drivers] == [[]] * MEMBERS
    slowest = max(driver.client.slowest for driver in drivers)
    assert held * 0.5 < slowest < held + 5, "nobody waited, or far too long"


@pytest.mark.parametrize(("held", "patience"), TOO_LONG)
def test_a_long_one_is_an_honest_503_and_the_next_try_is_taken(
    world: World, rig: Rig, ledger: Ledger, held: float, patience: float | None
) -> None:
    drivers = answer_while_held(world, rig, ledger, held, patience)
    assert any(driver.client.unwell for driver in drivers)
    slowest = max(driver.client.slowest for driver in drivers)
    assert slowest < (patience or SHIPPED_PATIENCE) + 4, "waiting behind others comes on top"


def test_pages_are_read_while_nothing_can_be_written(world: World, rig: Rig) -> None:
    link = world.launch(people=1, cells=1, questions=2)[0]
    site = rig.web(busy_seconds=0.5)
    client = Client(site.port)
    location = client.send("POST", link, {"who": "me"})[1]["location"]
    hold(world, rig, 2.0)
    begun = time.monotonic()
    page = client.once("GET", location)
    assert page[0] == 200 and time.monotonic() - begun < 1
    paper = Paper.read(location, page[2])
    question, (value, *_others) = next(iter(paper.choices.items()))
    save = client.once("POST", f"{location}/save", paper.save("w", 1, question, value))
    assert save[0] == 503 and "message" in save[2] and save[1]["retry-after"]
    check_form(site, paper, question, value)


def check_form(site: Server, paper: Paper, question: str, value: str) -> None:
    """The form of the page comes back with what was chosen, ready to be sent again."""
    client = Client(site.port)
    form = {**paper.submit(), f"q_{question}": value}
    status, headers, text = client.once("POST", paper.location, form)
    assert status == 503 and headers["retry-after"]
    assert value in text and f'name="q_{question}"' in text
    assert client.send("POST", paper.location, form)[0] in {200, 303}


@pytest.mark.parametrize(("processes", "patience"), SEVERAL)
def test_several_processes_wait_no_longer_than_one(
    world: World, rig: Rig, processes: int, patience: float | None
) -> None:
    links = world.launch(people=2 * processes, cells=1, questions=1)
    more = {} if patience is None else {"busy_seconds": patience}
    clients = [Client(site.port) for site in [rig.web(**more) for _one in range(processes)] * 2]
    sheets = [Paper.read(*begin(client, link)) for client, link in zip(clients, links, strict=True)]
    waits = patience or SHIPPED_PATIENCE
    answers: list[tuple[int, float]] = []

    def save(client: Client, paper: Paper) -> None:
        question, (value, *_others) = next(iter(paper.choices.items()))
        body, begun = paper.save("w", 1, question, value), time.monotonic()
        answer = client.once("POST", f"{paper.location}/save", body)
        answers.append((answer[0], time.monotonic() - begun))

    hold(world, rig, waits * processes * 2 + 2)
    saving = [
        threading.Thread(target=save, args=pair) for pair in zip(clients, sheets, strict=True)
    ]
    for number, thread in enumerate(saving):
        if number == processes:
            time.sleep(0.2)  # a second one each, which outlasts the one in front of it
        thread.start()
    for thread in saving:
        thread.join()
    assert [status for status, _waited in answers] == [503] * len(saving)
    waited = sorted(waited for _status, waited in answers)
    assert waited[0] > waits * 0.9 and waited[-1] < waits + 1.4, waited


def begin(client: Client, link: str) -> tuple[str, str]:
    """Return where a member's paper is, and its page."""
    location = client.send("POST", link, {"who": "me"})[1]["location"]
    return location, client.send("GET", location)[2]


def test_the_patience_shipped_is_the_one_meant_here(database_url: str) -> None:
    assert database_url.startswith("sqlite")
    assert sqlite.BUSY_SECONDS == SHIPPED_PATIENCE
