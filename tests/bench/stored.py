"""CPU per journey with 100,000 stored attempts, against an installation without any.

Both servers run at the same time and travel in turn, so that the machine's noise meets both. The
stored attempts are rows as the product leaves them: handed in, graded, counted in their cells.
"""

import json
import os
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import text

from tests.bench import journey, machine
from tests.bench.journey import Traveller
from tests.bench.place import Place, kinds
from tests.bench.table import Table, spread

STORED = int(os.environ.get("BENCH_STORED", "100000"))
PROMISED = 1.1
# Twenty answers of twenty questions, as `saving.merge` stores them.
_PAPER = [[f"q{n}", [f"c{n}-{letter}" for letter in "abcd"]] for n in range(1, 21)]
_ANSWERS = {
    f"q{n}": {"value": [f"c{n}-a"], "writer": "form", "sequence": 0, "revision": 1}
    for n in range(1, 21)
}
_FILL = (
    """INSERT INTO attempt (public_id, invitation_id, attempt_no, state, version_id, paper,
           answers, revision, started_at, deadline, submitted_at, receipt, channel, round_cell_id)
       SELECT 'stored-' || i.id, i.id, 1, 'submitted', r.version_id, CAST(:paper AS {json}),
              CAST(:answers AS {json}), 1, i.created_at, r.closes_at, i.created_at,
              'ABCD-2345', 'link', i.round_cell_id
       FROM invitation i JOIN round r ON r.id = i.round_id
       WHERE i.id IN (SELECT id FROM invitation ORDER BY id LIMIT :stored)""",
    """INSERT INTO grading (attempt_id, version_id, score, max_score, right_count, question_count,
           reason, graded_at)
       SELECT id, version_id, 20, 20, 20, 20, 'submitted', submitted_at FROM attempt""",
    """UPDATE invitation SET is_started = TRUE, is_done = TRUE
       WHERE id IN (SELECT invitation_id FROM attempt)""",
    """UPDATE round_cell SET
           done = (SELECT count(*) FROM attempt a WHERE a.round_cell_id = round_cell.id),
           attempts = (SELECT count(*) FROM attempt a WHERE a.round_cell_id = round_cell.id)""",
    # Who was mailed: the result of each is an item in the outbox, as a submit leaves it.
    """INSERT INTO outbox_item (dedupe_key, kind, recipient_kind, recipient_id, subject_kind,
           subject_id, payload, not_before, created_at)
       SELECT 'result:' || a.public_id, 'result', 'person', i.person_id, 'round', i.round_id,
              {payload}, a.submitted_at, a.submitted_at
       FROM attempt a JOIN invitation i ON i.id = a.invitation_id""",
    "ANALYZE",
)


def fill(place: Place) -> None:
    """Let the first people of the round be done."""
    words = {"json": "TEXT", "payload": "json_object('attempt', a.id)"}
    if not place.is_sqlite:
        words = {"json": "JSONB", "payload": "jsonb_build_object('attempt', a.id)"}
    values = {"stored": STORED, "paper": json.dumps(_PAPER), "answers": json.dumps(_ANSWERS)}
    with place.database() as database:
        with database.writing() as session:
            for number, statement in enumerate(_FILL):
                wanted = values if number == 0 else {}
                session.execute(text(statement.format(**words)), wanted)
        with database.reading() as session:
            counted = session.scalar(text("SELECT sum(done) FROM round_cell"))
            assert counted == STORED, counted


def main() -> int:
    """Print the table; 1 when a promise is broken."""
    os.sched_setaffinity(0, {machine.DRIVER_CORE})
    table = Table(
        f"journey with {STORED} stored attempts, {journey.JOURNEYS} × {journey.REPEATS}",
        ("none: CPU ms", f"{STORED}: CPU ms", "ratio"),
    )
    for kind in kinds():
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            empty, full = _both(Path(name), kind)
        ratio = statistics.median(
            one / other for one, other in zip(full.figures.cpu, empty.figures.cpu, strict=True)
        )
        table.row(kind, spread(empty.figures.cpu), spread(full.figures.cpu), f"{ratio:.3f}")
        table.promise(f"{kind}: × empty", ratio, PROMISED)
    return table.show()


def _both(folder: Path, kind: str) -> tuple[Traveller, Traveller]:
    with ExitStack() as running:
        empty = running.enter_context(journey.our_server(folder / "empty", kind))
        full = running.enter_context(journey.our_server(folder / "full", kind, fill, STORED))
        journey.in_turn([empty, full])
    return empty, full
