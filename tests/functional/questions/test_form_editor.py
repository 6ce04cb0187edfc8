"""Making a feedback form in the browser, without any script: pasted, written, changed, approved."""

import html
import json
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey_app.accounts.scope import CLI
from survey_app.database import Database
from survey_app.questions import formats, queries, services
from survey_app.questions.schema import QuestionDocument
from tests.conftest import ROOT
from tests.factories import csrf_of, sign_in, submit
from tests.functional.questions.editing import draft_of, fields_of
from tests.page import assert_page

NEW = "/organiser/questions/new"
SLUG = "gop-y"
PAGE = f"/organiser/questions/{SLUG}"
SHIPPED = ROOT / "quizzes" / "gop-y-sinh-hoat-chuyen-de.yaml"
PASTED = """Phiếu góp ý buổi sinh hoạt
Thời lượng thế nào?
A. Quá dài   B. Vừa   C. Quá ngắn   D. Không có ý kiến
Buổi sau nên làm gì để tốt hơn? ..........
Họ và tên:
"""


def stored(db: Database, document: QuestionDocument) -> int:
    with db.writing() as session:
        return services.import_document(session, document, SLUG, actor=CLI).id


@pytest.fixture
def organiser(client: FlaskClient) -> int:
    return sign_in(client, "organiser")


@pytest.fixture
def shipped(db: Database, organiser: int) -> QuestionDocument:
    document = formats.read(SHIPPED.read_bytes()).to_document()
    stored(db, document)
    return document


def draft(db: Database, slug: str = SLUG) -> QuestionDocument:
    return draft_of(db, slug)


def edit(client: FlaskClient, q: str, action: str = "save", slug: str = SLUG, page=None, **changes):
    """Open a question (or go on from `page`), change fields, press a button."""
    path = f"/organiser/questions/{slug}/edit?q={q}"
    data = fields_of(page or client.get(path)) | changes | {"action": action}
    return client.post(path, data={name: value for name, value in data.items() if value != []})


def test_the_kind_is_chosen_first_and_the_page_teaches(client: FlaskClient, organiser: int) -> None:
    page = client.get(NEW)
    assert f'href="{NEW}?kind=feedback"' in page.text and 'value="quiz"' in page.text
    page = client.get(f"{NEW}?kind=feedback")
    assert_page(page.text, page.headers)
    assert 'name="kind" value="feedback"' in page.text
    example = html.unescape(re.findall(r'placeholder="([^"]*)"', page.text)[0])
    assert len(example.splitlines()) == 3
    types = [item.type for item in formats.read_text(example, "feedback").questions]
    assert types == ["single", "long_text"]


def test_a_pasted_form_becomes_a_draft(client: FlaskClient, organiser: int, db: Database) -> None:
    page = submit(client, NEW, {"kind": "feedback", "text": PASTED})
    assert page.status_code == 200
    assert_page(page.text, page.headers)
    assert "Đã đọc được 3 câu" in page.text and "1 câu có lỗi" in page.text
    assert 'name="key_1"' not in page.text and 'name="source"' not in page.text
    data = {"csrf_token": csrf_of(page), "kind": "feedback", "step": "save", "text": PASTED}
    assert client.post(NEW, data=data).status_code == 303
    made = draft(db, "phieu-gop-y-buoi-sinh-hoat")
    assert (made.kind, made.title) == ("feedback", "Phiếu góp ý buổi sinh hoạt")
    length, better, name = made.questions
    assert (length.type, [choice.no_opinion for choice in length.choices]) == (
        "single",
        [False, False, False, True],
    )
    assert (better.type, better.text) == ("long_text", "Buổi sau nên làm gì để tốt hơn?")
    assert name.state == "draft" and "lộ ai trả lời" in name.draft_reason


def test_a_form_without_a_name_asks_for_one(client: FlaskClient, organiser: int) -> None:
    page = submit(client, NEW, {"kind": "feedback", "step": "save", "text": "Thời lượng thế nào?"})
    assert page.status_code == 422 and "Xin đặt tên" in page.text
    page = submit(client, NEW, {"kind": "feedback", "text": "....", "title": "X"})
    assert page.status_code == 422 or "Không tìm thấy câu nào" in page.text
    assert 'name="kind" value="feedback"' in page.text


def begin(client: FlaskClient) -> str:
    response = submit(
        client,
        f"{NEW}?kind=feedback",
        {"kind": "feedback", "title": "Góp ý"},
        to=f"{NEW[:-3]}blank",
    )
    assert response.status_code == 303, response.text
    return "new"


def test_written_by_hand_one_of_each_type(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    q = begin(client)
    edit(
        client,
        q,
        text="Thời lượng thế nào?",
        choice_text=["Quá dài", "Vừa", "Quá ngắn", ""],
        no_opinion="y",
        new_section="Cách tổ chức",
    )
    length = draft(db).questions[0]
    assert [item.text for item in length.choices][-1] == "Không có ý kiến"
    assert (
        draft(db).sections[0].title == "Cách tổ chức" and length.section == draft(db).sections[0].id
    )

    page = edit(client, q, "preset:satisfaction", text="Đồng chí hài lòng thế nào?", type="scale")
    assert page.status_code == 200 and "Rất không hài lòng" in page.text
    edit(client, q, page=page, english_text="How satisfied were you?", with_english="y")
    scale = draft(db).questions[1]
    assert (scale.type, len(scale.choices), scale.choices[-1].no_opinion) == ("scale", 6, True)
    words = draft(db).translations.en.questions[scale.id]
    assert words.choices["hai-long"] == "Satisfied"
    assert words.choices[scale.choices[-1].id] == "No opinion"

    page = edit(client, q, "preset:three", type="matrix", text="Từng mặt?")
    edit(client, q, page=page, row_text=["Tài liệu", "Hội trường", ""])
    matrix = draft(db).questions[2]
    assert ([row.text for row in matrix.rows], len(matrix.choices)) == (
        ["Tài liệu", "Hội trường"],
        4,
    )

    edit(
        client,
        q,
        type="multiple",
        text="Buổi sau nên có gì?",
        choice_text=["Thảo luận", "Phim", "", ""],
        other="y",
        other_text="Khác, xin ghi",
        max_choices="2",
        condition=[f"{length.id}:{length.choices[0].id}", f"{length.id}:{length.choices[2].id}"],
    )
    several = draft(db).questions[3]
    assert (several.max_choices, several.choices[-1].other, several.choices[-1].text) == (
        2,
        True,
        "Khác, xin ghi",
    )
    assert several.condition.question == length.id
    assert set(several.condition.any_of) == {length.choices[0].id, length.choices[2].id}

    edit(client, q, type="numeric", text="Nên dài mấy phút?", low="30", high="180")
    edit(client, q, type="long_text", text="Nội dung nào cần làm rõ?", longest="500")
    number, text = draft(db).questions[4:]
    assert (number.range.min, number.range.max, number.choices) == ("30", "180", ())
    assert (text.longest, text.choices) == (500, ())
    for made in draft(db).questions:
        page = client.get(f"{PAGE}/edit?q={made.id}")
        assert_page(page.text, page.headers)
        assert 'name="key"' not in page.text and "Không có điều gì cần sửa" in page.text


def test_mistakes_are_told_at_their_fields_and_nothing_is_stored(
    client: FlaskClient, shipped: QuestionDocument, db: Database
) -> None:
    for changes, field in (
        ({"text": " "}, "text"),
        ({"type": "long_text", "longest": "9999"}, "longest"),
        ({"type": "long_text", "longest": "²"}, "longest"),
        ({"type": "multiple", "max_choices": "0"}, "max_choices"),
        ({"type": "numeric", "low": "một"}, "low"),
        ({"new_section": "Phần\x01lạ"}, "new_section"),
        ({"no_opinion": "y", "no_opinion_text": ""}, "no_opinion_text"),
        ({"condition": ["hinh-thuc-du:truc-tiep", "thiet-thuc:tot"]}, "condition"),
        ({"text": "x" * 10_001}, "text"),
        ({"choice_text": ["x" * 10_001]}, "choices"),
    ):
        page = edit(client, "mong-muon", **changes)
        assert page.status_code == 422, changes
        assert f'href="#{field}"' in page.text, changes
    assert draft(db) == shipped


def test_nothing_that_is_posted_crashes_the_page(
    client: FlaskClient, shipped: QuestionDocument, db: Database
) -> None:
    for changes in (
        {"new_section": "Phần\x01lạ"},
        {"text": "Câu\x02lạ"},
        {"choice_id": ["BAD ID", "x"], "choice_text": ["Một", "Hai"]},
        {"choice_id": ["x", "x"], "choice_text": ["Một", "Hai"]},
        {"other_id": ""},
        {"type": "matrix", "row_id": ["r", "r"], "row_text": ["Một", "Hai"]},
        {"condition": ["không phải mã"]},
        {"type": "numeric", "low": "1e400"},
    ):
        page = edit(client, "mong-muon", **changes)
        assert page.status_code == 422, changes
        assert_page(page.text, page.headers)
    assert draft(db) == shipped


def test_what_a_question_names_may_be_gone_by_now(
    client: FlaskClient, shipped: QuestionDocument, db: Database
) -> None:
    for changes in ({"section": "khong-co"}, {"condition": ["khong-co:a"]}):
        page = edit(client, "mong-muon", text="Vẫn còn đây?", **changes)
        assert page.status_code == 422
        assert "không còn nữa" in page.text and "Vẫn còn đây?" in page.text
    assert draft(db) == shipped


def test_saving_without_a_change_changes_nothing(
    client: FlaskClient, shipped: QuestionDocument, db: Database
) -> None:
    for question in shipped.questions:
        assert edit(client, question.id).status_code == 303
    assert draft(db) == shipped


def test_types_the_editor_does_not_offer_are_kept(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    choices = [{"id": "a", "text": "Có"}, {"id": "b", "text": "Không"}]
    pairs = [{"id": "p", "left": "1", "right": "2"}]
    number = {"min": "1", "max": "9"}
    document = QuestionDocument.model_validate(
        {
            "kind": "feedback",
            "title": "Góp ý",
            "questions": [
                {"id": "t", "type": "true_false", "text": "Có kịp giờ?", "choices": choices},
                {"id": "m", "type": "matching", "text": "Ghép?", "pairs": pairs, "state": "draft"},
                {"id": "p", "type": "prediction", "text": "Mấy?", "range": number},
                {"id": "n", "type": "numeric", "text": "Mấy phút?", "range": {"min": "0.5"}},
            ],
        }
    )
    stored(db, document)
    for question in document.questions:
        assert edit(client, question.id).status_code == 303
    assert draft(db) == document


def test_changing_the_type_without_script_keeps_what_was_typed(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    q = begin(client)
    page = edit(client, q, "type", type="long_text", text="Gì?", choice_text=["Một", "Hai", "", ""])
    assert re.search(r'data-for="long_text">', page.text)
    assert re.search(r'data-for="single multiple scale matrix true_false" hidden', page.text)
    page = edit(client, q, "type", page=page, type="single")
    assert page.text.count(">\nMột</textarea>") == 1
    page = edit(client, q, "row_add", page=page)
    row = fields_of(page)["row_id"]
    assert len(row) == 4
    page = edit(client, q, f"row_remove:{row[0]}", page=page)
    assert fields_of(page)["row_id"] == row[1:]
    page = edit(client, q, f"choice_down:{fields_of(page)['choice_id'][0]}", page=page)
    assert fields_of(page)["choice_text"][:2] == ["Hai", "Một"]
    assert draft(db).questions == ()


def test_a_key_from_elsewhere_goes_with_the_next_save(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    document = QuestionDocument.model_validate(
        {
            "kind": "feedback",
            "title": "Góp ý",
            "questions": [
                {
                    "id": "q",
                    "text": "Thời lượng thế nào?",
                    "choices": [{"id": "a", "text": "Dài"}, {"id": "b", "text": "Vừa"}],
                    "key": ["a"],
                    "required": True,
                    "explanation": "Giữ lại.",
                }
            ],
        }
    )
    stored(db, document)
    assert "không có đáp án" in client.get(f"{PAGE}/approve").text
    edit(client, "q")
    found = draft(db).questions[0]
    assert (found.key, found.required, found.explanation) == ((), False, "Giữ lại.")
    assert "Duyệt 1 câu" in client.get(f"{PAGE}/approve").text


def test_sections_and_introduction_are_written_on_one_page(
    client: FlaskClient, shipped: QuestionDocument, db: Database
) -> None:
    page = client.get(f"{PAGE}/header")
    assert_page(page.text, page.headers)
    assert "Nguồn chung" not in page.text and "**đậm**" in page.text
    data = {
        "revision": re.search(r'name="revision" value="(\d+)"', page.text)[1],
        "title": "Góp ý",
        "intro": "Xin **đọc kỹ**.",
        "section_id": ["buoi-vua-du", "cach-to-chuc", "buoi-sau", ""],
        "section_title": ["Buổi họp", "", "Cho buổi sau", "Thêm"],
        "section_intro": ["Xem [trang](https://a.example).", "", "", "Lời"],
    }
    assert submit(client, f"{PAGE}/header", data).status_code == 303
    made = draft(db)
    assert [item.title for item in made.sections] == ["Buổi họp", "Cho buổi sau", "Thêm"]
    assert made.question("thoi-luong").section is None
    assert made.question("tai-lieu").section == "buoi-vua-du"
    page = client.get(f"{PAGE}/preview")
    assert_page(page.text, page.headers)
    assert "<strong>đọc kỹ</strong>" in page.text
    assert '<a href="https://a.example" rel="noopener noreferrer">trang</a>' in page.text
    again = data | {"section_title": ["x" * 501, "", "", "Phần gõ dở"], "revision": "2"}
    page = submit(client, f"{PAGE}/header", again)
    assert page.status_code == 422 and "Phần gõ dở" in page.text
    page = submit(client, f"{PAGE}/header", again | {"section_title": ["A", "", "", " "]})
    assert (
        page.status_code == 422 and "chưa có tên" in page.text and ">\nLời</textarea>" in page.text
    )
    assert draft(db) == made


def test_the_preview_shows_every_type_and_runs_no_script(
    client: FlaskClient, shipped: QuestionDocument, db: Database
) -> None:
    evil = "<script>alert(1)</script> **đậm** [x](javascript:alert(1))"
    edit(client, "tai-lieu", text=evil)
    edit(client, "lam-ro", type="numeric", low="1", high="9")
    page = client.get(f"{PAGE}/preview")
    assert_page(page.text, page.headers)
    assert "<script>alert" not in page.text and 'href="javascript' not in page.text
    assert "<strong>đậm</strong>" in page.text
    assert "Chỉ hỏi khi câu “Thời lượng của buổi sinh hoạt thế nào?” trả lời:" in page.text
    assert "Chọn nhiều nhất 2 ý" in page.text and "Từ 1 đến 9" in page.text
    page = client.get(f"{PAGE}/edit?q=tai-lieu")
    assert "<strong>đậm</strong>" in page.text and "<script>alert" not in page.text


def test_two_people_at_one_question_see_both_versions(
    client: FlaskClient, shipped: QuestionDocument, db: Database
) -> None:
    page = client.get(f"{PAGE}/edit?q=lam-ro")
    edit(client, "lam-ro", text="Người thứ nhất?")
    page = edit(client, "lam-ro", page=page, text="Người thứ hai?")
    assert page.status_code == 409
    assert "Người thứ nhất?" in page.text and "Người thứ hai?" in page.text


def test_what_was_typed_is_shown_when_the_draft_is_gone(
    client: FlaskClient, shipped: QuestionDocument, db: Database
) -> None:
    page = client.get(f"{PAGE}/edit?q=mong-muon")
    with db.writing() as session:
        line = queries.question_set(session, SLUG)
        services.approve(session, line.draft.id, actor=CLI)
    page = edit(client, "mong-muon", page=page, text="Gõ muộn?")
    assert page.status_code == 409
    assert "Gõ muộn?" in page.text and "Thảo luận theo nhóm nhỏ" in page.text


def test_undoing_a_deletion_brings_conditions_back(
    client: FlaskClient, shipped: QuestionDocument, db: Database
) -> None:
    page = edit(client, "thoi-luong", "delete")
    assert draft(db).question("nen-bot").condition is None
    parcel = html.unescape(re.search(r'name="parcel" value="([^"]*)"', page.text)[1])
    edit(client, "nen-them", condition=["hinh-thuc-du:truc-tiep"])
    data = {"csrf_token": csrf_of(page), "parcel": parcel}
    assert client.post(f"{PAGE}/undo", data=data).status_code == 303
    made = draft(db)
    assert made.question("nen-bot") == shipped.question("nen-bot")
    assert made.question("nen-them").condition.question == "hinh-thuc-du"  # changed meanwhile
    assert [item.id for item in made.questions] == [item.id for item in shipped.questions]


def test_a_form_is_downloaded_as_yaml_only(client: FlaskClient, shipped: QuestionDocument) -> None:
    assert b"kind: feedback" in client.get(f"{PAGE}/export/yaml").data
    for to in ("text", "docx"):
        page = client.get(f"{PAGE}/export/{to}")
        assert page.status_code == 422 and "chỉ xuất được dạng YAML" in page.text
    page = client.get(PAGE)
    assert_page(page.text, page.headers)
    assert "export/text" not in page.text


def test_the_command_line_checks_stores_and_writes_a_form(app: Flask, tmp_path: Path) -> None:
    def run(*args: object):
        return app.test_cli_runner().invoke(args=["questions", *map(str, args)])

    result = run("check", SHIPPED, "--json")
    assert result.exit_code == 0, result.output
    paper = json.loads(result.stdout)
    assert (paper["kind"], {item["state"] for item in paper["questions"]}) == ("feedback", {"ok"})
    assert [len(item["rows"]) for item in paper["questions"] if item["type"] == "matrix"] == [3]
    assert run("import", SHIPPED, "--slug", SLUG).exit_code == 0
    out = tmp_path / "out.yaml"
    assert run("export", SLUG, "--to", "yaml", out).exit_code == 0
    first, second = (formats.read(path.read_bytes()).to_document() for path in (SHIPPED, out))
    assert first == second
    for to in ("docx", "xlsx", "gift", "aiken", "moodle_xml", "text"):
        result = run("export", SLUG, "--to", to, tmp_path / "x")
        assert result.exit_code == 1 and "YAML" in result.stderr
        assert not (tmp_path / "x").exists()
