"""Approved versions, read once per process: they never change, so nothing can go stale."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.errors import NotFound
from survey_app.i18n import _
from survey_app.keeping import Shelf
from survey_app.questions.models import QuestionSetVersion
from survey_app.questions.schema import QuestionDocument

_known: Shelf[tuple[int, str], "ApprovedVersion"] = Shelf(64)


@dataclass(frozen=True)
class ApprovedVersion:
    """An immutable version: its id, the hash that identifies its content, the document."""

    id: int
    content_hash: str
    document: QuestionDocument


def approved(session: Session, version_id: int) -> ApprovedVersion:
    """Return a version that was approved (also when it was retired since); at most one statement.

    Raises:
        NotFound: there is none, or it is still a draft.
    """
    place = str(session.get_bind().engine.url)
    return _known.get((version_id, place), lambda: _load(session, version_id))


def _load(session: Session, version_id: int) -> ApprovedVersion:
    row = session.execute(
        select(QuestionSetVersion.content_hash, QuestionSetVersion.document).where(
            QuestionSetVersion.id == version_id,
            QuestionSetVersion.state.in_(("approved", "retired")),
        )
    ).one_or_none()
    if row is None:
        raise NotFound(_("Không có bộ câu hỏi đã duyệt này."))
    document = QuestionDocument.model_validate(row.document)
    return ApprovedVersion(version_id, row.content_hash, document)
