"""A pasted paper becomes a draft: read, looked at, settled, saved. Nothing is saved before that."""

import html
import io
import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from survey_app.database import Database
from survey_app.questions import queries
from survey_app.questions.models import QuestionSet
from tests.factories import csrf_of, sign_in, submit
from tests.page import assert_page

PAPER = """ĐỀ THI TÌM HIỂU

Câu 1: Đảng bộ Khối được thành lập ngày nào?
A. 03/02/1930
B. 27/9/1954
Đáp án: B

Câu 2: Ai ban hành <Kế hoạch> số 156-KH/ĐUK?
A. Đảng ủy Khối
B. Đảng ủy Sở

Câu 3: Chỉ có một phương án?
A. Một
Đáp án: A
"""
NEW = "/organiser/questions/new"


@pytest.fixture
def organiser(client: FlaskClient) -> int:
    return sign_in(client, "organiser")


def sets(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(QuestionSet)) or 0


def test_while_there_is_nothing_the_page_teaches(client: FlaskClient, organiser: int) -> None:
    page = client.get("/organiser/questions")
    assert_page(page.text, page.headers)
    assert '<textarea class="textarea" id="text"' in page.text
    assert "A. 03/02/1930" in page.text


def test_looking_saves_nothing(client: FlaskClient, organiser: int, db: Database) -> None:
    page = submit(client, NEW, {"text": PAPER})
    assert page.status_code == 200
    assert_page(page.text, page.headers)
    assert "Đã đọc được 3 câu" in page.text
    assert "1 câu cần chọn đáp án" in page.text and "1 câu có lỗi" in page.text
    assert "dòng 8" in page.text
    assert re.findall(r'href="#read-(\d+)"', page.text) == ["2"]  # the way to what is unclear
    assert "&lt;Kế hoạch&gt;" in page.text
    assert sets(db) == 0


def test_the_settled_paper_is_saved_as_it_was_shown(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    page = submit(client, NEW, {"text": PAPER})
    carried = html.unescape(
        re.findall(r'<textarea [^>]*id="text"[^>]*>\n(.*?)</textarea>', page.text, re.S)[0]
    )
    assert carried == PAPER
    data = {
        "csrf_token": csrf_of(page),
        "step": "save",
        "text": carried,
        "title": "Vòng 1: Tìm hiểu lịch sử",
        "source": "Kế hoạch số 422-KH/ĐUS",
        "key_1": "1",
        "key_2": "0",
        "key_3": "0",
    }
    response = client.post(NEW, data=data)
    assert response.location == "/organiser/questions/vong-1-tim-hieu-lich-su"
    with db.reading() as session:
        draft = queries.draft_of(session, "vong-1-tim-hieu-lich-su")
    assert draft is not None
    first, second, third = draft.document.questions
    assert [choice.text for choice in first.choices if choice.id in first.key] == ["27/9/1954"]
    assert [choice.text for choice in second.choices if choice.id in second.key] == ["Đảng ủy Khối"]
    assert third.state == "draft" and "một phương án" in third.draft_reason
    assert {item.source.document for item in draft.document.questions} == {"Kế hoạch số 422-KH/ĐUS"}
    shown = client.get(response.location)
    assert_page(shown.text, shown.headers)
    assert "2 câu" in shown.text and "Câu nháp" in shown.text


def test_a_file_takes_the_place_of_the_text(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    given = {"text": "", "file": (io.BytesIO(PAPER.encode("utf-16")), "đề.txt")}
    page = submit(client, NEW, given, content_type="multipart/form-data")
    assert "Đã đọc được 3 câu" in page.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Xin dán đề vào ô"),
        ("   \n ", "Xin dán đề vào ô"),
        ("chỉ là một đoạn văn không có câu hỏi nào", "Chưa đọc được câu hỏi nào"),
    ],
)
def test_what_cannot_be_read_comes_back(
    client: FlaskClient, organiser: int, text: str, words: str, db: Database
) -> None:
    page = submit(client, NEW, {"text": text, "title": "Tên tôi đặt"})
    assert page.status_code == 422
    assert words in page.text
    assert text.strip() in page.text and "Tên tôi đặt" in page.text
    assert sets(db) == 0


def test_a_picture_is_refused_with_advice(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    given = {"text": "đã gõ", "file": (io.BytesIO(b"\x89PNG\r\n\x1a\n" + b"\0" * 99), "a.txt")}
    page = submit(client, NEW, given, content_type="multipart/form-data")
    assert page.status_code == 422
    assert "đã gõ" in page.text
    assert sets(db) == 0


def test_a_broken_yaml_shows_lines_and_is_not_saved(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    text = "kind: quiz\ntitle: Thử\nquestions:\n  - text: A?\n    choises: [a, b]\n"
    for step in ("read", "save"):
        page = submit(client, NEW, {"text": text, "step": step})
        assert "choises" in page.text and "dòng 5" in page.text.lower()
    assert sets(db) == 0


def test_a_key_out_of_range_is_refused(client: FlaskClient, organiser: int, db: Database) -> None:
    page = submit(client, NEW, {"text": PAPER, "step": "save", "key_1": "77"})
    assert page.status_code == 422
    assert sets(db) == 0


def test_two_sets_of_one_title_get_two_slugs(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    for slug in ("de-thi", "de-thi-2"):
        given = {"text": PAPER, "step": "save", "title": "Đề thi"}
        assert submit(client, NEW, given).location == f"/organiser/questions/{slug}"


def test_a_robot_that_sends_every_form_as_it_is_stores_nothing(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    submit(client, "/organiser/questions", {"text": "", "title": ""}, to=NEW)
    submit(client, NEW, {"title": ""}, to="/organiser/questions/blank")
    assert sets(db) == 0


@pytest.mark.parametrize("role", ["committee_reviewer", "campaign_monitor"])
def test_the_committee_does_not_write_questions(client: FlaskClient, role: str) -> None:
    sign_in(client, role)
    assert client.get("/organiser/questions").status_code == 403
    assert submit(client, "/account", {"text": PAPER}, to=NEW).status_code == 403


def test_in_english(client: FlaskClient, organiser: int) -> None:
    client.set_cookie("lang", "en")
    page = submit(client, NEW, {"text": PAPER})
    content = [
        "ĐỀ THI TÌM HIỂU",
        "Đảng bộ Khối được thành lập ngày nào?",
        "Ai ban hành <Kế hoạch> số 156-KH/ĐUK?",
        "Đảng ủy Khối",
        "Đảng ủy Sở",
        "Chỉ có một phương án?",
        "Một",
        "Trần Thị Mẫu",
        " ".join(PAPER.split()),
    ]
    assert_page(page.text, page.headers, content=content, locale="en")


def test_a_paper_without_a_title_is_not_saved_nameless(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    nameless = PAPER.partition("\n\n")[2]
    given = {"text": nameless, "step": "save", "source": "Kế hoạch", "key_2": "1"}
    page = submit(client, NEW, given)
    assert page.status_code == 422
    assert_page(page.text, page.headers)
    assert "Cần sửa: Xin đặt tên cho bộ câu hỏi." in " ".join(page.text.split())
    assert 'value="Kế hoạch"' in page.text
    assert re.search(r'name="key_2" value="1" checked', page.text)
    assert sets(db) == 0
    assert submit(client, NEW, {**given, "title": "Đề"}).location == "/organiser/questions/de"


def test_one_source_for_all_questions_without_can_be_given_later(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    submit(client, NEW, {"text": PAPER, "step": "save", "title": "Đề", "key_2": "0"})
    one = "/organiser/questions/de"
    blocked = client.get(f"{one}/approve").text
    assert "Ghi nguồn chung cho các câu chưa có" in blocked
    words = client.get(f"{one}/header").text
    assert "3 câu chưa ghi nguồn" in words
    long = submit(client, f"{one}/header", {"title": "Đề", "source": "x" * 10_001})
    assert long.status_code == 422 and "Nguồn chung quá dài" in long.text
    found = re.search(r'name="revision" value="(\d+)"', words)
    assert found
    typed = {"title": "Đề", "source": "Kế hoạch 422", "revision": found[1]}
    assert submit(client, f"{one}/header", typed).location == one
    with db.reading() as session:
        draft = queries.draft_of(session, "de")
    assert draft is not None
    assert [item.source.document for item in draft.document.questions] == ["Kế hoạch 422"] * 3
    assert "chưa ghi nguồn" not in client.get(f"{one}/header").text
    assert "Duyệt 2 câu" in client.get(f"{one}/approve").text
