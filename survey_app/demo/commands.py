"""`flask demo …`: build the sample, say what to open, turn its clock."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from survey_app import clock
from survey_app import demo as sample
from survey_app.accounts import links as signing_in
from survey_app.accounts.scope import CLI
from survey_app.database import current_database
from survey_app.demo import clearing, links, timing
from survey_app.errors import Conflict
from survey_app.extensions import current_settings
from survey_app.formatting import moment
from survey_app.i18n import _
from survey_app.terminal import help_text

demo = AppGroup("demo", help=help_text("Dữ liệu mẫu của bản thử."))


@demo.command("load", help=help_text("Nạp chiến dịch mẫu: một vòng đã đóng, một vòng đang mở."))
def load_command() -> None:
    """Build the sample; where it stands already, nothing changes."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    sample.load(app)
    click.echo(_("Đã có dữ liệu mẫu."))


@demo.command("links", help=help_text("In các địa chỉ để mở."))
def links_command() -> None:
    """Print what to open, labelled in both languages."""
    sample.refuse_production(current_settings())
    for label, url in links.what_to_open(current_database(), current_settings()):
        click.echo(links.line(label, url))


@demo.command("clear", help=help_text("Xóa dữ liệu mẫu (có sao lưu) để bắt đầu chiến dịch thật."))
@click.option(
    "--email",
    prompt=help_text("Địa chỉ thư của đồng chí"),
    help=help_text("Địa chỉ thư của tài khoản đầu tiên."),
)
@click.option(
    "--name",
    prompt=help_text("Họ tên của đồng chí"),
    help=help_text("Họ tên của người giữ tài khoản đó."),
)
def clear_command(email: str, name: str) -> None:
    """Ask for the words, back up, take the sample away, print a sign-in link."""
    database, settings = current_database(), current_settings()
    sample.refuse_production(settings)
    asked = _("Để xóa mọi dữ liệu mẫu, gõ: %(phrase)s", phrase=clearing.PHRASE)
    owner = clearing.read_owner(click.prompt(asked, prompt_suffix="\n> ", err=True), email, name)
    kept = clearing.clear(database, settings, owner)
    click.echo(_("Đã xóa dữ liệu mẫu. Bản sao lưu: %(name)s.", name=kept))
    with database.writing() as session:
        user = clearing.account_of(session, owner)
        made = signing_in.make(session, settings.link_key, user, actor=CLI, source="demo")
    click.echo(_("Liên kết đăng nhập, dùng một lần:"))
    click.echo(settings.base_url + made.path)


@demo.command(
    "clock",
    context_settings={"ignore_unknown_options": True},
    help=help_text("Xem hoặc chỉnh đồng hồ thử: +1h, ngày giờ ISO, real."),
)
@click.argument("to", required=False)
def clock_command(to: str | None) -> None:
    """Say what time it is in the trial, or turn its clock."""
    sample.refuse_production(current_settings())
    if to == "real":
        clock.be_real(timing.clock_file())
    elif to is not None and not sample.has_sample(current_database()):
        raise Conflict(_("Đồng hồ thử chỉ đi cùng dữ liệu mẫu; ở đây dùng giờ thật."))
    elif to is not None:
        clock.set_to(timing.clock_file(), timing.moment_of(to, clock.now()))
    click.echo(moment(clock.now()))
