"""Who may try a round that is not theirs to answer: organisers, by the link of a test mail."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.accounts.models import RoleGrant, User

_TRYING_ROLES = ("organiser", "question_approver", "administrator")


def may_try(session: Session, user_id: int) -> bool:
    """Whether the organiser whom a link was sent to is still one."""
    found = session.scalar(
        select(RoleGrant.id)
        .join(User, User.id == RoleGrant.user_id)
        .where(User.id == user_id, User.is_active.is_(True), RoleGrant.role.in_(_TRYING_ROLES))
        .limit(1)
    )
    return found is not None
