"""The sender is killed while several lines are busy: at most one unknown for each line."""

import random
import time

import pytest

from survey_app.mailing.sender import MOST_LINES
from tests.faults import checker, outboxes
from tests.faults.rig import Rig
from tests.faults.sizes import RUNS, SEED
from tests.live import World
from tests.smtp_sink import SmtpSink

KILLS = RUNS or 2
# By then the sender has all its lines: 20, 40 and 60 mails went without trouble.
ALL_LINES = 125


@pytest.mark.slow
def test_killed_on_all_lines_each_leaves_at_most_one_unknown(
    world: World, smtp: SmtpSink, rig: Rig
) -> None:
    chance, count = random.Random(SEED), KILLS * 200 + 50
    smtp.delay = 0.01
    outboxes.queue(world, count)
    for _kill in range(KILLS):
        smtp.connections, before = 0, len(smtp.received)
        sender = rig.sender()
        while len(smtp.received) < before + ALL_LINES and sender.poll() is None:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.05))
        assert sender.poll() is None, f"nothing left to kill, seed {SEED}"
        sender.kill()
        assert smtp.connections == MOST_LINES
    assert rig.sender().wait() == 0
    checker.check_mails(world.db, outboxes.taken(smtp))
    states = outboxes.tally(world)
    assert set(states) <= {"sent", "unknown"} and sum(states.values()) == count
    assert states["unknown"] <= KILLS * MOST_LINES
