"""`flask feedback …`: the results of a form, as its pages show them."""

from pathlib import Path

import click
from flask.cli import AppGroup

from survey_app import formatting
from survey_app.accounts.scope import CLI
from survey_app.campaigns.queries import round_by_slug
from survey_app.database import reading, writing
from survey_app.feedback import results_xlsx
from survey_app.feedback.exporting import record_export
from survey_app.feedback.headline import headline, tally_sentence
from survey_app.feedback.results import Figures, ItemResult, Results
from survey_app.feedback.results_xlsx import (
    hidden_sentence,
    left_out_sentence,
    nearly_all_sentence,
)
from survey_app.feedback.summary import results
from survey_app.i18n import _
from survey_app.terminal import help_text, print_json, refuse

feedback = AppGroup("feedback", help=help_text("Phiếu góp ý."))


@feedback.command("results", help=help_text("Kết quả của một phiếu, sau khi đếm."))
@click.argument("round_slug", metavar="ROUND")
@click.option("--json", "as_json", is_flag=True, help=help_text("In một tài liệu JSON."))
@click.option(
    "--to",
    nargs=2,
    type=(click.Choice(["xlsx"]), click.Path(path_type=Path, dir_okay=False)),
    metavar="xlsx FILE",
    help=help_text("Ghi ra tệp Excel."),
)
def results_of_round(round_slug: str, as_json: bool, to: tuple[str, Path] | None) -> None:
    """Print or write what may be told of a counted form; exit 1 where there is nothing yet."""
    if to:
        _write(round_slug, to[1], quiet=as_json)
    with reading() as session:
        found = results(session, round_by_slug(session, round_slug).id)
    if as_json:
        print_json(found.as_dict())
    elif not to:
        _print(found)
    if not found.is_told and not as_json:
        refuse(headline(found))


def _write(round_slug: str, file: Path, *, quiet: bool) -> None:
    with writing() as session:
        round_ = round_by_slug(session, round_slug)
        found = results(session, round_.id)
        record_export(session, found, round_.id, CLI)
    file.write_bytes(results_xlsx.workbook(found))
    if not quiet:
        click.echo(_("Đã ghi kết quả vào %(file)s.", file=str(file)))


def _print(found: Results) -> None:
    if not found.is_told:
        return
    click.echo(found.title)
    click.echo(headline(found))
    for item in found.items:
        click.echo(f"\n{item.name}")
        if item.kind == "text":
            for text in item.texts:
                click.echo(f"  - {' '.join(text.split())}")
            if item.unread:
                click.echo(f"  ({_('chưa đọc duyệt: %(n)s', n=item.unread)})")
        else:
            _print_item(item)
    if told := hidden_sentence(found.hidden):
        click.echo(f"\n{told}")
    click.echo(f"\n{tally_sentence(found)}")
    click.echo(_("Dấu của lần đếm: %(mark)s", mark=found.fingerprint))


def _print_item(item: ItemResult) -> None:
    if item.whole is None:
        click.echo(f"  {_('Quá ít người trả lời.')}")
        return
    _print_lines(_("Tất cả"), item.whole)
    for group in item.groups:
        if group.figures:
            _print_lines(group.name, group.figures)
        else:
            told = nearly_all_sentence(group.nearly_all, group.at_least)
            click.echo(f"  {group.name}\t{told}")
    for sentence in (left_out_sentence(item.left_out), hidden_sentence(item.hidden)):
        if sentence:
            click.echo(f"  {sentence}")


def _print_lines(name: str, figures: Figures) -> None:
    for line in figures.lines:
        rate = formatting.percent(line.rate)
        click.echo(f"  {name}\t{line.label}\t{line.count}/{figures.base}\t{rate}")
