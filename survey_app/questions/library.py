"""Approved versions, read once per process: they never change, so nothing can go stale."""

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.errors import NotFound
from survey_app.i18n import _
from survey_app.questions.models import QuestionSetVersion
from survey_app.questions.schema import QuestionDocument

_MOST = 64
_known: OrderedDict[tuple[int, str], "ApprovedVersion"] = OrderedDict()
_lock = Lock()


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
    key = (version_id, place)
    found = _known.get(key)
    if found is not None:
        return found
    row = session.execute(
        select(QuestionSetVersion.content_hash, QuestionSetVersion.document).where(
            QuestionSetVersion.id == version_id,
            QuestionSetVersion.state.in_(("approved", "retired")),
        )
    ).one_or_none()
    if row is None:
        raise NotFound(_("Không có bộ câu hỏi đã duyệt này."))
    version = ApprovedVersion(
        version_id, row.content_hash, QuestionDocument.model_validate(row.document)
    )
    with _lock:
        _known[key] = version
        while len(_known) > _MOST:
            _known.popitem(last=False)
    return version
