"""`flask doctor [--json]`: exit 0 all good, 1 problems."""

import click
from flask import current_app
from flask.cli import with_appcontext

from survey_app.config import Settings
from survey_app.database import current_database
from survey_app.doctor.checks import Check, all_good
from survey_app.doctor.examining import examine, not_set_up
from survey_app.i18n import _, _n
from survey_app.terminal import REFUSED, help_text, print_json


@click.command("doctor", help=help_text("Khám cả hệ thống: có gì sai, và cần làm gì."))
@click.option("--json", "as_json", is_flag=True, help=help_text("In một tài liệu JSON."))
@with_appcontext
def doctor(as_json: bool) -> None:
    """Look at the whole installation and say what needs somebody."""
    settings: Settings | None = current_app.extensions.get("survey.settings")
    if settings is None:
        checks = not_set_up(current_app.extensions["survey.settings_error"])
    else:
        checks = examine(current_database(), settings)
    if as_json:
        print_json({"checks": [check.as_dict() for check in checks]})
    else:
        _print(checks)
    if not all_good(checks):
        raise click.exceptions.Exit(REFUSED)


def _print(checks: list[Check]) -> None:
    marks = {"ok": _("tốt"), "warning": _("lưu ý"), "problem": _("SAI")}
    width = max(map(len, marks.values()))
    for check in checks:
        where = f" [{check.where}]" if check.where else ""
        click.echo(f"{marks[check.state]:<{width}}  {check.message}{where}")
    problems = sum(check.state == "problem" for check in checks)
    click.echo("")
    if problems:
        click.echo(_n("Có %(n)s chỗ sai cần sửa.", problems))
    else:
        click.echo(_("Không có chỗ nào sai."))
