"""Attempts and their gradings."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, DataClass, holds

ATTEMPT_STATES = ("open", "submitted", "void")


class Attempt(Base):
    """One try of one invitation at its round's paper.

    `paper` and the clock are fixed when it begins; all answers stand in one JSON value:
    question id -> {"value", "writer", "sequence", "revision"} (see `saving.merge`).
    """

    __tablename__ = "attempt"
    __table_args__ = (
        CheckConstraint(f"state IN {ATTEMPT_STATES}", name="state"),
        UniqueConstraint("invitation_id", "attempt_no"),
        Index(
            "uq_attempt_open",
            "invitation_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
        Index("ix_attempt_deadline", "state", "deadline"),
        holds(DataClass.ANSWERS, "retention_months after the campaign; totals stay"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"))
    attempt_no: Mapped[int]
    state: Mapped[str] = mapped_column(default="open")
    version_id: Mapped[int] = mapped_column(ForeignKey("question_set_version.id"))
    paper: Mapped[list[Any]]
    answers: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    deadline: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    receipt: Mapped[str | None]
    channel: Mapped[str] = mapped_column(default="link")
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    round_cell_id: Mapped[int | None] = mapped_column(ForeignKey("round_cell.id"))


class Grading(Base):
    """One scoring of one attempt; append-only, the newest row counts."""

    __tablename__ = "grading"
    __table_args__ = (
        Index("ix_grading_attempt", "attempt_id"),
        holds(DataClass.ANSWERS, "with the attempt"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("question_set_version.id"))
    score: Mapped[int]
    max_score: Mapped[int]
    right_count: Mapped[int]
    question_count: Mapped[int]
    reason: Mapped[str] = mapped_column(default="submitted")
    graded_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    graded_at: Mapped[datetime]


class ScoreCount(Base):
    """How many people of a finalised round have which result: counted once, then kept."""

    __tablename__ = "score_count"
    __table_args__ = (holds(DataClass.CONTENT, "never: totals stay when people go"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    right_count: Mapped[int] = mapped_column(primary_key=True)
    question_count: Mapped[int] = mapped_column(primary_key=True)
    people: Mapped[int]
