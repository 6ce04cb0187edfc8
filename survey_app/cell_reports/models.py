"""Duties of cells with their revisions, study sessions with attendance, proposals for recognition.

A round of kind `cell_report` is one period: it owes one duty to each of its cells. Duties are no
invitations: a signed-in user answers for the cell.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, DataClass, holds

REVISION_STATES = ("draft", "submitted")
SOURCES = ("secretary", "paper")  # paper: entered by an organiser from what the cell handed in
ATTENDANCE_STATES = ("present", "excused", "absent", "on_duty")
RECOGNITION_STATES = ("proposed", "supported", "commended", "declined")
RECOGNITION_SUBJECTS = ("person", "collective")


class Duty(Base):
    """What one cell owes in one period. Nothing submitted means: not reported. It is never 0."""

    __tablename__ = "duty"
    __table_args__ = (
        UniqueConstraint("round_id", "cell_id"),
        holds(DataClass.CONTENT, "never: it says whether a cell has reported", ids_stay=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    cell_id: Mapped[int] = mapped_column(ForeignKey("cell.id"), index=True)
    reopened_until: Mapped[datetime | None]  # a cell that is late may still answer until then
    reopened_reason: Mapped[str | None]
    submitted_at: Mapped[datetime | None]  # for the first time


class DutyRevision(Base):
    """One state of a cell's answers: question id -> value (see `answers`).

    Submitted ones are never changed and the newest of them counts; at most one draft stands after
    them and is overwritten while it is written.
    """

    __tablename__ = "duty_revision"
    __table_args__ = (
        CheckConstraint(f"state IN {REVISION_STATES}", name="state"),
        CheckConstraint(f"source IN {SOURCES}", name="source"),
        UniqueConstraint("duty_id", "number"),
        holds(
            DataClass.PERSONAL, "free texts may name people: retention_months after the campaign"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    duty_id: Mapped[int] = mapped_column(ForeignKey("duty.id"))
    number: Mapped[int]
    state: Mapped[str]
    source: Mapped[str] = mapped_column(default="secretary")
    answers: Mapped[dict[str, Any]]
    reason: Mapped[str | None]  # why it was entered for the cell, or came late
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    saved_at: Mapped[datetime]


class StudySession(Base):
    """One themed study session of a cell, with its totals; the names stand in `attendance`."""

    __tablename__ = "study_session"
    __table_args__ = (
        CheckConstraint(
            "expected >= present + excused + absent + on_duty AND present >= 0 AND excused >= 0"
            " AND absent >= 0 AND on_duty >= 0 AND reflections >= 0",
            name="adds_up",
        ),
        Index("ix_study_session_cell", "campaign_id", "cell_id"),
        holds(DataClass.CONTENT, "never: totals stay when people go", ids_stay=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    cell_id: Mapped[int] = mapped_column(ForeignKey("cell.id"), index=True)
    held_on: Mapped[date]
    begins: Mapped[str | None]  # "14:00"
    place: Mapped[str]
    presenter: Mapped[str]
    topic: Mapped[str]
    expected: Mapped[int] = mapped_column(default=0)
    present: Mapped[int] = mapped_column(default=0)
    excused: Mapped[int] = mapped_column(default=0)
    absent: Mapped[int] = mapped_column(default=0)
    on_duty: Mapped[int] = mapped_column(default=0)
    reflections: Mapped[int] = mapped_column(default=0)
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Attendance(Base):
    """One person at one session; `state` is empty until ticked, a reflection paper is a date."""

    __tablename__ = "attendance"
    __table_args__ = (
        CheckConstraint(f"state IN {ATTENDANCE_STATES}", name="state"),
        holds(DataClass.PERSONAL, "retention_months after the campaign; totals stay"),
    )

    session_id: Mapped[int] = mapped_column(ForeignKey("study_session.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    state: Mapped[str | None]
    reflection_on: Mapped[date | None]


class Recognition(Base):
    """A proposal to praise a person or a collective; its states are decided by people."""

    __tablename__ = "recognition"
    __table_args__ = (
        CheckConstraint(f"state IN {RECOGNITION_STATES}", name="state"),
        CheckConstraint(f"subject_kind IN {RECOGNITION_SUBJECTS}", name="subject_kind"),
        Index("ix_recognition_cell", "campaign_id", "cell_id"),
        holds(DataClass.PERSONAL, "retention_months after the campaign", ids_stay=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    cell_id: Mapped[int] = mapped_column(ForeignKey("cell.id"), index=True)
    subject_kind: Mapped[str]
    subject_name: Mapped[str]
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(default="proposed")
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None]
    decision_note: Mapped[str | None]
