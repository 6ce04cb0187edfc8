"""`make run`: the whole product on this machine, for trying it out.

Brings the database up to date, loads the sample, starts web server, worker and mail catcher on
loopback, prints what to open, and starts again whichever of them dies. Ctrl-C stops them all. All
that matters is in the database, so killing any process, this one included, loses nothing.
"""

import argparse
import fcntl
import os
import shutil
import signal
import socket
import sys
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

from flask import Flask
from sqlalchemy.exc import OperationalError

from survey_app import clock, create_app, demo, i18n, migrations
from survey_app.config import Settings, SettingsError, load_settings
from survey_app.database import Database
from survey_app.demo import clearing, inbox, links
from survey_app.demo.cast import REFUSED_DOMAIN
from survey_app.errors import DomainError
from survey_app.formatting import short_moment
from survey_app.stopping import Stop
from survey_app.supervisor import GaveUp, Program, Supervisor

ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = "127.0.0.1"
WEB_PORT, INBOX_PORT, SMTP_PORT = 8000, 8025, 2525
START_SECONDS = 60.0
# What the sample's start must not take over from a real installation's settings.
_MAIL_OFF = ("USE_TLS", "USE_SSL", "USERNAME", "PASSWORD", "RATE_PER_MINUTE")
OWN = (
    "Ở đây là dữ liệu của bạn nên không nạp dữ liệu mẫu; thư vẫn chỉ vào hộp thư trên máy này.\n"
    "What is in here is your own, so no sample is loaded; mail still goes to the local inbox only."
)
BUILDING = (
    "Dựng ba tuần của một chiến dịch mẫu (chừng nửa phút) …\n"
    "Building three weeks of a sample campaign (about half a minute) …"
)


STOPS = (
    "\nCtrl-C để dừng; make run chạy tiếp; make run RESET=1 làm lại từ đầu.",
    "Ctrl-C stops; make run continues; make run RESET=1 starts over.",
)
STOPS_OWN = ("\nCtrl-C để dừng; make run chạy tiếp. · Ctrl-C stops; make run continues.",)
STOPPED = "\nĐã dừng. · Stopped."


class CannotStart(Exception):
    """The product cannot start; the message says why, in both languages."""


def main(arguments: list[str] | None = None) -> int:
    """Run until Ctrl-C; return the exit status."""
    parser = argparse.ArgumentParser(prog="make run")
    parser.add_argument("--reset", action="store_true", help="start over with a fresh sample")
    options = parser.parse_args(arguments)
    try:
        with ExitStack() as stack:
            _run(stack, reset=options.reset)
    except (CannotStart, GaveUp, SettingsError, DomainError) as problem:
        print(f"\n{problem}", file=sys.stderr)
        return 1
    except OperationalError as problem:
        print(f"\nCơ sở dữ liệu không trả lời. · The database does not answer.\n{problem.orig}")
        return 1
    return 0


def _run(stack: ExitStack, *, reset: bool) -> None:
    started = time.monotonic()
    stop = Stop(signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    _refuse_real_installation()
    ports = Ports()
    environ = _environment(ports)
    settings = load_settings(environ)
    settings.instance_path.mkdir(mode=0o700, parents=True, exist_ok=True)
    _be_the_only_one(stack, settings.instance_path)
    app = create_app(settings)
    database: Database = app.extensions["survey.database"]
    real = demo.is_real(database)
    database.dispose()  # an open file would outlive its removal
    if reset or (demo.is_unfinished(settings) and not real):
        _reset(settings, real)
    migrations.upgrade(database)
    time_file = settings.instance_path / clock.FILE
    clock.go_on(time_file)
    stack.callback(clock.stop, time_file)  # the next start goes on from this hour
    ports.release_mail()
    if not _load_sample(app, real, stop):
        print(STOPPED)
        return
    inbox.write_url(settings.instance_path, f"http://{LOOPBACK}:{ports.inbox}/")
    ports.release()
    with Supervisor(_programs(ports, environ, settings.instance_path), stop) as supervisor:
        _wait_until_open(supervisor, ports, stop)
        if not stop.is_set():
            _print_what_to_open(app, ports, round(time.monotonic() - started))
        database.dispose()
        supervisor.watch()
    print(STOPPED)


def _load_sample(app: Flask, real: bool, stop: Stop) -> bool:
    """Build the sample where it is wanted; return whether there is something to run."""
    if demo.has_sample(app.extensions["survey.database"]):
        return True  # with people of one's own beside it, perhaps: it can still be looked at
    if real:
        print(OWN)
        return True
    print(BUILDING, flush=True)
    try:
        demo.load(app, stopped=stop.is_set)
    except demo.Stopped:
        return False
    return True


class Ports:
    """The usual ports, or the next free ones; held until our own programs want them."""

    def __init__(self) -> None:
        self._held: dict[int, socket.socket] = {}
        self.web = self._hold(WEB_PORT)
        self.inbox = self._hold(INBOX_PORT)
        self.smtp = self._hold(SMTP_PORT)

    def release_mail(self) -> None:
        """Let the sample's own mail server have its port."""
        self._held.pop(self.smtp).close()

    def release(self) -> None:
        """Let our programs have them."""
        for held in self._held.values():
            held.close()
        self._held.clear()

    def _hold(self, first: int) -> int:
        for port in range(first, first + 200):
            if port not in self._held and (held := _listening(port)) is not None:
                self._held[port] = held
                return port
        raise CannotStart(
            f"Các cổng {first}–{first + 199} đều bận. · Ports {first}–{first + 199} are all taken."
        )


def _listening(port: int) -> socket.socket | None:
    """Return a socket that listens there, so that nobody else takes it; `None` when taken."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((LOOPBACK, port))
        held.listen(1)
    except OSError:
        held.close()
        return None
    return held


def _environment(ports: Ports) -> dict[str, str]:
    """Return the environment of all processes: development, and mail to the local inbox only."""
    own = {
        "SURVEY_ENV": "development",
        "SURVEY_BASE_URL": f"http://{LOOPBACK}:{ports.web}",
        "SURVEY_BEHIND_PROXY": "0",
        "SURVEY_MAIL_SERVER": LOOPBACK,
        "SURVEY_MAIL_PORT": str(ports.smtp),
        **{f"SURVEY_MAIL_{name}": "" for name in _MAIL_OFF},
        "SURVEY_MAIL_RATE_PER_MINUTE": "0",
        "PYTHONUNBUFFERED": "1",
    }
    return {**os.environ, **own}


def _be_the_only_one(stack: ExitStack, instance: Path) -> None:
    file = stack.enter_context((instance / "run.lock").open("w"))
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotStart(
            "Phần mềm đang chạy ở cửa sổ khác; hãy dừng ở đó trước (Ctrl-C).\n"
            "It is already running in another window; stop it there first (Ctrl-C)."
        ) from None


def _refuse_real_installation() -> None:
    """Stop when the settings at hand are those of a real installation."""
    try:
        given = load_settings()
    except SettingsError:
        return  # nothing complete is configured; what is wrong is said when we load ours
    if not given.development:
        raise CannotStart(
            "Cài đặt ở đây là của bản dùng thật; make run chỉ để dùng thử (docs/operations.md).\n"
            "The settings here are for real use; make run is for trying out (docs/operations.md)."
        )


def _reset(settings: Settings, real: bool) -> None:
    """Remove the sample's database, inbox, clock and keys of urns, saying so."""
    instance = settings.instance_path
    if settings.database_url != f"sqlite:///{instance / 'survey.sqlite'}":
        raise CannotStart(
            "RESET=1 chỉ xóa cơ sở dữ liệu SQLite trong thư mục instance.\n"
            "RESET=1 removes only the SQLite database in the instance folder."
        )
    if real:
        raise CannotStart(
            "Ở đây có dữ liệu của bạn nên RESET=1 không xóa gì. Chạy make run rồi mở /demo để xóa\n"
            "(có sao lưu), hoặc tự xóa survey.sqlite.\n"
            "Some of what is in here is yours, so RESET=1 removes nothing. Run make run and open\n"
            "/demo to remove it (after a backup), or delete survey.sqlite yourself."
        )
    print("Bắt đầu lại, xóa dữ liệu mẫu: · Starting over, removing the sample:")
    if keys := clearing.destroy_keys(settings):  # first: the database says which they are
        print(f"  {settings.keys_path.name} ({keys})")
    files = (clock.FILE, demo.UNFINISHED, inbox.FILE)
    beside = [instance / "inbox", *(instance / name for name in files)]
    for path in (*instance.glob("survey.sqlite*"), *beside):
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()
        else:
            continue
        print(f"  {path.name}")


def _programs(ports: Ports, environ: dict[str, str], instance: Path) -> list[Program]:
    """Return what runs, in the order of starting; stopping goes the other way."""
    python, logs = sys.executable, instance / "logs"
    catcher = [python, "-m", "survey_app.mailing.catcher", "--smtp-port", str(ports.smtp)]
    catcher += ["--web-port", str(ports.inbox), "--folder", str(instance / "inbox")]
    catcher += ["--refuse-domain", REFUSED_DOMAIN, "--app-url", f"http://{LOOPBACK}:{ports.web}"]
    web = [python, "-m", "gunicorn", "--config", "python:survey_app.gunicorn_conf"]
    web += ["--bind", f"{LOOPBACK}:{ports.web}", "survey_app.wsgi:app"]
    worker = [python, "-m", "flask", "--app", "survey_app", "worker"]
    commands = {"inbox": catcher, "web": web, "worker": worker}
    return [
        Program(name, command, logs / f"{name}.log", environ, ROOT)
        for name, command in commands.items()
    ]


def _wait_until_open(supervisor: Supervisor, ports: Ports, stop: Stop) -> None:
    until = time.monotonic() + START_SECONDS
    waiting = [f"http://{LOOPBACK}:{ports.web}/healthz", f"http://{LOOPBACK}:{ports.inbox}/"]
    while waiting and not stop.is_set():
        supervisor.look()
        if time.monotonic() > until:
            raise CannotStart(f"Không mở được / cannot open: {waiting[0]}")
        waiting = [url for url in waiting if not _answers(url)]
        stop.wait(0.1)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - loopback
            return bool(answer.status == 200)
    except OSError:
        return False


def _print_what_to_open(app: Flask, ports: Ports, seconds: int) -> None:
    database: Database = app.extensions["survey.database"]
    settings: Settings = app.extensions["survey.settings"]
    with i18n.speaking("vi"):
        hour = short_moment(clock.now())
    with i18n.speaking("en"):
        hour_en = short_moment(clock.now())
    lines = [f"\nChạy được sau {seconds} s · Ready in {seconds} s"]
    if demo.has_sample(database):
        lines += [
            f"DỮ LIỆU MẪU, mọi người đều hư cấu, đồng hồ {hour}",
            f"SAMPLE DATA, invented people, clock {hour_en}\n",
            *(links.line(label, url) for label, url in links.what_to_open(database, settings)),
        ]
    else:
        lines.append(links.line("Đăng nhập · Sign in", f"{settings.base_url}/sign-in"))
    lines += [
        links.line("Hộp thư · Inbox", f"http://{LOOPBACK}:{ports.inbox}/"),
        *(STOPS if demo.has_sample(database) else STOPS_OWN),
        "Chiến dịch của bạn · Your own campaign: README, “From trial to real”",
    ]
    print("\n".join(lines), flush=True)


if __name__ == "__main__":
    sys.exit(main())
