"""The committee's board: server time of the shipped page by size of the organisation.

500 cells with members and others, 1,000 to 100,000 people, half as many attempts again; a million
when BENCH_BOARD_MILLION says so. The page is asked for through the whole application, signed in and
compressed, as a browser gets it; beside it stands what it costs to ask the people themselves.
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
from sqlalchemy import event, text

from survey_app import create_app
from survey_app.config import load_settings
from survey_app.database import Database
from survey_app.quizzes import distribution
from survey_app.quizzes.recount import differences
from tests.bench.board_rows import fill
from tests.bench.place import empty, kinds
from tests.bench.table import Table, spread
from tests.factories import sign_in

SIZES = (1_000, 10_000, 100_000)
MILLION = 1_000_000
PROMISED_MS = 100.0
PROMISED_AT = 100_000
FLAT = 1.5
REPEATS = int(os.environ.get("BENCH_REPEATS", "15"))
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
        f"board of 500 cells × 2 kinds, {REPEATS} requests each",
        ("page: ms", "poll (304): ms", "statements", "kB", "join: ms", "results: ms"),
    )
    for kind in kinds():
        medians: dict[int, float] = {}
        for people in sizes:
            with (
                tempfile.TemporaryDirectory(prefix="bench-") as name,
                empty(Path(name), kind) as environ,
            ):
                medians[people] = _measure(table, f"{kind}, {people:,} people", environ, people)
        table.promise(f"{kind}: ms at {PROMISED_AT:,}", medians[PROMISED_AT], PROMISED_MS)
        grown = medians[max(medians)] / medians[min(medians)]
        table.promise(f"{kind}: × from {min(medians):,} to {max(medians):,}", grown, FLAT)
    return table.show()


def _measure(table: Table, label: str, environ: dict[str, str], people: int) -> float:
    """Fill a place, add its row, return the median milliseconds of the page."""
    app = create_app(load_settings(environ))
    database: Database = app.extensions["survey.database"]
    try:
        with app.app_context(), database.writing() as session:
            slug, round_id = fill(session, people)
        client = _signed_in(app)
        path = f"/committee/rounds/{slug}"
        with app.app_context(), database.reading() as session:
            assert people > 10_000 or differences(session, round_id) == ()
        page, sent, bytes_ = _asked(database, client, path)
        poll, _sent, _bytes = _asked(database, client, f"{path}/live", poll=True)
        with app.app_context(), database.reading() as session:
            repeats = 3 if people > SIZES[-2] else REPEATS
            join = _timed(lambda: session.execute(_JOIN, {"round": round_id}).all(), repeats)
            results = _timed(lambda: distribution.counted_scores(session, round_id), 1)
    finally:
        database.dispose()
    table.row(
        label,
        spread(page, 1),
        spread(poll, 1),
        str(sent),
        f"{bytes_ / 1000:.0f}",
        spread(join, 1),
        spread(results, 0),
    )
    return statistics.median(page)


def _signed_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    with app.app_context():
        sign_in(client, "committee_reviewer")
    return client


def _asked(
    database: Database, client: FlaskClient, path: str, *, poll: bool = False
) -> tuple[list[float], int, int]:
    """Return the milliseconds of each request, the statements of one, the bytes sent."""
    headers = {"Accept-Encoding": "gzip"}
    first = client.get(path, headers=headers)
    assert first.status_code == 200, first.status
    if poll:
        headers["If-None-Match"] = first.headers["ETag"]
    with _counted(database) as statements:
        answer = client.get(path, headers=headers)
    assert answer.status_code == (304 if poll else 200), answer.status
    times = _timed(lambda: client.get(path, headers=headers), REPEATS)
    return times, len(statements), len(answer.data)


def _timed(work: Callable[[], object], repeats: int) -> list[float]:
    """Return the milliseconds of each call."""
    found = []
    for _repeat in range(repeats):
        begun = time.perf_counter()
        work()
        found.append((time.perf_counter() - begun) * 1000)
    return found


@contextmanager
def _counted(database: Database) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            seen.append(statement)

    engines = {database.read_engine, database.write_engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)
