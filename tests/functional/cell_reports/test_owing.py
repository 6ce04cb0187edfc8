"""Which cells have not sent their figures; a reminder to one, seen before it leaves."""

import html
import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app import clock
from survey_app.accounts.models import User
from survey_app.accounts.scope import ALL_CELLS, CLI
from survey_app.accounts.services import grant_role
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import Campaign, Round
from survey_app.cell_reports import sessions
from survey_app.cell_reports.session_services import Facts
from survey_app.database import Database
from survey_app.mailing.models import OutboxItem
from survey_app.people.models import Cell
from tests.conftest import TestClock
from tests.factories import make_user, sign_in, submit
from tests.factories_rounds import CLOSES, make_campaign, make_cell, make_person
from tests.functional.cell_reports.periods import launched_period, report
from tests.functional.cell_reports.test_attendance import make_session, mark, tick
from tests.page import assert_page
from tests.sending import send_all
from tests.smtp_sink import SmtpSink

BOARD = "/committee/cells"
NAMES = {"bay": "Chi bộ mẫu Bảy", "sau": "Chi bộ mẫu Sáu", "nam": "Chi bộ mẫu Năm"}
SECRETARY = "bi-thu-bay@so-mau.example"


@pytest.fixture
def world(app: Flask, db: Database) -> dict[str, Any]:
    """Cell 7 owes a report and a list of attendance; 6 has sent all; 5 has no secretary."""
    with app.app_context(), db.writing() as session:
        campaign = make_campaign(session)
        cells = {key: make_cell(session, name) for key, name in NAMES.items()}
        for key, name in (("bay", "Vi Văn Dũng"), ("sau", "Trần Thị An"), ("nam", "Ma Thị Hoa")):
            make_person(session, name, cells[key])
        found = {key: cell.id for key, cell in cells.items()}
        slugs = {key: cell.slug for key, cell in cells.items()}
        campaign_id = campaign.id
    for key, address in (("bay", SECRETARY), ("sau", "bi-thu-sau@so-mau.example")):
        make_user(db, "cell_secretary", email=address, name=f"Bí thư {key}", cell_id=found[key])
    with app.app_context(), db.writing() as session:
        campaign = session.get_one(Campaign, campaign_id)
        period = launched_period(session, campaign)
        report(session, period, found["sau"], trien_khai_ngay="2024-09-03")
        make_session(session, session.get_one(Cell, found["bay"]), campaign)
        held = make_session(session, session.get_one(Cell, found["sau"]), campaign)
        tick(session, held, An=mark("present"))
        return {"cells": found, "slugs": slugs, "campaign": campaign_id, "period": period.id}


def remind(client: FlaskClient, world: dict[str, Any], key: str = "bay"):
    path = f"{BOARD}/{world['slugs'][key]}/remind"
    return submit(client, path, to=path)


def events(db: Database) -> list[AuditEvent]:
    with db.reading() as session:
        return list(session.scalars(select(AuditEvent).where(AuditEvent.action == "duty.reminded")))


def test_the_board_says_who_owes_what(client: FlaskClient, world: dict[str, Any]) -> None:
    sign_in(client, "committee_reviewer")
    page = client.get(BOARD)
    assert_page(page.text, page.headers)
    assert "Không chi bộ nào muộn. 2/3 chi bộ chưa gửi, còn hạn." in page.text
    assert "Muộn:" not in page.text and "<h2>Còn hạn: chưa gửi</h2>" in page.text
    owing, complete = page.text.split("Không còn thiếu gì")
    assert NAMES["bay"] in owing and NAMES["nam"] in owing and NAMES["sau"] not in owing
    assert NAMES["sau"] in complete
    assert "buổi 4/9/2024" in owing and "Chưa điểm danh" not in complete
    assert "1 buổi, chưa điểm danh" in owing and "1 buổi, dự 100,0\u00a0%" in complete
    assert ">3/9/2024</td>" in complete
    assert not re.search(r">\s*0\s*<", owing), "not reported is never 0"
    assert "Xem trước thư nhắc" not in page.text, "a reviewer looks on"


def test_an_overdue_report_says_so(
    client: FlaskClient, world: dict[str, Any], time: TestClock
) -> None:
    time.set(CLOSES + timedelta(hours=1))
    sign_in(client, "campaign_monitor")
    page = client.get(BOARD).text
    assert "2/3 chi bộ muộn báo cáo." in page and "Còn hạn" not in page
    late, complete = page.split("<h2>Không còn thiếu gì</h2>")
    assert late.count("Chưa báo cáo, quá hạn") == 2 and NAMES["sau"] in complete
    assert "<h2>Muộn: hạn đã qua, chưa gửi</h2>" in late
    preview = client.get(f"{BOARD}/{world['slugs']['bay']}/remind").text
    assert "hạn gửi đã qua" in preview
    assert "bổ sung" not in preview, "whether it is still taken is not the mail's to say"


def test_a_report_without_the_roll_out_still_owes_it(
    client: FlaskClient, world: dict[str, Any], db: Database
) -> None:
    with db.writing() as session:
        period = session.get_one(Round, world["period"])
        report(session, period, world["cells"]["nam"], tin_bai=2)
    sign_in(client, "campaign_monitor")
    gaps = client.get(BOARD).text.split("<h2>Còn chỗ cần bổ sung</h2>")[1]
    assert "Thiếu ngày" in gaps.split("<h2>")[0] and NAMES["nam"] in gaps.split("<h2>")[0]
    preview = client.get(f"{BOARD}/{world['slugs']['nam']}/remind").text
    assert "Ngày triển khai, quán triệt Kế hoạch" in preview


def test_the_preview_is_the_mail(
    smtp: SmtpSink, app: Flask, client: FlaskClient, world: dict[str, Any], db: Database
) -> None:
    with app.app_context():
        send_all(app)  # what the launch has caused
    before = len(smtp.received)
    sign_in(client, "campaign_monitor")
    path = f"{BOARD}/{world['slugs']['bay']}/remind"
    page = client.get(path)
    assert_page(page.text, page.headers)
    coloured = re.search(r'href="([^"]+preview\.html[^"]*)"', page.text)
    assert coloured
    shown = client.get(html.unescape(coloured[1]))
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert len(smtp.received) == before and not events(db), "looking sends nothing"

    assert remind(client, world).status_code == 303
    with app.app_context():
        send_all(app)
    (mail,) = smtp.received[before:]
    assert mail.recipient == SECRETARY
    assert mail.mail["X-Survey-Message"] == "reminder"
    assert mail.html.strip() == shown.text.strip()
    assert str(mail.mail["Subject"]) in html.unescape(page.text)
    flat = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())
    assert " ".join(mail.text.split()) in flat
    for said in (
        "Kính gửi đồng chí Bí thư bay,",
        "Báo cáo tháng 9: hạn gửi 17 giờ 00, thứ Sáu, ngày 20/9/2024",
        "Điểm danh 1 buổi sinh hoạt chuyên đề: 4/9/2024",
        "/secretary/",
    ):
        assert said in mail.text
        assert said in html.unescape(mail.html)
    assert not re.search(r"chậm trễ|yêu cầu|khẩn|phê bình|!", mail.text, re.IGNORECASE)
    (event,) = events(db)
    assert (event.subject_kind, event.subject_id) == ("cell", world["cells"]["bay"])
    assert event.details == {"users": 1, "round_id": world["period"]}
    assert "nhắc lần cuối" in client.get(BOARD).text


def test_once_a_day(
    client: FlaskClient, world: dict[str, Any], db: Database, time: TestClock
) -> None:
    sign_in(client, "organiser")
    assert remind(client, world).status_code == 303
    again = remind(client, world)
    assert again.status_code == 409 and "Hôm nay đã nhắc" in again.text
    page = client.get(f"{BOARD}/{world['slugs']['bay']}/remind").text
    assert "Hôm nay đã nhắc" in page and "Gửi thư nhắc tới" not in page
    assert len(events(db)) == 1
    time.move(days=1)
    sign_in(client, "campaign_monitor")
    assert remind(client, world).status_code == 303


def test_a_reminder_of_another_campaign_is_no_reminder_of_this(
    client: FlaskClient, world: dict[str, Any], db: Database, time: TestClock
) -> None:
    sign_in(client, "organiser")
    assert remind(client, world).status_code == 303
    with client.application.app_context(), db.writing() as session:
        later = make_campaign(session, title="Chiến dịch sau")
        launched_period(session, later, slug="bao-cao-sau")
    page = client.get(f"{BOARD}/{world['slugs']['bay']}/remind").text
    assert "Hôm nay đã nhắc" not in page
    assert "nhắc lần cuối" not in client.get(BOARD).text
    assert remind(client, world).status_code == 303
    assert remind(client, world).status_code == 409
    assert len(events(db)) == 2


def test_a_cell_that_sent_meanwhile_gets_no_mail(
    smtp: SmtpSink, app: Flask, client: FlaskClient, world: dict[str, Any], db: Database
) -> None:
    with app.app_context():
        send_all(app)
    before = len(smtp.received)
    sign_in(client, "campaign_monitor")
    assert remind(client, world).status_code == 303
    with app.app_context(), db.writing() as session:
        period = session.get_one(Round, world["period"])
        report(session, period, world["cells"]["bay"], trien_khai_ngay="2024-09-04")
        campaign = session.get_one(Campaign, world["campaign"])
        for held in sessions.list_sessions(session, campaign.id, scope=ALL_CELLS):
            if not sessions.is_ticked(held):
                tick(session, held, Dũng=mark("present"))
    with app.app_context():
        send_all(app)
    assert len(smtp.received) == before
    with db.reading() as session:
        assert session.scalars(select(OutboxItem).where(OutboxItem.kind == "cell_reminder")).one()


def test_nobody_to_write_to_and_nothing_to_ask_for(
    client: FlaskClient, world: dict[str, Any], db: Database
) -> None:
    sign_in(client, "campaign_monitor")
    page = client.get(f"{BOARD}/{world['slugs']['nam']}/remind").text
    assert "chưa có tài khoản bí thư" in page and "Người dùng" in page
    assert remind(client, world, "nam").status_code == 409
    assert "không còn thiếu gì" in client.get(f"{BOARD}/{world['slugs']['sau']}/remind").text
    assert remind(client, world, "sau").status_code == 409
    assert client.get(f"{BOARD}/khong-co/remind").status_code == 404
    assert not events(db)


def test_who_only_looks_on_cannot_remind(
    client: FlaskClient, world: dict[str, Any], db: Database
) -> None:
    sign_in(client, "committee_reviewer")
    assert client.get(f"{BOARD}/{world['slugs']['bay']}/remind").status_code == 403
    token = {"csrf_token": "x"}
    answer = client.post(f"{BOARD}/{world['slugs']['bay']}/remind", data=token)
    assert answer.status_code in {400, 403}
    sign_in(client, "cell_secretary", cell_id=world["cells"]["bay"], email="b@so-mau.example")
    assert client.get(BOARD).status_code == 403
    assert not events(db)


def test_a_monitor_of_another_campaign_reminds_nobody(
    client: FlaskClient, world: dict[str, Any], db: Database
) -> None:
    user_id = sign_in(client, "committee_reviewer")
    with db.writing() as session:
        other = make_campaign(session, created_at=clock.now() - timedelta(days=400))
        grant_role(session, user_id, "campaign_monitor", actor=CLI, campaign_id=other.id)
    assert client.get(f"{BOARD}/{world['slugs']['bay']}/remind").status_code == 403


def test_a_secretary_of_two_cells_gets_one_mail(
    smtp: SmtpSink, app: Flask, client: FlaskClient, world: dict[str, Any], db: Database
) -> None:
    with app.app_context():
        send_all(app)
    before = len(smtp.received)
    with db.writing() as session:
        user = session.scalars(select(User.id).where(User.email == SECRETARY)).one()
        grant_role(session, user, "cell_secretary", actor=CLI, cell_id=world["cells"]["nam"])
    sign_in(client, "campaign_monitor")
    for key in ("bay", "nam"):
        assert remind(client, world, key).status_code == 303
    with app.app_context():
        send_all(app)
    (mail,) = smtp.received[before:]
    assert NAMES["bay"] in mail.text and NAMES["nam"] in mail.text


def test_without_a_period_nobody_owes_a_report(
    app: Flask, client: FlaskClient, db: Database
) -> None:
    with db.writing() as session:
        campaign = make_campaign(session)
        cell = make_cell(session, "Chi bộ mẫu Bảy")
        make_person(session, "Vi Văn Dũng", cell)
        facts = Facts(date(2024, 9, 4), None, "", "", "Chuyên đề")
        make_session(session, cell, campaign, facts)
        slug = cell.slug
    sign_in(client, "campaign_monitor")
    page = client.get(BOARD)
    assert_page(page.text)
    assert "Chưa báo cáo" not in re.sub("“Chưa báo cáo”", "", page.text)
    assert "Chưa có kỳ báo cáo nào" in client.get(f"{BOARD}/{slug}/remind").text
