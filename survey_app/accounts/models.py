"""Staff who sign in, what they may do, and their sessions."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, DataClass, holds

ROLES = (
    "administrator",
    "organiser",
    "question_approver",
    "committee_reviewer",
    "campaign_monitor",
    "cell_secretary",
)


class User(Base):
    """A staff account. Members who only answer have none."""

    __tablename__ = "user_account"
    __table_args__ = (
        holds(DataClass.STAFF, "when the account is closed; its log entries stay", ids_stay=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    locale: Mapped[str] = mapped_column(default="vi")
    password_hash: Mapped[str | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    is_active: Mapped[bool] = mapped_column(default=True)
    is_sample: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class RoleGrant(Base):
    """One role of one user, in one campaign or all, over one cell or all."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(f"role IN {ROLES}", name="role"),
        CheckConstraint("role <> 'cell_secretary' OR cell_id IS NOT NULL", name="secretary_cell"),
        holds(DataClass.STAFF, "with the user"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    role: Mapped[str]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    cell_id: Mapped[int | None] = mapped_column(ForeignKey("cell.id"))
    granted_at: Mapped[datetime]


Index(
    "uq_role_grant_scope",
    RoleGrant.user_id,
    RoleGrant.role,
    func.coalesce(RoleGrant.campaign_id, 0),
    func.coalesce(RoleGrant.cell_id, 0),
    unique=True,
)


class SignInLink(Base):
    """A one-time sign-in link; only the hash of its token is kept."""

    __tablename__ = "sign_in_link"
    __table_args__ = (holds(DataClass.TECHNICAL, "one day after it expired"),)

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class StaffSession(Base):
    """A signed-in browser; ends when its row is gone or `expires_at` has passed."""

    __tablename__ = "staff_session"
    __table_args__ = (holds(DataClass.TECHNICAL, "when it ends or expires"),)

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
