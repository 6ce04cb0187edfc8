"""Reading accounts, for their own pages and the administrator's."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.models import RoleGrant, StaffSession, User
from survey_app.accounts.scope import Grant
from survey_app.errors import NotFound
from survey_app.i18n import _
from survey_app.vietnamese import name_sort_key


@dataclass(frozen=True)
class HeldRole:
    """A role as the pages show it; `id` names the row to take away."""

    id: int
    grant: Grant


@dataclass(frozen=True)
class Account:
    """One account with its roles."""

    id: int
    name: str
    email: str
    locale: str
    is_active: bool
    is_sample: bool
    has_password: bool
    created_at: datetime
    roles: tuple[HeldRole, ...] = ()


@dataclass(frozen=True)
class OpenSession:
    """One signed-in browser."""

    started_at: datetime
    expires_at: datetime
    is_this: bool


def accounts(session: Session) -> list[Account]:
    """Return all accounts: open ones first, by given name."""
    held: dict[int, list[HeldRole]] = {}
    for row in session.scalars(select(RoleGrant).order_by(RoleGrant.id)):
        held.setdefault(row.user_id, []).append(_held(row))
    found = [_account(user, held.get(user.id, [])) for user in session.scalars(select(User))]
    return sorted(found, key=lambda item: (not item.is_active, name_sort_key(item.name), item.id))


def account(session: Session, user_id: int) -> Account:
    """Return one account.

    Raises:
        NotFound: there is none.
    """
    user = session.get(User, user_id)
    if user is None:
        raise NotFound(_("Không có tài khoản này."))
    rows = session.scalars(select(RoleGrant).filter_by(user_id=user_id).order_by(RoleGrant.id))
    return _account(user, [_held(row) for row in rows])


def open_sessions(session: Session, user_id: int, this: str = "") -> list[OpenSession]:
    """Return the browsers in which the user is signed in, the newest first."""
    rows = session.scalars(
        select(StaffSession)
        .where(StaffSession.user_id == user_id, StaffSession.expires_at > clock.now())
        .order_by(StaffSession.created_at.desc())
    )
    return [OpenSession(row.created_at, row.expires_at, row.token_hash == this) for row in rows]


def _held(row: RoleGrant) -> HeldRole:
    return HeldRole(row.id, Grant(row.role, row.campaign_id, row.cell_id))


def _account(user: User, roles: list[HeldRole]) -> Account:
    return Account(
        id=user.id,
        name=user.name,
        email=user.email,
        locale=user.locale,
        is_active=user.is_active,
        is_sample=user.is_sample,
        has_password=user.password_hash is not None,
        created_at=user.created_at,
        roles=tuple(roles),
    )
