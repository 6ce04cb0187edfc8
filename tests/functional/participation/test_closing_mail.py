"""At closing, one mail to each of the committee: sentence, table and link in its body."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from survey_app import clock, jobs
from survey_app.campaigns.models import Round, RoundCell
from survey_app.database import Database
from survey_app.errors import Conflict
from survey_app.formatting import moment
from survey_app.mailing.composing import Mail, Skip
from survey_app.mailing.models import OutboxItem
from survey_app.people.models import CellName
from survey_app.reports import snapshots
from survey_app.reports.closing import compose_closing, enqueue_closing_mails, freeze_and_tell
from survey_app.reports.models import Snapshot
from tests.conftest import TestClock
from tests.factories import make_user
from tests.functional.participation.boards import round_of
from tests.sending import message_of


@pytest.fixture
def closed(app: Flask, db: Database, time: TestClock):
    with app.app_context():
        with db.writing() as session:
            made = round_of(
                session,
                {"Chi bộ Một & Hai": ("ddddn", "d"), "Chi bộ Ba": ("xd", "")},
                slug="tuan-1",
                title="Tuần 1",
            )
            round_id = made.id
        for role in ("committee_reviewer", "campaign_monitor", "organiser"):
            make_user(db, role)
        make_user(db, "committee_reviewer", "campaign_monitor", email="hai@so.example", locale="en")
        time.set(made.closes_at + timedelta(seconds=20))
        with db.writing() as session:
            row = session.get_one(Round, round_id)
            row.state, row.closed_at = "closed", row.closes_at
        yield round_id


def queued(db: Database) -> list[OutboxItem]:
    with db.reading() as session:
        return list(
            session.scalars(
                select(OutboxItem).where(OutboxItem.kind == "digest").order_by(OutboxItem.id)
            )
        )


def written(db: Database, item: OutboxItem) -> Mail | Skip:
    with db.reading() as session:
        return compose_closing(session, message_of(item), [item])


def test_everyone_of_the_committee_gets_one_and_only_one(db: Database, closed: int) -> None:
    with db.writing() as session:
        assert freeze_and_tell(session, closed, clock.now()) == 3
    with db.writing() as session:
        assert freeze_and_tell(session, closed, clock.now()) == 0
    items = queued(db)
    assert {item.dedupe_key for item in items} == {
        f"closing:{closed}:{item.recipient_id}" for item in items
    }
    assert all(item.not_before > clock.now() for item in items)  # open attempts settle first


def test_the_mail_holds_everything(db: Database, closed: int) -> None:
    with db.writing() as session:
        freeze_and_tell(session, closed, clock.now())
    mail = next(
        mail
        for item in queued(db)
        if isinstance(mail := written(db, item), Mail) and mail.to != "hai@so.example"
    )
    assert (mail.kind, mail.unsubscribe_url) == ("digest", None)
    assert mail.subject == "[70 năm Đảng bộ Khối] Đã đóng: Tuần 1"
    for part in (mail.text, mail.html):
        assert "Khi kết thúc vòng, 5/6 đảng viên (83,3 %) đã thi" in part
        assert "http://127.0.0.1:8000/committee/rounds/tuan-1" in part
        assert "4/5" in part
        assert "Nguyễn Văn Giấu Tên" not in part
    assert mail.text.startswith("Kính gửi đồng chí Trần Thị Mẫu,")
    assert "Đảng ủy Sở Tài nguyên và Môi trường" in mail.text
    assert "Chi bộ Một & Hai" in mail.text
    assert "Chi bộ Một &amp; Hai" in mail.html
    assert mail.html.count('href="http') == 2  # the button, and the same link as text


def test_it_names_the_promised_moment_not_that_of_the_worker(db: Database, closed: int) -> None:
    with db.writing() as session:
        round_ = session.get_one(Round, closed)
        round_.closed_at = round_.closes_at + timedelta(minutes=7)
        promised, noticed = moment(round_.closes_at), moment(round_.closed_at)
        freeze_and_tell(session, closed, clock.now())
    mail = written(db, queued(db)[0])
    assert isinstance(mail, Mail)
    for part in (mail.text, mail.html):
        assert f"“Tuần 1” đã đóng lúc {promised}." in part
        assert noticed not in part


def test_each_reads_their_own_language(db: Database, closed: int) -> None:
    with db.writing() as session:
        freeze_and_tell(session, closed, clock.now())
    mails = [mail for item in queued(db) if isinstance(mail := written(db, item), Mail)]
    english = next(mail for mail in mails if mail.to == "hai@so.example")
    assert "At the end of the round, 5 of 6 party members (83.3%)" in english.text
    assert english.subject.endswith("Closed: Tuần 1")


def test_a_cancelled_round_or_closed_account_gets_none(db: Database, closed: int) -> None:
    with db.writing() as session:
        freeze_and_tell(session, closed, clock.now())
    with db.writing() as session:
        session.get_one(Round, closed).state = "cancelled"
    assert written(db, queued(db)[0]) == Skip("round_cancelled")


def frozen(db: Database) -> list[Snapshot]:
    with db.reading() as session:
        return list(session.scalars(select(Snapshot).order_by(Snapshot.number)))


def test_the_mail_says_what_was_frozen_whatever_became_of_the_tally(
    db: Database, closed: int, time: TestClock
) -> None:
    with db.writing() as session:
        freeze_and_tell(session, closed, clock.now())
    before = [written(db, item) for item in queued(db)]
    with db.writing() as session:
        session.execute(update(RoundCell).values(done=0))
        session.execute(update(CellName).values(name="Tên khác"))
    time.move(days=30)
    assert [written(db, item) for item in queued(db)] == before
    (snapshot,) = frozen(db)
    (quiz,) = snapshots.figures_of(snapshot).quizzes
    members = [row for row in quiz.cells if row.kind == "party_member"]
    told = (sum(row.done for row in members), sum(row.base for row in members))
    assert told == (5, 6)
    assert isinstance(before[0], Mail) and "5/6" in before[0].text


def test_the_worker_freezes_and_tells_once(app: Flask, db: Database, closed: int) -> None:
    for _look in range(3):
        jobs.finalise(app, clock.now())
    (snapshot,) = frozen(db)
    assert (snapshot.occasion, snapshot.round_id) == ("closing", closed)
    assert snapshots.figures_of(snapshot).quizzes[0].state == "finalised"
    assert len(queued(db)) == 3


def test_a_mail_of_changed_figures_is_not_written(db: Database, closed: int) -> None:
    with db.writing() as session:
        freeze_and_tell(session, closed, clock.now())
    with db.writing() as session:
        row = session.scalars(select(Snapshot)).one()
        row.document = {**row.document, "quizzes": []}
    with pytest.raises(Conflict):
        written(db, queued(db)[0])


def test_mails_queued_by_an_earlier_version_have_the_figures_of_now(
    db: Database, closed: int
) -> None:
    with db.writing() as session:
        enqueue_closing_mails(session, closed, clock.now())
    assert not frozen(db)
    mail = written(db, queued(db)[0])
    assert isinstance(mail, Mail) and "5/6" in mail.text
