"""The journey: open the link, begin, page of 20 questions, submit, result; eight at a time.

Prints the CPU time of server and database per journey, ours on both databases and the floor's, all
in one run, and the ratios that the project promises: ≤ 3 × on SQLite, ≤ 5 × on PostgreSQL.
"""

import asyncio
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp

from tests.bench import floor, machine

AT_A_TIME = 8
REPEATS = int(os.environ.get("BENCH_REPEATS", "5"))
JOURNEYS = int(os.environ.get("BENCH_JOURNEYS", "400"))
WARM_UP = 80
_FIELDS = re.compile(r'name="(ticket|revision)" value="([^"]*)"')
_RADIOS = re.compile(r'name="?(q_[^" >]+)"?[^>]*value="([^"]+)"')


@dataclass
class Figures:
    """CPU milliseconds per journey of each repetition, and the latency of all journeys."""

    cpu: list[float]
    seconds: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.cpu)


async def one_journey(session: aiohttp.ClientSession, base: str, link: str) -> None:
    """Travel once, as a browser without cached cookies would."""
    async with session.get(base + link) as page:
        assert page.status == 200, page.status
        await page.read()
    async with session.post(base + link, data={"who": "me"}, allow_redirects=False) as begun:
        assert begun.status == 303, begun.status
        cookies = {name: morsel.value for name, morsel in begun.cookies.items()}
        paper = begun.headers["Location"]
    async with session.get(base + paper, cookies=cookies) as page:
        html = await page.text()
        assert page.status == 200, page.status
    answers = dict(_RADIOS.findall(html))
    assert len(answers) == 20, len(answers)
    form = {**dict(_FIELDS.findall(html)), **answers, "action": "submit"}
    async with session.post(
        base + paper, data=form, cookies=cookies, allow_redirects=False
    ) as done:
        assert done.status == 303, done.status
        result = done.headers["Location"]
    async with session.get(base + result, cookies=cookies) as page:
        assert page.status == 200, page.status
        assert "/20" in await page.text()


async def travel(base: str, links: Sequence[str]) -> list[float]:
    """Travel along all `links`, eight at a time; return how long each took."""
    waiting = list(links)
    seconds: list[float] = []

    async def traveller() -> None:
        connector = aiohttp.TCPConnector(limit=1)
        jar = aiohttp.DummyCookieJar()
        async with aiohttp.ClientSession(connector=connector, cookie_jar=jar) as session:
            while waiting:
                link = waiting.pop()
                start = time.perf_counter()
                await one_journey(session, base, link)
                seconds.append(time.perf_counter() - start)

    await asyncio.gather(*(traveller() for _n in range(AT_A_TIME)))
    return seconds


def measure(base: str, links: list[str], roots: set[int]) -> Figures:
    """Warm up, then measure `REPEATS` times."""
    asyncio.run(travel(base, links[:WARM_UP]))
    figures = Figures([], [])
    for repeat in range(REPEATS):
        first = WARM_UP + repeat * JOURNEYS
        before = machine.cpu_seconds(roots)
        figures.seconds += asyncio.run(travel(base, links[first : first + JOURNEYS]))
        used = machine.cpu_seconds(roots) - before
        figures.cpu.append(used / JOURNEYS * 1000)
    return figures


PEOPLE = WARM_UP + REPEATS * JOURNEYS


@contextmanager
def installation(folder: Path, database_url: str) -> Iterator[tuple[dict[str, str], list[str]]]:
    """Make an installation with one open round for `PEOPLE`; yield its environment and links."""
    from survey_app import clock, create_app, migrations
    from survey_app.config import load_settings
    from tests.factories_rounds import (
        invitations_of,
        launched_round,
        link_path,
        make_version,
    )

    environ = {
        "SURVEY_INSTANCE_PATH": str(folder / "instance"),
        "SURVEY_DATABASE_URL": database_url,
        "SURVEY_BASE_URL": "http://127.0.0.1:8000",
        "SURVEY_SECRET_KEY": "bench-secret-key-of-more-than-32-characters",
        "SURVEY_LINK_KEY": "bench-link-key-of-more-than-32-characters!!",
        "SURVEY_MAIL_DEFAULT_SENDER": "Mẫu <khao-sat@so-mau.example>",
    }
    app = create_app(load_settings(environ))
    database = app.extensions["survey.database"]
    migrations.upgrade(database)
    with app.app_context(), database.writing() as session:
        round_ = launched_round(
            session,
            people=PEOPLE,
            cells=20,
            version=make_version(session, questions=20),
            closes_at=clock.now() + timedelta(days=2),
        )
        key = environ["SURVEY_LINK_KEY"].encode()
        links = [link_path(session, key, one) for one in invitations_of(session, round_)]
    database.dispose()
    yield environ, links


def bench_floor(folder: Path) -> Figures:
    """Measure the floor."""
    from tests.factories_rounds import make_document

    document = [
        {
            "id": question.id,
            "text": question.text,
            "choices": [{"id": choice.id, "text": choice.text} for choice in question.choices],
            "key": list(question.key),
        }
        for question in make_document(20).questions
    ]
    path = str(folder / "floor.sqlite")
    links = floor.prepare(path, PEOPLE, document)
    port = machine.free_port()
    command = [
        *_gunicorn(port),
        "--config",
        "python:survey_app.gunicorn_conf",
        "tests.bench.floor:app",
    ]
    with machine.serving(command, {"FLOOR_DB": path}, port, links[-1]) as pid:
        return measure(f"http://127.0.0.1:{port}", links, {pid})


def _gunicorn(port: int) -> list[str]:
    return [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}"]


def bench_ours(folder: Path, database_url: str) -> Figures:
    """Measure the product as shipped, on one database."""
    port = machine.free_port()
    command = [
        *_gunicorn(port),
        "--config",
        "python:survey_app.gunicorn_conf",
        "survey_app.wsgi:app",
    ]
    roots = set() if database_url.startswith("sqlite") else machine.postgres_roots()
    with installation(folder, database_url) as (environ, links):
        environ["SURVEY_BASE_URL"] = f"http://127.0.0.1:{port}"
        machine.pin(roots, machine.SERVER_CORE)
        with machine.serving(command, environ, port, "/healthz") as pid:
            return measure(f"http://127.0.0.1:{port}", links, {pid, *roots})


def main() -> int:
    """Print the table; exit 1 when a promise is broken."""
    os.sched_setaffinity(0, {machine.DRIVER_CORE})
    admin_url = os.environ.get("TEST_POSTGRES_URL", "")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        rows = {"floor (SQLite)": bench_floor(folder)}
        (folder / "sqlite").mkdir()
        rows["SQLite"] = bench_ours(
            folder / "sqlite", f"sqlite:///{folder / 'sqlite' / 'bench.sqlite'}"
        )
        if admin_url:
            rows["PostgreSQL"] = _on_postgresql(folder, admin_url)
    base = rows["floor (SQLite)"].median
    promised = {"SQLite": 3.0, "PostgreSQL": 5.0}
    print("journey of 5 requests, 8 at a time; CPU of server and database")
    print(
        f"{'':16}{'ms/journey':>11}{'min–max':>14}{'× floor':>9}{'promise':>9}{'p50 ms':>8}"
        f"{'p99 ms':>8}"
    )
    broken = 0
    for label, row in rows.items():
        ratio = row.median / base
        limit = promised.get(label)
        broken += limit is not None and ratio > limit
        ordered = [round(second * 1000) for second in sorted(row.seconds)]
        print(
            f"{label:16}{row.median:11.2f}{f'{min(row.cpu):.2f}–{max(row.cpu):.2f}':>14}"
            f"{ratio:9.2f}{f'≤ {limit:g}' if limit else '':>9}"
            f"{ordered[len(ordered) // 2]:8}{ordered[int(len(ordered) * 0.99)]:8}"
        )
    return 1 if broken else 0


def _on_postgresql(folder: Path, admin_url: str) -> Figures:
    from sqlalchemy import create_engine, text
    from sqlalchemy.engine import make_url

    url = make_url(admin_url).set(drivername="postgresql+psycopg")
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    name = f"survey_bench_{os.getpid()}"
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    (folder / "postgresql").mkdir()
    try:
        plain = make_url(admin_url).set(drivername="postgresql", database=name)
        return bench_ours(folder / "postgresql", plain.render_as_string(hide_password=False))
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()
