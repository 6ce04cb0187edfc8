"""The table of long work."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, DataClass, holds


class Task(Base):
    """One piece of long work; `key` keeps the same work from being queued twice."""

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint("state IN ('pending','running','done','failed','cancelled')", name="state"),
        holds(DataClass.TECHNICAL, "30 days after it ended"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)
    payload: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="pending", index=True)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    created_by: Mapped[int | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
