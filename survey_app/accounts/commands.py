"""`flask users …`: accounts from the command line. Links are printed once and stored nowhere."""

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from survey_app.accounts import cells, links, queries, services
from survey_app.accounts.models import User
from survey_app.accounts.scope import CLI
from survey_app.database import reading, writing
from survey_app.extensions import current_settings
from survey_app.formatting import moment
from survey_app.i18n import _
from survey_app.terminal import help_text

users = AppGroup("users", help=help_text("Tài khoản của người tổ chức."))


@users.command("create-admin", help=help_text("Mở tài khoản quản trị và in liên kết đăng nhập."))
@click.argument("email")
@click.option("--name", default="", help=help_text("Họ tên của người dùng."))
def create_admin(email: str, name: str) -> None:
    """Open an administrator's account (or give the role) and print a one-time link."""
    with writing() as unit:
        user = _find_or_create(unit, email, name)
        services.grant_role(unit, user.id, "administrator", actor=CLI)
        made = _link(unit, user)
    _print(made)


def _find_or_create(unit: Session, email: str, name: str) -> User:
    address = services.normal_email(email)
    user = unit.query(User).filter_by(email=address).one_or_none()
    return user or services.create_user(
        unit, address, name or address.partition("@")[0], actor=CLI, source="cli"
    )


def _link(unit: Session, user: User) -> links.MadeLink:
    return links.make(unit, current_settings().link_key, user, actor=CLI, source="cli")


def _print(made: links.MadeLink) -> None:
    click.echo(current_settings().base_url + made.path)
    click.echo(_("Dùng một lần, trước %(moment)s.", moment=moment(made.expires_at)), err=True)


@users.command("link", help=help_text("In một liên kết đăng nhập mới, dùng một lần."))
@click.argument("email")
def link(email: str) -> None:
    """Print a fresh one-time link."""
    with writing() as unit:
        made = _link(unit, services.user_by_email(unit, email))
    _print(made)


@users.command("role", help=help_text("Giao một vai trò cho tài khoản."))
@click.argument("email")
@click.argument("role")
@click.option("--cell", default=None, help=help_text("Mã chi bộ, cho vai trò cell_secretary."))
def role(email: str, role: str, cell: str | None) -> None:
    """Give a role."""
    with writing() as unit:
        user = services.user_by_email(unit, email)
        cell_id = cells.cell_by_slug(unit, cell).id if cell else None
        services.grant_role(unit, user.id, role, actor=CLI, cell_id=cell_id)
        address = user.email
    click.echo(f"{address}: {role}{f' ({cell})' if cell else ''}")


@users.command("list", help=help_text("Liệt kê các tài khoản và vai trò."))
def list_users() -> None:
    """Print all accounts with their roles."""
    with reading() as unit:
        slugs = {cell.id: cell.slug for cell in cells.known_cells(unit)}
        accounts = queries.accounts(unit)
    for account in accounts:
        roles = [
            held.grant.role + (f" ({slugs[held.grant.cell_id]})" if held.grant.cell_id else "")
            for held in account.roles
        ]
        closed = "" if account.is_active else f"  [{_('đã đóng')}]"
        click.echo(f"{account.email}  {account.name}  {', '.join(roles) or '–'}{closed}")
