"""Soak: both cores, 50 mixed requests a second for five minutes; latency, failures, memory.

Open loop: 70 % autosave, 20 % opening the paper, 8 % handing in, 2 % the committee's table. Web and
worker run as shipped. Whoever has handed in is followed by somebody new, whose beginning is paced
with the rest but not counted as one of the four.
"""

import asyncio
import os
import random
import statistics
import tempfile
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import aiohttp

from survey_app import create_app
from survey_app.accounts import sessions
from survey_app.accounts.doors import SESSION_KEY
from survey_app.config import load_settings
from tests.bench import machine
from tests.bench.autosave import WORKER
from tests.bench.load import Member, Outcome, Step, at_rate, browser
from tests.bench.mail import sink
from tests.bench.place import Place, installation, kinds
from tests.bench.table import Table, percentile
from tests.factories import make_user

PER_SECOND = 50
SECONDS = float(os.environ.get("BENCH_SOAK_SECONDS", "300"))
MIX = {"autosave": 70, "page": 20, "submit": 8, "board": 2}
MEMBERS = 150
P99_MS = 200.0
# Caches fill in the first minute; after it, growth of more than this is a leak.
GROWTH_MB = 8.0
PEOPLE = MEMBERS + int(PER_SECOND * SECONDS * 0.085) + 200


class Mix:
    """Which request is next, and by whom."""

    def __init__(self, base: str, board: str, cookie: dict[str, str], links: Sequence[str]) -> None:
        self._base, self._board, self._cookie = base, base + board, cookie
        self._links = deque(links)
        self._members: deque[Member] = deque()
        self._chance = random.Random(1)
        self._http: aiohttp.ClientSession | None = None
        self._arriving: list[asyncio.Task[None]] = []

    async def begin(self, http: aiohttp.ClientSession) -> None:
        """Let the first people sit down."""
        self._http = http
        for _member in range(MEMBERS):
            await self._sit_down()

    async def _sit_down(self) -> None:
        assert self._http is not None
        link = self._links.popleft()
        self._members.append(await Member.begin(self._http, self._base, link))

    def next_step(self) -> tuple[str, Step]:
        (kind,) = self._chance.choices(list(MIX), list(MIX.values()))
        if kind == "board":
            return kind, self._look_at_board
        if kind == "submit":
            return kind, self._hand_in(self._members.popleft())
        member = self._members[0]
        self._members.rotate(-1)
        return kind, member.save if kind == "autosave" else member.look

    def _hand_in(self, member: Member) -> Step:
        async def step() -> None:
            await member.hand_in()
            self._arriving.append(asyncio.create_task(self._sit_down()))

        return step

    async def all_arrived(self) -> list[str]:
        """Wait for those who were still sitting down; return what went wrong."""
        done = await asyncio.gather(*self._arriving, return_exceptions=True)
        return [f"begin: {type(one).__name__} {one}" for one in done if one is not None]

    async def _look_at_board(self) -> None:
        assert self._http is not None
        async with self._http.get(self._board, cookies=self._cookie) as page:
            await page.read()
            assert page.status == 200, page.status


def committee_cookie(place: Place) -> tuple[str, dict[str, str]]:
    """Return the path of the committee's table and the cookie of somebody who may see it."""
    app = create_app(load_settings(place.environ))
    database = app.extensions["survey.database"]
    user = make_user(database, "committee_reviewer")
    with app.app_context(), database.writing() as session:
        token = sessions.start(session, user)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie[SESSION_KEY] = token
    value = client.get_cookie("session")
    assert value is not None
    database.dispose()
    return "/committee/", {"session": value.value}


async def _soak(mix: Mix, pids: Sequence[int], seconds: float) -> tuple[Outcome, list[float]]:
    memory: list[float] = []

    async def watch() -> None:
        while True:
            memory.append(sum(machine.rss_mb(pid) for pid in pids))
            await asyncio.sleep(1)

    async with browser() as http:
        await mix.begin(http)
        await at_rate(PER_SECOND, min(10.0, seconds / 3), mix.next_step)
        watching = asyncio.create_task(watch())
        outcome = await at_rate(PER_SECOND, seconds, mix.next_step)
        watching.cancel()
        outcome.failures += await mix.all_arrived()
    return outcome, memory


def measure(folder: Path, kind: str) -> tuple[Outcome, list[float]]:
    """Run the product on both cores under the mix."""
    port, both = machine.free_port(), frozenset({machine.SERVER_CORE, machine.DRIVER_CORE})
    with installation(folder, kind, PEOPLE) as place, sink() as mail_port:
        environ = {
            **place.environ,
            "SURVEY_BASE_URL": f"http://127.0.0.1:{port}",
            "SURVEY_MAIL_PORT": str(mail_port),
        }
        board, cookie = committee_cookie(place)
        command = machine.gunicorn(port, "survey_app.wsgi:app")
        with (
            machine.serving(command, environ, port, "/healthz", both) as web,
            machine.running(WORKER, environ, both) as worker,
        ):
            mix = Mix(environ["SURVEY_BASE_URL"], board, cookie, place.links)
            return asyncio.run(_soak(mix, [web, worker], SECONDS))


def main() -> int:
    """Print the table; 1 when a promise is broken."""
    table = Table(
        f"soak, {PER_SECOND} requests/s mixed for {SECONDS:g} s, both cores",
        ("requests", "p50 ms", "p99 ms", "max ms", "failures"),
    )
    for kind in kinds():
        with tempfile.TemporaryDirectory(prefix="bench-") as name:
            outcome, memory = measure(Path(name), kind)
        for step, seconds in [*outcome.seconds.items(), ("all", outcome.all_seconds)]:
            ms = [second * 1000 for second in seconds]
            cells = [f"{percentile(ms, 0.5):.1f}", f"{percentile(ms, 0.99):.1f}", f"{max(ms):.1f}"]
            failed = sum(one.startswith(step) or step == "all" for one in outcome.failures)
            table.row(f"{kind}, {step}", str(len(ms)), *cells, str(failed))
        ms = [second * 1000 for second in outcome.all_seconds]
        table.promise(f"{kind}: p99 ms", percentile(ms, 0.99), P99_MS)
        table.promise(f"{kind}: failures", len(outcome.failures), 0)
        first, last = _first_and_last(memory)
        said = f"{kind}: memory of web and worker {first:.1f} -> {last:.1f} MB, growth"
        table.promise(said, last - first, GROWTH_MB)
        for failure in outcome.failures[:5]:
            print(failure)
    return table.show()


def _first_and_last(memory: Sequence[float]) -> tuple[float, float]:
    """Return the median of the first and of the last minute (of a fifth, in a shorter run)."""
    minute = min(60, max(1, len(memory) // 5))
    return statistics.median(memory[:minute]), statistics.median(memory[-minute:])
