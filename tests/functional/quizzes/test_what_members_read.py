"""What the members' pages say, besides what they do: letters, lines, ways on, nothing twice."""

import re

import pytest
from flask import Flask

from survey_app.campaigns.models import Campaign
from survey_app.database import Database
from survey_app.people.models import Person
from tests.factories_rounds import invitations_of, launch_round, link_path, make_round
from tests.functional.quizzes.conftest import KEY, Member, right

LETTERS = "ABCD"


def letter_of(member: Member, question: str, choice: str) -> str:
    """Return the letter that this member's paper gives a choice."""
    paper = {str(name): order for name, order in member.attempts()[-1].paper}
    return LETTERS[list(paper[question]).index(choice)]


def number_of(member: Member, question: str) -> int:
    return [str(name) for name, _order in member.attempts()[-1].paper].index(question) + 1


def test_the_review_lists_every_answer_in_a_line_that_leads_back(member: Member) -> None:
    member.begin()
    member.post("save", {"q3": "c3-b", "q7": "c7-d"})
    page = member.client.get(f"{member.paper_url}/review").text
    given = page.partition('<ol class="given">')[2].partition("</ol>")[0]
    assert given.count("<li>") == 2
    for question, choice, asked, words in (
        ("q3", "c3-b", "Câu hỏi mẫu số 3?", "Phương án B của câu 3"),
        ("q7", "c7-d", "Câu hỏi mẫu số 7?", "Phương án D của câu 7"),
    ):
        line = next(part for part in given.split("<li>") if words in part)
        assert asked in line
        assert f'href="{member.paper_url}#q-{number_of(member, question)}"' in line
        assert f'<span class="letter">{letter_of(member, question, choice)}</span>' in line
    missing = page.partition('class="todo"')[2].partition("</ul>")[0]
    assert missing.count("<li>") == 8
    assert "Câu hỏi mẫu số 3?" not in missing


def test_the_review_of_an_empty_paper_lists_no_answers(member: Member) -> None:
    member.begin()
    page = member.client.get(f"{member.paper_url}/review").text
    assert 'class="given"' not in page
    assert "Còn 10 câu chưa trả lời" in page


@pytest.mark.parametrize("members", [{"show_key": "at_once"}], indirect=True)
def test_the_result_gives_choices_with_the_letters_of_the_own_paper(member: Member) -> None:
    member.begin()
    done = member.post("submit", {"q2": "c2-c", **right(5)})
    page = member.client.get(done.location).text
    items = dict(re.findall(r'<li id="a-(\d+)"([\s\S]*?)(?=<li id="a-|</ol>)', page))
    wrong = items[str(number_of(member, "q2"))]
    chosen, _sep, key = wrong.partition("Đáp án")
    assert f'<span class="letter">{letter_of(member, "q2", "c2-c")}</span>' in chosen
    assert "Phương án C của câu 2" in chosen
    assert f'<span class="letter">{letter_of(member, "q2", "c2-a")}</span>' in key
    assert "Phương án A của câu 2" in key
    assert "Đáp án" not in items[str(number_of(member, "q5"))]
    assert "Bỏ trống" in items[str(number_of(member, "q1"))]
    marks = page.partition('class="map marks"')[2].partition("</ol>")[0]
    assert marks.count("<li") == 10
    assert marks.count('<li class="right">') == 1


@pytest.mark.parametrize("members", [{"show_key": "at_once"}], indirect=True)
def test_the_reading_list_names_a_document_once(member: Member) -> None:
    member.begin()
    page = member.client.get(member.post("submit", right(1)).location).text
    reading = page.partition('id="reading"')[2].partition("</section>")[0]
    assert reading.count("Kế hoạch số 422-KH/ĐUS") == 1
    wrong = [n for n in range(1, 11) if n != number_of(member, "q1")]
    assert f"câu {', '.join(map(str, wrong))}" in reading


@pytest.mark.parametrize("members", [{"attempts_allowed": 3}], indirect=True)
def test_the_link_counts_the_attempts_before_another_begins(member: Member) -> None:
    assert "<b>3</b> lượt<" in member.client.get(member.link).text
    member.begin()
    result = member.client.get(member.post("submit", right(1)).location).text
    assert "Còn 2 lượt." in result
    assert "30 phút, tính từ lúc bấm nút." in result
    page = member.client.get(member.link).text
    assert f"Đồng chí {member.name()} đã nộp 1 lượt, và còn được làm thêm." in page
    assert "<b>2</b> lượt còn lại" in page
    assert "Bắt đầu lượt thứ 2" in page
    assert "Xem kết quả lượt đã nộp" in page


@pytest.mark.parametrize("members", [{"time_limit_minutes": None}], indirect=True)
def test_without_a_time_limit_nothing_counts_down(member: Member) -> None:
    page = member.client.get(member.link).text
    assert "Không tính giờ" in page
    assert "phút" not in page.partition("<h1>")[2].partition("</form>")[0]


def test_whoever_has_no_good_link_is_offered_a_new_one(member: Member) -> None:
    member.begin()
    member.client.delete_cookie("session")
    for page in (member.client.get("/i/abc"), member.client.get(member.paper_url)):
        assert 'href="/lost-link"' in page.text
        assert "Gửi lại liên kết cho tôi" in page.text


def test_a_kind_page_names_the_contact_once(member: Member) -> None:
    page = member.client.post(member.link, data={"who": "not_me"}, follow_redirects=True).text
    assert page.count("0912 000 001</a>") == 1


def test_the_same_person_s_other_round_is_told_from_another_person(
    app: Flask, member: Member, db: Database
) -> None:
    member.begin()
    member.autosave({"q1": ["c1-a"]})
    with app.app_context(), db.writing() as session:
        campaign = session.query(Campaign).first()
        second = make_round(session, campaign=campaign, title="Vòng 2")
        launch_round(session, second)
        by_person = {one.person_id: one for one in invitations_of(session, second)}
        person = session.query(Person).filter_by(full_name=member.name()).first()
        assert person is not None
        mine = by_person[person.id]
        links = {
            whose: link_path(session, KEY, one)
            for whose, one in (
                ("mine", mine),
                ("other's", next(one for one in by_person.values() if one is not mine)),
            )
        }
    member.client.post(links["mine"], data={"who": "me"})
    page = member.client.get(member.paper_url)
    assert page.status_code == 409
    assert "Trình duyệt đang mở “Vòng 2”" in page.text
    assert "người khác" not in page.text
    assert "Câu hỏi mẫu" not in page.text
    member.client.post(links["other's"], data={"who": "me"})
    assert "đang mở bài của người khác" in member.client.get(member.paper_url).text
    assert set(member.attempts()[0].answers) == {"q1"}


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"time_limit_minutes": 30}, "Câu đã chọn vẫn còn, và đồng hồ vẫn chạy."),
        (
            {"time_limit_minutes": None},
            "Câu đã chọn vẫn còn; làm tiếp được đến 17 giờ 00, thứ Sáu, ngày 20/9/2024.",
        ),
    ],
    indirect=["members"],
)
def test_leaving_says_what_the_clock_does_and_how_to_come_back(member: Member, said: str) -> None:
    member.begin()
    page = member.post("end", right(1)).text
    assert said in page
    assert ("đồng hồ" in page) == ("đồng hồ" in said)
    assert "Mở lại liên kết trong thư để làm tiếp" in page
    assert 'href="/lost-link"' in page


def test_not_me_by_mistake_is_taken_back_by_a_button(member: Member) -> None:
    answered = member.client.post(member.link, data={"who": "not_me"})
    assert answered.status_code == 303
    page = member.client.get(answered.location).text
    assert "chuyển lại thư" not in page and "xin không chuyển tiếp" in page
    assert f'href="{member.link}"' in page
    assert "Ai đang mở trang này?" in member.client.get(member.link).text


def test_an_answer_that_begins_nothing_is_a_page_to_come_back_to(member: Member) -> None:
    """Rendered on the post, it would ask at every "back" to be sent again."""
    for form in ({"who": "not_me"}, {}):
        answered = member.client.post(member.link, data=form)
        assert answered.status_code == 303
        page = member.client.get(answered.location)
        assert "Set-Cookie" not in page.headers
        assert member.name() not in answered.location


def test_not_me_frees_the_browser_only_when_it_is_said(member: Member) -> None:
    member.begin()
    member.client.get(f"{member.link}?who=not_me")
    assert member.client.get(member.paper_url).status_code == 200
    member.client.post(member.link, data={"who": "not_me"})
    assert member.client.get(member.paper_url).status_code == 403


def test_back_after_ending_at_the_result_does_not_promise_to_go_on(member: Member) -> None:
    member.begin()
    member.post("submit", right(1))
    member.client.post("/respond/leave")
    for url in (f"{member.paper_url}/result", member.paper_url):
        page = member.client.get(url)
        assert page.status_code == 403
        assert "là xem được kết quả" in page.text
        assert "làm tiếp" not in page.text
        assert member.name() not in page.text


def test_saving_without_a_script_is_at_hand_and_comes_back_to_its_place(member: Member) -> None:
    member.begin()
    page = member.open_paper().text
    assert re.findall(r'value="save:(\d+)"', page) == ["5", "9"]
    between = page.partition('id="q-4"')[2].partition('id="q-5"')[0]
    assert 'value="save:5"' in between
    saved = member.post("save:5", right(1))
    assert saved.location.endswith("?saved=1#q-5")
    assert set(member.attempts()[0].answers) == {"q1"}
    assert member.post("save:x", right(2)).location.endswith("?saved=1")
