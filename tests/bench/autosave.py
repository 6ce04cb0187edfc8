"""Autosave while mail goes out: SQLite, web server and worker on one core, 100 saves a second.

The worst case for SQLite's single writer: two processes that write all the time. Requests leave at
their appointed times (open loop), and latency counts from there.
"""

import asyncio
import itertools
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import func, select

from survey_app.mailing.models import OutboxItem, OutboxMessage
from tests.bench import machine
from tests.bench.load import Member, Outcome, Step, at_rate, browser
from tests.bench.mail import sink
from tests.bench.place import Place, installation
from tests.bench.table import Table, percentile

PER_SECOND = 100
SECONDS = float(os.environ.get("BENCH_SECONDS", "15"))
MEMBERS = 200
# So that mail still goes out when the last answer is saved.
MAILS = int(SECONDS * 1500)
P99_MS = 50.0
WORKER = [sys.executable, "-m", "flask", "--app", "survey_app", "worker"]


async def _save(
    base: str, links: Sequence[str], environ: dict[str, str]
) -> tuple[Outcome, Outcome]:
    async with browser() as http:
        members = [await Member.begin(http, base, link) for link in links]
        turn = itertools.cycle(members)

        def next_step() -> tuple[str, Step]:
            return "save", next(turn).save

        await at_rate(PER_SECOND, 2, next_step)
        alone = await at_rate(PER_SECOND, SECONDS / 3, next_step)
        with machine.running(WORKER, environ):
            await asyncio.sleep(3)  # it starts, and takes its second and third line
            return alone, await at_rate(PER_SECOND, SECONDS, next_step)


def _count(place: Place) -> tuple[int, int]:
    """Return how many mails are sent, and how many are still to be."""
    with place.database() as database, database.reading() as session:
        sent = select(func.count()).where(OutboxMessage.state == "sent")
        waiting = select(func.count()).where(OutboxItem.outbox_message_id.is_(None))
        return session.scalar(sent) or 0, session.scalar(waiting) or 0


def main() -> int:
    """Print the table; 1 when the promise is broken."""
    os.sched_setaffinity(0, {machine.DRIVER_CORE})
    port = machine.free_port()
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as name,
        installation(Path(name), "sqlite", MEMBERS + MAILS) as place,
        sink() as mail_port,
    ):
        environ = {
            **place.environ,
            "SURVEY_BASE_URL": f"http://127.0.0.1:{port}",
            "SURVEY_MAIL_PORT": str(mail_port),
        }
        command = machine.gunicorn(port, "survey_app.wsgi:app")
        with machine.serving(command, environ, port, "/healthz"):
            links = place.links[:MEMBERS]
            alone, beside = asyncio.run(_save(environ["SURVEY_BASE_URL"], links, environ))
        sent, waiting = _count(place)
    table = Table(
        f"autosave, {PER_SECOND}/s for {SECONDS:g} s, SQLite, web and worker on one core",
        ("p50 ms", "p99 ms", "max ms", "failures"),
    )
    for label, outcome in (("no mail", alone), (f"while {sent} mails went out", beside)):
        ms = [second * 1000 for second in outcome.all_seconds]
        table.row(
            label,
            f"{percentile(ms, 0.5):.1f}",
            f"{percentile(ms, 0.99):.1f}",
            f"{max(ms):.1f}",
            str(len(outcome.failures)),
        )
    ms = [second * 1000 for second in beside.all_seconds]
    table.promise("p99 ms while mail goes out", percentile(ms, 0.99), P99_MS)
    table.promise("failures", len(beside.failures), 0)
    table.promise("mails still waiting at the end", waiting, 1, at_most=False)
    return table.show()
