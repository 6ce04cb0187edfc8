"""Who wrote what when in a report, and what each report that was sent changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.models import User
from survey_app.cell_reports.models import DutyRevision
from survey_app.cell_reports.wording import Change, changes
from survey_app.i18n import _
from survey_app.questions.schema import QuestionDocument


@dataclass(frozen=True)
class Version:
    """One revision in words, with what it changed against the one sent before it."""

    number: int
    state: str
    source: str
    author: str
    saved_at: datetime
    reason: str
    is_first: bool
    changes: tuple[Change, ...]


def versions(
    session: Session, duty_id: int, document: QuestionDocument, *, drafts: bool
) -> list[Version]:
    """Return the revisions, newest first; `drafts` adds what is written and not sent."""
    rows = session.execute(
        select(DutyRevision, User.name)
        .outerjoin(User, User.id == DutyRevision.author_id)
        .where(DutyRevision.duty_id == duty_id)
        .order_by(DutyRevision.number)
    ).all()
    before: dict[str, Any] = {}
    found: list[Version] = []
    for revision, name in rows:
        if revision.state == "draft" and not drafts:
            continue
        found.append(
            Version(
                number=revision.number,
                state=revision.state,
                source=revision.source,
                author=name or _("người dùng cũ"),
                saved_at=revision.saved_at,
                reason=revision.reason or "",
                is_first=not found,
                changes=changes(document, before, revision.answers),
            )
        )
        before = revision.answers
    return found[::-1]


def author_of(session: Session, revision: DutyRevision) -> str:
    """Return who wrote a revision."""
    name = session.scalar(select(User.name).where(User.id == revision.author_id))
    return name or _("người dùng cũ")
