"""Sending a form beside handing in a quiz: CPU of server and database for that one request.

Everybody has the page open before; what is measured is the POST alone, both kinds in turn in one
run. The quiz has 20 questions, the form one of each type, with a text of 600 characters.
"""

import asyncio
import os
import re
import statistics
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import aiohttp
from sqlalchemy import func, select

from survey_app import clock, create_app
from survey_app.accounts.scope import CLI
from survey_app.config import load_settings
from survey_app.database import Database
from survey_app.feedback.models import Ballot
from survey_app.feedback.opening import make_urn
from survey_app.invitations.launch import launch
from survey_app.quizzes.models import Attempt
from tests.bench import machine
from tests.bench.journey import AT_A_TIME, REPEATS
from tests.bench.load import Member, browser
from tests.bench.place import Place, installation, kinds
from tests.bench.table import Table, spread
from tests.factories_forms import cabinet_of, make_form_round
from tests.factories_rounds import invitations_of, link_path

SENDS = int(os.environ.get("BENCH_SENDS", "300"))
WARM_UP = 60
PEOPLE = WARM_UP + REPEATS * SENDS
PROMISED = 2.0
_TICKET = re.compile(r'name="ticket" value="([^"]*)"')
_SAID = {
    "q_q1": "tot",
    "q_q2": "c1",
    "q_q3": "c2",
    "q_q4": "c1",
    "q_q5.r1": "kha",
    "q_q5.r2": "tot",
    "q_q6": "90",
    "q_q7": "Xin gửi tài liệu sớm hơn. " * 23,
}
Post = Callable[[], Awaitable[None]]
Opened = Callable[[aiohttp.ClientSession, str], Awaitable[Post]]


@dataclass
class Kind:
    """One kind of round: its links, how a page is opened, and milliseconds of CPU per POST."""

    links: list[str]
    opened: Opened
    cpu: list[float] = field(default_factory=list)

    def next_links(self, count: int) -> list[str]:
        """Return those of people who have not been there yet."""
        links, self.links = self.links[-count:], self.links[:-count]
        assert len(links) == count, "not enough people"
        return links


def form_opener(base: str) -> Opened:
    """Return what opens a form and gives its sending."""

    async def opened(http: aiohttp.ClientSession, link: str) -> Post:
        async with http.post(base + link, data={"who": "me"}, allow_redirects=False) as begun:
            assert begun.status == 303, begun.status
            cookies = {name: morsel.value for name, morsel in begun.cookies.items()}
            location = begun.headers["Location"]
        async with http.get(base + location, cookies=cookies) as page:
            found = _TICKET.search(await page.text())
            assert found, page.status
        form = {**_SAID, "ticket": found[1], "action": "send"}

        async def send() -> None:
            url = base + location
            async with http.post(url, data=form, cookies=cookies, allow_redirects=False) as sent:
                assert (sent.status, sent.headers.get("Location")) == (303, location), sent.status

        return send

    return opened


def quiz_opener(base: str) -> Opened:
    """Return what opens a paper and gives its handing in."""

    async def opened(http: aiohttp.ClientSession, link: str) -> Post:
        member = await Member.begin(http, base, link)
        return member.hand_in

    return opened


async def send_all(kind: Kind, count: int, roots: set[int]) -> float:
    """Open `count` pages, then post them all, eight at a time; return CPU seconds of the posts."""
    async with browser() as http:
        waiting = [await kind.opened(http, link) for link in kind.next_links(count)]

        async def sender() -> None:
            while waiting:
                await waiting.pop()()

        before = machine.cpu_seconds(roots)
        await asyncio.gather(*(sender() for _n in range(AT_A_TIME)))
        return machine.cpu_seconds(roots) - before


def launch_form(place: Place) -> list[str]:
    """Launch a form for the people of the place; return their links' paths."""
    app = create_app(load_settings(place.environ))
    database: Database = app.extensions["survey.database"]
    with app.app_context(), database.writing() as session:
        made = make_form_round(session, closes_at=clock.now() + timedelta(days=2))
        make_urn(session, made.id, cabinet_of(app))
        launch(session, made.id, CLI, clock.now())
        key = app.extensions["survey.settings"].link_key
        links = [link_path(session, key, one) for one in invitations_of(session, made)]
    database.dispose()
    return links


def check_stored(place: Place) -> None:
    """Nobody is to win by leaving something out."""
    with place.database() as database, database.reading() as session:
        ballots = session.scalar(select(func.count()).select_from(Ballot))
        handed_in = session.scalar(select(func.count()).where(Attempt.state == "submitted"))
    assert ballots == handed_in == PEOPLE, (ballots, handed_in)


@contextmanager
def served(folder: Path, database: str) -> Iterator[tuple[Place, dict[str, Kind], set[int]]]:
    """Serve an installation with a quiz and a form for the same people."""
    port = machine.free_port()
    with installation(folder, database, PEOPLE) as place:
        links = launch_form(place)
        machine.pin(place.roots, machine.SERVER_CORE)
        base = f"http://127.0.0.1:{port}"
        environ = {**place.environ, "SURVEY_BASE_URL": base}
        command = machine.gunicorn(port, "survey_app.wsgi:app")
        with machine.serving(command, environ, port, "/healthz") as pid:
            quiz = Kind(list(place.links), quiz_opener(base))
            yield place, {"quiz": quiz, "form": Kind(links, form_opener(base))}, {pid, *place.roots}


def measure(rounds: Sequence[Kind], roots: set[int]) -> None:
    """Post all of each kind in turn, `REPEATS` times after a warm-up."""
    for kind in rounds:
        asyncio.run(send_all(kind, WARM_UP, roots))
    for _repeat in range(REPEATS):
        for kind in rounds:
            kind.cpu.append(asyncio.run(send_all(kind, SENDS, roots)) / SENDS * 1000)


def main() -> int:
    """Print the table; 1 when the promise is broken."""
    os.sched_setaffinity(0, {machine.DRIVER_CORE})
    table = Table(
        f"one POST, {AT_A_TIME} at a time, {SENDS} × {REPEATS}; CPU of server and database",
        ("CPU ms/POST", "× quiz"),
    )
    for database in kinds():
        with (
            tempfile.TemporaryDirectory(prefix="bench-") as name,
            served(Path(name), database) as (place, of, roots),
        ):
            measure(list(of.values()), roots)
            check_stored(place)
        ratio = statistics.median(
            one / other for one, other in zip(of["form"].cpu, of["quiz"].cpu, strict=True)
        )
        table.row(f"{database}, quiz", spread(of["quiz"].cpu), "")
        table.row(f"{database}, form", spread(of["form"].cpu), f"{ratio:.2f}")
        table.promise(f"{database}: form × quiz", ratio, PROMISED)
    return table.show()
