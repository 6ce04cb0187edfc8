"""Sends forms: `python -m tests.faults.form_process ROUND LEDGER FIRST LAST`; 0 when all are told.

It goes on where the ledger ends, as people do whom nobody answered.
"""

import sys
import time
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from survey_app import create_app
from tests.faults import every_step, forms, steps
from tests.faults.loads import Ledger


def main() -> None:
    round_id, path, first, last = int(sys.argv[1]), *sys.argv[2:3], *map(int, sys.argv[3:5])
    ledger = Ledger(Path(path))
    steps.prepare_clock()
    app = create_app()
    every_step.watch()
    for person in range(first, last + 1):
        while not any(
            entry.get("person") == person and _is_told(entry) for entry in ledger.entries()
        ):
            try:
                forms.send(app, round_id, person, ledger)
            except DBAPIError as error:
                # Only that the database is away may happen; what was sent is sent again.
                if not error.connection_invalidated and "connect" not in str(error.orig):
                    raise
                time.sleep(0.05)


def _is_told(entry: dict[str, object]) -> bool:
    return "sent" in entry or "refused" in entry


if __name__ == "__main__":
    main()
