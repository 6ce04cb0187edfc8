"""The urn of a form and what was counted. No column here leads to a person, a time or an order.

That somebody has sent a form stands elsewhere (`invitations.models.Receipt`).
"""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, DataClass, holds

# ready: the key is made · open: ballots may come in · counted: its results stand in the tables
# below · sealed: counted, and the key is gone · lost: never to be opened · discarded: called off.
URN_STATES = ("ready", "open", "counted", "sealed", "lost", "discarded")
COUNTED = ("counted", "sealed")  # there are results
PROBLEMS = ("key_missing", "counts_differ", "damaged")
TEXT_STATES = ("new", "shown", "withheld")


class Urn(Base):
    """The urn of one round: what its ballots are sealed with, and how it came out.

    `ballot_bytes` is the packed size of every ballot; `invited` and `sent` are the totals at
    counting, `digest` is the fingerprint of what was counted, for the minutes.
    """

    __tablename__ = "urn"
    __table_args__ = (
        CheckConstraint(f"state IN {URN_STATES}", name="state"),
        CheckConstraint(f"problem IN {PROBLEMS}", name="problem"),
        holds(DataClass.ANONYMOUS, "never: totals stay"),
    )

    round_id: Mapped[int] = mapped_column(
        ForeignKey("round.id"), primary_key=True, autoincrement=False
    )
    public_key: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str] = mapped_column(default="ready")
    problem: Mapped[str | None]
    ballot_bytes: Mapped[int | None]
    small_group: Mapped[int | None]
    group_floor: Mapped[int | None]
    invited: Mapped[int | None]
    sent: Mapped[int | None]
    digest: Mapped[str | None]


class BallotGroup(Base):
    """A unit that results may be told of, fixed before the form opens; 0 is the whole.

    Those that are nobody's `parent` are what a ballot can name: cells of at least the floor's
    people, or several small ones together (`names`). `sent` is known from the ballots when counted.
    """

    __tablename__ = "ballot_group"
    __table_args__ = (holds(DataClass.ANONYMOUS, "never: totals stay"),)

    round_id: Mapped[int] = mapped_column(ForeignKey("urn.round_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    parent: Mapped[int | None]
    names: Mapped[list[Any]]
    eligible: Mapped[int]
    sent: Mapped[int | None]


class Ballot(Base):
    """One sealed ballot under a random key, of the same length as every other of its round."""

    __tablename__ = "ballot"
    __table_args__ = {
        "sqlite_with_rowid": False,
        **holds(DataClass.ANONYMOUS, "when its round is counted, lost or called off"),
    }

    round_id: Mapped[int] = mapped_column(ForeignKey("urn.round_id"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[str]


class CountedAnswer(Base):
    """How many ballots of a group gave one answer to one item; no row is one person's.

    `value` is a choice or a number; an empty one counts the ballots that answered the item at all.
    """

    __tablename__ = "counted_answer"
    __table_args__ = {
        "sqlite_with_rowid": False,
        **holds(DataClass.ANONYMOUS, "never: totals stay"),
    }

    round_id: Mapped[int] = mapped_column(ForeignKey("urn.round_id"), primary_key=True)
    group_number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    ballots: Mapped[int]


class CountedText(Base):
    """A free text under a random key, apart from its ballot's group and other answers.

    `shown` is what others may read of it once a person has read it over; `state` is theirs to set.
    """

    __tablename__ = "counted_text"
    __table_args__ = (
        CheckConstraint(f"state IN {TEXT_STATES}", name="state"),
        Index("ix_counted_text_item", "round_id", "item"),
        {
            "sqlite_with_rowid": False,
            **holds(DataClass.ANONYMOUS, "retention_months after the campaign"),
        },
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("urn.round_id"))
    item: Mapped[str]
    text: Mapped[str]
    state: Mapped[str] = mapped_column(default="new")
    shown: Mapped[str | None]
