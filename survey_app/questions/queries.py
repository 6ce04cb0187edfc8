"""Reading question sets for their pages. Content, so no scope: every organiser sees all sets."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.errors import NotFound
from survey_app.i18n import _
from survey_app.questions.canonical import from_plain
from survey_app.questions.models import QuestionSet, QuestionSetVersion
from survey_app.questions.schema import QuestionDocument
from survey_app.questions.versions import IN_WORK


@dataclass(frozen=True)
class VersionLine:
    """A version in a list: without its document."""

    id: int
    number: int
    state: str
    questions: int
    drafts: int
    created_at: datetime
    approved_at: datetime | None
    author: str | None
    approver: str | None
    by_release: bool


@dataclass(frozen=True)
class SetLine:
    """A set with its versions, the newest first."""

    id: int
    slug: str
    title: str
    kind: str
    versions: tuple[VersionLine, ...]

    @property
    def draft(self) -> VersionLine | None:
        """The version that can still be changed."""
        return next((line for line in self.versions if line.state in IN_WORK), None)

    @property
    def approved(self) -> VersionLine | None:
        """The version that new rounds use."""
        return next((line for line in self.versions if line.state == "approved"), None)


@dataclass(frozen=True)
class Draft:
    """A draft as an editing page needs it."""

    version_id: int
    number: int
    revision: int
    content_hash: str
    document: QuestionDocument


def question_sets(session: Session) -> list[SetLine]:
    """Return all sets; those with work in them first, then the newest."""
    lines: dict[int, list[VersionLine]] = {}
    for row in session.execute(_versions()):
        lines.setdefault(row.question_set_id, []).append(_line(row))
    sets = session.scalars(select(QuestionSet).order_by(QuestionSet.id.desc()))
    found = [_set(item, lines) for item in sets if item.id in lines]
    return sorted(found, key=lambda item: item.draft is None)


def question_set(session: Session, slug: str) -> SetLine:
    """Return one set.

    Raises:
        NotFound: there is none.
    """
    found = session.scalar(select(QuestionSet).filter_by(slug=slug))
    set_id = found.id if found else 0
    rows = session.execute(_versions().where(QuestionSetVersion.question_set_id == set_id)).all()
    if found is None or not rows:
        raise NotFound(_("Không có bộ câu hỏi “%(slug)s”.", slug=slug))
    return _set(found, {set_id: [_line(row) for row in rows]})


def draft_of(session: Session, slug: str) -> Draft | None:
    """Return the draft of a set, if it has one."""
    version = session.scalar(
        select(QuestionSetVersion)
        .join(QuestionSet, QuestionSet.id == QuestionSetVersion.question_set_id)
        .where(QuestionSet.slug == slug, QuestionSetVersion.state.in_(IN_WORK))
    )
    if version is None:
        return None
    return Draft(
        version.id,
        version.number,
        version.revision,
        version.content_hash,
        from_plain(version.document),
    )


def _versions() -> Select[Any]:
    author, approver = User.__table__.alias("author"), User.__table__.alias("approver")
    version = QuestionSetVersion
    return (
        select(
            *(getattr(version, name) for name in _COLUMNS),
            author.c.name.label("author"),
            approver.c.name.label("approver"),
        )
        .outerjoin(author, author.c.id == version.author_id)
        .outerjoin(approver, approver.c.id == version.approver_id)
        .order_by(version.number.desc())
    )


_COLUMNS = (
    "question_set_id",
    "id",
    "number",
    "state",
    "document",
    "created_at",
    "approved_at",
    "approved_by_release",
)


def _line(row: Row[Any]) -> VersionLine:
    questions = row.document.get("questions", [])
    drafts = sum(question.get("state") == "draft" for question in questions)
    return VersionLine(
        id=row.id,
        number=row.number,
        state=row.state,
        questions=len(questions) - drafts,
        drafts=drafts,
        created_at=row.created_at,
        approved_at=row.approved_at,
        author=row.author,
        approver=row.approver,
        by_release=row.approved_by_release,
    )


def _set(row: QuestionSet, lines: dict[int, list[VersionLine]]) -> SetLine:
    return SetLine(row.id, row.slug, row.title, row.kind, tuple(lines.get(row.id, ())))
