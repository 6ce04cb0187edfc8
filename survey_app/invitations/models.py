"""Who was asked in a round, by what means, and what changed afterwards."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, DataClass, holds

LEDGER_KINDS = (
    "join",
    "transfer",
    "exemption",
    "exemption_ended",
    "kind_change",
    "merge",
)


class Invitation(Base):
    """Person × round, with the cell and person kind frozen in `round_cell`.

    The flags are facts; which of the five states is counted follows from them by precedence
    (`participation.state_of`): done > exempt > started > undeliverable > not started.

    Who stood on the roster twice keeps one invitation per round; the other is `superseded_by` it,
    belongs to the person who was merged, counts nowhere and is exempt, so that nobody writes to it.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        Index(
            "uq_invitation_counted",
            "round_id",
            "person_id",
            unique=True,
            sqlite_where=text("superseded_by_id IS NULL"),
            postgresql_where=text("superseded_by_id IS NULL"),
        ),
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
    is_mailed: Mapped[bool] = mapped_column(default=False)  # a mail server took the invitation
    done_on: Mapped[date | None]  # the local day on which it became done; of quizzes only
    superseded_by_id: Mapped[int | None] = mapped_column(ForeignKey("invitation.id"), index=True)
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
    # Whether an exemption was what the roster said: it ends when the roster asks them again.
    follows_roster: Mapped[bool] = mapped_column(default=False)
    entered_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime]


class RoundDay(Base):
    """How many people of one `round_cell` became done on one local day: a running tally."""

    __tablename__ = "round_day"
    __table_args__ = (holds(DataClass.CONTENT, "never: totals stay when people go"),)

    round_cell_id: Mapped[int] = mapped_column(ForeignKey("round_cell.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    done: Mapped[int] = mapped_column(default=0)


class DeclinedProposal(Base):
    """A change of the roster that somebody decided not to carry into a launched round."""

    __tablename__ = "declined_proposal"
    __table_args__ = (
        CheckConstraint(f"kind IN {LEDGER_KINDS}", name="kind"),
        UniqueConstraint("round_id", "person_id", "kind", "cell_id"),
        holds(DataClass.PERSONAL, "with the round's invitations"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("round.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[str]
    cell_id: Mapped[int | None] = mapped_column(ForeignKey("cell.id"))
    reason: Mapped[str]
    declined_by: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    declined_at: Mapped[datetime]
