"""A mail server that refuses, puts off, hangs up and hangs: every mail ends as the server knows it.

The schedule is the seed's; the server's own log is held against the outbox, mail by mail.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.faults import checker, faulty_sink, outboxes
from tests.faults.faulty_sink import FaultySink
from tests.faults.rig import Rig, kept_alive
from tests.faults.sizes import RUNS, SEEDS
from tests.live import World

COUNT = 1000 if RUNS else 200


@pytest.fixture
def environ(environ: dict[str, str]) -> dict[str, str]:
    return {**environ, "SURVEY_MAIL_TIMEOUT": "0.5"}


@pytest.fixture(params=SEEDS)
def sink(environ: dict[str, str], request: pytest.FixtureRequest) -> Iterator[FaultySink]:
    sink = FaultySink(request.param, int(environ["SURVEY_MAIL_PORT"]))
    sink.start()
    yield sink
    sink.stop()


def check_each(world: World, sink: FaultySink) -> None:
    """The state of each mail follows from what was done to its last try."""
    for person, state in outboxes.fates(world).items():
        fault = sink.last_fault(outboxes.address(person))
        if fault in faulty_sink.UNCLEAR:
            expected = "unknown"
        else:
            expected = "failed" if fault == "never" else "sent"
        assert state == expected, f"{person}: {fault!r} and {state}"


def test_every_mail_ends_as_the_server_knows_it(world: World, sink: FaultySink, rig: Rig) -> None:
    outboxes.queue(world, COUNT)
    assert rig.sender().wait() == 0
    states = checker.check_mails(world.db, outboxes.taken(sink))
    assert len(states) == COUNT
    check_each(world, sink)
    seen = Counter(one.fault for one in sink.log)
    assert len(seen) >= 6, f"hardly any fault came up: {seen}"
    again = {one: faulty_sink.fault_of(sink._seed, one.recipient, one.number) for one in sink.log}
    assert all(one.fault == fault for one, fault in again.items())


def test_and_the_sender_is_killed_on_top_of_it(world: World, sink: FaultySink, rig: Rig) -> None:
    outboxes.queue(world, COUNT)
    plan = f"offered:{COUNT // 8}/{COUNT // 3},answered:{COUNT // 5}/{COUNT // 4}"
    deaths = kept_alive(
        lambda: rig.sender(plan),
        lambda: outboxes.all_settled(world),
        "all mails settled",
    )
    assert deaths >= 4
    checker.check_mails(world.db, outboxes.taken(sink))
    states = outboxes.tally(world)
    injected = sum(one.fault in faulty_sink.UNCLEAR for one in sink.log)
    assert injected <= states["unknown"] <= injected + 4 * deaths
