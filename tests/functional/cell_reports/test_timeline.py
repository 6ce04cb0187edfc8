"""The campaign on one line in time: nothing invented, and what has no day says so."""

import re
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app import clock
from survey_app.accounts.scope import ALL_CELLS
from survey_app.campaigns.models import Campaign
from survey_app.campaigns.settings import CampaignSettings
from survey_app.database import Database
from survey_app.people.models import Cell
from survey_app.reports.models import Report, Snapshot
from survey_app.reports.timeline import Milestone, milestones
from survey_app.reports.timeline_drawing import draw
from survey_app.vietnamese import with_kind
from tests.conftest import TestClock
from tests.factories import sign_in
from tests.factories_rounds import CLOSES, launched_round, make_campaign, make_cell, make_round
from tests.functional.cell_reports.periods import launched_period, report
from tests.functional.cell_reports.test_attendance import make_session
from tests.page import assert_page

PATH = "/committee/timeline"
DAY = date(2024, 9, 18)


def lines_of(db: Database) -> dict[str, Milestone]:
    with db.reading() as session:
        campaign = session.scalars(select(Campaign)).one()
        found = milestones(session, campaign, clock.now(), scope=ALL_CELLS)
    return {one.title: one for one in found}


def of(db: Database, words: str) -> Milestone:
    (found,) = [one for title, one in lines_of(db).items() if words in title]
    return found


def test_a_bare_campaign_has_no_invented_day(app: Flask, client: FlaskClient, db: Database) -> None:
    with db.writing() as session:
        make_campaign(session, plan_date=None)
    assert {one.first for one in lines_of(db).values()} == {None}
    assert {one.state for one in lines_of(db).values()} == {"undated"}
    sign_in(client, "committee_reviewer")
    page = client.get(PATH)
    assert_page(page.text, page.headers)
    assert page.text.count("Chưa có ngày") == 6
    assert "<figure" not in page.text and not re.search(
        r"\d+/\d+/20(?!24\.)\d\d", page.text.split("<ol")[1]
    )
    assert "Đặt ngày" not in page.text, "only an organiser can"
    sign_in(client, "organiser")
    assert client.get(PATH).text.count('href="/organiser/campaign"') >= 3


def test_rounds_and_set_days_stand_in_their_order(
    app: Flask, client: FlaskClient, db: Database, time: TestClock
) -> None:
    with db.writing() as session:
        settings = CampaignSettings(report_due_on=date(2024, 10, 5)).plain()
        campaign = make_campaign(
            session,
            anniversary_date=date(2024, 9, 27),
            starts_on=date(2024, 9, 1),
            ends_on=date(2024, 9, 30),
            settings=settings,
        )
        launched_round(session, campaign=campaign, title="Vòng 1")
        make_round(
            session, campaign=campaign, title="Vòng nháp", opens_at=clock.now() - timedelta(days=1)
        )
    titles = list(lines_of(db))
    assert titles.index("Thi tìm hiểu: Vòng nháp") < titles.index("Thi tìm hiểu: Vòng 1")
    assert titles.index("Thi tìm hiểu: Vòng 1") < titles.index("Ngày kỷ niệm")
    assert of(db, "Vòng 1").state == "now" and of(db, "Vòng 1").days_left(DAY) == 2
    assert of(db, "Vòng nháp").state == "late", "its hour is over and nobody launched it"
    assert of(db, "kỷ niệm").days_left(DAY) == 9
    assert of(db, "Theo dõi").state == "now"
    assert of(db, "cấp trên").state == "next"
    sign_in(client, "campaign_monitor")
    page = client.get(PATH)
    assert_page(page.text, page.headers)
    assert "còn 9 ngày" in page.text and "thứ Sáu, ngày 27/9/2024" in page.text
    assert page.text.count("Việc tới đây") == 1
    assert page.text.count('<circle class="bar-') == page.text.count('class="number"') == 5
    time.set(CLOSES + timedelta(days=20))
    assert of(db, "cấp trên").state == "late"
    assert of(db, "Vòng 1").state == "done" and of(db, "Vòng 1").days_left(DAY) is None


def test_what_cells_have_done_gives_the_roll_out_its_days(
    app: Flask, db: Database, time: TestClock
) -> None:
    with app.app_context(), db.writing() as session:
        campaign = make_campaign(session)
        cells = [make_cell(session, f"Chi bộ mẫu {n}") for n in (1, 2)]
        period = launched_period(session, campaign)
        report(session, period, cells[0].id, trien_khai_ngay="2024-09-03")
        make_session(session, session.get_one(Cell, cells[0].id), campaign)
    roll_out = of(db, "V.1")
    assert (roll_out.first, roll_out.last) == (date(2024, 9, 3), date(2024, 9, 3))
    assert roll_out.state == "now" and "1/2 chi bộ" in roll_out.note
    assert "1 buổi ở 1/2 chi bộ" in of(db, "II.3").note
    assert "1/2 chi bộ đã gửi" in of(db, "Báo cáo tháng 9").note
    time.set(CLOSES + timedelta(hours=1))
    assert of(db, "Báo cáo tháng 9").state == "late"
    with db.writing() as session:
        report(session, session.merge(period), cells[1].id, trien_khai_ngay="2024-09-10")
    assert of(db, "Báo cáo tháng 9").state == "done"
    assert of(db, "V.1").state == "done" and of(db, "V.1").last == date(2024, 9, 10)


def test_a_series_of_sessions_is_over_after_the_last_one_of_every_cell(
    app: Flask, db: Database, time: TestClock
) -> None:
    with app.app_context(), db.writing() as session:
        campaign = make_campaign(session)
        one, other = (make_cell(session, f"Chi bộ mẫu {n}") for n in (1, 2))
        make_session(session, one, campaign)
    assert of(db, "II.3").state == "now", "a cell has held none yet"
    with app.app_context(), db.writing() as session:
        campaign = session.scalars(select(Campaign)).one()
        make_session(session, session.get_one(Cell, other.id), campaign)
    assert of(db, "II.3").last == date(2024, 9, 4) and of(db, "II.3").state == "done"


def test_a_title_that_says_its_kind_is_not_told_twice(app: Flask, db: Database) -> None:
    with app.app_context(), db.writing() as session:
        campaign = make_campaign(session)
        make_cell(session, "Chi bộ mẫu 1")
        launched_period(session, campaign, title="Báo cáo của chi bộ, kỳ 1")
    assert "Báo cáo của chi bộ, kỳ 1" in lines_of(db)
    assert with_kind("Phiếu góp ý", "Góp ý buổi 4/9") == "Góp ý buổi 4/9"
    assert with_kind("Thi tìm hiểu", "Vòng 1") == "Thi tìm hiểu: Vòng 1"
    assert with_kind("Thi tìm hiểu", "Thi") == "Thi tìm hiểu: Thi"


@pytest.mark.parametrize(("kind", "words"), [("interim", "Sơ kết"), ("final", "cấp trên")])
def test_an_issued_report_is_done_on_its_day(
    app: Flask, db: Database, kind: str, words: str
) -> None:
    with db.writing() as session:
        campaign, now = make_campaign(session), clock.now()
        snapshot = Snapshot(
            campaign_id=campaign.id,
            number=1,
            occasion="by_hand",
            as_of=now,
            taken_at=now,
            document={},
            checksum="0" * 64,
        )
        session.add(snapshot)
        session.flush()
        for state, at in (("draft", None), ("issued", now)):
            session.add(
                Report(
                    campaign_id=campaign.id,
                    snapshot_id=snapshot.id,
                    kind=kind,
                    state=state,
                    style="vptw36-2018",
                    texts={},
                    created_at=now,
                    updated_at=now,
                    issued_at=at,
                )
            )
            if state == "draft":
                session.flush()
                found = {
                    one.title: one for one in milestones(session, campaign, now, scope=ALL_CELLS)
                }
                (waiting,) = [one for title, one in found.items() if words in title]
                assert waiting.state == "undated" and "Đã có bản nháp báo cáo" in waiting.note
    assert (of(db, words).state, of(db, words).first) == ("done", DAY)


def test_the_drawing_keeps_within_its_frame() -> None:
    lines = [
        Milestone("a", "done", date(2024, 3, 6), date(2024, 3, 6)),
        Milestone("b", "now", date(2024, 9, 1), date(2024, 9, 30)),
        Milestone("c", "next", date(2024, 9, 27), date(2024, 9, 27)),
        Milestone("d", "undated"),
    ]
    drawing = draw(lines, DAY)
    assert drawing and [bar.number for bar in drawing.bars] == [2, 3]
    assert all(0 < bar.start <= 97 and bar.start + bar.width <= 97.1 for bar in drawing.bars)
    assert drawing.bars[1].width == 0
    assert drawing.today and drawing.bars[0].start < drawing.today < drawing.bars[1].start
    assert 3 <= len(drawing.ticks) <= 8
    year = draw([Milestone("y", "now", date(2024, 1, 1), date(2024, 12, 31))], DAY)
    assert year and len(year.ticks) <= 8
    assert draw([lines[3]], DAY) is None
    alone = draw([lines[0]], DAY)
    assert alone and [bar.number for bar in alone.bars] == [1], "long ago, and there is no other"
