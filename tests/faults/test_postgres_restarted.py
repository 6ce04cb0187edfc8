"""PostgreSQL dies and comes back while members answer: the pool recovers by itself within seconds,
and whoever was not told sends again.

A cluster of this test's own; unlike that of the other tests it promises what it has committed.
"""

import time
from collections.abc import Callable, Iterator
from urllib.request import urlopen

import pytest
from sqlalchemy import create_engine, text

from survey_app import migrations
from survey_app.database import Database
from tests.faults import checker, forms
from tests.faults.loads import Client, Driver, Ledger, drive
from tests.faults.rig import Rig, until
from tests.faults.sizes import RUNS, SEEDS
from tests.live import World
from tests.postgres_server import Cluster, durable_cluster

MEMBERS = 6
RECOVERY = 5.0


def statements(cluster: Cluster, *texts: str) -> None:
    """Run statements as the administrator."""
    url = cluster.url.replace("postgresql:", "postgresql+psycopg:", 1)
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for one in texts:
            connection.execute(text(one))
    engine.dispose()


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """One for this file."""
    with durable_cluster() as cluster:
        yield cluster


@pytest.fixture(params=["postgresql"])
def database_url(cluster: Cluster) -> Iterator[str]:
    """A fresh database in it."""
    statements(cluster, "DROP DATABASE IF EXISTS survey WITH (FORCE)", "CREATE DATABASE survey")
    url = cluster.url.replace("/postgres?", "/survey?")
    database = Database(url.replace("postgresql:", "postgresql+psycopg:", 1))
    migrations.upgrade(database)
    database.dispose()
    yield url


def crash(cluster: Cluster) -> None:
    """Let the server die as in a crash, and come back."""
    cluster.control("restart", "-m", "immediate")


def answer_while(
    world: World, rig: Rig, ledger: Ledger, seed: int, trouble: Callable[[], None]
) -> float:
    """Let members answer, `trouble` in the middle of it; return how long the site was not well."""
    links = world.launch(people=MEMBERS, questions=20)
    site = rig.web()
    well: list[float] = []

    def meanwhile(_still_running: object) -> None:
        until(lambda: len(ledger.entries()) >= (3 + seed % 7) * MEMBERS, "everybody is at it")
        trouble()
        world.db.dispose()  # the test's own connections are dead as well
        begun = time.monotonic()
        until(lambda: is_well(site.url), "the site is well again")
        well.append(time.monotonic() - begun)

    drive(
        [
            Driver(site.port, link, ledger, seed * 100 + n, pause=0.02)
            for n, link in enumerate(links)
        ],
        meanwhile,
    )
    checker.check_ledger(world, links, ledger)
    checker.check_counts(world, done=MEMBERS)
    return well[0]


def is_well(url: str) -> bool:
    try:
        with urlopen(f"{url}/healthz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.mark.parametrize("seed", SEEDS)
def test_a_crash_of_the_server(
    world: World, rig: Rig, ledger: Ledger, cluster: Cluster, seed: int
) -> None:
    assert answer_while(world, rig, ledger, seed, lambda: crash(cluster)) < RECOVERY


@pytest.mark.parametrize("seed", SEEDS)
def test_a_crash_while_forms_are_sent_and_counted(
    world: World, rig: Rig, ledger: Ledger, cluster: Cluster, seed: int
) -> None:
    """Twice while people send, once while the ballots are counted: as if nothing had happened."""
    round_id = forms.launch(world)
    arguments = (str(round_id), str(rig.folder / "ledger.jsonl"), "0", "21")
    sender = rig.child("tests.faults.form_process", *arguments, name="sender")
    for told in (3 + seed % 5, 12 + seed % 5):
        until(lambda told=told: len(ledger.entries()) > 2 * told, "some are told")
        crash(cluster)
    assert sender.wait() == 0
    world.db.dispose()
    assert forms.check_sent(world, round_id, ledger) == set(range(22))
    forms.close(world)
    opened = rig.child("tests.faults.urn_process", "sealed", fail="each:1", name="urns")
    assert opened.wait() == -9  # begun
    tending = rig.worker()
    crash(cluster)
    world.db.dispose()
    until(lambda: forms.state(world, round_id) == "sealed", "it is sealed")
    assert tending.poll() is None
    forms.check_counted(world, round_id, ledger)


def test_every_connection_is_cut(world: World, rig: Rig, ledger: Ledger, cluster: Cluster) -> None:
    def cut() -> None:
        statements(
            cluster,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
        )

    assert answer_while(world, rig, ledger, RUNS, cut) < RECOVERY


def test_while_it_is_away_every_page_says_so(world: World, rig: Rig, cluster: Cluster) -> None:
    link = world.launch(people=1, cells=1, questions=2)[0]
    site = rig.web()
    client = Client(site.port)
    cluster.control("stop", "-m", "immediate")
    try:
        for path in (link, "/", "/healthz", "/practice"):
            status, headers, _text = client.once("GET", path)
            assert (status, bool(headers.get("retry-after"))) == (503, True), path[:9]
        assert client.once("POST", link, {"who": "me"})[0] == 503
    finally:
        cluster.control("start")
        world.db.dispose()
    assert client.send("POST", link, {"who": "me"})[0] == 303


def test_a_worker_goes_on_after_a_crash(world: World, rig: Rig, cluster: Cluster) -> None:
    """It lost its lock with the connection, and takes it again."""
    log = rig.folder / "worker.log"
    worker = rig.worker()
    until(lambda: log.exists() and "holding the worker lock" in log.read_text(), "it works")
    crash(cluster)
    world.db.dispose()
    until(lambda: log.read_text().count("holding the worker lock") == 2, "it works again")
    assert worker.poll() is None
