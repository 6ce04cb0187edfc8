"""Frozen figures of a campaign, and the reports made of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, DataClass, holds

SNAPSHOT_OCCASIONS = ("by_hand", "closing", "digest")
REPORT_KINDS = ("interim", "final")
REPORT_STATES = ("draft", "issued")
REPORT_LANGUAGES = ("vi", "en")


class Snapshot(Base):
    """All figures at one moment ("chốt số liệu"); never changed. Totals only, nobody named.

    `document` is a `document.Figures`, `checksum` the SHA-256 of its canonical JSON. A correction
    is a later snapshot that names the one it `corrects` and says why.
    """

    __tablename__ = "snapshot"
    __table_args__ = (
        CheckConstraint(f"occasion IN {SNAPSHOT_OCCASIONS}", name="occasion"),
        UniqueConstraint("campaign_id", "number"),
        holds(DataClass.CONTENT, "never: what was issued rests on it", ids_stay=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    number: Mapped[int]
    occasion: Mapped[str]
    as_of: Mapped[datetime]
    taken_at: Mapped[datetime]
    taken_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    note: Mapped[str] = mapped_column(default="")
    document: Mapped[dict[str, Any]]
    checksum: Mapped[str]
    corrects_id: Mapped[int | None] = mapped_column(ForeignKey("snapshot.id"))
    correction_reason: Mapped[str | None]
    round_id: Mapped[int | None] = mapped_column(ForeignKey("round.id"))  # whose closing it is


class Report(Base):
    """A report upward: one snapshot, one style, and the committee's own sentences by place.

    An issued one is never changed; a later one may say which it `replaces`.
    """

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint(f"kind IN {REPORT_KINDS}", name="kind"),
        CheckConstraint(f"state IN {REPORT_STATES}", name="state"),
        CheckConstraint(f"language IN {REPORT_LANGUAGES}", name="language"),
        holds(DataClass.CONTENT, "never: it was issued or may be", ids_stay=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    snapshot_id: Mapped[int] = mapped_column(ForeignKey("snapshot.id"))
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    style: Mapped[str]
    language: Mapped[str] = mapped_column(default="vi")
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("report.id"))
    texts: Mapped[dict[str, Any]]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    issued_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    issued_at: Mapped[datetime | None]
