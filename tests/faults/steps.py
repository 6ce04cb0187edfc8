"""What the entry modules of this folder set up before the shipped code runs: its named steps, its
clock, its patience, its disk. All of it comes from the environment (`Rig.environ_for`).

FAULT_CLOCK: a file with an offset, as `clock.shifted_by_file` reads it. FAULT_BUSY_SECONDS: how
long SQLite is waited for. FAULT_PAGES: a file with the number of pages the database may have.
"""

import os
import smtplib
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event

from survey_app import clock, jobs, sqlite
from survey_app.campaigns import services as rounds
from survey_app.mailing import claims
from survey_app.mailing.transport import Line
from survey_app.quizzes import finalising
from tests.faults import failpoints

# The eight steps of one mail, in order; a mail that dies at one of the first three is unsent.
UNSENT = ("claimed.after", "connected", "offered")
UNCLEAR = ("marked.after", "mid_data", "after_dot", "answered", "settled.before")
SETTLED = ("settled.after",)
# What the worker's clock does, each around its commit.
TURNS = ("opened", "closed", "attempt_finished", "round_finished")


def prepare_clock() -> None:
    """Read the plan, the clock and SQLite's patience of this process from its environment."""
    failpoints.arm()
    if path := os.environ.get("FAULT_CLOCK"):
        clock.use_source(clock.shifted_by_file(Path(path)))
    if seconds := os.environ.get("FAULT_BUSY_SECONDS"):
        sqlite.BUSY_SECONDS = float(seconds)


def prepare_web() -> None:
    """Put points around every commit of the web server: `commit.before`, `commit.after`."""
    prepare_clock()
    failpoints.watch_commits(every="commit")


def prepare_worker() -> None:
    """Put points around what the clock does and around each step of a mail."""
    prepare_clock()
    failpoints.watch_commits()
    failpoints.commits(rounds, "open_due", "opened")
    failpoints.commits(rounds, "close_due", "closed")
    failpoints.commits(finalising, "finalise_attempt", "attempt_finished")
    failpoints.commits(finalising, "finalise_round", "round_finished")
    assert jobs.finalising is finalising and jobs.rounds is rounds
    _mail_steps()


def _mail_steps() -> None:
    failpoints.commits(claims, "claim", "claimed")
    failpoints.around(Line, "open", after="connected")
    failpoints.around(Line, "offer", after="offered")
    failpoints.around(Line, "transmit", after="answered")
    for name in dir(claims):
        if name.startswith("mark_"):
            failpoints.commits(claims, name, "marked")
        if name.startswith("settle_"):
            failpoints.commits(claims, name, "settled")
    _line_points()


def _line_points() -> None:
    """Die with half a mail on the line, or right behind its final dot."""
    real = smtplib.SMTP.send

    def send(line: smtplib.SMTP, text: Any) -> None:
        data = text.encode("ascii") if isinstance(text, str) else bytes(text)
        if len(data) > 400 and failpoints.due("mid_data"):
            real(line, data[: len(data) // 2])
            failpoints.die()
        real(line, text)
        if data.endswith((b"\r\n.\r\n",)) or data == b".\r\n":
            failpoints.reach("after_dot")

    smtplib.SMTP.send = send  # type: ignore[method-assign, assignment]


def limit_pages(app: Flask) -> None:
    """Let the database file grow no further than FAULT_PAGES says, asked before each write."""
    path = os.environ.get("FAULT_PAGES")
    if path is None:
        return

    @event.listens_for(app.extensions["survey.database"].write_engine, "checkout")
    def on_checkout(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={int(Path(path).read_text())}")
