"""The linkage attack on the product: `python -m tests.attack [SYSTEM …] [ROUNDS]`.

Plays rounds with the urn as shipped, 50 on SQLite and on PostgreSQL unless told otherwise, and some
with each weak one. Prints what the attacker made of them; exits with 1 when it can link people to
what they wrote, or cannot where it should.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.attack.judging import SYSTEMS, WINS, installations, judge
from tests.attack.weak import Weakness

ROUNDS = 50
WEAK_ROUNDS = 1


def main() -> int:
    """Attack; return the exit status."""
    words = sys.argv[1:]
    rounds = next((int(word) for word in words if word.isdigit()), ROUNDS)
    systems = [word for word in words if not word.isdigit()] or list(SYSTEMS)
    failed = False
    for system in systems:
        with (
            tempfile.TemporaryDirectory(prefix="attack-") as folder,
            installations(system, Path(folder), os.environ.get("TEST_POSTGRES_URL", "")) as made,
        ):
            for weakness in (None, *Weakness):
                begun = time.process_time()
                verdict = judge(made, Path(folder), weakness, WEAK_ROUNDS if weakness else rounds)
                wrong = verdict.p >= WINS if weakness else verdict.alarm
                failed = failed or wrong
                print(
                    f"\n{system}, {weakness or 'as shipped'}:",
                    "WRONG" if wrong else "as it must be",
                )
                print(f"{verdict.table()}\n{time.process_time() - begun:.0f} s of CPU", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
