"""Sealed ballots of forms, their groups and counts, and the receipts beside them."""

import sqlalchemy as sa
from alembic import op

from survey_app import database as types

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply."""
    _create_urn()
    _create_ballots()
    _create_counts()
    _create_receipts()
    # Directly: a rebuilt table would lose its index over an expression.
    op.add_column("round_cell", sa.Column("ballot_group", sa.Integer(), nullable=True))


def _create_urn() -> None:
    op.create_table(
        "urn",
        sa.Column("round_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("public_key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("ballot_bytes", sa.Integer(), nullable=True),
        sa.Column("small_group", sa.Integer(), nullable=True),
        sa.Column("group_floor", sa.Integer(), nullable=True),
        sa.Column("invited", sa.Integer(), nullable=True),
        sa.Column("sent", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.CheckConstraint(
            "problem IN ('key_missing', 'counts_differ', 'damaged')", name=op.f("ck_urn_problem")
        ),
        sa.CheckConstraint(
            "state IN ('ready', 'open', 'counted', 'sealed', 'lost', 'discarded')",
            name=op.f("ck_urn_state"),
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_urn_round_id")),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_urn")),
        sa.UniqueConstraint("public_key", name=op.f("uq_urn_public_key")),
    )


def _create_ballots() -> None:
    """What is sent, and the groups that a ballot may name."""
    op.create_table(
        "ballot",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["urn.round_id"], name=op.f("fk_ballot_round_id")),
        sa.PrimaryKeyConstraint("round_id", "key", name=op.f("pk_ballot")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ballot_group",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("names", types.JsonValue, nullable=False),
        sa.Column("eligible", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["round_id"], ["urn.round_id"], name=op.f("fk_ballot_group_round_id")
        ),
        sa.PrimaryKeyConstraint("round_id", "number", name=op.f("pk_ballot_group")),
    )


def _create_counts() -> None:
    op.create_table(
        "counted_answer",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("group_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("ballots", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["urn.round_id"], name=op.f("fk_counted_answer_round_id")
        ),
        sa.PrimaryKeyConstraint(
            "round_id", "group_number", "item", "value", name=op.f("pk_counted_answer")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "counted_text",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("shown", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state IN ('new', 'shown', 'withheld')", name=op.f("ck_counted_text_state")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["urn.round_id"], name=op.f("fk_counted_text_round_id")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_counted_text")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_counted_text_item", "counted_text", ["round_id", "item"])


def _create_receipts() -> None:
    op.create_table(
        "receipt",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("invitation_id", sa.Integer(), nullable=False),
        sa.Column("is_sent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitation.id"], name=op.f("fk_receipt_invitation_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_receipt_round_id")),
        sa.PrimaryKeyConstraint("round_id", "invitation_id", name=op.f("pk_receipt")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_receipt_invitation", "receipt", ["invitation_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_column("round_cell", "ballot_group")

    op.drop_table("receipt")
    op.drop_table("counted_text")
    op.drop_table("counted_answer")
    op.drop_table("ballot_group")
    op.drop_table("ballot")
    op.drop_table("urn")
