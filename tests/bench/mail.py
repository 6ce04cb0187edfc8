"""Mail: claim, render, send and settle invitations of a launched round, into a fast sink.

The sink is postfix's smtp-sink on the other core (aiosmtpd is itself the limit). The yardstick in
the same run is Flask-Mail's `connect()` loop with the same content, rendered beforehand.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, update

from survey_app import clock, create_app
from survey_app.config import load_settings
from survey_app.mailing import outbox
from survey_app.mailing.composing import Mail, composers
from survey_app.mailing.models import OutboxItem, OutboxMessage
from tests.bench import machine
from tests.bench.mail_clients import WARM_UP
from tests.bench.place import Place, installation, kinds
from tests.bench.table import Table, spread

MAILS = int(os.environ.get("BENCH_MAILS", "800"))
REPEATS = int(os.environ.get("BENCH_REPEATS", "5"))
EACH = MAILS + WARM_UP
FASTER = 1.5
CPU_MS = 1.3
_ROOT = Path(__file__).resolve().parents[2]
Run = dict[str, float]


@contextmanager
def sink() -> Iterator[int]:
    """Run smtp-sink on the driver's core until the block ends; yields its port."""
    folder = Path(sys.prefix) / "smtp-sink"
    script = subprocess.run(
        [_ROOT / "scripts" / "smtp-sink.sh", folder], capture_output=True, text=True, check=True
    )
    port = machine.free_port()
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    command = [script.stdout.strip(), *user, f"127.0.0.1:{port}", "100"]
    process = subprocess.Popen(
        command,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, {machine.DRIVER_CORE}),
    )
    try:
        machine.wait_for_port(port)
        yield port
    finally:
        process.kill()
        process.wait()


def _client(*arguments: str, environ: Mapping[str, str] | None = None) -> Run:
    """Run one side on the servers' core and return its figures."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.mail_clients", *arguments],
        cwd=_ROOT,
        env={**os.environ, **(environ or {})},
        preexec_fn=lambda: os.sched_setaffinity(0, {machine.SERVER_CORE}),
        stdout=subprocess.PIPE,
        check=True,
    )
    figures: Run = json.loads(done.stdout)
    assert figures["count"] == MAILS, figures
    return figures


def _content(place: Place, folder: Path, count: int = 50) -> Path:
    """Write down what some of the invitations say, by the product's own composer."""
    app = create_app(load_settings(place.environ))
    database = app.extensions["survey.database"]
    with app.app_context(), database.writing() as session:
        outbox.envelope(session, count)
        mails = [_composed(app, session, one) for one in session.scalars(select(OutboxMessage))]
        session.rollback()
    database.dispose()
    path = folder / "content.json"
    path.write_text(json.dumps(mails, ensure_ascii=False), encoding="utf-8")
    return path


def _composed(app: object, session: object, message: OutboxMessage) -> dict[str, str]:
    items = session.scalars(  # type: ignore[attr-defined]
        select(OutboxItem).where(OutboxItem.outbox_message_id == message.id)
    )
    mail = composers(app).by_kind[message.kind](session, message, list(items))  # type: ignore[arg-type]
    assert isinstance(mail, Mail)
    return {name: getattr(mail, name) for name in ("to", "to_name", "subject", "text", "html")}


def _hold_back(place: Place) -> None:
    """Let nothing be due until it is asked for."""
    with place.database() as database, database.writing() as session:
        later = clock.now() + timedelta(days=1)
        session.execute(update(OutboxItem).values(not_before=later))


def _all_sent(place: Place, count: int) -> None:
    with place.database() as database, database.reading() as session:
        sent = session.scalar(
            select(func.count()).select_from(OutboxMessage).where(OutboxMessage.state == "sent")
        )
        assert sent == count, sent


def measure(folder: Path, kind: str) -> tuple[list[Run], list[Run]]:
    """Return the runs of Flask-Mail and ours, taken in turn."""
    plain, ours = [], []
    with installation(folder, kind, EACH * REPEATS) as place, sink() as port:
        content = str(_content(place, folder))
        _hold_back(place)
        environ = {**place.environ, "SURVEY_MAIL_PORT": str(port)}
        machine.pin(place.roots, machine.DRIVER_CORE)
        for _repeat in range(REPEATS):
            plain.append(_client("plain", content, str(port), str(MAILS)))
            ours.append(_client("ours", str(place.round_id), str(MAILS), environ=environ))
        _all_sent(place, EACH * REPEATS)
    return plain, ours


def main() -> int:
    """Print the table; 1 when a promise is broken."""
    table = Table(
        f"mail, claim to settled: {MAILS} invitations × {REPEATS}, smtp-sink on the other core",
        ("mails/s", "CPU ms/mail"),
    )
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        for kind in kinds():
            plain, ours = measure(Path(name), kind)
            table.row(f"Flask-Mail connect() ({kind})", *_cells(plain))
            table.row(f"ours, {kind}", *_cells(ours))
            faster = statistics.median(
                one["seconds"] / other["seconds"] for one, other in zip(plain, ours, strict=True)
            )
            table.promise(f"{kind}: × Flask-Mail's rate", faster, FASTER, at_most=False)
            if kind == "sqlite":
                cpu = statistics.median(_cpu(ours))
                table.promise("sqlite: CPU ms per mail", cpu, CPU_MS)
    return table.show()


def _cpu(runs: list[Run]) -> list[float]:
    return [run["cpu"] / run["count"] * 1000 for run in runs]


def _cells(runs: list[Run]) -> tuple[str, str]:
    return spread([run["count"] / run["seconds"] for run in runs], 0), spread(_cpu(runs))
