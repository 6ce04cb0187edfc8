"""What the clock finishes by itself, and the mails that follow."""

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import Round
from survey_app.campaigns.services import close_early
from survey_app.database import Database
from survey_app.jobs import JOBS
from survey_app.mailing.composing import Mail, Skip
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.people.models import Person
from survey_app.quizzes.mails import compose_result
from tests.conftest import TestClock
from tests.functional.quizzes.conftest import Member, right


def run(app: Flask, time: TestClock, *names: str) -> None:
    with app.app_context():
        for name in names or ("rounds", "finalise"):
            JOBS[name](app, time.value)


def test_saved_answers_count_at_the_deadline_without_a_click(
    app: Flask, member: Member, time: TestClock
) -> None:
    member.begin()
    member.autosave({"q1": ["c1-a"], "q2": ["c2-b"]})
    deadline = member.attempts()[0].deadline
    time.set(deadline)
    time.move(seconds=14)
    run(app, time)
    assert member.attempts()[0].state == "open", "answers may still be on their way"
    time.move(seconds=1)
    run(app, time)
    run(app, time)
    attempt = member.attempts()[0]
    assert (attempt.state, attempt.submitted_at) == ("submitted", deadline)
    assert [grading.right_count for grading in member.gradings()] == [1]
    assert (member.cell().done, member.cell().started) == (1, 0)


def test_an_attempt_without_answers_is_void_and_uses_up_nothing(
    app: Flask, member: Member, time: TestClock
) -> None:
    member.begin()
    first = member.attempts()[0].paper
    time.move(minutes=31)
    run(app, time)
    assert member.attempts()[0].state == "void"
    assert member.cell().attempts == 0
    member.begin()
    assert [attempt.state for attempt in member.attempts()] == ["void", "open"]
    assert member.attempts()[1].paper != first


def test_beginning_again_after_the_deadline_needs_no_worker(
    member: Member, time: TestClock
) -> None:
    member.begin()
    time.move(minutes=31)
    assert member.begin().status_code == 303
    assert [attempt.state for attempt in member.attempts()] == ["void", "open"]


def test_coming_back_after_the_deadline_with_answers_shows_the_result(
    member: Member, time: TestClock
) -> None:
    member.begin()
    member.autosave({"q1": ["c1-a"]})
    time.move(minutes=31)
    response = member.client.post(member.link, data={"who": "me"})
    page = member.client.get(response.location)
    assert page.status_code == 200
    assert "1/10" in page.text


def test_closing_early_ends_attempts(app: Flask, member: Member, time: TestClock) -> None:
    member.begin()
    member.autosave({"q1": ["c1-a"]})
    with app.app_context(), member.db.writing() as session:
        round_ = session.scalars(select(Round)).one()
        close_early(session, round_.id, CLI, time.value)
    time.move(seconds=16)
    assert member.autosave({"q2": ["c2-a"]}, sequence=2).status_code == 410
    run(app, time)
    assert member.attempts()[0].state == "submitted"


def test_a_closed_round_is_final_when_its_last_attempt_is(
    app: Flask, member: Member, time: TestClock
) -> None:
    time.set(time.value.replace(day=20, hour=9, minute=58))
    member.begin()
    member.autosave({"q1": ["c1-a"]})
    time.move(minutes=2)
    run(app, time)
    assert round_state(member.db) == "closed"
    time.move(seconds=20)
    run(app, time)
    assert round_state(member.db) == "finalised"


def round_state(db: Database) -> str:
    with db.reading() as session:
        return session.scalars(select(Round)).one().state


@pytest.fixture
def result_item(member: Member) -> OutboxItem:
    member.begin()
    member.post("submit", right(1, 2, 3))
    with member.db.reading() as session:
        return session.scalars(select(OutboxItem).where(OutboxItem.kind == "result")).one()


def compose(app: Flask, db: Database, item: OutboxItem) -> Mail | Skip:
    with app.app_context(), db.reading() as session:
        return compose_result(session, OutboxMessage(kind="result"), [item])


def test_the_result_mail_tells_score_receipt_and_when_the_key_shows(
    app: Flask, db: Database, member: Member, result_item: OutboxItem
) -> None:
    mail = compose(app, db, result_item)
    assert isinstance(mail, Mail)
    assert mail.subject == "[70 năm Đảng bộ Khối] Vòng 1 – kết quả của đồng chí"
    assert "3/10 câu trả lời đúng" in mail.text
    for part in (mail.text, mail.html):
        assert "3/10" in part
        assert str(member.attempts()[0].receipt) in part
        assert member.link in part
        assert "0912 000 001" in part
        assert "17 giờ 00, thứ Sáu, ngày 20/9/2024" in part


def test_a_shared_mailbox_gets_the_link_without_the_score(
    app: Flask, db: Database, result_item: OutboxItem
) -> None:
    with db.writing() as session:
        people = session.scalars(select(Person).order_by(Person.id)).all()
        people[1].email = people[0].email
    mail = compose(app, db, result_item)
    assert isinstance(mail, Mail)
    assert "3/10" not in mail.text + mail.html
    assert "thư không ghi điểm" in mail.text


def test_an_address_that_broke_since_is_skipped(
    app: Flask, db: Database, result_item: OutboxItem
) -> None:
    with db.writing() as session:
        person = session.get_one(Person, result_item.recipient_id)
        person.address_state = "bad"
    assert compose(app, db, result_item) == Skip("no_address")


def test_english_readers_get_english(app: Flask, db: Database, result_item: OutboxItem) -> None:
    with db.writing() as session:
        session.get_one(Person, result_item.recipient_id).locale = "en"
    mail = compose(app, db, result_item)
    assert isinstance(mail, Mail)
    assert "3/10" in mail.text
    assert "Kính gửi" not in mail.text


def result_mail(app: Flask, db: Database) -> Mail:
    """Compose the one result mail that waits."""
    with db.reading() as session:
        item = session.scalars(select(OutboxItem).where(OutboxItem.kind == "result")).one()
    mail = compose(app, db, item)
    assert isinstance(mail, Mail)
    return mail


BY_CLOCK = "Hết giờ, hệ thống đã tự nộp những câu đã lưu."


def test_the_result_mail_of_a_paper_that_the_clock_handed_in_says_so(
    app: Flask, member: Member, time: TestClock
) -> None:
    member.begin()
    member.autosave({"q1": ["c1-a"]})
    time.move(minutes=31)
    run(app, time)
    mail = result_mail(app, member.db)
    assert BY_CLOCK in mail.text
    assert BY_CLOCK in mail.html
    assert BY_CLOCK in member.client.get(f"{member.paper_url}/result").text


def test_a_round_closed_early_hands_in_and_says_so(
    app: Flask, member: Member, time: TestClock
) -> None:
    member.begin()
    member.autosave({"q1": ["c1-a"]})
    with app.app_context(), member.db.writing() as session:
        close_early(session, session.scalars(select(Round)).one().id, CLI, time.value)
    late = member.autosave({"q2": ["c2-a"]}, sequence=2)
    time.move(minutes=2)
    run(app, time)
    later = member.autosave({"q2": ["c2-a"]}, sequence=3)
    said = "Vòng thi đã đóng; những câu đã lưu được tính."
    assert (later.status_code, later.get_json()["message"]) == (409, said)
    assert late.status_code == 200 or late.get_json()["message"] == said
    assert BY_CLOCK in result_mail(app, member.db).text
    assert BY_CLOCK in member.client.get(f"{member.paper_url}/result").text


def test_a_paper_handed_in_by_hand_is_not_said_to_be_the_clock_s(
    app: Flask, member: Member, result_item: OutboxItem
) -> None:
    assert BY_CLOCK not in result_mail(app, member.db).text
    assert BY_CLOCK not in member.client.get(f"{member.paper_url}/result").text
    late = member.autosave({"q9": ["c9-a"]}, sequence=2)
    assert late.get_json()["message"].startswith("Bài này đã nộp rồi.")


def test_the_result_mail_points_at_its_own_button(
    app: Flask, member: Member, result_item: OutboxItem
) -> None:
    mail = result_mail(app, member.db)
    assert "nguồn xem được ở liên kết này, sau 17 giờ 00" in mail.text
    assert "liên kết trong thư mời" not in mail.text
    assert "ở liên kết trong thư mời" in member.client.get(f"{member.paper_url}/result").text
