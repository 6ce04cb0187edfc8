"""A period asks cells: duties and a mail to secretaries, no invitations; closed it is final."""

import json
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from survey_app import clock
from survey_app.accounts.scope import JOB
from survey_app.audit.models import AuditEvent
from survey_app.campaigns import services
from survey_app.campaigns.models import Round, RoundCell
from survey_app.cell_reports.models import Duty
from survey_app.database import Database
from survey_app.invitations.models import Invitation, Receipt
from survey_app.invitations.readiness import readiness
from survey_app.mailing.models import OutboxItem
from tests.conftest import TestClock
from tests.factories import csrf_of, make_user, sign_in, submit
from tests.factories_rounds import launch_round, make_people
from tests.functional.cell_reports.conftest import (
    FULL,
    NAMES,
    ONE,
    SLUG,
    TWO,
    Period,
    make_cells,
    make_period,
    post_report,
)
from tests.page import assert_page
from tests.smtp_sink import SmtpSink

PAGE = f"/organiser/rounds/{SLUG}"


def test_every_cell_owes_one_report_and_nobody_is_invited(period: Period) -> None:
    with period.db.reading() as session:
        rows = session.scalars(select(RoundCell).order_by(RoundCell.position)).all()
        assert [(row.name, row.invited) for row in rows] == [(name, 0) for name in NAMES]
        assert set(session.scalars(select(Duty.cell_id))) == set(period.cells.values())
        assert session.scalar(select(func.count()).select_from(Invitation)) == 0
        assert session.scalar(select(func.count()).select_from(Receipt)) == 0


def test_people_of_the_cells_change_nothing(app: Flask, db: Database) -> None:
    with app.app_context(), db.writing() as session:
        make_people(session, 5, 2)
        make_people(session, 1, 0)
        round_ = make_period(session)
        result = launch_round(session, round_)
        assert (result.cells, result.people, result.undeliverable) == (2, 0, 0)


def test_the_secretary_gets_one_mail_with_hour_and_link(period: Period, smtp: SmtpSink) -> None:
    period.work()
    period.work()
    (mail,) = smtp.received
    assert mail.recipient == "bi-thu@so-mau.example"
    text = mail.text
    assert "Báo cáo tháng 8–9" in str(mail.mail["Subject"])
    assert "17 giờ 00, thứ Sáu, ngày 20/9/2024" in text and "Chi bộ Một" in text
    assert f"/secretary/reports/{SLUG}/{ONE}" in text and "Lê Thị Mẫu" in text
    assert "Chi bộ Hai" not in text
    with period.db.reading() as session:
        assert set(session.scalars(select(OutboxItem.kind))) == {"notice"}


def test_who_has_answered_before_the_mail_leaves_is_not_asked(
    secretary: FlaskClient, period: Period, smtp: SmtpSink
) -> None:
    assert post_report(secretary, FULL).status_code == 303
    period.work()
    assert smtp.received == []


def test_no_secretary_is_a_warning_no_cell_is_in_the_way(app: Flask, db: Database) -> None:
    with app.app_context(), db.writing() as session:
        round_ = make_period(session)
        found = {check.code: check.level for check in readiness(session, round_)}
        assert found["cells"] == "blocking" and "people" not in found
        cells = make_cells(session)
    make_user(db, "cell_secretary", cell_id=cells[ONE])
    with app.app_context(), db.reading() as session:
        checks = readiness(session, session.get_one(Round, round_.id))
        (about,) = [check for check in checks if check.code == "no_secretary"]
        assert about.level == "warning"
        assert "Chi bộ Hai, Chi bộ Ba" in about.message and "Chi bộ Một" not in about.message
        assert "blocking" not in {check.level for check in checks}


def test_an_organiser_makes_launches_and_closes_a_period_by_its_pages(
    client: FlaskClient, app: Flask, db: Database, time: TestClock
) -> None:
    with app.app_context(), db.writing() as session:
        make_cells(session)
        made = make_period(session)
        services.cancel_round(session, made.id, JOB)  # only its set is wanted
    sign_in(client, "organiser")
    assert "kind=cell_report" in client.get("/organiser/rounds").text
    form = client.get("/organiser/rounds/new?kind=cell_report")
    assert_page(form.text, form.headers)
    for foreign in ("Mỗi người được làm mấy lượt", "Đảng viên", "Thư mời"):
        assert foreign not in form.text
    made_page = submit(
        client,
        "/organiser/rounds/new?kind=cell_report",
        {
            "question_set": form.text.split('name="question_set" value="')[1].split('"')[0],
            "cells": "all",
            "closes_day": "20/9/2024",
            "closes_hour": "17:00",
            "title": "Kỳ 2",
        },
    )
    assert made_page.status_code == 303, made_page.text
    page = client.get("/organiser/rounds/ky-2")
    assert_page(page.text, page.headers, content=["Kỳ 2", "Báo cáo của chi bộ", *NAMES])
    assert "Chưa có tài khoản bí thư cho" in page.text
    asked = client.get("/organiser/rounds/ky-2/launch")
    assert_page(asked.text, asked.headers, content=["Kỳ 2", *NAMES])
    data = {"csrf_token": csrf_of(asked), "cells": "2"}
    assert client.post("/organiser/rounds/ky-2/launch", data=data).status_code == 409
    assert (
        client.post("/organiser/rounds/ky-2/launch", data={**data, "cells": "3"}).status_code == 303
    )
    launched = client.get("/organiser/rounds/ky-2")
    assert "0/3 chi bộ đã gửi báo cáo" in launched.text
    assert "Chi bộ chưa có tài khoản bí thư" in launched.text
    for path in ("people", "mail", "preview"):
        assert client.get(f"/organiser/rounds/ky-2/{path}").status_code == 404, path
    assert client.get("/organiser/rounds/ky-2/remind").status_code == 404
    time.move(minutes=5)
    assert submit(client, "/organiser/rounds/ky-2/close", {}).status_code == 303
    assert "chưa báo cáo, quá hạn" in client.get("/organiser/rounds/ky-2").text.lower()
    copied = submit(client, "/organiser/rounds/ky-2", {}, to="/organiser/rounds/ky-2/copy")
    edit = client.get(copied.location)
    assert_page(edit.text, edit.headers, content=["Kỳ 2", "Báo cáo của chi bộ", *NAMES])
    assert "Sửa kỳ báo cáo" in edit.text


def test_a_closed_period_is_final_at_once(period: Period, time: TestClock) -> None:
    time.move(days=3)
    period.work()
    period.work()
    with period.db.reading() as session:
        round_ = session.get_one(Round, period.round_id)
        assert round_.state == "finalised" and round_.finalised_at == clock.now()
        done = select(func.count()).where(AuditEvent.action == "round.finalised")
        assert session.scalar(done) == 1


def test_a_copy_is_a_draft_that_owes_nothing_yet(period: Period) -> None:
    with period.app.app_context(), period.db.writing() as session:
        made = services.copy_round(session, period.round_id, JOB)
        assert (made.kind, made.state) == ("cell_report", "draft")
        assert made.closes_at > clock.now() + timedelta(days=2)
        assert session.scalar(select(func.count()).where(Duty.round_id == made.id)) == 0


def test_commands_tell_how_many_cells_have_reported(
    secretary: FlaskClient, period: Period, time: TestClock
) -> None:
    post_report(secretary, FULL)
    run = period.app.test_cli_runner().invoke
    told = json.loads(run(args=["participation", SLUG, "--json"]).output)
    assert told["total"] == {"due": 3, "reported": 1, "late": 0}
    assert [cell["state"] for cell in told["cells"]] == ["on_time", "not_due", "not_due"]
    assert told["cells"][1]["submitted_at"] is None
    assert "1/3 chi bộ đã gửi báo cáo" in run(args=["participation", SLUG]).output
    (line,) = json.loads(run(args=["rounds", "list", "--json"]).output)["rounds"]
    assert (line["due"], line["reported"], line["invited"], line["done"]) == (3, 1, None, None)
    assert "1/3" in run(args=["rounds", "list"]).output
    time.move(minutes=5)
    assert run(args=["rounds", "close", SLUG]).exit_code == 0
    assert [cell["state"] for cell in _cells(run)] == ["on_time", "missing", "missing"]


def _cells(run):
    return json.loads(run(args=["participation", SLUG, "--json"]).output)["cells"]


def test_the_command_launches_for_cells(app: Flask, db: Database) -> None:
    with app.app_context(), db.writing() as session:
        cells = make_cells(session)
        make_period(session, cells=(ONE, TWO))
    make_user(db, "cell_secretary", cell_id=cells[TWO])
    result = app.test_cli_runner().invoke(args=["rounds", "launch", SLUG])
    assert result.exit_code == 0, result.output
    assert "2 chi bộ" in result.output and "1 thư báo" in result.output
