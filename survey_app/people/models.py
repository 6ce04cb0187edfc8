"""People who may be asked, the cells they belong to, and rosters waiting for a decision."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, DataClass, holds

KINDS = ("party_member", "non_member")
MEMBERSHIP_KINDS = ("official", "temporary", "attached")
ADDRESS_STATES = ("ok", "missing", "bad")
CHANGES = ("moved", "kind_changed", "left", "merged")


class Cell(Base):
    """A chi bộ. Its names are rows of their own, valid from–to."""

    __tablename__ = "cell"
    __table_args__ = (holds(DataClass.CONTENT, "never: history needs it"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("cell.id"))
    group_name: Mapped[str | None]
    position: Mapped[int] = mapped_column(default=0)
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class CellName(Base):
    """What a cell was called, from–to (both `None`: always)."""

    __tablename__ = "cell_name"
    __table_args__ = (holds(DataClass.CONTENT, "with its cell"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cell_id: Mapped[int] = mapped_column(ForeignKey("cell.id"), index=True)
    name: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Person(Base):
    """Anyone who may be asked. No password; two people may share a mailbox or a name."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint(f"kind IN {KINDS}", name="kind"),
        CheckConstraint(f"address_state IN {ADDRESS_STATES}", name="address_state"),
        Index("ix_person_identity", "search_name", "birth_date"),
        holds(
            DataClass.PERSONAL,
            "retention_months after the last campaign that invited them",
            ids_stay=True,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    full_name: Mapped[str]
    search_name: Mapped[str]
    sort_name: Mapped[str] = mapped_column(index=True)
    birth_date: Mapped[date | None]
    birth_year: Mapped[int | None]
    kind: Mapped[str]
    probationary: Mapped[bool] = mapped_column(default=False)
    member_code: Mapped[str | None] = mapped_column(unique=True)
    position: Mapped[str | None]
    unit: Mapped[str | None]
    email: Mapped[str | None] = mapped_column(index=True)
    address_state: Mapped[str] = mapped_column(default="missing")
    phone: Mapped[str | None]
    locale: Mapped[str] = mapped_column(default="vi")
    form_of_address: Mapped[str | None]
    wants_reminders: Mapped[bool] = mapped_column(default=True)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    left_on: Mapped[date | None]  # the last day; no mail goes to them from then on
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class Membership(Base):
    """A person in a cell from–to (`ends_on` is the last day, `None` = still)."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint(f"kind IN {MEMBERSHIP_KINDS}", name="kind"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
        Index(
            "uq_membership_open",
            "person_id",
            "kind",
            unique=True,
            sqlite_where=text("ends_on IS NULL"),
            postgresql_where=text("ends_on IS NULL"),
        ),
        holds(DataClass.PERSONAL, "with the person"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    cell_id: Mapped[int] = mapped_column(ForeignKey("cell.id"), index=True)
    kind: Mapped[str] = mapped_column(default="official")
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]


class PersonChange(Base):
    """What somebody changed by hand about a person, since when and why; append-only."""

    __tablename__ = "person_change"
    __table_args__ = (
        CheckConstraint(f"kind IN {CHANGES}", name="kind"),
        holds(DataClass.PERSONAL, "with the person"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    before: Mapped[str]  # as it was called then: a cell, a kind of person, a name
    after: Mapped[str]
    effective_on: Mapped[date]
    reason: Mapped[str]
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime]


class RosterUpload(Base):
    """A roster that was read and waits for confirmation; nothing of it is applied yet."""

    __tablename__ = "roster_upload"
    __table_args__ = (holds(DataClass.PERSONAL, "when confirmed or thrown away, else after a day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    uploaded_at: Mapped[datetime]
    filename: Mapped[str]
    kind: Mapped[str | None]
    document: Mapped[dict[str, Any]]
