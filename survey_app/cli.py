"""All commands: `flask --app survey_app …`. Exit 0 done, 1 refused, 2 wrong usage.

A feature's commands stand in its `commands.py`; they exist when they are listed in `COMMANDS`.
Those of the platform (database, worker, jobs) stand below.
"""

import logging
from typing import NoReturn

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from survey_app import clock, migrations, worker
from survey_app import jobs as job_table
from survey_app.accounts.commands import users
from survey_app.backups.commands import backup, restore, verify
from survey_app.campaigns.commands import campaigns
from survey_app.config import SettingsError
from survey_app.database import current_database
from survey_app.demo.commands import demo
from survey_app.doctor.commands import doctor
from survey_app.feedback.commands import feedback
from survey_app.feedback.commands_urn import urn, urn_lost
from survey_app.i18n import _
from survey_app.invitations.commands_participation import participation_of_round
from survey_app.invitations.commands_rounds import rounds
from survey_app.mailing.commands import mail
from survey_app.people.commands import roster
from survey_app.questions.commands import questions
from survey_app.reports.commands import report
from survey_app.terminal import help_text, plain_spoken, refuse

db = AppGroup("db", help=help_text("Lược đồ cơ sở dữ liệu."))
jobs = AppGroup("jobs", help=help_text("Các việc chạy theo giờ."))


@db.command("upgrade", help=help_text("Đưa lược đồ lên bản mới nhất."))
def db_upgrade() -> None:
    """Bring the schema to the newest version."""
    database = current_database()
    before, newest = migrations.current(database)
    if before != newest:
        migrations.upgrade(database)
    click.echo(_("Lược đồ ở bản %(revision)s, bản mới nhất.", revision=newest))


@db.command("check", help=help_text("Cho biết lược đồ đã ở bản mới nhất chưa."))
def db_check() -> None:
    """Say whether the schema is the newest; exit 1 when it is not."""
    _require_newest_schema()
    click.echo(_("Lược đồ ở bản mới nhất."))


def _require_newest_schema() -> None:
    at, newest = migrations.current(current_database())
    if at != newest:
        refuse(
            _(
                "Lược đồ đang ở bản %(at)s, cần bản %(newest)s. Hãy chạy: flask db upgrade",
                at=at or "–",
                newest=newest,
            )
        )


@click.command("worker", help=help_text("Gửi thư và làm các việc theo giờ, cho đến khi dừng."))
@with_appcontext
def run_worker() -> None:
    """Send mail and run the scheduled jobs until SIGTERM."""
    _require_newest_schema()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    worker.run(_app(), job_table.JOBS, seldom=job_table.SELDOM, send=job_table.send_mail)


@jobs.command("list", help=help_text("Liệt kê các việc."))
def jobs_list() -> None:
    """Print the names of all jobs."""
    for name in job_table.JOBS:
        click.echo(name)


@jobs.command("run", help=help_text("Làm một việc, ngay bây giờ, một lần."))
@click.argument("name")
def jobs_run(name: str) -> None:
    """Run one job now, once."""
    job = job_table.JOBS.get(name)
    if job is None:
        refuse(_("Không có việc %(name)s. Có: %(all)s.", name=name, all=", ".join(job_table.JOBS)))
    job(_app(), clock.now())
    click.echo(_("Đã làm: %(name)s.", name=name))


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


rounds.add_command(urn)
rounds.add_command(urn_lost)

COMMANDS: tuple[click.Command, ...] = tuple(
    plain_spoken(command)
    for command in (
        db,
        run_worker,
        jobs,
        users,
        questions,
        campaigns,
        rounds,
        participation_of_round,
        report,
        feedback,
        roster,
        demo,
        mail,
        backup,
        verify,
        restore,
        doctor,
    )
)
# A backup brings its own settings, and the doctor says what is wrong with them: these work where
# none are complete yet.
_WITHOUT_SETTINGS = frozenset({"verify", "restore", "doctor"})


class _NotSetUp(AppGroup):
    """The commands of an installation whose settings are not complete: the rest says why not."""

    def __init__(self, error: SettingsError) -> None:
        super().__init__()
        self.error = error

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return a command that needs no settings; any other one says in a line what is wrong."""
        if name not in _WITHOUT_SETTINGS:
            self._say_why_not()
        return next(command for command in COMMANDS if command.name == name)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Say what is wrong: which commands there are is seen once the settings are right."""
        self._say_why_not()

    def _say_why_not(self) -> NoReturn:
        click.echo(str(self.error), err=True)
        raise SystemExit(1)


def not_set_up(error: SettingsError) -> Flask:
    """Return an application with the commands that work without settings, and nothing else."""
    app = Flask("survey_app")
    app.extensions["survey.settings_error"] = error
    app.cli = _NotSetUp(error)
    return app


def install(app: Flask) -> None:
    """Add the commands to `app`."""
    for command in COMMANDS:
        app.cli.add_command(command)
