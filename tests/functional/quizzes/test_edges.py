"""Edges that a review found: the last seconds, cancelled rounds, revoked links, test mails."""

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.accounts.scope import CLI
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import Round
from survey_app.campaigns.services import cancel_round
from survey_app.database import Database
from survey_app.invitations.models import EntryMeans
from survey_app.invitations.tokens import trial_token
from survey_app.jobs import JOBS
from tests.conftest import TestClock
from tests.factories import make_user
from tests.functional.quizzes.conftest import KEY, Member, right


def only_round(db: Database) -> Round:
    with db.reading() as session:
        return session.scalars(select(Round)).one()


def cancel(app: Flask, db: Database) -> None:
    with app.app_context(), db.writing() as session:
        cancel_round(session, session.scalars(select(Round)).one().id, CLI)


@pytest.mark.parametrize("members", [{"attempts_allowed": 2}], indirect=True)
def test_nobody_finishes_an_attempt_while_answers_may_be_on_their_way(
    member: Member, time: TestClock
) -> None:
    member.begin()
    member.autosave({"q1": ["c1-a"]})
    time.set(member.attempts()[0].deadline)
    time.move(seconds=14)
    assert "Đã hết giờ làm bài" in member.client.get(member.link).text
    assert "Đã hết giờ làm bài" in member.client.post(member.link, data={"who": "me"}).text
    assert member.client.post(f"{member.paper_url}/again").status_code in {410, 409}
    assert [attempt.state for attempt in member.attempts()] == ["open"]
    time.move(seconds=1)
    member.client.post(member.link, data={"who": "me"})
    assert [attempt.state for attempt in member.attempts()] == ["submitted", "open"]


def test_a_cancelled_round_takes_nothing_and_counts_nothing(
    app: Flask, member: Member, db: Database, time: TestClock
) -> None:
    member.begin()
    member.autosave({"q1": ["c1-a"]})
    cancel(app, db)
    assert member.autosave({"q2": ["c2-a"]}, sequence=2).status_code == 410
    assert "Vòng thi này không còn mở" in member.post("submit", right(1, 2)).text
    assert "Vòng thi này không còn mở" in member.client.get(member.paper_url).text
    time.move(seconds=20)
    with app.app_context():
        JOBS["finalise"](app, time.value)
    assert member.attempts()[0].state == "void"
    assert (member.cell().done, member.cell().attempts) == (0, 0)


@pytest.mark.parametrize("members", [{"grace_seconds": 3600}], indirect=True)
def test_the_key_waits_for_the_last_who_may_answer(
    app: Flask, members: list[Member], time: TestClock
) -> None:
    first, last = members[0], members[1]
    first.begin()
    result = first.post("submit", right(1)).location
    time.set(only_round(first.db).closes_at)
    time.move(minutes=-1)
    last.begin()
    time.move(minutes=3)
    with app.app_context():
        JOBS["rounds"](app, time.value)
        JOBS["finalise"](app, time.value)
    assert last.autosave({"q1": ["c1-a"]}).status_code == 200
    assert "Giải thích câu" not in first.client.get(result).text


def test_asking_for_a_result_that_is_not_there_begins_nothing_odd(member: Member) -> None:
    response = member.client.post(member.link, data={"who": "me", "action": "result"})
    assert response.status_code == 303
    assert response.location.endswith(member.attempts()[0].public_id)


def test_a_writer_that_no_page_would_send_is_taken_as_a_plain_form(member: Member) -> None:
    member.begin()
    assert member.autosave({"q1": ["c1-a"]}, writer="x\x00\ud800").status_code in {200, 400}
    stored = member.attempts()[0].answers.get("q1", {"writer": "form"})
    assert stored["writer"] == "form"


def test_a_replaced_link_says_so_and_is_no_reason_to_forget(member: Member, db: Database) -> None:
    member.begin()
    with db.writing() as session:
        for means in session.scalars(select(EntryMeans)):
            means.version += 1
    answer = member.autosave({"q1": ["c1-a"]})
    assert answer.status_code == 403
    assert "thư mời mới nhất" in answer.get_json()["message"]


@pytest.mark.parametrize("members", [{"attempts_allowed": 2, "show_key": "at_once"}], indirect=True)
def test_the_key_is_not_shown_to_who_may_still_try_again(member: Member) -> None:
    member.begin()
    first = member.client.get(member.post("submit", right(1)).location)
    assert "Giải thích câu" not in first.text
    member.paper_url = member.client.post(f"{member.paper_url}/again").location
    member.open_paper()
    second = member.client.get(member.post("submit", right(1)).location)
    assert "Giải thích câu" in second.text


def test_finalising_is_in_the_log(app: Flask, member: Member, time: TestClock) -> None:
    member.begin()
    member.post("submit", right(1))
    time.move(days=4)
    with app.app_context():
        JOBS["rounds"](app, time.value)
        JOBS["finalise"](app, time.value)
    with member.db.reading() as session:
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "round.finalised")
        ).all()
    assert [event.details for event in events] == [{"attempts": 1}]


def test_a_test_mail_gives_no_key_away_while_members_answer(
    app: Flask, member: Member, time: TestClock
) -> None:
    organiser = make_user(member.db, "organiser")
    round_id = only_round(member.db).id
    answers = {"action": "submit", "q_q1": "c1-a"}
    path = f"/trial/{trial_token(KEY, round_id, organiser)}"
    assert member.client.get(path).status_code == 200
    marked = member.client.post(path, data=answers)
    assert "1/10" in marked.text
    assert "Giải thích câu" not in marked.text
    stranger = f"/trial/{trial_token(KEY, round_id, organiser + 1)}"
    assert member.client.get(stranger).status_code == 404
    assert member.client.post(stranger, data=answers).status_code == 404
    time.move(days=4)
    assert "Giải thích câu 1." in member.client.post(path, data=answers).text
    assert member.attempts() == []


def test_leaving_a_page_of_a_paper_handed_in_does_not_say_it_was_not(member: Member) -> None:
    member.begin()
    member.post("submit", right(1))
    page = member.post("end")
    assert "Đã kết thúc" in page.text
    assert "Bài chưa nộp" not in page.text


def test_leaving_after_the_deadline_does_not_say_the_clock_runs(
    member: Member, time: TestClock
) -> None:
    member.begin()
    member.autosave({"q1": ["c1-a"]})
    time.move(minutes=31)
    page = member.post("end")
    assert "Bài chưa nộp" not in page.text
    assert "đã lưu được tính" in page.text


def test_a_page_that_begins_nothing_waits_for_no_writer(member: Member, db: Database) -> None:
    with db.writing():
        client = member.client
        for form in ({"who": "not_me"}, {}):
            page = client.post(member.link, data=form, follow_redirects=True)
            assert (page.status_code, page.request.method) == (200, "GET")
