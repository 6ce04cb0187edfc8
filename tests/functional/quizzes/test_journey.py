"""A member's way from the link to the result, without JavaScript and with its autosave."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from survey_app.campaigns.models import RoundCell
from survey_app.database import Database
from survey_app.invitations.models import EntryMeans, Invitation
from survey_app.mailing.models import OutboxItem
from survey_app.people.models import Person
from survey_app.quizzes.models import Attempt
from tests.conftest import TestClock
from tests.functional.quizzes.conftest import Member, counted_statements, right


def test_the_whole_way_without_javascript(member: Member) -> None:
    page = member.client.get(member.link)
    assert page.status_code == 200
    assert member.name() in page.text
    begun = member.begin()
    assert begun.status_code == 303
    paper = member.open_paper()
    assert paper.text.count("<fieldset") == 10
    assert "c1-a" in paper.text

    reviewed = member.post("review", right(1, 2, 3))
    assert reviewed.status_code == 303
    review = member.client.get(reviewed.headers["Location"])
    assert "3/10" in review.text
    assert "Còn 7 câu chưa trả lời" in review.text

    done = member.post("submit")
    assert done.status_code == 303
    result = member.client.get(done.headers["Location"])
    assert "3/10" in result.text
    assert [grading.right_count for grading in member.gradings()] == [3]


def test_the_first_page_names_nobody_s_cell_and_sets_no_cookie(member: Member) -> None:
    page = member.client.get(member.link)
    assert "Chi bộ mẫu" not in page.text
    assert "party_member" not in page.text
    assert "noindex" in page.text
    assert "Set-Cookie" not in page.headers
    assert page.headers["Referrer-Policy"] == "strict-origin"


def test_nothing_is_chosen_beforehand_and_a_choice_is_asked_for(member: Member) -> None:
    assert "checked" not in member.client.get(member.link).text
    refused = member.client.post(member.link, data={}, follow_redirects=True)
    assert "Xin chọn một trong hai câu trả lời" in refused.text
    assert member.attempts() == []


def test_not_me_records_nothing_and_says_whom_to_ask(member: Member) -> None:
    page = member.client.post(member.link, data={"who": "not_me"}, follow_redirects=True)
    assert page.status_code == 200
    assert "0912 000 001" in page.text
    assert member.attempts() == []


def test_an_autosave_survives_a_reload_and_another_device(app: Flask, member: Member) -> None:
    member.begin()
    saved = member.autosave({"q3": ["c3-b"]})
    assert saved.get_json()["revision"] == 1
    assert 'value="c3-b" checked' in member.open_paper().text

    elsewhere = Member(member.db, app.test_client(), member.link, member.invitation_id)
    elsewhere.begin()
    assert elsewhere.paper_url == member.paper_url
    assert 'value="c3-b" checked' in elsewhere.open_paper().text


def test_two_devices_that_differ_are_shown_on_review(member: Member) -> None:
    member.begin()
    member.autosave({"q1": ["c1-a"]}, writer="phone")
    conflict = member.autosave({"q1": ["c1-b"]}, writer="computer", revision=0)
    assert conflict.get_json()["conflicts"] == {"q1": True}
    review = member.client.get(f"{member.paper_url}/review")
    assert "Câu có hai câu trả lời khác nhau" in review.text


def test_answers_after_a_lost_cookie_are_kept_and_nothing_is_shown(member: Member) -> None:
    member.begin()
    member.client.delete_cookie("session")
    page = member.post("save", right(1, 2))
    assert page.status_code == 200
    assert "đã được lưu" in page.text
    assert member.name() not in page.text
    assert "Câu hỏi mẫu" not in page.text
    assert set(member.attempts()[0].answers) == {"q1", "q2"}


def test_a_lost_cookie_does_not_keep_a_submit_from_counting(member: Member) -> None:
    member.begin()
    member.client.delete_cookie("session")
    page = member.post("submit", right(1))
    assert "1/10" not in page.text
    assert "Bài đã được nộp" in page.text
    assert member.attempts()[0].state == "submitted"


def test_without_ticket_nothing_is_saved(member: Member) -> None:
    member.begin()
    member.ticket = "x" * 46
    member.post("save", right(1))
    assert member.autosave({"q2": ["c2-a"]}).status_code == 403
    assert member.attempts()[0].answers == {}


def test_two_people_in_one_browser_are_not_mixed_up(members: list[Member]) -> None:
    first, second = members[0], members[1]
    second.client = first.client
    first.begin()
    second.begin()
    page = first.client.get(first.paper_url)
    assert page.status_code == 409
    assert "người khác" in page.text
    kept = first.post("save", right(1))
    assert "Câu hỏi mẫu" not in kept.text
    assert set(first.attempts()[0].answers) == {"q1"}
    assert second.attempts()[0].answers == {}


def test_handing_in_twice_counts_once(member: Member) -> None:
    member.begin()
    member.post("submit", right(1, 2))
    again = member.post("submit", right(3, 4))
    assert again.status_code == 303
    assert len(member.gradings()) == 1
    assert member.cell().attempts == 1


def test_a_submit_without_any_answer_is_refused(member: Member) -> None:
    member.begin()
    page = member.post("submit")
    assert page.status_code == 422
    assert "Chưa có câu nào được trả lời" in page.text
    assert member.attempts()[0].state == "open"


def test_tally_moves_from_not_started_to_started_to_done(member: Member) -> None:
    assert (member.cell().started, member.cell().done) == (0, 0)
    member.begin()
    assert (member.cell().started, member.cell().done) == (0, 0)
    member.autosave({"q1": ["c1-a"]})
    assert (member.cell().started, member.cell().done) == (1, 0)
    member.post("submit", right(1))
    cell = member.cell()
    assert (cell.started, cell.done, cell.attempts) == (0, 1, 1)


def test_the_result_mail_waits_in_the_outbox(member: Member, db: Database) -> None:
    member.begin()
    member.post("submit", right(1))
    with db.reading() as session:
        items = session.scalars(select(OutboxItem).where(OutboxItem.kind == "result")).all()
    assert [item.recipient_kind for item in items] == ["person"]


def test_somebody_without_address_gets_no_result_mail(member: Member, db: Database) -> None:
    with db.writing() as session:
        invitation = session.get_one(Invitation, member.invitation_id)
        person = session.get_one(Person, invitation.person_id)
        person.email, person.address_state = None, "missing"
    member.begin()
    member.post("submit", right(1))
    with db.reading() as session:
        assert not session.scalar(select(func.count()).where(OutboxItem.kind == "result"))


@pytest.mark.parametrize("milliseconds, counts", [(-1, True), (0, False)])
def test_received_just_before_the_deadline_is_in_at_it_out(
    member: Member, time: TestClock, milliseconds: int, counts: bool
) -> None:
    member.begin()
    deadline = member.attempts()[0].deadline
    time.set(deadline)
    time.move(milliseconds=milliseconds)
    member.post("save", right(1))
    assert bool(member.attempts()[0].answers) is counts


def test_the_deadline_is_the_limit_or_the_closing_whichever_comes_first(
    members: list[Member], time: TestClock
) -> None:
    members[0].begin()
    assert members[0].attempts()[0].deadline == time.value.replace(minute=30)
    time.set(time.value.replace(day=20, hour=9, minute=50))
    members[1].begin()
    assert members[1].attempts()[0].deadline.minute == 0


def test_late_answers_say_so_kindly_and_saved_ones_stay(member: Member, time: TestClock) -> None:
    member.begin()
    member.autosave({"q1": ["c1-a"]})
    time.move(minutes=31)
    late = member.autosave({"q2": ["c2-a"]}, sequence=2)
    assert late.status_code == 410
    assert "Đã hết giờ" in late.get_json()["message"]
    assert "Đã hết giờ làm bài" in member.post("submit", right(2)).text
    assert set(member.attempts()[0].answers) == {"q1"}


def test_after_the_deadline_the_paper_says_that_saved_answers_count(
    member: Member, time: TestClock
) -> None:
    member.begin()
    time.move(minutes=31)
    page = member.client.get(member.paper_url)
    assert page.status_code == 410
    assert "Những câu đã lưu được tính" in page.text


def test_key_and_explanation_wait_for_the_closing(member: Member, time: TestClock) -> None:
    member.begin()
    assert "Giải thích câu" not in member.client.get(member.paper_url).text
    result = member.client.get(member.post("submit", {"q1": "c1-b"}).headers["Location"])
    assert "Giải thích câu" not in result.text
    assert "Đáp án, giải thích và nguồn xem được" in result.text
    time.move(days=4)
    assert member.client.get(member.link).status_code == 200
    shown = member.client.get(member.client.post(member.link, data={"who": "me"}).location)
    assert "Giải thích câu 1." in shown.text
    assert "Phương án A của câu 1" in shown.text
    assert "Kế hoạch số 422-KH/ĐUS" in shown.text


def test_not_yet_open_closed_and_used_up_are_kind_pages(
    members: list[Member], time: TestClock
) -> None:
    member = members[0]
    time.move(hours=-2)
    assert "Vòng thi chưa mở" in member.client.get(member.link).text
    time.move(hours=2)
    member.begin()
    member.post("submit", right(1))
    assert "Xem kết quả" in member.client.get(member.link).text
    assert "/result" in member.begin().location
    assert len(member.attempts()) == 1
    time.move(days=4)
    late = members[1].client.get(members[1].link)
    assert late.status_code == 410
    assert "Vòng thi đã kết thúc" in late.text
    assert "0912 000 001" in late.text


def test_a_revoked_link_opens_nothing(member: Member, db: Database) -> None:
    member.begin()
    with db.writing() as session:
        means = session.scalars(
            select(EntryMeans).where(EntryMeans.invitation_id == member.invitation_id)
        ).one()
        means.version += 1
    assert "liên kết mới" in member.client.get(member.link).text
    assert member.client.get(member.paper_url).status_code in {403, 409}
    assert member.autosave({"q1": ["c1-a"]}).status_code == 403


def test_a_cut_or_invented_link_is_a_kind_page(client: FlaskClient, member: Member) -> None:
    for path in (member.link[:-3], member.link + "x", "/i/abc", "/i/" + "A" * 46):
        page = client.get(path)
        assert page.status_code == 404
        assert "Xin mở lại từ thư mời" in page.text


@pytest.mark.parametrize("members", [{"attempts_allowed": 2}], indirect=True)
def test_a_second_attempt_gets_a_new_paper_and_the_best_is_shown(member: Member) -> None:
    member.begin()
    first = member.post("submit", right(1, 2, 3))
    result = member.client.get(first.headers["Location"])
    assert "Làm thêm một lượt" in result.text
    again = member.client.post(f"{member.paper_url}/again", data={})
    member.paper_url = again.headers["Location"]
    member.open_paper()
    second = member.client.get(member.post("submit", right(1)).headers["Location"])
    assert "3/10" in second.text
    assert "Làm thêm một lượt" not in second.text
    assert [attempt.attempt_no for attempt in member.attempts()] == [1, 2]
    cell = member.cell()
    assert (cell.done, cell.attempts) == (1, 2)


def test_statement_budgets(member: Member, db: Database) -> None:
    member.begin()
    member.autosave({"q1": ["c1-a"]})
    member.post("save")
    for url in (member.link, member.paper_url, f"{member.paper_url}/review"):
        with counted_statements(db) as statements:
            assert member.client.get(url).status_code == 200
        assert len(statements) <= 4, statements
    with counted_statements(db) as statements:
        member.autosave({"q2": ["c2-a"]}, sequence=2, revision=9)
    assert len(statements) <= 2, statements
    with counted_statements(db) as statements:
        done = member.post("submit", right(1, 2, 3))
    assert len(statements) <= 7, statements
    with counted_statements(db) as statements:
        assert member.client.get(done.headers["Location"]).status_code == 200
    assert len(statements) <= 4, statements


def test_ending_forgets_the_person_in_this_browser(member: Member) -> None:
    member.begin()
    page = member.post("end", right(1))
    assert "Bài chưa nộp" in page.text
    assert member.client.get(member.paper_url).status_code == 403
    assert set(member.attempts()[0].answers) == {"q1"}


def test_switching_the_language_on_the_paper_saves_the_answers(member: Member) -> None:
    member.begin()
    response = member.post("", right(1), lang="en")
    assert response.status_code == 303
    page = member.open_paper()
    assert '<html lang="en"' in page.text
    assert set(member.attempts()[0].answers) == {"q1"}


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}],
    ids=["new browser", "old browser"],
)
def test_other_sites_cannot_post(member: Member, headers: dict[str, str]) -> None:
    assert member.client.post(member.link, data={"who": "me"}, headers=headers).status_code == 403
    assert member.attempts() == []


def test_counts_of_all_states_always_add_up(members: list[Member], db: Database) -> None:
    for index, member in enumerate(members[:4]):
        member.begin()
        if index > 0:
            member.autosave({"q1": ["c1-a"]})
        if index > 1:
            member.post("submit", right(1))
    with db.reading() as session:
        cells = session.scalars(select(RoundCell)).all()
        done = session.scalar(select(func.count()).where(Attempt.state == "submitted"))
    assert sum(cell.done for cell in cells) == done == 2
    assert sum(cell.started for cell in cells) == 1


def test_saving_without_javascript_is_confirmed(member: Member) -> None:
    member.begin()
    saved = member.post("save", right(1))
    assert "Đã lưu lúc 09:00" in member.client.get(saved.location).text
    assert "Đã lưu lúc" not in member.client.get(member.paper_url).text


def test_head_does_nothing_that_get_does_not(member: Member) -> None:
    for url in (member.link, "/sign-in", "/practice", "/"):
        head, get = member.client.head(url), member.client.get(url)
        assert (head.status_code, head.data) == (get.status_code, b"")
    assert member.client.head(member.link, data={"who": "me"}).status_code == 200
    assert member.attempts() == []
