"""The journey: open the link, begin, page of 20 questions, hand in, result; eight at a time.

All is answered, so "Nộp bài" on the paper hands in: five requests, as the bench always counted.

CPU time of server and database per journey, ours on both databases and the floor's, all in one run.
"""

import asyncio
import os
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.bench import floor, machine
from tests.bench.place import Place, installation, kinds
from tests.bench.table import Table, percentile, spread
from tests.factories_rounds import make_document

AT_A_TIME = 8
REPEATS = int(os.environ.get("BENCH_REPEATS", "5"))
JOURNEYS = int(os.environ.get("BENCH_JOURNEYS", "400"))
WARM_UP = 80
PROMISED = {"sqlite": 2.0, "postgresql": 4.1}
_FIELDS = re.compile(r'name="(ticket|revision)" value="([^"]*)"')
_RADIOS = re.compile(r'name="?(q_[^" >]+)"?[^>]*value="([^"]+)"')


@dataclass
class Figures:
    """CPU milliseconds per journey of each repetition, and the latency of all journeys."""

    cpu: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return statistics.median(self.cpu)


def fields_of(html: str) -> dict[str, str]:
    """Return the hidden fields of a paper that a post needs."""
    return dict(_FIELDS.findall(html))


def questions_of(html: str) -> dict[str, str]:
    """Return field name -> one of its values, for each question of a paper."""
    return dict(_RADIOS.findall(html))


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
    answers = questions_of(html)
    assert len(answers) == 20, len(answers)
    form = {**fields_of(html), **answers, "action": "finish"}
    async with session.post(
        base + paper, data=form, cookies=cookies, allow_redirects=False
    ) as done:
        assert done.status == 303, done.status
        result = done.headers["Location"]
        assert result.endswith("/result"), result
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


@dataclass
class Traveller:
    """A running server with links to travel along."""

    base: str
    links: list[str]
    roots: set[int]
    figures: Figures = field(default_factory=Figures)

    def warm_up(self) -> None:
        asyncio.run(travel(self.base, self._next(WARM_UP)))

    def repeat(self) -> None:
        """Travel `JOURNEYS` times and note what it took."""
        before = machine.cpu_seconds(self.roots)
        self.figures.seconds += asyncio.run(travel(self.base, self._next(JOURNEYS)))
        used = machine.cpu_seconds(self.roots) - before
        self.figures.cpu.append(used / JOURNEYS * 1000)

    def _next(self, count: int) -> list[str]:
        links, self.links = self.links[-count:], self.links[:-count]
        assert len(links) == count, "not enough people"
        return links


PEOPLE = WARM_UP + REPEATS * JOURNEYS


def in_turn(travellers: Sequence[Traveller]) -> None:
    """Warm up, then let each travel in turn, `REPEATS` times: noise of the machine meets all."""
    for traveller in travellers:
        traveller.warm_up()
    for _repeat in range(REPEATS):
        for traveller in travellers:
            traveller.repeat()


@contextmanager
def floor_server(folder: Path) -> Iterator[Traveller]:
    """Serve the floor."""
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
    command = machine.gunicorn(port, "tests.bench.floor:app")
    with machine.serving(command, {"FLOOR_DB": path}, port, links[0]) as pid:
        yield Traveller(f"http://127.0.0.1:{port}", links, {pid})


@contextmanager
def our_server(
    folder: Path, kind: str, prepare: Callable[[Place], None] | None = None, others: int = 0
) -> Iterator[Traveller]:
    """Serve the product as shipped, on one database that `prepare` fills with `others`' rows."""
    port = machine.free_port()
    with installation(folder, kind, others + PEOPLE) as place:
        if prepare:
            prepare(place)
        machine.pin(place.roots, machine.SERVER_CORE)
        environ = {**place.environ, "SURVEY_BASE_URL": f"http://127.0.0.1:{port}"}
        command = machine.gunicorn(port, "survey_app.wsgi:app")
        with machine.serving(command, environ, port, "/healthz") as pid:
            yield Traveller(environ["SURVEY_BASE_URL"], place.links, {pid, *place.roots})


def main() -> int:
    """Print the table; 1 when a promise is broken."""
    os.sched_setaffinity(0, {machine.DRIVER_CORE})
    table = Table(
        f"journey of 5 requests, 8 at a time, {JOURNEYS} × {REPEATS}; CPU of server and database",
        ("CPU ms/journey", "× floor", "p50 ms", "p99 ms"),
    )
    with tempfile.TemporaryDirectory(prefix="bench-") as name, ExitStack() as running:
        folder = Path(name)
        travellers = {"floor (SQLite)": running.enter_context(floor_server(folder))}
        for kind in kinds():
            travellers[kind] = running.enter_context(our_server(folder, kind))
        in_turn(list(travellers.values()))
    base = travellers["floor (SQLite)"].figures
    for label, traveller in travellers.items():
        figures = traveller.figures
        ratio = statistics.median(
            one / other for one, other in zip(figures.cpu, base.cpu, strict=True)
        )
        ms = [second * 1000 for second in figures.seconds]
        table.row(
            label,
            spread(figures.cpu),
            f"{ratio:.2f}",
            f"{percentile(ms, 0.5):.0f}",
            f"{percentile(ms, 0.99):.0f}",
        )
        if label in PROMISED:
            table.promise(f"{label}: × floor", ratio, PROMISED[label])
    return table.show()
