"""Question sets and their versions."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, event, inspect, text
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, DataClass, holds

SET_KINDS = ("quiz", "feedback", "cell_report")
VERSION_STATES = ("draft", "in_review", "approved", "retired")


class QuestionSet(Base):
    """A question set over time; its content stands in versions."""

    __tablename__ = "question_set"
    __table_args__ = (
        CheckConstraint(f"kind IN {SET_KINDS}", name="kind"),
        holds(DataClass.CONTENT, "never: attempts must stay re-gradable", ids_stay=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    title: Mapped[str]
    created_at: Mapped[datetime]


class QuestionSetVersion(Base):
    """One state of the document. Approved ones never change; a set has at most one draft.

    `revision` counts saves of a draft, so that two editors do not overwrite each other unseen.
    """

    __tablename__ = "question_set_version"
    __table_args__ = (
        CheckConstraint(f"state IN {VERSION_STATES}", name="state"),
        UniqueConstraint("question_set_id", "number"),
        Index(
            "uq_question_set_version_draft",
            "question_set_id",
            unique=True,
            sqlite_where=text("state IN ('draft','in_review')"),
            postgresql_where=text("state IN ('draft','in_review')"),
        ),
        holds(DataClass.CONTENT, "drafts when replaced; approved ones never", ids_stay=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    question_set_id: Mapped[int] = mapped_column(ForeignKey("question_set.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(default="draft")
    document: Mapped[dict[str, Any]]
    content_hash: Mapped[str] = mapped_column(index=True)
    revision: Mapped[int] = mapped_column(default=1)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    approved_by_release: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    approved_at: Mapped[datetime | None]


@event.listens_for(QuestionSetVersion, "before_update")
def _approved_stays(_mapper: object, _connection: object, version: QuestionSetVersion) -> None:
    """An approved row may be retired; nothing else about it may change."""
    state = inspect(version)
    before = state.attrs.state.history
    was = before.deleted[0] if before.deleted else version.state
    if was not in {"approved", "retired"}:
        return
    changed = {item.key for item in state.attrs if item.history.has_changes()}
    if changed - {"state"} or (was, version.state) not in {("approved", "retired"), (was, was)}:
        raise ValueError(f"version {version.id} is {was} and never changes")


@event.listens_for(QuestionSetVersion, "before_delete")
def _approved_is_kept(_mapper: object, _connection: object, version: QuestionSetVersion) -> None:
    if version.state in {"approved", "retired"}:
        raise ValueError(f"version {version.id} is {version.state} and never deleted")
