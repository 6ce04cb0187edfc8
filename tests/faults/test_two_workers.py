"""Two workers at once, and one of them killed: each turn once, each mail once."""

import pytest

from tests.faults import checker, outboxes, rounds
from tests.faults.loads import Ledger
from tests.faults.rig import Rig, until
from tests.live import World
from tests.smtp_sink import SmtpSink


@pytest.mark.parametrize("killed", [False, True], ids=["both live", "one is killed"])
def test_two_workers(
    world: World, smtp: SmtpSink, shared_clock: Rig, ledger: Ledger, killed: bool
) -> None:
    rig = shared_clock
    links = rounds.launch_ahead(world)
    site = rig.web()
    workers = [rig.worker(name=f"worker-{name}") for name in ("one", "two")]
    rig.move_clock(rounds.OPEN)
    until(lambda: rounds.state(world) == "open", "the round opens")
    if killed:
        workers[0].kill()
    rounds.answer_one(site, links, ledger)
    rig.move_clock(rounds.OVER)
    until(lambda: rounds.state(world) == "finalised", "the round is final")
    rig.move_clock(rounds.LONG_OVER)
    until(lambda: outboxes.all_settled(world), "all mail is settled")
    checker.check_rounds(world.db, state="finalised")
    checker.check_ledger(world, links, ledger)
    checker.check_counts(world, done=rounds.PEOPLE)
    states = checker.check_mails(world.db, outboxes.taken(smtp))
    # An invitation that did not leave before the close is not wanted any more.
    assert killed or set(states.values()) <= {"sent", "skipped"}
    assert rounds.said(world) == {"digest": 2, "invitation": 4, "result": 4}
