"""The throttle's table: shared by all processes, so that no restart forgives."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, DataClass, holds


class Throttle(Base):
    """Tries of one bucket (a hash of purpose and subject) in one window."""

    __tablename__ = "throttle"
    __table_args__ = (holds(DataClass.TECHNICAL, "one day after its window"),)

    bucket: Mapped[str] = mapped_column(primary_key=True)
    window_start: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
