"""Campaigns, their rounds, and the frozen cells of a round with their tally."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, DataClass, holds

ROUND_STATES = ("draft", "scheduled", "open", "closed", "finalised", "archived", "cancelled")


class Campaign(Base):
    """The whole drive: plan, theme, dates, contact, who receives the report."""

    __tablename__ = "campaign"
    __table_args__ = (holds(DataClass.CONTENT, "never", ids_stay=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    tag: Mapped[str]
    theme: Mapped[str]
    issuer: Mapped[str]
    plan_number: Mapped[str | None]
    plan_date: Mapped[date | None]
    base_plan_number: Mapped[str | None]
    base_plan_date: Mapped[date | None]
    base_plan_date_confirmed: Mapped[bool] = mapped_column(default=False)
    basis: Mapped[str]
    anniversary_date: Mapped[date | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    recipients: Mapped[list[Any]]
    contact_name: Mapped[str | None]
    contact_phone: Mapped[str | None]
    retention_months: Mapped[int] = mapped_column(default=12)
    second_reader: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]]
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Round(Base):
    """One opening of one question set, between two moments (half-open)."""

    __tablename__ = "round"
    __table_args__ = (
        CheckConstraint(f"state IN {ROUND_STATES}", name="state"),
        CheckConstraint("kind IN ('quiz','feedback','cell_report')", name="kind"),
        CheckConstraint("closes_at > opens_at", name="window"),
        Index("ix_round_due", "state", "opens_at", "closes_at"),
        holds(DataClass.CONTENT, "never", ids_stay=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    question_set_id: Mapped[int] = mapped_column(ForeignKey("question_set.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("question_set_version.id"))
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    series_id: Mapped[str | None]
    position: Mapped[int | None]
    settings: Mapped[dict[str, Any]]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    created_at: Mapped[datetime]
    launched_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    finalised_at: Mapped[datetime | None]


class RoundCell(Base):
    """One cell and kind of person in one launched round: frozen name and running tally.

    `not_started` is what is left of `invited`, so that the five numbers cannot disagree.
    """

    __tablename__ = "round_cell"
    __table_args__ = (
        CheckConstraint("kind IN ('party_member','non_member')", name="kind"),
        CheckConstraint(
            "invited >= done + started + exempt + undeliverable AND done >= 0 AND started >= 0"
            " AND exempt >= 0 AND undeliverable >= 0 AND attempts >= 0",
            name="adds_up",
        ),
        holds(DataClass.CONTENT, "never: totals stay when people go"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    cell_id: Mapped[int | None] = mapped_column(ForeignKey("cell.id"))
    kind: Mapped[str]
    name: Mapped[str | None]
    parent_name: Mapped[str | None]
    group_name: Mapped[str | None]
    position: Mapped[int] = mapped_column(default=0)
    ballot_group: Mapped[int | None]  # of forms: what its people's ballots name
    invited: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    started: Mapped[int] = mapped_column(default=0)
    exempt: Mapped[int] = mapped_column(default=0)
    undeliverable: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    mailed: Mapped[int] = mapped_column(default=0)  # people whose invitation a mail server took


Index(
    "uq_round_cell_scope",
    RoundCell.round_id,
    func.coalesce(RoundCell.cell_id, 0),
    RoundCell.kind,
    unique=True,
)
