"""An open-loop load: requests leave at their appointed times, whatever became of earlier ones.

Latency counts from the appointed time, so a server that stalls is charged for all who waited.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import aiohttp

from tests.bench.journey import fields_of, questions_of

Step = Callable[[], Awaitable[None]]


@dataclass
class Outcome:
    """Seconds by kind of request, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: list[str] = field(default_factory=list)

    @property
    def all_seconds(self) -> list[float]:
        return [second for kind in self.seconds.values() for second in kind]


async def at_rate(
    per_second: float, length: float, next_step: Callable[[], tuple[str, Step]]
) -> Outcome:
    """Start `per_second` steps a second for `length` seconds, evenly; wait for all of them."""
    outcome, loop = Outcome(), asyncio.get_running_loop()
    start, tasks = loop.time() + 0.1, []

    async def one(kind: str, step: Step, due: float) -> None:
        try:
            await step()
        except (AssertionError, aiohttp.ClientError, TimeoutError) as error:
            outcome.failures.append(f"{kind}: {type(error).__name__} {error}")
        outcome.seconds[kind].append(loop.time() - due)

    for number in range(int(per_second * length)):
        due = start + number / per_second
        await asyncio.sleep(max(0.0, due - loop.time()))
        kind, step = next_step()
        tasks.append(asyncio.create_task(one(kind, step, due)))
    await asyncio.gather(*tasks)
    return outcome


@dataclass
class Member:
    """Somebody with an open paper who answers, looks and hands in."""

    http: aiohttp.ClientSession
    base: str
    paper: str
    cookies: Mapping[str, str]
    ticket: str
    questions: Mapping[str, str]  # field name -> one of its values
    revision: int = 0
    sequence: int = 0

    @classmethod
    async def begin(cls, http: aiohttp.ClientSession, base: str, link: str) -> "Member":
        """Say "that is me" and open the paper."""
        async with http.post(base + link, data={"who": "me"}, allow_redirects=False) as begun:
            assert begun.status == 303, begun.status
            cookies = {name: morsel.value for name, morsel in begun.cookies.items()}
            paper = begun.headers["Location"]
        async with http.get(base + paper, cookies=cookies) as page:
            html = await page.text()
            assert page.status == 200, page.status
        return cls(http, base, paper, cookies, fields_of(html)["ticket"], questions_of(html))

    async def save(self) -> None:
        """Answer the next question, as the page's script does."""
        self.sequence += 1
        names = list(self.questions)
        name = names[self.sequence % len(names)]
        body = {
            "answers": {name.removeprefix("q_"): [self.questions[name]]},
            "ticket": self.ticket,
            "writer": "w" + self.ticket[-8:].lower().replace("-", "0").replace("_", "1"),
            "sequence": self.sequence,
            "revision": self.revision,
        }
        async with self.http.post(self.base + self.paper + "/save", json=body) as saved:
            assert saved.status == 200, saved.status
            self.revision = max(self.revision, (await saved.json())["revision"])

    async def look(self) -> None:
        """Open the paper again."""
        async with self.http.get(self.base + self.paper, cookies=self.cookies) as page:
            await page.read()
            assert page.status == 200, page.status

    async def hand_in(self) -> None:
        """Submit the paper."""
        form = {**self.questions, "ticket": self.ticket, "revision": "0", "action": "submit"}
        async with self.http.post(
            self.base + self.paper, data=form, cookies=self.cookies, allow_redirects=False
        ) as done:
            assert done.status == 303, done.status
            assert done.headers["Location"].endswith("/result"), done.headers["Location"]


def browser() -> aiohttp.ClientSession:
    """Return what requests go through: as many connections as it takes, kept alive, no cookies."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=3),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=30),
    )
