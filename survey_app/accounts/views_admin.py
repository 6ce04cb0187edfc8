"""The administrator's pages: who has an account, and what each may do."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app.accounts import cells, links, queries, services, sign_in
from survey_app.accounts.doors import signed_in
from survey_app.accounts.forms import NewUserForm, RoleForm
from survey_app.accounts.models import ROLES
from survey_app.accounts.roles import LABELS
from survey_app.database import reading, writing
from survey_app.errors import DomainError
from survey_app.extensions import current_settings
from survey_app.i18n import _
from survey_app.web.error_pages import status_of


def users() -> ResponseReturnValue:
    """All accounts, and a form for one more."""
    form = NewUserForm()
    with reading() as unit:
        _offer(form, unit)
    if request.method == "GET":
        return _users_page(form)
    if not form.validate():
        return _users_page(form), 422
    actor = signed_in()
    try:
        with writing() as unit:
            user = services.create_user(
                unit, form.email.data or "", form.name.data or "", actor=actor, source="admin"
            )
            services.grant_role(
                unit, user.id, form.role.data, actor=actor, cell_id=_cell_id(form.cell.data)
            )
    except DomainError as error:
        return _users_page(form, error.message), status_of(error)
    flash(_("Đã mở tài khoản cho %(name)s. Giờ xin tạo liên kết đăng nhập.", name=user.name))
    return redirect(url_for("admin.user", user_id=user.id), code=303)


def _users_page(form: NewUserForm, problem: str = "") -> str:
    with reading() as unit:
        accounts = queries.accounts(unit)
        names = {cell.id: cell.name for cell in cells.known_cells(unit)}
    return render_template(
        "accounts/users.html",
        accounts=accounts,
        cell_names=names,
        role_labels=LABELS,
        form=form,
        problem=problem,
    )


def user(user_id: int) -> ResponseReturnValue:
    """One account: roles, sign-in link, open or closed."""
    return _user_page(user_id)


def _user_page(user_id: int, problem: str = "", link: links.MadeLink | None = None) -> str:
    form = RoleForm()
    with reading() as unit:
        account = queries.account(unit, user_id)
        names = {cell.id: cell.name for cell in cells.known_cells(unit)}
        sessions = queries.open_sessions(unit, user_id)
        _offer(form, unit)
    return render_template(
        "accounts/user.html",
        account=account,
        cell_names=names,
        role_labels=LABELS,
        sessions=sessions,
        form=form,
        problem=problem,
        link=current_settings().base_url + link.path if link else "",
        expires_at=link.expires_at if link else None,
    )


def _offer(form: NewUserForm | RoleForm, unit: Session) -> None:
    form.role.choices = [("", _("(chọn vai trò)"))]
    form.role.choices += [(role, str(LABELS[role])) for role in ROLES]
    form.cell.choices = [("", _("(không gắn chi bộ)"))]
    form.cell.choices += [(str(cell.id), cell.name) for cell in cells.known_cells(unit)]


def _cell_id(text: str | None) -> int | None:
    return int(text) if text else None


def grant(user_id: int) -> ResponseReturnValue:
    """Give this account one more role."""
    form = RoleForm()
    with reading() as unit:
        _offer(form, unit)
    if not form.validate():
        return _user_page(user_id, _("Xin chọn vai trò và chi bộ có trong danh sách.")), 422
    try:
        with writing() as unit:
            services.grant_role(
                unit,
                user_id,
                form.role.data,
                actor=signed_in(),
                cell_id=_cell_id(form.cell.data),
            )
    except DomainError as error:
        return _user_page(user_id, error.message), status_of(error)
    return redirect(url_for("admin.user", user_id=user_id), code=303)


def revoke(user_id: int, grant_id: int) -> ResponseReturnValue:
    """Take a role away."""
    with writing() as unit:
        services.revoke_role(unit, user_id, grant_id, actor=signed_in())
    return redirect(url_for("admin.user", user_id=user_id), code=303)


def make_link(user_id: int) -> ResponseReturnValue:
    """Make a one-time link and show it here, once."""
    with writing() as unit:
        account = services.user_by_id(unit, user_id)
        made = links.make(
            unit, current_settings().link_key, account, actor=signed_in(), source="admin"
        )
    return _user_page(user_id, link=made)


def send_link(user_id: int) -> ResponseReturnValue:
    """Send a one-time link to the account's address."""
    with writing() as unit:
        account = services.user_by_id(unit, user_id)
        sign_in.send_link(
            unit, current_settings().link_key, account, actor=signed_in(), source="admin"
        )
    flash(_("Đã xếp thư có liên kết đăng nhập vào hàng gửi."), "good")
    return redirect(url_for("admin.user", user_id=user_id), code=303)


def close(user_id: int) -> ResponseReturnValue:
    """Close the account and end its sessions."""
    with writing() as unit:
        services.close_user(unit, user_id, actor=signed_in())
    flash(_("Tài khoản đã đóng; mọi thiết bị đã được đăng xuất."), "good")
    return redirect(url_for("admin.user", user_id=user_id), code=303)


def reopen(user_id: int) -> ResponseReturnValue:
    """Open a closed account again."""
    with writing() as unit:
        services.reopen_user(unit, user_id, actor=signed_in())
    return redirect(url_for("admin.user", user_id=user_id), code=303)
