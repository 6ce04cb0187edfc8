"""The clock: a worker that was off across opening and closing, jumps of two hours both ways, and
the very moment of closing.
"""

import time
from datetime import timedelta

from sqlalchemy import update

from survey_app import clock
from survey_app.campaigns.models import Round
from tests.faults import checker, outboxes, rounds
from tests.faults.loads import Driver, Ledger, drive
from tests.faults.rig import Rig, until
from tests.live import World
from tests.smtp_sink import SmtpSink

TWO_HOURS = timedelta(hours=2)


def check_end(world: World, smtp: SmtpSink, links: list[str], ledger: Ledger) -> None:
    """The round is over, everybody counts once, every mail went out once."""
    checker.check_rounds(world.db, state="finalised")
    checker.check_ledger(world, links, ledger)
    checker.check_counts(world, done=rounds.PEOPLE)
    states = checker.check_mails(world.db, outboxes.taken(smtp))
    assert set(states.values()) <= {"sent", "skipped"}
    assert rounds.said(world) == {"digest": 2, "invitation": 4, "result": 4}


def test_a_worker_off_for_two_hours_catches_up(
    world: World, smtp: SmtpSink, shared_clock: Rig, ledger: Ledger
) -> None:
    """Members are let in and turned away by the hour, not by the worker."""
    rig = shared_clock
    links = rounds.launch_ahead(world)
    site = rig.web()
    rig.move_clock(rounds.OPEN)
    sitting = rounds.answer_one(site, links, ledger)
    assert rounds.state(world) == "scheduled"
    rig.move_clock(rounds.OVER)
    client, paper = sitting[0]
    question, values = list(paper.choices.items())[1]
    late = client.send(
        "POST", f"{paper.location}/save", paper.save("first", 2, question, values[0])
    )
    assert late[0] == 410
    ledger.note(link=links[0], question=question, value=values[0], refused=True)
    rig.move_clock(rounds.OPEN + TWO_HOURS)
    rig.worker()
    until(lambda: rounds.state(world) == "finalised", "the round is final")
    until(lambda: outboxes.all_settled(world), "all mail is settled")
    check_end(world, smtp, links, ledger)


def test_jumps_of_two_hours_open_nothing_twice(
    world: World, smtp: SmtpSink, shared_clock: Rig, ledger: Ledger
) -> None:
    rig = shared_clock
    links = rounds.launch_ahead(world)
    site = rig.web()
    rig.worker()
    rig.move_clock(rounds.OPEN)
    until(lambda: rounds.state(world) == "open", "the round opens")
    rounds.answer_one(site, links, ledger)
    rig.move_clock(rounds.OPEN - TWO_HOURS)
    time.sleep(0.5)
    assert rounds.state(world) == "open", "what is open stays open"
    rig.move_clock(rounds.OPEN)
    time.sleep(0.3)
    rig.move_clock(rounds.OPEN + TWO_HOURS)
    until(lambda: rounds.state(world) == "finalised", "the round is final")
    rig.move_clock(rounds.OPEN)
    time.sleep(0.5)
    assert rounds.state(world) == "finalised", "what is over stays over"
    rig.move_clock(rounds.OPEN + TWO_HOURS)
    until(lambda: outboxes.all_settled(world), "all mail is settled")
    check_end(world, smtp, links, ledger)


def test_the_moment_of_closing_parts_what_counts_from_what_does_not(
    world: World, rig: Rig, ledger: Ledger
) -> None:
    """Saves run right through the close: none sent after it is taken, none answered before it is
    refused.
    """
    links = world.launch(people=6, cells=1, questions=200)
    site = rig.web()
    rig.worker()
    closes = 0.0

    def meanwhile(_still_running: object) -> None:
        nonlocal closes
        until(lambda: len(ledger.entries()) >= 4 * len(links), "everybody is at it")
        with world.db.writing() as session:
            moment = clock.now() + timedelta(seconds=1)
            session.execute(update(Round).values(closes_at=moment))
        closes = moment.timestamp()

    drive(
        [Driver(site.port, link, ledger, n, pause=0.05) for n, link in enumerate(links)],
        meanwhile,
    )
    saves = [entry for entry in ledger.entries() if "question" in entry]
    refused = [entry for entry in saves if entry.get("refused")]
    assert len(refused) == len(links), "each was stopped once"
    assert [one for one in saves if not one.get("refused") and one["sent"] >= closes] == []
    assert [one for one in refused if one["told"] < closes] == []
    checker.check_ledger(world, links, ledger)
    until(lambda: rounds.state(world) == "closed", "the round closes")
