"""From "who are you?" to an open session.

Proof comes first (`check_password`, `links.spend`), the session second (`open_session`). A second
factor will stand between the two: a proved user who has one gets no session yet but the state
"half signed in" in the cookie (user id, means, moment), and `open_session` after the second proof.
No other way leads to a session.
"""

from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from survey_app.accounts import guessing, links, sessions
from survey_app.accounts.models import RoleGrant, User
from survey_app.accounts.scope import Unattended
from survey_app.audit import Action, record
from survey_app.audit import services as audit
from survey_app.audit.models import AuditEvent
from survey_app.errors import Expired, Invalid
from survey_app.i18n import _
from survey_app.mailing import outbox


@dataclass(frozen=True)
class Claim:
    """What the database knows of the one who claims to be `email`; read before the slow hash."""

    email: str
    user_id: int | None
    password_hash: str | None


@dataclass(frozen=True)
class Entry:
    """An opened session: the token for the cookie, and how to welcome its user."""

    user_id: int
    token: str
    locale: str
    roles: frozenset[str]
    ask_for_password: bool


class WrongPassword(Invalid):
    """No account with this address and password; says nothing about which of them is wrong."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Địa chỉ thư hoặc mật khẩu chưa đúng. Nếu quên, xin dùng nút “Gửi liên kết đăng "
                "nhập đến thư của tôi”."
            )
        )


def find_claim(session: Session, email: str) -> Claim:
    """Look up an account by what was typed; a closed one counts as none."""
    email = email.strip().lower()
    user = session.scalar(select(User).where(User.email == email, User.is_active.is_(True)))
    if user is None:
        return Claim(email, None, None)
    return Claim(email, user.id, user.password_hash)


def confirm(session: Session, claim: Claim, attempt: guessing.Try) -> User:
    """Return the user whose password was right a moment ago, outside of any unit of work.

    Raises:
        WrongPassword: the account was changed meanwhile.
    """
    user = session.get(User, claim.user_id) if claim.user_id is not None else None
    if user is None or not user.is_active or user.password_hash != claim.password_hash:
        raise WrongPassword
    guessing.proved(session, attempt)
    return user


def open_session(session: Session, user: User, *, means: str) -> Entry:
    """Open a session for a user who has proved who they are by `means`.

    Raises:
        Expired: the account was closed meanwhile.
    """
    if not user.is_active:
        raise Expired(_("Tài khoản này đã đóng. Xin hỏi người quản trị."))
    been_here = session.scalar(
        select(
            exists().where(
                AuditEvent.action == Action.SIGNED_IN.code,
                AuditEvent.subject_kind == "user",
                AuditEvent.subject_id == user.id,
            )
        )
    )
    token = sessions.start(session, user.id)
    record(
        session,
        Action.SIGNED_IN,
        Unattended("user", user.id),
        ("user", user.id),
        means=means,
    )
    roles = session.scalars(select(RoleGrant.role).where(RoleGrant.user_id == user.id))
    return Entry(
        user_id=user.id,
        token=token,
        locale=user.locale,
        roles=frozenset(roles),
        ask_for_password=means == "link" and user.password_hash is None and not been_here,
    )


def mail_link(session: Session, key: bytes, email: str, ip: str) -> None:
    """Send a one-time link to the stored address, if there is such an account; tell nobody.

    Raises:
        Throttled: too many were asked for, whether or not the account exists.
    """
    claim = find_claim(session, email)
    guessing.take_mail_turn(session, claim.email, ip)
    if claim.user_id is None:
        return
    user = session.get_one(User, claim.user_id)
    send_link(session, key, user, actor=Unattended("visitor"), source="mail")


def send_link(session: Session, key: bytes, user: User, *, actor: audit.Actor, source: str) -> None:
    """Put a mail with a fresh link into the outbox."""
    made = links.make(session, key, user, actor=actor, source=source)
    outbox.enqueue(
        session,
        "security",
        recipient=("user", user.id),
        subject=("user", user.id),
        dedupe_key=f"sign-in/{made.public_id}",
        payload={"link": made.public_id},
    )
