"""Accounts of staff: made, given roles, closed. Everything here is written to the log."""

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts import sessions
from survey_app.accounts.models import RoleGrant, User
from survey_app.accounts.roles import check_role
from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.errors import Conflict, Invalid, NotFound
from survey_app.i18n import LOCALES, _
from survey_app.vietnamese import tidy


def normal_email(text: str) -> str:
    """Return the one spelling under which an address is kept.

    Letters beyond ASCII are refused: two addresses that fold to one would share an account.

    Raises:
        Invalid: this is no address.
    """
    text = text.strip()
    try:
        address = validate_email(
            text, check_deliverability=False, allow_smtputf8=False, globally_deliverable=False
        ).normalized
    except EmailNotValidError:
        raise Invalid(
            _("“%(text)s” không phải là địa chỉ thư. Địa chỉ có dạng ten@coquan.vn.", text=text)
        ) from None
    if not address.isascii():
        raise Invalid(_("Địa chỉ thư chỉ gồm chữ không dấu: %(text)s.", text=text))
    return address.lower()


def user_by_email(session: Session, email: str) -> User:
    """Return the account of this address.

    Raises:
        NotFound: there is none.
    """
    user = session.scalar(select(User).where(User.email == normal_email(email)))
    if user is None:
        raise NotFound(_("Không có tài khoản nào dùng địa chỉ %(email)s.", email=email.strip()))
    return user


def user_by_id(session: Session, user_id: int) -> User:
    """Return the account.

    Raises:
        NotFound: there is none.
    """
    user = session.get(User, user_id)
    if user is None:
        raise NotFound(_("Không có tài khoản này."))
    return user


def create_user(
    session: Session,
    email: str,
    name: str,
    *,
    actor: Actor,
    source: str,
    locale: str = "vi",
    is_sample: bool = False,
) -> User:
    """Open an account without password and without any role.

    Raises:
        Invalid: the address or the name cannot be used.
        Conflict: the address has an account already.
    """
    email = normal_email(email)
    name = tidy(name)
    if not name or len(name) > 100:
        raise Invalid(_("Xin ghi họ tên, dài nhất 100 ký tự."))
    if session.scalar(select(User.id).where(User.email == email)) is not None:
        raise Conflict(_("Địa chỉ %(email)s đã có tài khoản.", email=email))
    user = User(
        email=email,
        name=name,
        locale=locale if locale in LOCALES else "vi",
        password_hash=None,
        person_id=None,
        is_active=True,
        is_sample=is_sample,
        created_at=clock.now(),
    )
    session.add(user)
    session.flush()
    record(session, Action.USER_CREATED, actor, ("user", user.id), source=source)
    return user


def grant_role(
    session: Session,
    user_id: int,
    role: str,
    *,
    actor: Actor,
    cell_id: int | None = None,
    campaign_id: int | None = None,
) -> RoleGrant:
    """Give a role; giving it twice changes nothing.

    Raises:
        Invalid: no such role, or a cell is missing or out of place.
    """
    check_role(role)
    user = user_by_id(session, user_id)
    if role == "cell_secretary" and cell_id is None:
        raise Invalid(_("Vai trò bí thư chi bộ cần kèm một chi bộ."))
    if role != "cell_secretary" and cell_id is not None:
        raise Invalid(_("Chỉ vai trò bí thư chi bộ gắn với một chi bộ."))
    scope = {"role": role, "cell_id": cell_id, "campaign_id": campaign_id}
    held = session.scalar(select(RoleGrant).filter_by(user_id=user.id, **scope))
    if held is not None:
        return held
    grant = RoleGrant(user_id=user.id, **scope, granted_at=clock.now())
    session.add(grant)
    session.flush()
    record(session, Action.ROLE_GRANTED, actor, ("user", user.id), **scope)
    return grant


def revoke_role(session: Session, user_id: int, grant_id: int, *, actor: Actor) -> None:
    """Take a role away.

    Raises:
        NotFound: this user does not hold it.
        Conflict: it is the last administrator's.
    """
    grant = session.scalar(select(RoleGrant).filter_by(id=grant_id, user_id=user_id))
    if grant is None:
        raise NotFound(_("Tài khoản này không còn giữ vai trò đó."))
    if grant.role == "administrator":
        _keep_an_administrator(session, besides=user_id)
    scope = {"role": grant.role, "cell_id": grant.cell_id, "campaign_id": grant.campaign_id}
    session.delete(grant)
    record(session, Action.ROLE_REVOKED, actor, ("user", user_id), **scope)


def close_user(session: Session, user_id: int, *, actor: Actor) -> None:
    """Close an account: nobody signs in with it any more, and whoever is in is out at once.

    Raises:
        Conflict: it is the last administrator's.
    """
    user = user_by_id(session, user_id)
    if not user.is_active:
        return
    _keep_an_administrator(session, besides=user_id)
    user.is_active = False
    ended = sessions.end_all(session, user_id)
    record(session, Action.USER_CLOSED, actor, ("user", user_id), sessions=ended)


def reopen_user(session: Session, user_id: int, *, actor: Actor) -> None:
    """Open a closed account again, with the roles it had."""
    user = user_by_id(session, user_id)
    if user.is_active:
        return
    user.is_active = True
    record(session, Action.USER_REOPENED, actor, ("user", user_id))


def _keep_an_administrator(session: Session, *, besides: int) -> None:
    """Two administrators removing each other at the same moment wait for one another here."""
    administrators = session.execute(
        select(RoleGrant.user_id, User.is_active)
        .join(User, User.id == RoleGrant.user_id)
        .where(RoleGrant.role == "administrator")
        .order_by(RoleGrant.id)
        .with_for_update()
    ).all()
    active = {user_id for user_id, is_active in administrators if is_active}
    if besides in active and len(active) == 1:
        raise Conflict(
            _(
                "Đây là quản trị viên cuối cùng. Xin giao vai trò quản trị hệ thống cho người khác "
                "trước."
            )
        )


def set_password(
    session: Session, user_id: int, password_hash: str, *, actor: Actor, keep: str = ""
) -> int:
    """Store the hash of a new password and end all other sessions; return how many ended.

    `keep` is the hash of the session that stays. Hash the password before the unit of work.
    """
    user = user_by_id(session, user_id)
    user.password_hash = password_hash
    record(session, Action.PASSWORD_SET, actor, ("user", user_id))
    return sessions.end_all(session, user_id, keep=keep)


def choose_locale(session: Session, user_id: int, locale: str) -> None:
    """Remember the language in which this user wants pages and mails."""
    if locale not in LOCALES:
        raise Invalid(_("Chỉ có tiếng Việt và tiếng Anh."))
    user_by_id(session, user_id).locale = locale
