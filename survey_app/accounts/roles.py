"""The roles by their names for people, and where each of them starts work."""

from collections.abc import Iterable
from typing import Final

from survey_app.accounts.models import ROLES
from survey_app.accounts.scope import Actor
from survey_app.errors import Invalid
from survey_app.i18n import _, lazy

LABELS: Final[dict[str, object]] = {
    "administrator": lazy("Quản trị hệ thống"),
    "organiser": lazy("Ban tổ chức"),
    "question_approver": lazy("Người duyệt câu hỏi"),
    "committee_reviewer": lazy("Đảng ủy (xem số liệu tổng hợp)"),
    "campaign_monitor": lazy("Người theo dõi, đôn đốc"),
    "cell_secretary": lazy("Bí thư chi bộ"),
}
# The first of these that the user holds decides.
_HOMES: Final = (
    ("organiser", "/organiser/"),
    ("administrator", "/admin/users"),
    ("question_approver", "/organiser/questions"),
    ("committee_reviewer", "/committee/"),
    ("campaign_monitor", "/committee/"),
    ("cell_secretary", "/secretary/"),
)


def check_role(role: str) -> None:
    """Refuse a role that does not exist.

    Raises:
        Invalid: with the roles there are.
    """
    if role not in ROLES:
        raise Invalid(
            _("Không có vai trò “%(role)s”. Các vai trò: %(all)s.", role=role, all=", ".join(ROLES))
        )


def home(actor_or_roles: Actor | Iterable[str]) -> str:
    """Return the path where someone with these roles starts; the account page without any."""
    if isinstance(actor_or_roles, Actor):
        held = {grant.role for grant in actor_or_roles.grants}
    else:
        held = set(actor_or_roles)
    return next((path for role, path in _HOMES if role in held), "/account")
