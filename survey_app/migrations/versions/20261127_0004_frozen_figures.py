"""Frozen figures and reports; tallies that keep the board cheap; more kinds of ledger entry."""

import sqlalchemy as sa
from alembic import op

from survey_app import database as types
from survey_app.formatting import today

revision = "0004"
down_revision = "0003"
KINDS = ("join", "transfer", "exemption", "exemption_ended")
MORE = (*KINDS, "kind_change", "merge")


def upgrade() -> None:
    """Apply."""
    _create_snapshots()
    _create_reports()
    _create_tallies()
    _create_declined_proposals()
    _allow_ledger_kinds(MORE)
    # Directly: a rebuilt table would lose its index over an expression.
    op.add_column(
        "round_cell", sa.Column("mailed", sa.Integer(), nullable=False, server_default="0")
    )
    op.add_column(
        "invitation",
        sa.Column("is_mailed", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column("invitation", sa.Column("done_on", sa.Date(), nullable=True))
    op.add_column(
        "ledger_entry",
        sa.Column("follows_roster", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    _follow_people()
    _count_mailed()
    _count_days()
    _count_scores()


def _follow_people() -> None:
    """Who leaves, moves or was on the roster twice."""
    op.add_column("person", sa.Column("left_on", sa.Date(), nullable=True))
    op.create_table(
        "person_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=False),
        sa.Column("after", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("entered_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('moved', 'kind_changed', 'left', 'merged')",
            name=op.f("ck_person_change_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["user_account.id"], name=op.f("fk_person_change_entered_by")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_change_person_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_change")),
    )
    op.create_index("ix_person_change_person_id", "person_change", ["person_id"])
    with op.batch_alter_table(
        "invitation", table_kwargs={"sqlite_autoincrement": True}
    ) as batch_op:
        batch_op.add_column(sa.Column("superseded_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_invitation_superseded_by_id"), "invitation", ["superseded_by_id"], ["id"]
        )
        batch_op.drop_constraint(op.f("uq_invitation_round_id_person_id"), type_="unique")
        batch_op.create_index("ix_invitation_superseded_by_id", ["superseded_by_id"])
    counted = sa.text("superseded_by_id IS NULL")
    op.create_index(
        "uq_invitation_counted",
        "invitation",
        ["round_id", "person_id"],
        unique=True,
        sqlite_where=counted,
        postgresql_where=counted,
    )


def _count_mailed() -> None:
    """Of quizzes: whose invitation a mail server took."""
    op.execute(
        """
        UPDATE invitation SET is_mailed = TRUE
        WHERE round_id IN (SELECT id FROM round WHERE kind = 'quiz')
        AND EXISTS (
            SELECT 1 FROM outbox_message m
            WHERE m.kind = 'invitation' AND m.state = 'sent'
            AND m.recipient_kind = 'person' AND m.recipient_id = invitation.person_id
            AND m.subject_kind = 'round' AND m.subject_id = invitation.round_id
        )
        """
    )
    op.execute(
        """
        UPDATE round_cell SET mailed = (
            SELECT count(*) FROM invitation i
            WHERE i.round_cell_id = round_cell.id AND i.is_mailed
        )
        """
    )


def _count_days() -> None:
    """The local day of the first attempt handed in is the day on which somebody became done."""
    found = sa.text(
        """
        SELECT i.id, min(a.submitted_at) AS at
        FROM invitation i
        JOIN attempt a ON a.invitation_id = i.id AND a.state = 'submitted'
        WHERE i.is_done GROUP BY i.id ORDER BY i.id
        """
    ).columns(id=sa.Integer(), at=types.UtcDateTime(timezone=True))
    invitation = sa.table("invitation", sa.column("id"), sa.column("done_on", sa.Date()))
    store = (
        sa.update(invitation)
        .where(invitation.c.id == sa.bindparam("key"))
        .values(done_on=sa.bindparam("day", type_=sa.Date()))
    )
    connection = op.get_bind()
    rows = connection.execute(found).all()
    for start in range(0, len(rows), 1000):
        days = [{"key": row.id, "day": today(row.at)} for row in rows[start : start + 1000]]
        connection.execute(store, days)
    op.execute(
        """
        INSERT INTO round_day (round_cell_id, day, done)
        SELECT round_cell_id, done_on, count(*) FROM invitation
        WHERE done_on IS NOT NULL GROUP BY round_cell_id, done_on
        """
    )


def _count_scores() -> None:
    """The newest grading of each attempt, the best attempt of each person, of rounds over."""
    op.execute(
        """
        INSERT INTO score_count (round_id, right_count, question_count, people)
        SELECT round_id, right_count, question_count, count(*) FROM (
            SELECT i.round_id, g.right_count, g.question_count,
                row_number() OVER (
                    PARTITION BY i.id
                    ORDER BY g.right_count * 1.0 / g.question_count DESC, g.right_count DESC
                ) AS place
            FROM invitation i
            JOIN round r ON r.id = i.round_id AND r.kind = 'quiz'
                AND r.state IN ('finalised', 'archived')
            JOIN attempt a ON a.invitation_id = i.id AND a.state = 'submitted'
            JOIN grading g ON g.id = (SELECT max(id) FROM grading WHERE attempt_id = a.id)
            WHERE g.question_count > 0
        ) AS graded WHERE place = 1 GROUP BY round_id, right_count, question_count
        """
    )


def _create_snapshots() -> None:
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(), nullable=False),
        sa.Column("as_of", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("taken_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("taken_by", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("document", types.JsonValue, nullable=False),
        sa.Column("checksum", sa.String(), nullable=False),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("correction_reason", sa.String(), nullable=True),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "occasion IN ('by_hand', 'closing', 'digest')", name=op.f("ck_snapshot_occasion")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_snapshot_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["corrects_id"], ["snapshot.id"], name=op.f("fk_snapshot_corrects_id")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_snapshot_round_id")),
        sa.ForeignKeyConstraint(
            ["taken_by"], ["user_account.id"], name=op.f("fk_snapshot_taken_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f("uq_snapshot_campaign_id_number")),
        sqlite_autoincrement=True,
    )


def _create_reports() -> None:
    op.create_table(
        "report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("style", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("replaces_id", sa.Integer(), nullable=True),
        sa.Column("texts", types.JsonValue, nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=True),
        sa.Column("issued_at", types.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('interim', 'final')", name=op.f("ck_report_kind")),
        sa.CheckConstraint("state IN ('draft', 'issued')", name=op.f("ck_report_state")),
        sa.CheckConstraint("language IN ('vi', 'en')", name=op.f("ck_report_language")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_report_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_report_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["issued_by"], ["user_account.id"], name=op.f("fk_report_issued_by")
        ),
        sa.ForeignKeyConstraint(["replaces_id"], ["report.id"], name=op.f("fk_report_replaces_id")),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshot.id"], name=op.f("fk_report_snapshot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_report_campaign_id", "report", ["campaign_id"])


def _create_tallies() -> None:
    op.create_table(
        "round_day",
        sa.Column("round_cell_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_cell_id"], ["round_cell.id"], name=op.f("fk_round_day_round_cell_id")
        ),
        sa.PrimaryKeyConstraint("round_cell_id", "day", name=op.f("pk_round_day")),
    )
    op.create_table(
        "score_count",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("right_count", sa.Integer(), nullable=False),
        sa.Column("question_count", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_score_count_round_id")),
        sa.PrimaryKeyConstraint(
            "round_id", "right_count", "question_count", name=op.f("pk_score_count")
        ),
    )


def _create_declined_proposals() -> None:
    op.create_table(
        "declined_proposal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("cell_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("declined_by", sa.Integer(), nullable=True),
        sa.Column("declined_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('join', 'transfer', 'exemption', 'exemption_ended', 'kind_change', 'merge')",
            name=op.f("ck_declined_proposal_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["cell_id"], ["cell.id"], name=op.f("fk_declined_proposal_cell_id")
        ),
        sa.ForeignKeyConstraint(
            ["declined_by"], ["user_account.id"], name=op.f("fk_declined_proposal_declined_by")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_declined_proposal_person_id")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["round.id"], name=op.f("fk_declined_proposal_round_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declined_proposal")),
        sa.UniqueConstraint(
            "round_id",
            "person_id",
            "kind",
            "cell_id",
            name=op.f("uq_declined_proposal_round_id_person_id_kind_cell_id"),
        ),
    )
    op.create_index("ix_declined_proposal_person_id", "declined_proposal", ["person_id"])


def _allow_ledger_kinds(kinds: tuple[str, ...]) -> None:
    with op.batch_alter_table("ledger_entry") as batch_op:
        batch_op.drop_constraint(op.f("ck_ledger_entry_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_ledger_entry_kind"), f"kind IN {kinds}")


def downgrade() -> None:
    """Take back."""
    op.drop_index("uq_invitation_counted", "invitation")
    with op.batch_alter_table(
        "invitation", table_kwargs={"sqlite_autoincrement": True}
    ) as batch_op:
        batch_op.drop_index("ix_invitation_superseded_by_id")
        batch_op.drop_constraint(op.f("fk_invitation_superseded_by_id"), type_="foreignkey")
        batch_op.drop_column("superseded_by_id")
        batch_op.create_unique_constraint(
            op.f("uq_invitation_round_id_person_id"), ["round_id", "person_id"]
        )
    op.drop_table("person_change")
    op.drop_column("person", "left_on")
    op.drop_column("ledger_entry", "follows_roster")
    op.drop_column("invitation", "done_on")
    op.drop_column("invitation", "is_mailed")
    op.drop_column("round_cell", "mailed")
    op.execute("DELETE FROM ledger_entry WHERE kind IN ('kind_change', 'merge')")
    _allow_ledger_kinds(KINDS)
    op.drop_table("declined_proposal")
    op.drop_table("score_count")
    op.drop_table("round_day")
    op.drop_table("report")
    op.drop_table("snapshot")
