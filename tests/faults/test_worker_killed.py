"""The worker is killed around each thing its clock does: late, but each once, and nothing lost."""

from tests.faults import checker, outboxes, rounds, steps
from tests.faults.loads import Ledger
from tests.faults.rig import Keeper, Rig, until
from tests.live import World
from tests.smtp_sink import SmtpSink

PLAN = ",".join(f"{turn}.before:1,{turn}.after:1" for turn in steps.TURNS)


def test_killed_before_and_after_each_turn(
    world: World, smtp: SmtpSink, shared_clock: Rig, ledger: Ledger
) -> None:
    rig = shared_clock
    links = rounds.launch_ahead(world)
    site = rig.web()
    with Keeper(lambda: rig.worker(PLAN)) as keeper:
        rig.move_clock(rounds.OPEN)
        until(lambda: rounds.state(world) == "open", "the round opens")
        rounds.answer_one(site, links, ledger)
        rig.move_clock(rounds.OVER)
        until(lambda: rounds.state(world) == "finalised", "the round is final")
        rig.move_clock(rounds.LONG_OVER)
        until(lambda: outboxes.all_settled(world), "all mail is settled")
    assert keeper.deaths == 2 * len(steps.TURNS)
    assert {turn: rig.passes(f"{turn}.before") > 1 for turn in steps.TURNS} == dict.fromkeys(
        steps.TURNS, True
    ), "what was not committed was done again"
    checker.check_rounds(world.db, state="finalised")
    checker.check_ledger(world, links, ledger)
    checker.check_counts(world, done=rounds.PEOPLE)
    checker.check_mails(world.db, outboxes.taken(smtp))
    assert rounds.said(world) == {"digest": 2, "invitation": 4, "result": 4}
