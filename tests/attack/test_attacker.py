"""The attacker wins against every weak urn and cannot tell anything of a sound one."""

import os
import shutil

import pytest

from tests.attack.attacker import attack, examine
from tests.attack.chance import Tally, score
from tests.attack.evidence import Evidence
from tests.attack.toy import Weakness, postgres_round, sqlite_round
from tests.conftest import postgres_admin_url

pytestmark = pytest.mark.slow
WINS = 1e-12
# Enough to see an attacker who takes chance for success; ATTACK_ROUNDS=50 is the full proof.
SOUND_ROUNDS = int(os.environ.get("ATTACK_ROUNDS", "8"))


def play(system, folder, weakness, seed, **options):
    if system == "sqlite":
        return sqlite_round(folder, weakness, seed, **options)
    return postgres_round(folder, weakness, seed, postgres_admin_url(), **options)


def judge(system, tmp_path, weakness, rounds, **options):
    tally = Tally()
    for seed in range(rounds):
        folder = tmp_path / str(seed)
        toy = play(system, folder, weakness, seed, **options)
        found = examine(Evidence(folder), toy.people)
        tally.add(found, toy.truth, toy.groups, toy.text_groups)
        shutil.rmtree(folder)
    return tally.verdict()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("system", ["sqlite", "postgresql"])
def test_a_sound_urn_tells_nothing(system, tmp_path):
    verdict = judge(system, tmp_path, Weakness.NONE, SOUND_ROUNDS)
    assert len(verdict.pools) > 500, "the attacker did try"
    assert not verdict.alarm, verdict.table()


# Most leaks show in several ways; each way must be seen by itself.
WAYS = [
    ("sqlite", Weakness.SIZE, "by same transaction: last.sealed:size ~ length of the text"),
    ("sqlite", Weakness.SIZE, "by hour and commit: last.sealed:size ~ length of the text"),
    ("postgresql", Weakness.SIZE, "by same transaction: last.sealed:size ~ length of the text"),
    ("postgresql", Weakness.SIZE, "by hour and xmin: last.sealed:size ~ length of the text"),
    ("sqlite", Weakness.ORDER, "rank: receipt open:commit ~ answer:rowid ~"),
    ("postgresql", Weakness.ORDER, "rank: receipt open:xmin ~ answer:ctid ~"),
    ("postgresql", Weakness.ORDER, "rank: receipt open:xmin ~ answer:cmin ~"),
    ("postgresql", Weakness.XMIN, "equal: receipt after:xmin ~ answer:xmin"),
    ("postgresql", Weakness.XMIN, "nearest: receipt after:xmin ~ answer:xmin"),
    ("sqlite", Weakness.TIME, "equal: receipt after.at ~ answer.at"),
    ("sqlite", Weakness.TIME, "key: same of receipt.at in at"),
    ("sqlite", Weakness.RESIDUE, "rank: receipt open:commit ~ raw wal early-first"),
    ("postgresql", Weakness.RESIDUE, "rank: receipt open:xmin ~ raw wal early-first"),
    ("postgresql", Weakness.RESIDUE, "rank: receipt open:xmin ~ raw heap:draft"),
    ("sqlite", Weakness.NAMED_RESIDUE, "beside: raw wal"),
    ("postgresql", Weakness.NAMED_RESIDUE, "beside: raw wal"),
    ("sqlite", Weakness.DRAFT, "key: in one row of draft"),
    ("postgresql", Weakness.DRAFT, "key: in one row of draft"),
    ("sqlite", Weakness.HASH, "key: sha256 of invitation.public_id in id"),
    ("sqlite", Weakness.LOG, "rank: log web.log lines"),
    ("sqlite", Weakness.XMIN, "rank: receipt open:commit ~ answer:commit"),
    ("postgresql", Weakness.TIME, "equal: receipt after.at ~ answer.at"),
    ("postgresql", Weakness.HASH, "key: sha256 of invitation.public_id in id"),
    ("postgresql", Weakness.LOG, "rank: log web.log lines"),
]


@pytest.mark.parametrize("case", sorted({(system, weakness) for system, weakness, _way in WAYS}))
def test_a_weak_urn_is_seen_through_in_each_way(case, tmp_path):
    system, weakness = case
    verdict = judge(system, tmp_path, weakness, 1)
    assert verdict.p < WINS, verdict.table()
    for way in [way for *of, way in WAYS if tuple(of) == case]:
        found = [pool.p for name, pool in verdict.pools.items() if way in name]
        assert found and min(found) < WINS, way


@pytest.mark.parametrize("weakness", [Weakness.SIZE, Weakness.ORDER, Weakness.TIME])
@pytest.mark.parametrize("options", [{"silent": 60}, {"grouped": False}], ids=["silent", "whole"])
@pytest.mark.parametrize("system", ["sqlite", "postgresql"])
def test_neither_silent_people_nor_missing_groups_help(system, weakness, options, tmp_path):
    verdict = judge(system, tmp_path, weakness, 1, **options)
    assert verdict.p < WINS, verdict.table()


# Whatever leaks, the one guess per person that is made of all strategies is to be good too.
@pytest.mark.parametrize("weakness", [Weakness.NAMED_RESIDUE, Weakness.HASH, Weakness.TIME])
def test_one_guess_for_each_person(weakness, tmp_path):
    toy = sqlite_round(tmp_path / "round", weakness, 1)
    guesses = attack(Evidence(tmp_path / "round"), toy.people)
    found = score(guesses, toy.truth, toy.groups)
    assert len(guesses) == len(toy.people)
    assert found.p < WINS, found


def test_levels_are_guessed_too(tmp_path):
    toy = sqlite_round(tmp_path / "round", Weakness.ORDER, 1)
    tally = Tally()
    tally.add(examine(Evidence(tmp_path / "round"), toy.people), toy.truth, toy.groups)
    best = min(pool.p for pool in tally.verdict().pools.values() if pool.what == "level")
    assert best < WINS


def test_the_groups_of_the_answers_are_found(tmp_path):
    """All guesses lie in the right group, so chance is one per group, not one in all."""
    toy = sqlite_round(tmp_path / "round", Weakness.NONE, 1)
    found = score(attack(Evidence(tmp_path / "round"), toy.people), toy.truth, toy.groups)
    assert found.expected == pytest.approx(len(set(toy.groups.values())))
