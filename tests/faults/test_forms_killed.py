"""kill -9 at every step of sending a form, making its key, counting and sealing: no ballot is lost,
none counts twice, and the key goes when it is not needed any more, not before.
"""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from survey_app import clock
from survey_app.feedback.models import Urn
from tests.factories_forms import cabinet_of, make_form_round
from tests.faults import failpoints, forms
from tests.faults.loads import Ledger
from tests.faults.rig import Rig, until
from tests.faults.sizes import SEEDS
from tests.live import World

EACH = "each:1"
# Steps that must have been there to die at, as they begin, on both databases.
SENDING = ("after UPDATE receipt", "before INSERT ballot", "after INSERT ballot")
COUNTING = (
    "after opening",
    "before INSERT counted_answer",
    "after INSERT counted_text",
    "after DELETE ballot",
    "after UPDATE urn",
    "after DELETE receipt",
    "after INSERT receipt",
    "after UPDATE round",
    "before erasing",
    "after erasing",
    "before destroying the key",
    "before unlinking the key",
    "after unlinking the key",
    "after UPDATE urn",
)


def assert_died_at(rig: Rig, steps: tuple[str, ...]) -> None:
    died = failpoints.died_at(rig.folder)
    missing = [step for step in steps if not any(one.startswith(step) for one in died)]
    assert missing == [], died
    assert len(died) == len(set(died))


def send_some(world: World, round_id: int, ledger: Ledger, people: int) -> None:
    """Send the forms of the first `people`, in this process."""
    for person in range(people):
        assert forms.send(world.app, round_id, person, ledger)


def test_killed_at_every_step_of_sending(world: World, rig: Rig, ledger: Ledger) -> None:
    round_id = forms.launch(world)
    path = str(rig.folder / "ledger.jsonl")

    def start():
        return rig.child(
            "tests.faults.form_process", str(round_id), path, "0", "2", fail=EACH, name="sender"
        )

    deaths = forms.alive_after_deaths(start, lambda: forms.check_key(world, round_id))
    assert_died_at(rig, SENDING)
    # Around three of them lies a commit: once a person is recorded, another form is not taken.
    commits = [one for one in failpoints.died_at(rig.folder) if "commit of INSERT ballot" in one]
    assert len(commits) == 2 and deaths >= 8
    assert forms.check_sent(world, round_id, ledger) == {0, 1, 2}
    assert any(entry.get("before") for entry in ledger.entries())
    forms.close(world)
    assert rig.child("tests.faults.urn_process", "sealed", name="urns").wait() == 0
    forms.check_counted(world, round_id, ledger)


def test_the_web_server_is_killed_at_every_step_of_sending(
    world: World, rig: Rig, ledger: Ledger
) -> None:
    round_id = forms.launch(world)
    site = rig.web(EACH)
    for person in range(3):
        forms.Page.opened(site, world, round_id, person).send(ledger)
    assert_died_at(rig, SENDING)
    commits = [one for one in failpoints.died_at(rig.folder) if "commit of INSERT ballot" in one]
    assert len(commits) == 2
    assert forms.check_sent(world, round_id, ledger) == {0, 1, 2}
    assert any(entry.get("before") for entry in ledger.entries())
    forms.close(world)
    assert rig.child("tests.faults.urn_process", "sealed", name="urns").wait() == 0
    forms.check_counted(world, round_id, ledger)


def test_fifty_parallel_sends_over_http_count_once(world: World, rig: Rig, ledger: Ledger) -> None:
    """One person fifty times, and ten others at the same time."""
    round_id = forms.launch(world)
    site = rig.web()
    pages = [forms.Page.opened(site, world, round_id, person) for person in range(11)]
    with ThreadPoolExecutor(30) as pool:
        list(pool.map(lambda page: page.send(ledger), [pages[0]] * 50 + pages[1:]))
    told = [entry["person"] for entry in ledger.entries() if entry.get("sent")]
    first = [entry for entry in ledger.entries() if entry.get("sent") and not entry["before"]]
    assert len(told) == 60 and len(first) == 11
    assert forms.check_sent(world, round_id, ledger) == set(range(11))
    forms.close(world)
    assert rig.child("tests.faults.urn_process", "sealed", name="urns").wait() == 0
    forms.check_counted(world, round_id, ledger)


def test_killed_at_every_step_of_making_a_key(world: World, rig: Rig) -> None:
    with world.app.app_context(), world.db.writing() as session:
        round_id = make_form_round(session, closes_at=in_two_days()).id
    forms.alive_after_deaths(
        lambda: rig.child("tests.faults.urn_process", "ready", fail=EACH, name="urns"),
        lambda: _no_row_without_its_key(world),
    )
    assert_died_at(
        rig,
        ("after drawing a key", "before naming the key", "after naming", "after INSERT urn"),
    )
    with world.db.reading() as session:
        urn = session.get_one(Urn, round_id)
        assert cabinet_of(world.app).find(urn.public_key), "a row without its key"
        assert urn.problem is None


def test_killed_at_every_step_of_counting_and_sealing(
    world: World, rig: Rig, ledger: Ledger
) -> None:
    round_id = forms.launch(world)
    send_some(world, round_id, ledger, 15)
    forms.close(world)
    forms.alive_after_deaths(
        lambda: rig.child("tests.faults.urn_process", "sealed", fail=EACH, name="urns"),
        lambda: forms.check_key(world, round_id),
    )
    assert_died_at(rig, COUNTING)
    forms.check_counted(world, round_id, ledger)


def test_two_count_at_once(world: World, rig: Rig, ledger: Ledger) -> None:
    """Without the worker's lock, which only keeps a second one from trying."""
    round_id = forms.launch(world)
    send_some(world, round_id, ledger, 15)
    forms.close(world)
    both = [rig.child("tests.faults.urn_process", "sealed", name=f"urns-{n}") for n in (1, 2)]
    assert [child.wait() for child in both] == [0, 0]
    forms.check_counted(world, round_id, ledger)


def test_fifty_parallel_sends_of_one_person_count_once(
    world: World, rig: Rig, ledger: Ledger
) -> None:
    round_id = forms.launch(world)
    with ThreadPoolExecutor(50) as pool:
        taken = list(pool.map(lambda _n: forms.send(world.app, round_id, 3, ledger), range(50)))
    assert all(taken)
    first = [entry for entry in ledger.entries() if entry.get("sent") and not entry["before"]]
    assert len(first) == 1, "more than one was told that theirs is the one"
    assert forms.check_sent(world, round_id, ledger) == {3}
    forms.close(world)
    assert rig.child("tests.faults.urn_process", "sealed", name="urns").wait() == 0
    forms.check_counted(world, round_id, ledger)


@pytest.mark.parametrize("seed", SEEDS)
def test_sending_while_the_round_closes_and_is_counted(
    world: World, shared_clock: Rig, ledger: Ledger, seed: int
) -> None:
    """Senders and workers are killed at random moments, the hour comes, and it is counted."""
    rig, chance = shared_clock, random.Random(seed)
    round_id = forms.launch(world, closes_at=in_two_days())
    path = str(rig.folder / "ledger.jsonl")

    def sender(first: int, last: int):
        arguments = (str(round_id), path, str(first), str(last))
        return rig.child("tests.faults.form_process", *arguments, name=f"sender-{first}")

    halves = [(0, 10), (11, 21)]
    sending = [sender(*half) for half in halves]
    workers = [rig.worker(name=f"worker-{n}") for n in (1, 2)]
    enough = chance.randrange(3, 16)
    until(lambda: _told(ledger) >= enough, "some are told")
    sending[0].kill()
    rig.move_clock(timedelta(days=2, seconds=chance.choice((0, 20))))
    sending[0] = sender(*halves[0])
    time.sleep(chance.random() * 0.3)
    workers[0].kill()
    assert [child.wait() for child in sending] == [0, 0]
    rig.move_clock(timedelta(days=2, minutes=1))
    workers.append(rig.worker(name="worker-3"))
    until(lambda: forms.state(world, round_id) == "sealed", "it is sealed")
    forms.check_counted(world, round_id, ledger)
    never = {entry["person"] for entry in ledger.entries() if entry.get("refused")}
    late = Ledger(rig.folder / "late.jsonl")
    assert not any(forms.send(world.app, round_id, person, late) for person in sorted(never)[:1])
    forms.check_counted(world, round_id, ledger)


def _no_row_without_its_key(world: World) -> None:
    with world.db.reading() as session:
        for public_key in session.scalars(select(Urn.public_key)):
            assert cabinet_of(world.app).find(public_key)


def _told(ledger: Ledger) -> int:
    return sum(1 for entry in ledger.entries() if entry.get("sent"))


def in_two_days() -> datetime:
    return clock.now() + timedelta(days=2)
