"""`flask roster …`: look at a roster file, and import it."""

from pathlib import Path

import click
from flask.cli import AppGroup

from survey_app import clock, formatting
from survey_app.accounts.scope import CLI
from survey_app.database import reading, writing
from survey_app.errors import Problem
from survey_app.i18n import _
from survey_app.people.address_changes import addresses_changed
from survey_app.people.models import KINDS
from survey_app.people.planning import ASK, MISSING, REJECTED, UNCHANGED, ImportPlan
from survey_app.people.roster import Roster, RosterRefused, is_note, read_roster
from survey_app.people.services import apply_import, lock_roster, plan_import
from survey_app.people.wording import change_words, count_words, outcome_words
from survey_app.terminal import REFUSED, help_text, print_json, problem_line, refuse

roster = AppGroup("roster", help=help_text("Danh sách đảng viên và quần chúng."))
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_AS_JSON = click.option("--json", "as_json", is_flag=True, help=help_text("In một tài liệu JSON."))
_SHEET = click.option("--sheet", help=help_text("Tên trang tính cần đọc."))


@roster.command("check", help=help_text("Đọc một danh sách và cho biết cách hiểu; không đổi gì."))
@click.argument("file", type=_FILE)
@_SHEET
@_AS_JSON
def check(file: Path, sheet: str | None, as_json: bool) -> None:
    """Read a file; exit 1 when something has to be put right."""
    found = _read(file, sheet, None, as_json)
    wrong = [problem for problem in _problems(found) if not is_note(problem)]
    if as_json:
        print_json(found.as_dict())
    else:
        click.echo(_("%(file)s: đọc được %(n)s người.", file=file.name, n=len(found.people)))
        for problem in found.problems:
            if is_note(problem):
                click.echo(f"  {problem_line(problem)}")
    if wrong:
        refuse(_("Có %(n)s chỗ cần xem lại:", n=len(wrong)), wrong)


def _problems(found: Roster) -> list[Problem]:
    return [*found.problems, *(problem for one in found.people for problem in one.problems)]


def _read(file: Path, sheet: str | None, kind: str | None, as_json: bool) -> Roster:
    try:
        return read_roster(file.read_bytes(), file.name, sheet=sheet, kind=kind)
    except RosterRefused as error:
        if as_json:
            nothing = Roster(sheet or "", (), {}, (), error.problems)
            print_json(nothing.as_dict())
        refuse(error.message)


@roster.command("import", help=help_text("Nhập một danh sách; không có --yes thì chỉ so sánh."))
@click.argument("file", type=_FILE)
@_SHEET
@click.option("--kind", type=click.Choice(KINDS), help=help_text("Loại của cả danh sách."))
@click.option("--yes", is_flag=True, help=help_text("Nhập thật, không chỉ so sánh."))
@_AS_JSON
def import_(file: Path, sheet: str | None, kind: str | None, yes: bool, as_json: bool) -> None:
    """Compare, and with `--yes` carry it out. Lines that need an answer are left out and named."""
    found = _read(file, sheet, kind, as_json)
    today = formatting.today(clock.now())
    if yes:
        with writing() as session:
            lock_roster(session)
            plan = plan_import(session, found, kind, today)
            result = apply_import(session, plan, CLI, today)
            addresses_changed(session, result.new_addresses())
    else:
        with reading() as session:
            plan = plan_import(session, found, kind, today)
    if as_json:
        print_json(plan.as_dict())
    else:
        _print(plan, done=yes)
    left_out = plan.of(REJECTED, ASK)
    if left_out:
        problems = [problem for row in left_out for problem in row.problems]
        click.echo(_("Có %(n)s dòng chưa nhập được:", n=len(left_out)), err=True)
        for problem in problems:
            click.echo(f"  {problem_line(problem)}", err=True)
        raise click.exceptions.Exit(REFUSED)


def _print(plan: ImportPlan, *, done: bool) -> None:
    for row in plan.rows:
        if row.outcome in (UNCHANGED, REJECTED, ASK):
            continue
        words = "; ".join(change_words(row.changes or {}))
        label = outcome_words(row.outcome)
        where = _("dòng %(row)s", row=row.row)
        click.echo(f"{where}: {label}: {row.person.full_name}{f' ({words})' if words else ''}")
    for known in plan.missing:
        click.echo(f"{outcome_words(MISSING)}: {known.full_name} ({known.cell_name})")
    click.echo(count_words(plan.counts()))
    if not done:
        click.echo(_("Chưa nhập gì. Thêm --yes để nhập."))
