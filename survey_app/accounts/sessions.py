"""Staff sessions: a random token in the cookie, its hash in a row that can be ended anywhere."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.models import RoleGrant, StaffSession, User
from survey_app.accounts.scope import Actor, Grant

LIFETIME = timedelta(hours=12)


def hash_token(token: str) -> str:
    """Return what is stored of a random token. It has 256 bits, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def start(session: Session, user_id: int) -> str:
    """Open a session for `user_id` and return the token for the cookie."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    session.add(
        StaffSession(
            token_hash=hash_token(token),
            user_id=user_id,
            created_at=now,
            expires_at=now + LIFETIME,
        )
    )
    return token


def load_actor(session: Session, token: str) -> Actor | None:
    """Return who holds the session of `token`, or `None` when it ended or the user is closed."""
    hashed = hash_token(token)
    user = session.scalar(
        select(User)
        .join(StaffSession, StaffSession.user_id == User.id)
        .where(
            StaffSession.token_hash == hashed,
            StaffSession.expires_at > clock.now(),
            User.is_active.is_(True),
        )
    )
    if user is None:
        return None
    grants = session.scalars(select(RoleGrant).where(RoleGrant.user_id == user.id))
    return Actor(
        user_id=user.id,
        name=user.name,
        email=user.email,
        locale=user.locale,
        grants=tuple(Grant(row.role, row.campaign_id, row.cell_id) for row in grants),
        session_hash=hashed,
    )


def end(session: Session, token: str) -> None:
    """End one session."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == hash_token(token)))


def end_all(session: Session, user_id: int, *, keep: str = "") -> int:
    """End every session of a user but the one whose hash is `keep`; return how many ended."""
    result = session.execute(
        delete(StaffSession).where(StaffSession.user_id == user_id, StaffSession.token_hash != keep)
    )
    return int(getattr(result, "rowcount", 0))
