"""Question sets over their life: imported, drafted, approved, retired.

A set has at most one draft beside its approved versions. An approved version never changes
(`models.py` refuses it), so attempts can be graded again years later. Questions marked as draft
stay in the document, block nothing and are asked by no round (`ready_questions`).
"""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.errors import Conflict, Invalid, NotFound
from survey_app.i18n import _
from survey_app.questions import checks, formats, library
from survey_app.questions.canonical import content_hash, from_plain, plain
from survey_app.questions.models import QuestionSet, QuestionSetVersion
from survey_app.questions.schema import QuestionDocument
from survey_app.questions.versions import (
    IN_WORK,
    current_with,
    draft_of,
    new_version,
    note_saved,
    set_for,
    user_id,
    version_with,
    wrote_in,
)


class StaleDraft(Conflict):
    """Somebody else saved this draft meanwhile; carries what stands there now."""

    def __init__(self, document: QuestionDocument, revision: int) -> None:
        super().__init__(
            _("Người khác vừa sửa bản nháp này. Nội dung đồng chí gõ vẫn còn; xin so và chọn.")
        )
        self.document = document
        self.revision = revision


def import_document(
    session: Session,
    document: QuestionDocument,
    slug: str = "",
    *,
    actor: Actor,
    source: str = "import",
) -> QuestionSetVersion:
    """Store a document as the draft of the set `slug` (made when there is none).

    The content of the draft or of the newest approved version again gives that version.

    Raises:
        Conflict: the set is of another kind, or has a draft with other content.
        Invalid: no usable slug.
    """
    question_set = set_for(session, document, slug)
    digest = content_hash(document)
    same = current_with(session, question_set.id, digest)
    if same is not None:
        return same
    if draft_of(session, question_set.id) is not None:
        raise Conflict(
            _(
                "Bộ câu hỏi “%(slug)s” đang có bản nháp khác. Xin duyệt hoặc bỏ bản nháp ấy trước.",
                slug=question_set.slug,
            )
        )
    return new_version(session, question_set, document, actor=actor, source=source)


def draft_for_change(session: Session, version_id: int) -> QuestionSetVersion:
    """Return a draft, held until the end of the unit of work.

    Raises:
        NotFound: there is no such version.
        Conflict: it was approved or retired; it does not change any more.
    """
    version = session.scalar(
        select(QuestionSetVersion)
        .where(QuestionSetVersion.id == version_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if version is None:
        raise NotFound(_("Không có bộ câu hỏi này."))
    if version.state not in IN_WORK:
        raise Conflict(
            _("Bản này đã duyệt nên không sửa được nữa. Xin tạo bản nháp mới từ bản này.")
        )
    return version


def save_draft(
    session: Session,
    version_id: int,
    document: QuestionDocument,
    *,
    revision: int,
    actor: Actor,
    source: str = "editor",
) -> int:
    """Replace a draft's document; return its new revision.

    Raises:
        StaleDraft: the draft was saved by somebody since `revision` was read.
    """
    version = draft_for_change(session, version_id)
    if content_hash(document) == version.content_hash:
        return version.revision
    if version.revision != revision:
        raise StaleDraft(from_plain(version.document), version.revision)
    version.document = plain(document)
    version.content_hash = content_hash(document)
    version.revision += 1
    version.author_id = user_id(actor)
    if version.number == 1:
        session.get_one(QuestionSet, version.question_set_id).title = document.title
    note_saved(session, version, actor, source)
    return version.revision


def approve(
    session: Session,
    version_id: int,
    *,
    actor: Actor,
    second_reader_required: bool = False,
    slug: str = "",
    revision: int | None = None,
    seen: str = "",
) -> QuestionSetVersion:
    """Approve a draft as it stands: that of set `slug`, at `revision`, with content hash `seen`.

    What is not given is not compared. Its draft questions are left out of every round.

    Raises:
        Invalid: with the findings that block it.
        Conflict: the second reader wrote it too; it is no draft any more, or one of another set.
        StaleDraft: it is not the content that was shown any more.
    """
    version = draft_for_change(session, version_id)
    question_set = session.get_one(QuestionSet, version.question_set_id)
    if slug and slug != question_set.slug:
        raise Conflict(_("Bản nháp đã xem không còn ở bộ câu hỏi này. Xin xem lại rồi duyệt."))
    if revision not in (None, version.revision) or seen not in ("", version.content_hash):
        raise StaleDraft(from_plain(version.document), version.revision)
    if second_reader_required and (actor.actor_id is None or wrote_in(session, version_id, actor)):
        raise Conflict(
            _("Chiến dịch cần người đọc thứ hai: người đã sửa bản này không tự duyệt được.")
        )
    document = from_plain(version.document)
    _check(document)
    version.content_hash = content_hash(document)
    version.state = "approved"
    version.approver_id = user_id(actor)
    version.approved_at = clock.now()
    question_set.title = document.title
    _log_approval(session, version, actor)
    return version


def _check(document: QuestionDocument) -> None:
    findings = checks.check(document)
    if findings.blocks_approval:
        raise Invalid(_("Chưa duyệt được: còn điều phải sửa."), problems=findings.errors)


def _log_approval(session: Session, version: QuestionSetVersion, actor: Actor) -> None:
    record(
        session,
        Action.QUESTIONS_APPROVED,
        actor,
        ("question_version", version.id),
        version=version.number,
        content_hash=version.content_hash,
        by_release=version.approved_by_release,
    )


def retire(session: Session, version_id: int, *, actor: Actor) -> None:
    """Take an approved version out of use for new rounds; those that have it keep it.

    Raises:
        Conflict: it is no approved version.
    """
    version = session.get(QuestionSetVersion, version_id)
    if version is None:
        raise NotFound(_("Không có bộ câu hỏi này."))
    if version.state != "approved":
        raise Conflict(_("Chỉ bản đã duyệt mới ngừng dùng được."))
    version.state = "retired"
    subject = ("question_version", version.id)
    record(session, Action.QUESTIONS_RETIRED, actor, subject, version=version.number)


def new_draft_from(session: Session, version_id: int, *, actor: Actor) -> QuestionSetVersion:
    """Start a draft with the content of an approved version; an existing draft is returned.

    Raises:
        NotFound: there is no such version.
    """
    version = session.get(QuestionSetVersion, version_id)
    if version is None:
        raise NotFound(_("Không có bộ câu hỏi này."))
    draft = draft_of(session, version.question_set_id)
    if draft is not None:
        return draft
    question_set = session.get_one(QuestionSet, version.question_set_id)
    document = from_plain(version.document)
    return new_version(session, question_set, document, actor=actor, source="new draft")


def discard_draft(session: Session, version_id: int, *, actor: Actor) -> None:
    """Throw a draft away; the log keeps that it was there."""
    version = draft_for_change(session, version_id)
    subject = ("question_version", version.id)
    record(session, Action.QUESTIONS_DISCARDED, actor, subject, version=version.number)
    session.delete(version)


def load_version(session: Session, version_id: int) -> QuestionDocument:
    """Return the document of a version; approved ones are read once per process.

    Raises:
        NotFound: there is no such version.
    """
    try:
        return library.approved(session, version_id).document
    except NotFound:
        version = session.get(QuestionSetVersion, version_id)
        if version is None:
            raise
        return from_plain(version.document)


def ship(session: Session, path: Path, *, actor: Actor) -> QuestionSetVersion:
    """Load a shipped quiz as approved by release review; loading it again changes nothing.

    Raises:
        Invalid: the file has problems, or findings that block approval.
    """
    paper = formats.read(path.read_bytes(), path.name)
    if paper.refused or paper.document is None:
        raise Invalid(_("Tệp %(name)s có vấn đề.", name=path.name), problems=paper.all_problems)
    document = paper.document
    _check(document)
    question_set = set_for(session, document, path.stem)
    same = version_with(session, question_set.id, content_hash(document))
    if same is not None and same.state not in IN_WORK:
        return same
    version = new_version(
        session, question_set, document, actor=actor, source="release", by_release=True
    )
    question_set.title = document.title
    _log_approval(session, version, actor)
    return version
