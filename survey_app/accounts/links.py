"""One-time sign-in links: made by the command line, an administrator or the user's own request.

The token is a signature over a random public id (`signing.py`), so that a mail can be written from
that id at the moment of sending, and the database holds nothing that opens anything.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from survey_app import clock, signing
from survey_app.accounts.models import SignInLink, User
from survey_app.accounts.sessions import hash_token
from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.errors import Conflict, Expired
from survey_app.i18n import _

PURPOSE: Final = "sign-in"
LIFETIME: Final = timedelta(hours=24)


@dataclass(frozen=True)
class MadeLink:
    """A fresh link: what may be stored (`public_id`) and what may not (`token`)."""

    public_id: str
    token: str
    expires_at: datetime

    @property
    def path(self) -> str:
        """The path to open."""
        return f"/sign-in/{self.token}"


def token_of(key: bytes, public_id: str) -> str:
    """Return the token of a link's public id."""
    return signing.sign(key, PURPOSE, public_id)


def make(session: Session, key: bytes, user: User, *, actor: Actor, source: str) -> MadeLink:
    """Make a link for `user`.

    Raises:
        Conflict: the account is closed.
    """
    if not user.is_active:
        raise Conflict(_("Tài khoản %(email)s đã đóng.", email=user.email))
    public_id = signing.new_public_id()
    token = token_of(key, public_id)
    now = clock.now()
    session.add(
        SignInLink(
            token_hash=hash_token(token),
            user_id=user.id,
            created_at=now,
            expires_at=now + LIFETIME,
            used_at=None,
        )
    )
    record(session, Action.SIGN_IN_LINK_MADE, actor, ("user", user.id), source=source)
    return MadeLink(public_id, token, now + LIFETIME)


def is_live(session: Session, token: str) -> bool:
    """Whether the link can still be used. Looking changes nothing."""
    found = session.scalar(
        select(SignInLink.token_hash)
        .join(User, User.id == SignInLink.user_id)
        .where(*_live(token), User.is_active.is_(True))
    )
    return found is not None


def spend(session: Session, token: str) -> User:
    """Use the link up and return whose it is.

    Raises:
        Expired: it was used, is too old, or never was one.
    """
    user_id = session.scalar(
        update(SignInLink)
        .where(*_live(token))
        .values(used_at=clock.now())
        .returning(SignInLink.user_id)
    )
    user = session.get(User, user_id) if user_id is not None else None
    if user is None or not user.is_active:
        raise Expired(
            _("Liên kết này đã dùng rồi hoặc đã quá 24 giờ. Xin lấy liên kết mới để đăng nhập.")
        )
    return user


def _live(token: str) -> tuple[ColumnElement[bool], ...]:
    return (
        SignInLink.token_hash == hash_token(token),
        SignInLink.used_at.is_(None),
        SignInLink.expires_at > clock.now(),
    )
