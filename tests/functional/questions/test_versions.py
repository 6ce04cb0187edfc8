"""Versions of a question set: drafted, approved, never changed, retired, shipped."""

import copy
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from survey_app.accounts.scope import CLI, Unattended
from survey_app.audit.models import AuditEvent
from survey_app.database import Database
from survey_app.errors import Conflict, Invalid, NotFound
from survey_app.questions import services
from survey_app.questions.models import QuestionSetVersion
from survey_app.questions.schema import QuestionDocument
from tests.conftest import ROOT
from tests.factories import make_user
from tests.factories_rounds import make_version


def quiz(**changes) -> QuestionDocument:
    content = {
        "kind": "quiz",
        "title": "Vòng 1",
        "questions": [
            {
                "id": "q1",
                "text": "Đảng bộ Khối được thành lập năm nào?",
                "choices": [{"id": "a", "text": "1930"}, {"id": "b", "text": "1954"}],
                "key": ["b"],
                "source": "Kế hoạch 422-KH/ĐUS",
            },
            {
                "id": "q2",
                "text": "Câu còn phải tìm nguồn",
                "choices": [{"id": "a", "text": "Một"}, {"id": "b", "text": "Hai"}],
                "key": ["a"],
                "state": "draft",
                "draft_reason": "mới có một nguồn",
            },
        ],
    }
    return QuestionDocument.model_validate(copy.deepcopy(content) | changes)


def user(number: int) -> Unattended:
    return Unattended("user", number)


@pytest.fixture
def writer(app: Flask, db: Database) -> Unattended:
    return user(make_user(db, "organiser", email="viet@so-mau.example"))


@pytest.fixture
def reader(app: Flask, db: Database) -> Unattended:
    return user(make_user(db, "question_approver", email="duyet@so-mau.example"))


def imported(db: Database, actor: Unattended, **changes) -> int:
    with db.writing() as session:
        return services.import_document(session, quiz(**changes), "vong-1", actor=actor).id


def approved(db: Database, actor: Unattended) -> int:
    version_id = imported(db, actor)
    with db.writing() as session:
        services.approve(session, version_id, actor=actor)
    return version_id


def test_importing_the_same_content_again_stores_nothing(db: Database, writer: Unattended) -> None:
    assert imported(db, writer) == imported(db, writer)
    with pytest.raises(Conflict):
        imported(db, writer, title="Khác")


def test_a_set_of_another_kind_keeps_its_slug(db: Database, writer: Unattended) -> None:
    imported(db, writer)
    form = QuestionDocument(kind="feedback", title="Góp ý")
    with db.writing() as session, pytest.raises(Conflict):
        services.import_document(session, form, "vong-1", actor=writer)


def test_approval_counts_only_ready_questions(db: Database, writer: Unattended) -> None:
    version_id = approved(db, writer)
    with db.reading() as session:
        version = session.get_one(QuestionSetVersion, version_id)
        document = services.load_version(session, version_id)
        actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert (version.state, version.approver_id) == ("approved", writer.actor_id)
    assert [question.id for question in document.ready_questions] == ["q1"]
    assert document.question("q2") is not None, "the draft question waits for the next version"
    assert actions[-2:] == ["questions.saved", "questions.approved"]


def test_findings_block_approval(db: Database, writer: Unattended) -> None:
    broken = quiz().model_dump(by_alias=True)
    broken["questions"][0]["key"] = []
    with db.writing() as session:
        version = services.import_document(
            session, QuestionDocument.model_validate(broken), "vong-1", actor=writer
        )
    with db.writing() as session, pytest.raises(Invalid) as refusal:
        services.approve(session, version.id, actor=writer)
    assert "no_key" in [problem.code for problem in refusal.value.problems]
    with db.reading() as session:
        assert session.get_one(QuestionSetVersion, version.id).state == "draft"


def test_an_approved_version_never_changes(db: Database, writer: Unattended) -> None:
    version_id = approved(db, writer)
    other = quiz(title="Lén sửa")
    with db.writing() as session, pytest.raises(Conflict):
        services.save_draft(session, version_id, other, revision=1, actor=writer)
    with db.writing() as session, pytest.raises(Conflict):
        services.discard_draft(session, version_id, actor=writer)
    for field, value in {
        "document": {},
        "content_hash": "0",
        "number": 9,
        "state": "draft",
    }.items():
        with pytest.raises(ValueError, match="never changes"), db.writing() as session:
            setattr(session.get_one(QuestionSetVersion, version_id), field, value)
    with pytest.raises(ValueError, match="never deleted"), db.writing() as session:
        session.delete(session.get_one(QuestionSetVersion, version_id))
    with db.reading() as session:
        assert services.load_version(session, version_id).title == "Vòng 1"


def test_the_number_of_a_discarded_version_never_comes_back(db: Database) -> None:
    with db.writing() as session:
        first = make_version(session).id
        session.query(QuestionSetVersion).delete()
    with db.writing() as session:
        assert make_version(session).id > first


def test_an_approved_version_is_read_once_per_process(db: Database, writer: Unattended) -> None:
    version_id = approved(db, writer)
    with db.reading() as session:
        first = services.load_version(session, version_id)
    with db.reading() as session:
        assert services.load_version(session, version_id) is first


def test_a_stale_save_is_refused_and_shows_what_stands_there(
    db: Database, writer: Unattended, reader: Unattended
) -> None:
    version_id = imported(db, writer)
    with db.writing() as session:
        assert (
            services.save_draft(session, version_id, quiz(title="Của An"), revision=1, actor=writer)
            == 2
        )
    with pytest.raises(services.StaleDraft) as refusal, db.writing() as session:
        services.save_draft(session, version_id, quiz(title="Của Bình"), revision=1, actor=reader)
    assert refusal.value.document.title == "Của An"
    assert refusal.value.revision == 2
    with db.writing() as session:  # the same words twice are no conflict
        services.save_draft(session, version_id, quiz(title="Của An"), revision=1, actor=reader)


def test_who_wrote_in_it_cannot_be_the_second_reader(
    db: Database, writer: Unattended, reader: Unattended
) -> None:
    version_id = imported(db, writer)
    with db.writing() as session:
        services.save_draft(session, version_id, quiz(title="Sửa"), revision=1, actor=reader)
    for hand in (writer, reader, CLI):
        with db.writing() as session, pytest.raises(Conflict):
            services.approve(session, version_id, actor=hand, second_reader_required=True)
    third = user(make_user(db, "organiser", email="ba@so-mau.example"))
    with db.writing() as session:
        services.approve(session, version_id, actor=third, second_reader_required=True)


def test_the_next_draft_starts_from_an_approved_version(db: Database, writer: Unattended) -> None:
    version_id = approved(db, writer)
    with db.writing() as session:
        draft = services.new_draft_from(session, version_id, actor=writer)
        again = services.new_draft_from(session, version_id, actor=writer)
        assert (draft.number, draft.state, again.id) == (2, "draft", draft.id)
        services.discard_draft(session, draft.id, actor=writer)
    with db.reading() as session:
        assert len(session.scalars(select(QuestionSetVersion)).all()) == 1


def test_a_retired_version_stays_readable(db: Database, writer: Unattended) -> None:
    version_id = approved(db, writer)
    with db.writing() as session:
        services.retire(session, version_id, actor=writer)
    with db.reading() as session:
        assert services.load_version(session, version_id).title == "Vòng 1"
    with db.writing() as session, pytest.raises(Conflict):
        services.retire(session, version_id, actor=writer)


def test_nothing_stands_under_an_unknown_number(db: Database, app: Flask) -> None:
    with db.reading() as session, pytest.raises(NotFound):
        services.load_version(session, 4711)


@pytest.mark.parametrize("name", ["ke-hoach-422", "lich-su-dang-bo-khoi"])
def test_the_shipped_quizzes_load_once(db: Database, app: Flask, name: str) -> None:
    path = ROOT / "quizzes" / f"{name}.yaml"
    with db.writing() as session:
        first = services.ship(session, path, actor=CLI)
    with db.writing() as session:
        assert services.ship(session, path, actor=CLI).id == first.id
    with db.reading() as session:
        version = session.scalars(select(QuestionSetVersion)).one()
    assert (version.state, version.approved_by_release, version.approver_id) == (
        "approved",
        True,
        None,
    )


def test_a_shipped_quiz_leaves_an_organisers_draft_alone(
    db: Database, writer: Unattended, tmp_path: Path
) -> None:
    path = tmp_path / "vong-1.yaml"
    path.write_text((ROOT / "quizzes" / "ke-hoach-422.yaml").read_text())
    version_id = imported(db, writer)
    with db.writing() as session:
        assert services.ship(session, path, actor=CLI).number == 2
    with db.reading() as session:
        assert session.get_one(QuestionSetVersion, version_id).state == "draft"


def test_a_broken_shipped_file_is_refused(db: Database, app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "hong.yaml"
    path.write_text(
        "kind: quiz\ntitle: Hỏng\nquestions:\n  - {text: Không nguồn, choices: [a, b]}\n"
    )
    with db.writing() as session, pytest.raises(Invalid) as refusal:
        services.ship(session, path, actor=CLI)
    assert refusal.value.problems


def test_two_drafts_of_one_set_are_impossible(db: Database, writer: Unattended) -> None:
    approved(db, writer)
    with db.writing() as session:
        version = session.scalars(select(QuestionSetVersion)).one()
        services.new_draft_from(session, version.id, actor=writer)
    with pytest.raises(Exception, match=r"(?i)unique"), db.writing() as session:
        session.execute(update(QuestionSetVersion).values(state="draft"))
