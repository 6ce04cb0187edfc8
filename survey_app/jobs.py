"""The whole job table, and what lower packages are handed from higher ones.

A job is a plain, idempotent function of (application, now) that asks "what should be so by now and
is not?"; run twice it does nothing the second time. It opens its own units of work, short ones.
To add a job: write it in its feature, name it in `JOBS`. Work longer than a second becomes a task
(`tasks.services.enqueue`) with a handler in `TASK_HANDLERS`.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Flask
from sqlalchemy.orm import Session

from survey_app import housekeeping, retention
from survey_app.accounts import cells
from survey_app.accounts import mails as account_mails
from survey_app.campaigns import services as rounds
from survey_app.campaigns.queries import second_reader_wanted
from survey_app.cell_reports import closing as periods
from survey_app.cell_reports import mails as period_mails
from survey_app.cell_reports import reminding as cell_reminders
from survey_app.cell_reports.launching import CellReportKind
from survey_app.database import Database
from survey_app.feedback import urns
from survey_app.feedback.keys import KeyCabinet
from survey_app.feedback.opening import FeedbackKind
from survey_app.invitations import kinds, scores
from survey_app.invitations import mails as invitation_mails
from survey_app.mailing import sender
from survey_app.mailing.composing import Mail, Skip, register
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.people.cell_choices import cell_choices
from survey_app.questions import second_reader
from survey_app.quizzes import finalising
from survey_app.quizzes.distribution import score_bands
from survey_app.quizzes.mails import compose_handed_in, compose_result
from survey_app.reports import closing, digest
from survey_app.reports.closing import freeze_and_tell
from survey_app.tasks import services as tasks

Job = Callable[[Flask, datetime], object]


def _database(app: Flask) -> Database:
    database: Database = app.extensions["survey.database"]
    return database


def run_tasks(app: Flask, now: datetime) -> None:
    """Take long work a few chunks further."""
    del now
    tasks.run(_database(app), TASK_HANDLERS)


def tidy_up(app: Flask, now: datetime) -> None:
    """Delete what has outlived its purpose in technical tables."""
    with _database(app).writing() as session:
        housekeeping.purge_expired(session, now)


def forget(app: Flask, now: datetime) -> None:
    """Delete people, answers and mails of campaigns that have been over long enough."""
    retention.purge(_database(app), now)


def turn_rounds(app: Flask, now: datetime) -> None:
    """Open and close rounds whose hour has come."""
    with _database(app).writing() as session:
        rounds.open_due(session, now)
        rounds.close_due(session, now)


def finalise(app: Flask, now: datetime) -> None:
    """Close overdue attempts, then the rounds nobody answers any more; tell the committee."""
    database = _database(app)
    with database.reading() as session:
        overdue = finalising.overdue_attempts(session, now)
    for public_id in overdue:
        with database.writing() as session:
            finalising.finalise_attempt(session, public_id, now)
    with database.reading() as session:
        done = finalising.rounds_to_finalise(session)
    for round_id in done:
        with database.writing() as session:
            if finalising.finalise_round(session, round_id, now):
                freeze_and_tell(session, round_id, now)


def tend_urns(app: Flask, now: datetime) -> None:
    """Make keys for forms to come; count the closed ones, tell of it, destroy their keys."""
    database = _database(app)
    cabinet = KeyCabinet(app.extensions["survey.settings"].keys_path)
    urns.make_missing(database, cabinet)
    urns.discard_cancelled(database, cabinet)
    urns.destroy_late_keys(database, cabinet)
    urns.look_for_keys(database, cabinet)
    urns.count_due(database, cabinet, now, tell=freeze_and_tell)
    urns.put_away(database, cabinet)


def tell_weekly(app: Flask, now: datetime) -> None:
    """Send the digest of the week once its hour has come."""
    with _database(app).writing() as session:
        digest.send_weekly(session, now)


def compose_committee_mail(
    session: Session, message: OutboxMessage, items: list[OutboxItem]
) -> Mail | Skip:
    """Write what is told of figures: at a closing of its round, else of the week."""
    if message.subject_kind == "round":
        return closing.compose_closing(session, message, items)
    return digest.compose_weekly(session, message, items)


def finalise_periods(app: Flask, now: datetime) -> None:
    """Mark the closed periods of cell reports as final: what was sent counts as it stands."""
    with _database(app).writing() as session:
        periods.finalise_due(session, now)


TASK_HANDLERS: Mapping[str, tasks.Handler] = {}

JOBS: Mapping[str, Job] = {
    "rounds": turn_rounds,
    "finalise": finalise,
    "periods": finalise_periods,
    "urns": tend_urns,
    "digest": tell_weekly,
    "tasks": run_tasks,
    "housekeeping": tidy_up,
    "retention": forget,
}
# Jobs that need not run at every tick: seconds between runs.
SELDOM: Mapping[str, float] = {"digest": 60.0, "housekeeping": 3600.0, "retention": 86400.0}


def send_mail(app: Flask, worker_id: str, stop: threading.Event) -> int:
    """Send what is due and return how many were dealt with; looks at `stop` between mails."""
    return sender.send_due(app, worker_id, stop)


def work(app: Flask, now: datetime) -> None:
    """Do once what a worker does: open, close, finalise, send."""
    with app.app_context():
        for job in (turn_rounds, finalise, finalise_periods, tend_urns, tell_weekly, run_tasks):
            job(app, now)
        send_mail(app, "work", threading.Event())


def install(app: Flask) -> None:
    """Hand the composers to the mail package, and a worker's work to the sample."""
    app.extensions["survey.work"] = work
    kinds.register("feedback", FeedbackKind())
    kinds.register_for_cells("cell_report", CellReportKind())
    scores.register(score_bands)
    cells.install(app, cell_choices)
    account_mails.install(app)
    second_reader.install(app, second_reader_wanted)
    register(app, "result", compose_result)
    register(app, closing.KIND, compose_committee_mail)
    period_mails.install(app)
    cell_reminders.install(app)
    invitation_mails.install(app, for_the_done=compose_handed_in)
