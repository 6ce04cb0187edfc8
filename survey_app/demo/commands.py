"""`flask demo …`: build the sample, say what to open, turn its clock."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from survey_app import clock
from survey_app import demo as sample
from survey_app.database import current_database
from survey_app.demo import links, timing
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


@demo.command("clock", help=help_text("Xem hoặc chỉnh đồng hồ thử: +1h, ngày giờ ISO, real."))
@click.argument("to", required=False)
def clock_command(to: str | None) -> None:
    """Say what time it is in the trial, or turn its clock."""
    sample.refuse_production(current_settings())
    if to == "real":
        clock.be_real(timing.clock_file())
    elif to is not None:
        clock.set_to(timing.clock_file(), timing.moment_of(to, clock.now()))
    click.echo(moment(clock.now()))
