"""The committee's board: server time of the shipped page by size of the organisation.

500 cells with members and others, 1,000 to 100,000 people, half as many attempts again; a million
when BENCH_BOARD_MILLION says so. The page is asked for through the whole application, signed in and
compressed, as a browser gets it; beside it stands what it costs to ask the people themselves.

Promised is the CPU time of a request, the database server's included: on a machine with nothing
else to do that is the time until the answer, and neighbours do not move it. The clock's time stands
beside it.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, text

from survey_app import create_app
from survey_app.config import load_settings
from survey_app.database import Database
from survey_app.quizzes import distribution
from survey_app.quizzes.recount import differences
from tests.bench import machine
from tests.bench.board_rows import fill
from tests.bench.place import empty, kinds
from tests.bench.table import Table, spread
from tests.factories import sign_in

SIZES = (1_000, 10_000, 100_000)
MILLION = 1_000_000
EACH = 6  # requests of one measurement: CPU time is counted in hundredths of a second
PROMISED_MS = 100.0
PROMISED_AT = 100_000
FLAT = 1.5
REPEATS = int(os.environ.get("BENCH_REPEATS", "5"))
# What the page shows, asked of the people: the query the tallies stand in for.
_JOIN = text(
    """
    SELECT c.id, count(DISTINCT i.id),
        count(DISTINCT CASE WHEN a.state = 'submitted' THEN i.id END),
        count(CASE WHEN a.state = 'submitted' THEN 1 END)
    FROM round_cell c
    JOIN invitation i ON i.round_cell_id = c.id
    JOIN person p ON p.id = i.person_id
    LEFT JOIN attempt a ON a.invitation_id = i.id
    WHERE c.round_id = :round GROUP BY c.id
    """
)


def main() -> int:
    """Print the table; 1 when a promise is broken."""
    sizes = [*SIZES, *([MILLION] if os.environ.get("BENCH_BOARD_MILLION") else [])]
    table = Table(
        f"board of 500 cells × 2 kinds, {REPEATS} × {EACH} requests each",
        ("page: CPU ms", "by the clock", "poll: CPU ms", "statements", "kB", "join", "results"),
    )
    for kind in kinds():
        medians: dict[int, float] = {}
        for people in sizes:
            with (
                tempfile.TemporaryDirectory(prefix="bench-") as name,
                empty(Path(name), kind) as (environ, roots),
            ):
                label = f"{kind}, {people:,} people"
                medians[people] = _measure(table, label, environ, roots, people)
        table.promise(f"{kind}: ms at {PROMISED_AT:,}", medians[PROMISED_AT], PROMISED_MS)
        grown = medians[max(medians)] / medians[min(medians)]
        table.promise(f"{kind}: × from {min(medians):,} to {max(medians):,}", grown, FLAT)
    return table.show()


def _measure(
    table: Table, label: str, environ: dict[str, str], roots: set[int], people: int
) -> float:
    """Fill a place, add its row, return the median CPU milliseconds of the page."""
    app = create_app(load_settings(environ))
    database: Database = app.extensions["survey.database"]
    try:
        with app.app_context(), database.writing() as session:
            slug, round_id = fill(session, people)
        client = _signed_in(app)
        path = f"/committee/rounds/{slug}"
        with app.app_context(), database.reading() as session:
            assert people > 10_000 or differences(session, round_id) == ()
        servers = {os.getpid(), *roots}
        page, clock, sent, bytes_ = _asked(servers, client, path)
        poll, _clock, _sent, _bytes = _asked(servers, client, f"{path}/live", poll=True)
        with app.app_context(), database.reading() as session:
            join = _timed(lambda: session.execute(_JOIN, {"round": round_id}).all(), 3)
            results = _timed(lambda: distribution.counted_scores(session, round_id), 1)
    finally:
        database.dispose()
    table.row(
        label,
        spread(page, 1),
        f"{statistics.median(clock):.0f}",
        spread(poll, 1),
        str(sent),
        f"{bytes_ / 1000:.0f}",
        f"{statistics.median(join):.0f} ms",
        f"{statistics.median(results):.0f} ms",
    )
    return statistics.median(page)


def _signed_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    with app.app_context():
        sign_in(client, "committee_reviewer")
    return client


def _asked(
    servers: set[int], client: FlaskClient, path: str, *, poll: bool = False
) -> tuple[list[float], list[float], int, int]:
    """Return CPU and clock milliseconds of a request, the statements of one, the bytes sent."""
    headers = {"Accept-Encoding": "gzip"}
    first = client.get(path, headers=headers)
    assert first.status_code == 200, first.status
    if poll:
        headers["If-None-Match"] = first.headers["ETag"]
    with _counted() as statements:
        answer = client.get(path, headers=headers)
    assert answer.status_code == (304 if poll else 200), answer.status
    each = EACH * 10 if poll else EACH
    cpu: list[float] = []
    clock: list[float] = []
    for _repeat in range(REPEATS):
        before = machine.cpu_seconds(servers)
        clock += _timed(lambda: client.get(path, headers=headers), each)
        cpu.append((machine.cpu_seconds(servers) - before) * 1000 / each)
    return cpu, clock, len(statements), len(answer.data)


def _timed(work: Callable[[], object], repeats: int) -> list[float]:
    """Return the milliseconds of each call."""
    found = []
    for _repeat in range(repeats):
        begun = time.perf_counter()
        work()
        found.append((time.perf_counter() - begun) * 1000)
    return found


@contextmanager
def _counted() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)
