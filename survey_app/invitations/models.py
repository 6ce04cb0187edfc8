"""Who was asked in a round, by what means, and what changed afterwards."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, DataClass, holds

LEDGER_KINDS = ("join", "transfer", "exemption", "exemption_ended")


class Invitation(Base):
    """Person × round, with the cell and person kind frozen in `round_cell`.

    The flags are facts; which of the five states is counted follows from them by precedence
    (`participation.state_of`): done > exempt > started > undeliverable > not started.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("round_id", "person_id"),
        Index("ix_invitation_round_cell", "round_cell_id"),
        Index("ix_invitation_person", "person_id"),
        holds(
            DataClass.PERSONAL,
            "retention_months after the campaign; totals stay in round_cell",
            ids_stay=True,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(unique=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    round_cell_id: Mapped[int] = mapped_column(ForeignKey("round_cell.id"))
    is_done: Mapped[bool] = mapped_column(default=False)
    is_started: Mapped[bool] = mapped_column(default=False)
    is_exempt: Mapped[bool] = mapped_column(default=False)
    is_undeliverable: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class EntryMeans(Base):
    """A way in: the mail's link or a printed code. Raising `version` revokes what was issued.

    No usable secret is kept: the link is a signature, a code stands here as keyed hash only.
    """

    __tablename__ = "entry_means"
    __table_args__ = (
        CheckConstraint("kind IN ('link','code')", name="kind"),
        UniqueConstraint("invitation_id", "kind"),
        holds(DataClass.PERSONAL, "with the invitation"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"))
    kind: Mapped[str]
    version: Mapped[int] = mapped_column(default=1)
    code_hmac: Mapped[str | None] = mapped_column(unique=True)
    issued_at: Mapped[datetime]


class Receipt(Base):
    """Whether somebody has sent their form: that, and neither when nor what.

    It is made with the invitation, so that no order of coming tells anything; no list, export or
    mail may ask it of one person but the person's own page.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        Index("ix_receipt_invitation", "invitation_id"),
        {
            "sqlite_with_rowid": False,
            **holds(DataClass.PERSONAL, "with the invitation; totals stay in urn"),
        },
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), primary_key=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"), primary_key=True)
    is_sent: Mapped[bool] = mapped_column(default=False)


class LedgerEntry(Base):
    """A change of the frozen roster after launch, with reason, who and when; append-only."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint(f"kind IN {LEDGER_KINDS}", name="kind"),
        holds(DataClass.PERSONAL, "with the invitation; totals stay"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"), index=True)
    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id"), index=True)
    kind: Mapped[str]
    from_round_cell_id: Mapped[int | None] = mapped_column(ForeignKey("round_cell.id"))
    to_round_cell_id: Mapped[int | None] = mapped_column(ForeignKey("round_cell.id"))
    reason: Mapped[str]
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime]
