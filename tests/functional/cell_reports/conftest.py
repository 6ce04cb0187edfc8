"""A period that three cells owe a report for, with the shipped set, and the secretary of one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from survey_app import clock
from survey_app.campaigns.models import Round
from survey_app.cell_reports.models import Duty, DutyRevision
from survey_app.database import Database
from survey_app.jobs import work
from survey_app.questions.formats import read
from tests.factories import csrf_of, make_user, sign_in_as
from tests.factories_rounds import launch_round, make_cell, make_round, make_version
from tests.smtp_sink import SmtpSink

QUIZZES = Path(__file__).parents[3] / "quizzes"
NAMES = ("Chi bộ Một", "Chi bộ Hai", "Chi bộ Ba")
ONE, TWO, THREE = "chi-bo-mot", "chi-bo-hai", "chi-bo-ba"
SLUG = "bao-cao-ky-1"
REPORT = f"/secretary/reports/{SLUG}/{ONE}"


def typed(**fields: str) -> dict[str, str]:
    """Return what stands in the fields; `hoat_dong__giao_luu__so_cuoc` for the counts."""
    return {
        "q_" + name.replace("__", "\0").replace("_", "-").replace("\0", "_"): value
        for name, value in fields.items()
    }


FULL = typed(
    trien_khai_ngay="20/3/2024",
    trien_khai_so_nguoi="13",
    hoat_dong__giao_luu__so_cuoc="1",
    hoat_dong__giao_luu__so_nguoi="1.240",
    hoat_dong__khac__so_cuoc="0",
    hoat_dong_khac="Thăm nhà lưu niệm.",
    tin_bai="4",
    tin_bai_lien_ket="https://so-mau.example/bai-1",
    truc_quan="da",
    truc_quan_ngay="02-09-2024",
    quan_chung_uu_tu="1",
    guong_dien_hinh="Tổ đo đạc số 2.",
    kien_nghi="Không có.",
)


def make_period(session: Session, *, closes_at: datetime | None = None, **values: Any) -> Round:
    """Make a draft period of the shipped set; call it before the cells are asked."""
    document = read((QUIZZES / "bao-cao-chi-bo.yaml").read_bytes()).to_document()
    return make_round(
        session,
        version=make_version(session, document=document),
        title="Báo cáo tháng 8–9, kỳ 1",
        slug=SLUG,
        closes_at=closes_at or clock.now() + timedelta(days=2, hours=8),
        **values,
    )


@dataclass(frozen=True)
class Period:
    """The launched period and the ids of its cells."""

    app: Flask
    db: Database
    round_id: int
    cells: dict[str, int]
    secretary: int

    def work(self) -> None:
        """Let the worker look once."""
        work(self.app, clock.now())

    def duty(self, session: Session, slug: str = ONE) -> Duty:
        """Return the duty of a cell."""
        return session.scalars(
            select(Duty).where(Duty.round_id == self.round_id, Duty.cell_id == self.cells[slug])
        ).one()

    def revisions(self, slug: str = ONE) -> list[DutyRevision]:
        """Return what was written for a cell, oldest first."""
        with self.db.reading() as session:
            duty_id = self.duty(session, slug).id
            rows = session.scalars(select(DutyRevision).where(DutyRevision.duty_id == duty_id))
            return sorted(rows, key=lambda row: row.number)


def make_cells(session: Session) -> dict[str, int]:
    """Make the three cells; return slug -> id."""
    return {cell.slug: cell.id for cell in (make_cell(session, name) for name in NAMES)}


@pytest.fixture
def period(app: Flask, db: Database, smtp: SmtpSink) -> Period:
    """Three cells, a launched period until 17:00 on 20/9/2024, the secretary of the first cell."""
    with db.writing() as session:
        cells = make_cells(session)
    secretary = make_user(db, "cell_secretary", cell_id=cells[ONE], email="bi-thu@so-mau.example")
    with app.app_context(), db.writing() as session:
        round_ = make_period(session)
        launch_round(session, round_)
        round_id = round_.id
    return Period(app, db, round_id, cells, secretary)


@pytest.fixture
def secretary(client: FlaskClient, period: Period) -> FlaskClient:
    """The browser of the first cell's secretary."""
    sign_in_as(client, period.secretary)
    return client


def post_report(
    client: FlaskClient, fields: dict[str, str], action: str = "send", path: str = REPORT
) -> TestResponse:
    """Open the report and post it, as its page does."""
    return post_seen(client, client.get(path), fields, action, path)


def post_seen(
    client: FlaskClient,
    page: TestResponse,
    fields: dict[str, str],
    action: str = "send",
    path: str = REPORT,
) -> TestResponse:
    """Post a page that was opened before."""
    data = {"csrf_token": csrf_of(page), "seen": seen_of(page), "action": action, **fields}
    return client.post(path, data=data)


def seen_of(page: TestResponse) -> str:
    """Return what a page says it showed."""
    return page.text.split('name="seen" value="')[1].split('"')[0]
