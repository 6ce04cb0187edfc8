"""Handing in from the paper: what is whole is handed in at once, anything else is shown first."""

import pytest
from sqlalchemy import select

from survey_app.campaigns.models import Round
from survey_app.database import Database
from survey_app.invitations.tokens import trial_token
from tests.conftest import TestClock
from tests.factories import make_user
from tests.functional.quizzes.conftest import KEY, Member, counted_statements, right

ALL = range(1, 11)


def test_a_whole_paper_is_in_with_one_press(member: Member, db: Database) -> None:
    member.begin()
    with counted_statements(db) as statements:
        done = member.post("finish", right(*ALL))
    assert len(statements) <= 7, statements
    assert done.status_code == 303
    assert done.location == f"{member.paper_url}/result"
    assert "10/10" in member.client.get(done.location).text
    assert [grading.right_count for grading in member.gradings()] == [10]
    assert (member.cell().done, member.cell().attempts) == (1, 1)


def test_what_is_missing_is_said_before_anything_is_handed_in(member: Member, db: Database) -> None:
    member.begin()
    with counted_statements(db) as statements:
        asked = member.post("finish", right(*ALL[2:]))
    assert len(statements) <= 4, statements
    assert member.attempts()[0].state == "open"
    assert len(member.attempts()[0].answers) == 8
    review = member.client.get(asked.location).text
    assert "Bài chưa nộp: còn 2 câu chưa trả lời." in review
    assert review.index("Bài chưa nộp") < review.index("#q-") < review.index('value="submit"')
    assert review.count('<ul class="todo"') == 1
    member.open_paper()
    assert "/result" in member.post("submit").location
    assert [grading.right_count for grading in member.gradings()] == [8]


def test_the_review_itself_does_not_scold(member: Member) -> None:
    member.begin()
    reviewed = member.post("review", right(1))
    assert "Bài chưa nộp" not in member.client.get(reviewed.location).text


def test_nothing_at_all_leads_to_the_review_and_counts_nowhere(member: Member) -> None:
    member.begin()
    asked = member.post("finish")
    assert "còn 10 câu chưa trả lời" in member.client.get(asked.location).text
    assert member.attempts()[0].state == "open"
    assert (member.cell().started, member.cell().done) == (0, 0)


def test_an_invented_choice_is_no_answer(member: Member) -> None:
    member.begin()
    asked = member.post("finish", {**right(*ALL), "q4": "c5-a"})
    assert "/review" in asked.location
    assert "còn 1 câu chưa trả lời" in member.client.get(asked.location).text


def test_two_devices_that_differ_are_looked_at_first(member: Member) -> None:
    member.begin()
    member.autosave({"q1": ["c1-b"]}, writer="computer")
    asked = member.post("finish", right(*ALL), writer="phone", sequence="1")
    review = member.client.get(asked.location).text
    assert "Bài chưa nộp: có câu trả lời từ máy khác" in review
    assert "Câu có hai câu trả lời khác nhau" in review
    assert member.attempts()[0].state == "open"
    member.open_paper()
    assert "/result" in member.post("finish", right(*ALL)).location


def test_what_only_another_device_answered_is_not_handed_in_unseen(member: Member) -> None:
    member.begin()
    member.autosave({"q1": ["c1-b"]}, writer="computer")
    asked = member.post("finish", right(*ALL[1:]))
    assert member.attempts()[0].state == "open"
    assert "Bài chưa nộp: có câu trả lời từ máy khác" in member.client.get(asked.location).text
    assert "Mọi câu đã có câu trả lời" in member.client.get(asked.location).text


def test_pressing_twice_counts_once_and_changes_nothing(member: Member) -> None:
    member.begin()
    for answers in (right(*ALL), {**right(*ALL), "q1": "c1-b"}):
        assert "/result" in member.post("finish", answers).location
    assert [grading.right_count for grading in member.gradings()] == [10]
    assert member.cell().attempts == 1


@pytest.mark.parametrize("numbers, state", [(ALL, "submitted"), (ALL[1:], "open")])
def test_a_lost_cookie_keeps_the_answers_and_shows_none(
    member: Member, numbers: range, state: str
) -> None:
    member.begin()
    member.client.delete_cookie("session")
    page = member.post("finish", right(*numbers))
    assert page.status_code == 200
    assert ("Bài đã được nộp" in page.text) is (state == "submitted")
    assert "/10" not in page.text
    assert member.attempts()[0].state == state
    assert len(member.attempts()[0].answers) == len(numbers)


def test_too_late_is_said_and_what_was_saved_stays(member: Member, time: TestClock) -> None:
    member.begin()
    member.autosave({"q1": ["c1-a"]})
    time.move(minutes=31)
    assert "Đã hết giờ làm bài" in member.post("finish", right(*ALL)).text
    assert set(member.attempts()[0].answers) == {"q1"}


def test_without_script_the_last_button_hands_in_and_says_so(member: Member) -> None:
    member.begin()
    page = member.open_paper().text
    final = page[page.index('id="final"') :]
    assert "không sửa được nữa" in final
    assert final.index('value="finish"') < final.index("Nộp bài</button>") < final.index("</form>")
    # Enter in a form presses its first button: that one only saves.
    assert 'value="save"' in page[page.index('form="paper"') :].split(">")[0]


def test_a_trial_run_goes_the_same_way(member: Member, db: Database) -> None:
    organiser = make_user(db, "organiser")
    with db.reading() as session:
        round_id = session.scalars(select(Round.id)).one()
    path = f"/trial/{trial_token(KEY, round_id, organiser)}"
    answers = {f"q_{name}": value for name, value in right(*ALL).items()}
    asked = member.client.post(path, data={"action": "finish", **answers, "q_q1": ""})
    assert "Bài chưa nộp: còn 1 câu chưa trả lời." in asked.text
    marked = member.client.post(path, data={"action": "finish", **answers})
    assert "10/10" in marked.text
    assert "Kết quả làm thử" in marked.text
    assert member.attempts() == []
