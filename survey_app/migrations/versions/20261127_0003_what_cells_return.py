"""What cells return: duties with revisions, study sessions, proposals for recognition."""

import sqlalchemy as sa
from alembic import op

from survey_app import database as types

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply."""
    _create_duties()
    _create_study_sessions()
    _create_recognition()


def _create_duties() -> None:
    op.create_table(
        "duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("cell_id", sa.Integer(), nullable=False),
        sa.Column("reopened_until", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reopened_reason", sa.String(), nullable=True),
        sa.Column("submitted_at", types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["cell_id"], ["cell.id"], name=op.f("fk_duty_cell_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_duty_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        sa.UniqueConstraint("round_id", "cell_id", name=op.f("uq_duty_round_id_cell_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_duty_cell_id", "duty", ["cell_id"])
    op.create_table(
        "duty_revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("duty_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("answers", types.JsonValue, nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("saved_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "source IN ('secretary', 'paper')", name=op.f("ck_duty_revision_source")
        ),
        sa.CheckConstraint("state IN ('draft', 'submitted')", name=op.f("ck_duty_revision_state")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user_account.id"], name=op.f("fk_duty_revision_author_id")
        ),
        sa.ForeignKeyConstraint(["duty_id"], ["duty.id"], name=op.f("fk_duty_revision_duty_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_revision")),
        sa.UniqueConstraint("duty_id", "number", name=op.f("uq_duty_revision_duty_id_number")),
    )


def _create_study_sessions() -> None:
    op.create_table(
        "study_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("cell_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("begins", sa.String(), nullable=True),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("presenter", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("excused", sa.Integer(), nullable=False),
        sa.Column("absent", sa.Integer(), nullable=False),
        sa.Column("on_duty", sa.Integer(), nullable=False),
        sa.Column("reflections", sa.Integer(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("updated_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "expected >= present + excused + absent + on_duty AND present >= 0 AND excused >= 0 AND absent >= 0 AND on_duty >= 0 AND reflections >= 0",
            name=op.f("ck_study_session_adds_up"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_study_session_campaign_id")
        ),
        sa.ForeignKeyConstraint(["cell_id"], ["cell.id"], name=op.f("fk_study_session_cell_id")),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["user_account.id"], name=op.f("fk_study_session_entered_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_session")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_study_session_cell", "study_session", ["campaign_id", "cell_id"])
    op.create_index("ix_study_session_cell_id", "study_session", ["cell_id"])
    op.create_table(
        "attendance",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("reflection_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "state IN ('present', 'excused', 'absent', 'on_duty')", name=op.f("ck_attendance_state")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attendance_person_id")),
        sa.ForeignKeyConstraint(
            ["session_id"], ["study_session.id"], name=op.f("fk_attendance_session_id")
        ),
        sa.PrimaryKeyConstraint("session_id", "person_id", name=op.f("pk_attendance")),
    )
    op.create_index("ix_attendance_person_id", "attendance", ["person_id"])


def _create_recognition() -> None:
    op.create_table(
        "recognition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("cell_id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_name", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("created_at", types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.String(), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'supported', 'commended', 'declined')",
            name=op.f("ck_recognition_state"),
        ),
        sa.CheckConstraint(
            "subject_kind IN ('person', 'collective')", name=op.f("ck_recognition_subject_kind")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_recognition_campaign_id")
        ),
        sa.ForeignKeyConstraint(["cell_id"], ["cell.id"], name=op.f("fk_recognition_cell_id")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_recognition_decided_by")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["user_account.id"], name=op.f("fk_recognition_entered_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recognition")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_recognition_cell", "recognition", ["campaign_id", "cell_id"])
    op.create_index("ix_recognition_cell_id", "recognition", ["cell_id"])


def downgrade() -> None:
    """Take back."""
    op.drop_table("recognition")
    op.drop_table("attendance")
    op.drop_table("study_session")
    op.drop_table("duty_revision")
    op.drop_table("duty")
