"""The weekly digest: on Monday morning, once, from a snapshot, nobody named."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from survey_app import clock, jobs
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.settings import CampaignSettings
from survey_app.database import Database
from survey_app.mailing.composing import Mail
from survey_app.mailing.models import OutboxItem
from survey_app.reports.models import Snapshot
from tests.conftest import TestClock
from tests.factories import make_user
from tests.factories_rounds import CLOSES
from tests.functional.reports.everything import cell_ids, everything
from tests.sending import message_of

MONDAY = datetime(2024, 9, 23, 0, 30, tzinfo=UTC)  # 07:30 in Lạng Sơn


@pytest.fixture
def campaign_id(app: Flask, db: Database, time: TestClock) -> int:
    """The campaign of `everything`, open for a week longer; secretaries of three cells."""
    made = everything(app)
    later = CLOSES + timedelta(days=7)
    with db.writing() as session:
        session.execute(update(Round).where(Round.state == "open").values(closes_at=later))
        one, two, _three, four = cell_ids(session)
    for number, cell in enumerate((one, two, four), 1):
        make_user(db, "cell_secretary", email=f"bi-thu-{number}@so-mau.example", cell_id=cell)
    make_user(db, "committee_reviewer", "campaign_monitor", email="theo-doi@so-mau.example")
    time.set(MONDAY)
    return made


def tell(app: Flask) -> None:
    with app.app_context():
        jobs.tell_weekly(app, clock.now())


def mails(app: Flask, db: Database) -> dict[str, Mail]:
    with app.app_context(), db.reading() as session:
        items = session.scalars(select(OutboxItem).where(OutboxItem.subject_kind == "snapshot"))
        found = [jobs.compose_committee_mail(session, message_of(item), [item]) for item in items]
    assert all(isinstance(mail, Mail) for mail in found)
    return {mail.to: mail for mail in found if isinstance(mail, Mail)}


def taken(db: Database) -> list[Snapshot]:
    with db.reading() as session:
        return list(session.scalars(select(Snapshot)))


def test_once_a_week_whatever_the_worker_does(
    app: Flask, db: Database, campaign_id: int, time: TestClock
) -> None:
    time.set(MONDAY - timedelta(seconds=1))
    tell(app)
    assert not taken(db)
    time.set(MONDAY)
    tell(app)
    time.move(hours=3)
    tell(app)
    assert [one.occasion for one in taken(db)] == ["digest"]
    assert len(mails(app, db)) == 4
    time.move(days=2)
    tell(app)
    assert len(taken(db)) == 1
    with db.writing() as session:
        session.execute(update(Round).values(closes_at=MONDAY + timedelta(days=30)))
    time.set(MONDAY + timedelta(days=7))
    tell(app)
    assert len(taken(db)) == 2


def test_a_secretary_reads_the_own_cell_and_no_name(
    app: Flask, db: Database, campaign_id: int
) -> None:
    tell(app)
    mail = mails(app, db)["bi-thu-1@so-mau.example"]
    assert mail.kind == "digest"
    assert mail.subject == "[70 năm Đảng bộ Khối] Chi bộ Một: tham gia đến 23/9/2024"
    for part in (mail.text, mail.html):
        assert "Chi bộ Một, Vòng 1: 10/16 đảng viên (62,5 %) đã thi." in part
        assert "Chi bộ Một: đã ghi nhận 2 buổi sinh hoạt chuyên đề." in part
        assert "(1) nhắc 6 người chưa thi trước 17 giờ 00, thứ Sáu, ngày 27/9/2024" in part
        assert "http://127.0.0.1:8000/secretary/" in part
        assert "Số liệu chốt lúc 07 giờ 30, thứ Hai, ngày 23/9/2024." in part
        assert "Phiếu góp ý là ẩn danh" in part
        assert "Chi bộ Hai" not in part and "Nguyễn Văn" not in part


def test_a_silent_cell_is_told_what_it_owes(app: Flask, db: Database, campaign_id: int) -> None:
    tell(app)
    text = mails(app, db)["bi-thu-2@so-mau.example"].text
    assert "ghi buổi sinh hoạt chuyên đề đã tổ chức" in text
    assert "gửi “Báo cáo 9” trước 17 giờ 00" in text
    assert "Chi bộ Hai: đã ghi nhận 0 buổi" in text


def test_the_committee_reads_the_whole(app: Flask, db: Database, campaign_id: int) -> None:
    tell(app)
    text = mails(app, db)["theo-doi@so-mau.example"].text
    assert "Đến 07 giờ 30, thứ Hai, ngày 23/9/2024, 10/40 đảng viên (25,0 %) đã thi" in text
    assert "Còn 1 chi bộ chưa báo cáo." in text
    assert "/committee/" in text


def test_it_says_what_its_snapshot_says_later_too(
    app: Flask, db: Database, campaign_id: int
) -> None:
    tell(app)
    before = mails(app, db)
    from survey_app.campaigns.models import RoundCell

    with db.writing() as session:
        session.execute(update(RoundCell).where(RoundCell.done == 10).values(done=12, started=0))
    assert mails(app, db) == before


def test_nothing_open_and_turned_off_send_nothing(
    app: Flask, db: Database, campaign_id: int
) -> None:
    with db.writing() as session:
        campaign = session.get_one(Campaign, campaign_id)
        campaign.settings = CampaignSettings(weekly_digest=False).plain()
    tell(app)
    with db.writing() as session:
        session.get_one(Campaign, campaign_id).settings = CampaignSettings().plain()
        session.execute(update(Round).values(state="closed"))
    tell(app)
    assert not taken(db)


def test_whose_cell_is_asked_for_nothing_gets_none(
    app: Flask, db: Database, campaign_id: int
) -> None:
    with db.writing() as session:
        session.execute(update(Round).where(Round.kind == "quiz").values(state="closed"))
    tell(app)
    assert set(mails(app, db)) == {"theo-doi@so-mau.example", "bi-thu-2@so-mau.example"}
