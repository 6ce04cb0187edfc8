"""Plays rounds of the product, lets the attacker at them, and gives the verdict."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.attack import rounds, weak
from tests.attack.attacker import examine
from tests.attack.chance import Tally, Verdict
from tests.attack.evidence import Evidence
from tests.attack.installations import PostgresInstallations, SqliteInstallations

SYSTEMS = ("sqlite", "postgresql")
WINS = 1e-12
_MAILS_EVERY = 10  # rounds; two hundred mails cost more than all the rest


@contextmanager
def installations(
    system: str, folder: Path, admin_url: str
) -> Iterator[SqliteInstallations | PostgresInstallations]:
    """Prepare installations on one of the systems."""
    if system == "sqlite":
        yield SqliteInstallations(folder)
        return
    made = PostgresInstallations(admin_url)
    yield made
    made.close()


def judge(
    made: SqliteInstallations | PostgresInstallations,
    folder: Path,
    weakness: weak.Weakness | None,
    count: int,
) -> Verdict:
    """Play `count` rounds with the urn as shipped, or weak, and attack them."""
    tally = Tally()
    for seed in range(count):
        evidence, home = folder / "evidence", folder / "home"
        with made.fresh() as url, weak.made(weakness):
            played = rounds.play(url, home, evidence, seed, mails=seed % _MAILS_EVERY == 0)
        findings = examine(Evidence(evidence), played.people)
        tally.add(findings, played.truth, played.groups, played.text_groups)
        shutil.rmtree(evidence)
        shutil.rmtree(home)
    return tally.verdict()
