"""Writing a quiz question by question, without any script."""

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.accounts.scope import CLI, Unattended
from survey_app.audit.models import AuditEvent
from survey_app.database import Database
from survey_app.questions import services
from survey_app.questions.formats.paper import READER_MARK
from survey_app.questions.models import QuestionSetVersion
from survey_app.questions.schema import QuestionDocument
from tests.factories import csrf_of, make_user, sign_in, submit
from tests.functional.questions.editing import draft_of, fields_of
from tests.page import assert_page

SLUG = "vong-1"
PAGE = f"/organiser/questions/{SLUG}"


def question(number: int, **changes) -> dict:
    return {
        "id": f"q{number}",
        "text": f"Câu hỏi số {number}?",
        "choices": [{"id": "a", "text": "Một"}, {"id": "b", "text": "Hai"}],
        "key": ["b"],
        "source": {"document": "Kế hoạch 422"},
        "explanation": "Mục II của văn bản còn nêu phong trào thi đua đặc biệt.",
        **changes,
    }


@pytest.fixture
def version_id(app: Flask, db: Database) -> int:
    document = QuestionDocument.model_validate(
        {
            "kind": "quiz",
            "title": "Vòng 1",
            "questions": [
                question(1),
                question(2, weights={"a": "50"}, required=True, further_sources=["Sách"]),
                question(3),
            ],
            "translations": {"en": {"questions": {"q2": {"text": "Number two?"}}}},
        }
    )
    with db.writing() as session:
        return services.import_document(session, document, SLUG, actor=CLI).id


@pytest.fixture
def organiser(client: FlaskClient, version_id: int) -> int:
    return sign_in(client, "organiser")


def draft(db: Database) -> QuestionDocument:
    return draft_of(db, SLUG)


def edit(client: FlaskClient, q: str, action: str = "save", after: str = "", **changes):
    """Open a question, change fields, press a button."""
    path = f"{PAGE}/edit?q={q}" + (f"&after={after}" if after else "")
    data = fields_of(client.get(path)) | changes | {"action": action}
    return client.post(path, data=data)


def test_the_page_shows_outline_card_and_findings(client: FlaskClient, organiser: int) -> None:
    page = client.get(f"{PAGE}/edit")
    assert page.location == f"{PAGE}/edit?q=q1"
    page = client.get(page.location)
    assert_page(page.text, page.headers)
    assert "Câu 1 trong 3" in page.text
    assert page.text.count('class="dot ok"') == 3


@pytest.mark.parametrize("by_reader", [True, False])
def test_a_repaired_question_is_no_draft_any_more(
    client: FlaskClient, organiser: int, version_id: int, db: Database, by_reader: bool
) -> None:
    reason = f"{READER_MARK} Chưa có đáp án." if by_reader else "Chờ hỏi lại"
    changed = question(2, key=[], state="draft", draft_reason=reason)
    document = draft(db).model_dump(by_alias=True)
    document["questions"] = [question(1), changed, question(3)]
    with db.writing() as session:
        version = services.draft_for_change(session, version_id)
        after = QuestionDocument.model_validate(document)
        services.save_draft(session, version_id, after, revision=version.revision, actor=CLI)
    assert "bỏ dấu nháp?" not in client.get(f"{PAGE}/edit?q=q2").text
    page = client.get(edit(client, "q2", key=["b"]).location).text
    assert ("bỏ dấu nháp?" in page, "nên đã bỏ dấu nháp" in page) == (not by_reader, by_reader)
    if not by_reader:
        assert draft(db).question("q2").state == "draft"
        edit(client, "q2", action="ready")
    found = draft(db).question("q2")
    assert (found.state, found.draft_reason, found.key) == ("ready", "", ("b",))


def test_saving_without_a_change_changes_nothing(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    before = draft(db)
    assert edit(client, "q2").status_code == 303
    assert draft(db) == before


def test_everything_on_the_form_is_kept(client: FlaskClient, organiser: int, db: Database) -> None:
    response = edit(
        client,
        "q1",
        text="  Năm nào\r\nthành lập? ",
        choice_id=["a", "b", "moi12345"],
        choice_text=["1930", "1954", "1975"],
        choice_english=["in 1930", "in 1954", "in 1975"],
        key=["moi12345"],
        pinned=["a"],
        explanation="Vì vậy.",
        source_document="Sách",
        source_section="Chương 2",
        source_date="2019",
        source_quotation="“Nguyên văn”",
        source_url="https://example.vn/a",
        topic="Lịch sử",
        level="Dễ",
        draft="y",
        draft_reason="chờ nguồn thứ hai",
        shuffle=[],
        english_text="Which year?",
        english_explanation="Because.",
    )
    assert response.status_code == 303
    saved = draft(db).question("q1")
    assert saved is not None and saved.source is not None
    assert saved.text == "Năm nào\nthành lập?"
    assert [(item.id, item.text, item.pinned) for item in saved.choices] == [
        ("a", "1930", True),
        ("b", "1954", False),
        ("moi12345", "1975", False),
    ]
    assert saved.key == ("moi12345",)
    assert (saved.topic, saved.level, saved.state, saved.shuffle) == (
        "Lịch sử",
        "Dễ",
        "draft",
        False,
    )
    assert saved.source.model_dump() == {
        "document": "Sách",
        "section": "Chương 2",
        "date": "2019",
        "quotation": "“Nguyên văn”",
        "url": "https://example.vn/a",
        "reading": "full",
    }
    english = draft(db).translations.en
    assert english is not None
    assert english.questions["q1"].choices == {
        "a": "in 1930",
        "b": "in 1954",
        "moi12345": "in 1975",
    }
    assert english.questions["q2"].text == "Number two?"


def test_what_the_form_does_not_show_survives(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    edit(client, "q2", text="Đã sửa?")
    saved = draft(db).question("q2")
    assert saved is not None and saved.text == "Đã sửa?"
    assert (saved.weights, saved.required) == ({"a": "50"}, True)
    assert [source.document for source in saved.further_sources] == ["Sách"]


def test_choices_are_added_moved_and_removed_by_buttons(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    before = draft(db)
    page = edit(client, "q1", "choice_add", choice_text=["Một đã sửa", "Hai"])
    assert len(fields_of(page)["choice_id"]) == 3
    assert fields_of(page)["choice_text"] == ["Một đã sửa", "Hai", ""]
    data = fields_of(page)
    for action, order in (
        ("choice_down:a", ["Hai", "Một đã sửa", ""]),
        ("choice_up:a", ["Một đã sửa", "Hai", ""]),
        ("choice_up:a", ["Một đã sửa", "Hai", ""]),
        ("choice_remove:b", ["Một đã sửa", ""]),
    ):
        page = client.post(f"{PAGE}/edit?q=q1", data=data | {"action": action})
        data = fields_of(page)
        assert data["choice_text"] == order
    assert draft(db) == before, "none of these buttons saves"


def test_several_right_answers(client: FlaskClient, organiser: int, db: Database) -> None:
    page = edit(client, "q1", key=["a", "b"])
    assert page.status_code == 422
    assert fields_of(page)["key"] == ["a", "b"]
    assert edit(client, "q1", key=["a", "b"], several="y").status_code == 303
    saved = draft(db).question("q1")
    assert saved is not None and (saved.type, saved.key) == ("multiple", ("a", "b"))
    assert 'type="checkbox" name="key"' in client.get(f"{PAGE}/edit?q=q1").text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"text": "  "}, "Xin ghi nội dung câu hỏi"),
        ({"text": "x" * 10_001}, "dài quá"),
        ({"topic": "x" * 501}, "dài quá"),
        ({"text": "có \x07 chuông"}, "ký tự điều khiển"),
        ({"choice_text": ["Một", ""]}, "còn trống"),
        ({"source_url": "javascript:alert(1)"}, "http://"),
        ({"source_document": "", "source_section": "Mục 2"}, "tên văn bản"),
        ({"english_explanation": "Only this."}, "Xin dịch cả câu hỏi"),
    ],
)
def test_what_was_typed_comes_back_with_what_is_wrong(
    client: FlaskClient, organiser: int, db: Database, changes: dict, words: str
) -> None:
    before = draft(db)
    page = edit(client, "q1", **{"explanation": "Tôi vừa gõ dòng này.", **changes})
    assert page.status_code == 422
    assert words in page.text
    typed = fields_of(page)
    assert typed["explanation"] == ["Tôi vừa gõ dòng này."]
    for name, value in changes.items():
        assert typed[name] == (value if isinstance(value, list) else [value])
    assert draft(db) == before


def test_a_new_question_stands_after_the_one_it_was_asked_from(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    page = client.get(f"{PAGE}/edit?q=new&after=q1")
    assert_page(page.text, page.headers)
    assert len(fields_of(page)["choice_id"]) == 4
    ids = fields_of(page)["choice_id"]
    response = edit(
        client,
        "new",
        "save_new",
        after="q1",
        text="Câu viết thêm?",
        choice_id=ids,
        choice_text=["Đúng", "Sai", "", ""],
        key=[ids[0]],
    )
    questions = draft(db).questions
    assert [item.text for item in questions][:3] == [
        "Câu hỏi số 1?",
        "Câu viết thêm?",
        "Câu hỏi số 2?",
    ]
    assert len(questions[1].choices) == 2 and questions[1].key == (ids[0],)
    assert response.location == f"{PAGE}/edit?q=new&after={questions[1].id}"


def test_a_question_moves_and_what_was_typed_is_saved_with_it(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    edit(client, "q3", "up", text="Câu ba đã sửa?")
    assert [item.id for item in draft(db).questions] == ["q1", "q3", "q2"]
    assert draft(db).questions[1].text == "Câu ba đã sửa?"
    edit(client, "q1", "up")
    edit(client, "q2", "down")
    assert [item.id for item in draft(db).questions] == ["q1", "q3", "q2"]


def test_a_deleted_question_can_be_put_back(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    before = draft(db)
    page = edit(client, "q2", "delete")
    assert page.status_code == 200
    assert [item.id for item in draft(db).questions] == ["q1", "q3"]
    assert "Đã xóa câu 2" in page.text
    english = draft(db).translations.en
    assert english is None or "q2" not in english.questions
    parcel = html.unescape(re.search(r'name="parcel" value="([^"]*)"', page.text)[1])
    token = csrf_of(page)
    response = client.post(f"{PAGE}/undo", data={"csrf_token": token, "parcel": parcel})
    assert response.location == f"{PAGE}/edit?q=q2"
    assert draft(db) == before


@pytest.mark.parametrize("parcel", ["", "[]", '{"position": 0}', '{"position": "x"}'])
def test_a_broken_undo_changes_nothing(
    client: FlaskClient, organiser: int, db: Database, parcel: str
) -> None:
    before = draft(db)
    response = submit(client, f"{PAGE}/edit?q=q1", {"parcel": parcel}, to=f"{PAGE}/undo")
    assert response.status_code == 422
    assert draft(db) == before


def test_two_people_at_two_questions_do_not_meet(
    app: Flask, client: FlaskClient, organiser: int, db: Database
) -> None:
    other = app.test_client()
    sign_in(other, "organiser", email="hai@so-mau.example")
    mine = fields_of(client.get(f"{PAGE}/edit?q=q1"))
    edit(other, "q2", text="Của người kia?")
    response = client.post(f"{PAGE}/edit?q=q1", data=mine | {"text": "Của tôi?", "action": "save"})
    assert response.status_code == 303
    assert [item.text for item in draft(db).questions][:2] == ["Của tôi?", "Của người kia?"]


def test_two_people_at_one_question_see_both_versions(
    app: Flask, client: FlaskClient, organiser: int, db: Database
) -> None:
    other = app.test_client()
    sign_in(other, "organiser", email="hai@so-mau.example")
    mine = fields_of(client.get(f"{PAGE}/edit?q=q1")) | {"text": "Của tôi?", "action": "save"}
    edit(other, "q1", text="Của người kia?")
    page = client.post(f"{PAGE}/edit?q=q1", data=mine)
    assert page.status_code == 409
    assert "Của người kia?" in page.text
    assert fields_of(page)["text"] == ["Của tôi?"]
    first = draft(db).questions[0]
    assert first.text == "Của người kia?"
    again = client.post(f"{PAGE}/edit?q=q1", data=fields_of(page) | {"action": "save"})
    assert again.status_code == 303
    assert draft(db).questions[0].text == "Của tôi?"


def test_the_same_save_twice_is_no_conflict(
    client: FlaskClient, organiser: int, db: Database
) -> None:
    data = fields_of(client.get(f"{PAGE}/edit?q=q1")) | {"text": "Mới?", "action": "save"}
    for _ in range(2):
        assert client.post(f"{PAGE}/edit?q=q1", data=data).status_code == 303


def test_a_question_deleted_by_another_is_not_lost(
    app: Flask, client: FlaskClient, organiser: int, db: Database
) -> None:
    other = app.test_client()
    sign_in(other, "organiser", email="hai@so-mau.example")
    mine = fields_of(client.get(f"{PAGE}/edit?q=q1")) | {"text": "Của tôi?", "action": "save"}
    edit(other, "q1", "delete")
    page = client.post(f"{PAGE}/edit?q=q1", data=mine)
    assert page.status_code == 409
    client.post(f"{PAGE}/edit?q=q1", data=fields_of(page) | {"action": "save"})
    assert draft(db).questions[-1].text == "Của tôi?"


def test_typed_while_somebody_approved(
    client: FlaskClient, organiser: int, db: Database, version_id: int
) -> None:
    mine = fields_of(client.get(f"{PAGE}/edit?q=q1")) | {"text": "Công tôi gõ?", "action": "save"}
    with db.writing() as session:
        services.approve(session, version_id, actor=Unattended("user", organiser))
    page = client.post(f"{PAGE}/edit?q=q1", data=mine)
    assert page.status_code == 409
    assert "Công tôi gõ?" in page.text
    with db.reading() as session:
        assert services.load_version(session, version_id).questions[0].text == "Câu hỏi số 1?"


def test_the_words_around_the_questions(
    app: Flask, client: FlaskClient, organiser: int, db: Database
) -> None:
    page = client.get(f"{PAGE}/header")
    assert_page(page.text, page.headers)
    stale = page
    assert (
        submit(
            client, f"{PAGE}/header", {"title": "Tên mới", "intro": "Mời.", "revision": 1}
        ).status_code
        == 303
    )
    assert (draft(db).title, draft(db).intro) == ("Tên mới", "Mời.")
    data = {"csrf_token": csrf_of(stale), "title": "Tên khác", "intro": "Chào.", "revision": 1}
    page = client.post(f"{PAGE}/header", data=data)
    assert page.status_code == 409
    assert "Tên mới" in page.text and 'value="Tên khác"' in page.text and "Chào." in page.text
    page = submit(client, f"{PAGE}/header", {"title": "", "intro": "Giữ lại.", "revision": 2})
    assert page.status_code == 422 and "Giữ lại." in page.text


def test_preview_and_approval(
    client: FlaskClient, organiser: int, db: Database, version_id: int
) -> None:
    page = client.get(f"{PAGE}/preview")
    assert_page(page.text, page.headers)
    assert page.text.count('type="radio"') == 6 and "⟦" not in page.text
    assert "Mục II của văn bản" not in page.text, "a member does not see explanations yet"
    page = client.get(f"{PAGE}/approve")
    assert_page(page.text, page.headers)
    response = submit(client, f"{PAGE}/approve", {"version": version_id, "revision": 1})
    assert response.status_code == 303
    with db.reading() as session:
        version = session.get_one(QuestionSetVersion, version_id)
    assert (version.state, version.approver_id) == ("approved", organiser)
    page = client.get(PAGE)
    assert_page(page.text, page.headers)
    assert client.get(f"{PAGE}/edit").location == PAGE
    assert submit(client, PAGE, to=f"{PAGE}/draft").location == f"{PAGE}/edit"
    page = client.get(f"{PAGE}/discard")
    assert_page(page.text, page.headers)
    assert submit(client, f"{PAGE}/discard").status_code == 303
    assert submit(client, PAGE, to=f"{PAGE}/versions/{version_id}/retire").status_code == 303
    with db.reading() as session:
        actions = session.scalars(
            select(AuditEvent.action).where(AuditEvent.action.like("questions.%"))
        ).all()
    assert actions.count("questions.saved") == 2
    assert {"questions.approved", "questions.discarded", "questions.retired"} <= set(actions)


def test_approval_of_what_one_has_not_seen_is_refused(
    client: FlaskClient, organiser: int, db: Database, version_id: int
) -> None:
    token = csrf_of(client.get(f"{PAGE}/approve"))
    edit(client, "q1", text="Sửa sau khi mở trang duyệt?")
    data = {"csrf_token": token, "version": version_id, "revision": 1}
    page = client.post(f"{PAGE}/approve", data=data)
    assert page.status_code == 409
    assert "vừa được sửa" in page.text


def test_findings_stand_on_the_page_of_approval_and_block_it(
    client: FlaskClient, organiser: int, db: Database, version_id: int
) -> None:
    edit(client, "q1", key=[])
    page = client.get(f"{PAGE}/approve")
    assert "chưa có đáp án" in page.text and "Duyệt 3 câu" not in page.text
    data = {"version": version_id, "revision": 2}
    assert submit(client, f"{PAGE}/edit?q=q2", data, to=f"{PAGE}/approve").status_code == 422


def test_a_second_reader_is_asked_for(
    app: Flask, client: FlaskClient, organiser: int, db: Database, version_id: int
) -> None:
    app.extensions["survey.second_reader"] = lambda session: True
    edit(client, "q1", text="Tôi viết?")
    data = {"version": version_id, "revision": 2}
    assert submit(client, f"{PAGE}/approve", data).status_code == 409
    other = app.test_client()
    sign_in(other, "question_approver")
    assert submit(other, f"{PAGE}/approve", data).status_code == 303


def test_download(client: FlaskClient, organiser: int) -> None:
    response = client.get(f"{PAGE}/export/yaml")
    assert b"kind: quiz" in response.data
    assert response.headers["Content-Disposition"] == 'attachment; filename="vong-1.yaml"'
    assert "Câu 1" in client.get(f"{PAGE}/export/text").text
    assert client.get(f"{PAGE}/export/docx").status_code == 422


def test_unknown_sets_are_not_found(client: FlaskClient, organiser: int, db: Database) -> None:
    make_user(db, "administrator")
    for path in ("", "/preview", "/approve", "/header", "/export/yaml"):
        assert client.get(f"/organiser/questions/khong-co{path}").status_code == 404
    assert client.get(f"{PAGE}/preview?v=99").status_code == 404


def test_a_stale_button_approves_neither_another_set_nor_other_content(
    client: FlaskClient, organiser: int, db: Database, version_id: int
) -> None:
    document = QuestionDocument.model_validate(
        {"kind": "quiz", "title": "Vòng 2", "questions": [question(1), question(2)]}
    )
    with db.writing() as session:
        other_id = services.import_document(session, document, "vong-2", actor=CLI).id
    other = {"version": other_id, "revision": 1}
    page = submit(client, f"{PAGE}/approve", other)
    assert page.status_code == 409
    assert "không còn ở bộ câu hỏi này" in page.text
    # Thrown away and made again, a draft may get the same number and the same revision.
    same = {"version": version_id, "revision": 1, "seen": "0" * 64}
    assert submit(client, f"{PAGE}/approve", same).status_code == 409
    with db.reading() as session:
        states = session.scalars(select(QuestionSetVersion.state)).all()
    assert set(states) == {"draft"}
    shown = re.search(r'name="seen" value="(\w+)"', client.get(f"{PAGE}/approve").text)[1]
    assert submit(client, f"{PAGE}/approve", same | {"seen": shown}).status_code == 303
