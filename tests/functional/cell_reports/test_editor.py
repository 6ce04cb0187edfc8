"""The editor shows, checks, changes and approves a set of cell reports and loses nothing of it."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.database import Database
from survey_app.questions.canonical import content_hash, from_plain
from survey_app.questions.formats import read
from survey_app.questions.models import QuestionSetVersion
from tests.factories import csrf_of, make_user, sign_in_as
from tests.factories_rounds import make_version
from tests.functional.cell_reports.conftest import QUIZZES
from tests.page import assert_page

SLUG = "bao-cao"
EDIT = f"/organiser/questions/{SLUG}/edit"
DOCUMENT = read((QUIZZES / "bao-cao-chi-bo.yaml").read_bytes()).to_document()
_FIELD = re.compile(
    r'<input[^>]*?name="(?P<name>\w+)"[^>]*?value="(?P<value>[^"]*)"[^>]*>'
    r'|<textarea[^>]*?name="(?P<area>\w+)"[^>]*>\n?(?P<text>[^<]*)</textarea>'
    r'|<select[^>]*?name="(?P<select>\w+)"[^>]*>(?P<options>.*?)</select>',
    re.DOTALL,
)


@pytest.fixture
def editor(client: FlaskClient, db: Database) -> FlaskClient:
    user = make_user(db, "organiser", "question_approver", email="soan@so-mau.example")
    with db.writing() as session:
        make_version(session, document=DOCUMENT, state="draft", slug=SLUG)
    sign_in_as(client, user)
    return client


def fields(page) -> list[tuple[str, str]]:
    """Return what a browser without script would post back, but the button."""
    import html

    found = []
    form = page.text.split('<form method="post"')[1:]
    for match in _FIELD.finditer("".join(form)):
        if match["area"]:
            found.append((match["area"], html.unescape(match["text"])))
        elif match["select"]:
            chosen = re.search(r'value="([^"]*)" selected', match["options"])
            found.append((match["select"], chosen[1] if chosen else ""))
        elif 'type="checkbox"' not in match[0] or " checked" in match[0]:
            found.append((match["name"], html.unescape(match["value"])))
    return found


def stored(db: Database):
    with db.reading() as session:
        return from_plain(session.scalars(select(QuestionSetVersion.document)).one())


@pytest.mark.parametrize("question_id", [question.id for question in DOCUMENT.questions])
def test_saving_a_question_as_it_is_changes_nothing(
    editor: FlaskClient, db: Database, question_id: str
) -> None:
    page = editor.get(f"{EDIT}?q={question_id}")
    assert page.status_code == 200 and "Lời gợi ý dưới câu" in page.text
    for foreign in ("Nguồn", "Đáp án", "Không có ý kiến", "Chỉ hỏi khi"):
        assert foreign not in page.text.split('<form method="post"', 2)[-1]
    data: dict[str, list[str]] = {"action": ["save"]}
    for name, value in fields(page):
        data.setdefault(name, []).append(value)
    assert editor.post(f"{EDIT}?q={question_id}", data=data).status_code == 303
    assert content_hash(stored(db)) == content_hash(DOCUMENT)


def test_a_hint_is_changed_and_the_set_approved(editor: FlaskClient, db: Database) -> None:
    page = editor.get(f"{EDIT}?q=tin-bai")
    data: dict[str, list[str]] = {"action": ["save"]}
    for name, value in fields(page):
        data.setdefault(name, []).append(value)
    data["hint"] = ["Mỗi bài tính một lần."]
    assert editor.post(f"{EDIT}?q=tin-bai", data=data).status_code == 303
    changed = stored(db).question("tin-bai")
    assert changed is not None and changed.hint == "Mỗi bài tính một lần."
    approve = editor.get(f"/organiser/questions/{SLUG}/approve")
    given = dict(fields(approve))
    given["csrf_token"] = csrf_of(approve)
    done = editor.post(f"/organiser/questions/{SLUG}/approve", data=given)
    assert done.status_code == 303, done.text
    shown = editor.get(f"/organiser/questions/{SLUG}")
    assert "Mở kỳ báo cáo với mẫu này" in shown.text and "/text" not in shown.text


def test_the_preview_shows_the_table_and_the_hints(editor: FlaskClient) -> None:
    page = editor.get(f"/organiser/questions/{SLUG}/preview")
    assert_page(page.text, page.headers)
    assert "Sinh hoạt chi bộ: Số lượt người" in page.text
    assert "Ghi như 02/9/2024" in page.text
