"""The attacker against the product itself. `make attack` plays fifty rounds on each database."""

import os

import pytest

from tests.attack.judging import SYSTEMS, WINS, installations, judge
from tests.attack.weak import Weakness
from tests.conftest import postgres_admin_url

ROUNDS = int(os.environ.get("ATTACK_ROUNDS", "2"))


@pytest.fixture(scope="module", params=SYSTEMS)
def made(request, tmp_path_factory):
    """Installations with two hundred people, ready to be copied."""
    admin = postgres_admin_url() if request.param == "postgresql" else ""
    with installations(request.param, tmp_path_factory.mktemp("installations"), admin) as made:
        yield made


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_nobody_can_be_linked_to_what_they_wrote(made, tmp_path):
    verdict = judge(made, tmp_path, None, ROUNDS)
    assert len(verdict.pools) > 1000, "the attacker did try"
    assert not verdict.alarm, verdict.table()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("weakness", Weakness, ids=lambda one: one.name.lower())
def test_an_urn_made_weak_is_seen_through(made, weakness, tmp_path):
    """One round of two hundred is enough."""
    verdict = judge(made, tmp_path, weakness, 1)
    assert verdict.p < WINS, verdict.table()
