"""No room for the database: 503, nothing half-stored, pages still read; and it goes on as soon as
there is room again, without a restart. (SQLite: the number of pages is limited.)
"""

import pytest
from sqlalchemy import text

from tests.faults import checker
from tests.faults.loads import Client, Driver, Ledger, Paper, drive
from tests.faults.rig import Rig
from tests.live import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MEMBERS = 12
PLENTY = 2**30


def pages(world: World) -> int:
    """Return how many pages the file has."""
    with world.db.reading() as session:
        return int(session.scalar(text("PRAGMA page_count")))


def try_once(client: Client, link: str, ledger: Ledger, number: int) -> None:
    """Begin and answer; write down each answer of the server, and never try again."""
    status, headers, _text = client.once("POST", link, {"who": "me"})
    ledger.note(link=link, began=True, refused=status != 303)
    if status != 303:
        return
    paper = Paper.read(headers["location"], client.once("GET", headers["location"])[2])
    for sequence, (question, offered) in enumerate(paper.choices.items(), 1):
        value = offered[number % 4]
        body = paper.save(f"w{number}", sequence, question, value)
        status = client.once("POST", f"{paper.location}/save", body)[0]
        ledger.note(link=link, question=question, value=value, refused=status != 200)


def test_a_full_disk_is_said_and_forgotten_when_there_is_room(
    world: World, rig: Rig, ledger: Ledger
) -> None:
    links = world.launch(people=MEMBERS, questions=20)
    limit = rig.folder / "pages"
    limit.write_text(str(PLENTY))
    site = rig.web(pages=limit)
    workers = site.workers()
    limit.write_text(str(pages(world) + 4))
    clients = [Client(site.port) for _link in links]
    for number, (client, link) in enumerate(zip(clients, links, strict=True)):
        try_once(client, link, ledger, number)
    told = [answer for client in clients for answer in client.unwell]
    assert told, "it never was full"
    assert [one for one in told if one[0] != 503 or not one[1]] == []
    entries = ledger.entries()
    assert any(not one["refused"] for one in entries), "nothing was taken from the start"
    checker.check_ledger(world, links, ledger)
    checker.check_counts(world, done=0)
    checker.check_database(world.db)

    limit.write_text(str(PLENTY))
    afterwards = Ledger(rig.folder / "afterwards.jsonl")
    drive(Driver(site.port, link, afterwards, 100 + n) for n, link in enumerate(links))
    assert site.workers() == workers, "nobody was started again"
    checker.check_ledger(world, links, afterwards)
    checker.check_counts(world, done=MEMBERS)
