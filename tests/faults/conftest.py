"""What every fault run has: the rig of processes, the installation behind it, a ledger; and at the
end of each, whatever happened, the logs are read for what has no place in them.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from survey_app import clock
from tests.faults import checker
from tests.faults.loads import Ledger
from tests.faults.rig import Rig
from tests.faults.sizes import RUNS
from tests.live import World


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder; what waits for others' deaths may take its time."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.faults)
            item.add_marker(pytest.mark.timeout(900 if RUNS else 300))


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    """Time goes faster here: a worker looks ten times a second."""
    return {**environ, "SURVEY_WORKER_TICK_SECONDS": "0.1", "SURVEY_MAIL_TIMEOUT": "2"}


@pytest.fixture
def world(environ: dict[str, str]) -> Iterator[World]:
    """The installation, seen from inside."""
    world = World(environ)
    yield world
    world.close()


@pytest.fixture
def rig(environ: dict[str, str], world: World, tmp_path: Path) -> Iterator[Rig]:
    """The processes. Database and logs are checked when they have ended."""
    rig = Rig(environ, tmp_path)
    yield rig
    rig.close()
    checker.check_database(world.db)
    checker.check_logs(world, rig.logs())


@pytest.fixture
def shared_clock(rig: Rig) -> Iterator[Rig]:
    """The rig with a clock that the test moves, in its own process as in all others."""
    rig.move_clock(timedelta(0))
    clock.use_source(clock.shifted_by_file(rig.clock))
    yield rig
    clock.use_source(None)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """What the clients of this run were told."""
    return Ledger(tmp_path / "ledger.jsonl")
