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
    for question, choice, words in (
        ("q3", "c3-b", "Phương án B của câu 3"),
        ("q7", "c7-d", "Phương án D của câu 7"),
    ):
        line = next(part for part in given.split("<li>") if words in part)
        assert f'href="{member.paper_url}#q-{number_of(member, question)}"' in line
        assert f'<span class="letter">{letter_of(member, question, choice)}</span>' in line
    assert "Câu hỏi mẫu số 3?" not in page, "the answered are not among the missing"


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
    page = member.client.post(member.link, data={"who": "not_me"}).text
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
