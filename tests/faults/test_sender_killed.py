"""The sender is killed with SIGKILL at each of its steps, and at random moments.

Promise: a mail reaches its person at most once unless it is listed as unknown and resent by hand;
what was sent has arrived; nothing is lost.
"""

import random
import time

import pytest

from tests.faults import checker, outboxes, steps
from tests.faults.rig import Rig, kept_alive
from tests.faults.sizes import RUNS, SEEDS, and_more
from tests.live import World
from tests.smtp_sink import SmtpSink

# Step -> what becomes of the one mail that was there, and how often it arrived.
FATES = {
    **{step: ("sent", {1}) for step in (*steps.UNSENT, *steps.SETTLED)},
    **{step: ("unknown", {0}) for step in ("marked.after", "mid_data")},
    "after_dot": ("unknown", {0, 1}),
    **{step: ("unknown", {1}) for step in ("answered", "settled.before")},
}
ALL_STEPS = (*steps.UNSENT, *steps.UNCLEAR, *steps.SETTLED)


@pytest.mark.parametrize("step", ALL_STEPS)
def test_killed_at_a_step(world: World, smtp: SmtpSink, rig: Rig, step: str) -> None:
    outboxes.queue(world, 1)
    assert rig.sender(f"{step}:1").wait() == -9, f"{step} was never reached"
    assert rig.sender().wait() == 0
    state, arrived = FATES[step]
    assert outboxes.fates(world) == {1: state}
    assert len(smtp.received) in arrived
    checker.check_mails(world.db, outboxes.taken(smtp))


@pytest.mark.parametrize("seed", SEEDS)
def test_killed_again_and_again(world: World, smtp: SmtpSink, rig: Rig, seed: int) -> None:
    """Each step in turn, in the middle of many mails."""
    chance = random.Random(seed)
    count = 40
    first = {step: chance.randrange(1, 4) for step in ALL_STEPS}
    plan = ",".join(f"{step}:{number}" for step, number in first.items())
    outboxes.queue(world, count)
    deaths = kept_alive(
        lambda: rig.sender(plan),
        lambda: outboxes.all_settled(world),
        f"all mails settled, seed {seed}",
    )
    assert deaths >= len(ALL_STEPS) - 2, "it died at hardly any step"
    states = checker.check_mails(world.db, outboxes.taken(smtp))
    assert len(states) == count
    assert list(states.values()).count("unknown") <= deaths * IN_FLIGHT


IN_FLIGHT = 4  # lines that one sender may have at work at the same time


@pytest.mark.parametrize("kills", and_more([4], [4 * RUNS] if RUNS > 1 else []))
def test_killed_at_random(world: World, smtp: SmtpSink, rig: Rig, kills: int) -> None:
    chance, count = random.Random(SEEDS.start), 12 * kills
    smtp.delay = 0.05
    outboxes.queue(world, count)
    for number in range(kills):
        before, sender = len(smtp.received), rig.sender()
        while len(smtp.received) == before and sender.poll() is None:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.1))
        assert sender.poll() is None, f"nothing left to kill at {number}, seed {SEEDS.start}"
        sender.kill()
    assert rig.sender().wait() == 0
    checker.check_mails(world.db, outboxes.taken(smtp))
    states = outboxes.tally(world)
    assert sum(states.values()) == count and set(states) <= {"sent", "unknown"}
    assert states["unknown"] <= kills * IN_FLIGHT
