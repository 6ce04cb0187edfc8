"""`flask participation ROUND`: the counts per cell, as the committee's page shows them."""

import click
from flask.cli import with_appcontext

from survey_app import clock, formatting
from survey_app.accounts.scope import ALL_CELLS
from survey_app.campaigns.queries import LAUNCHED, round_by_slug
from survey_app.database import reading
from survey_app.i18n import _
from survey_app.invitations import form_xlsx
from survey_app.invitations.anonymous import FormBoard
from survey_app.invitations.boards import board_of
from survey_app.invitations.duty_board import DutyBoard, state_words
from survey_app.invitations.kinds import cells_kind_of
from survey_app.invitations.participation import Participation
from survey_app.invitations.participation_xlsx import headings, kind_label, rule_text, totals
from survey_app.terminal import help_text, print_json, refuse


@click.command("participation", help=help_text("Số người tham gia theo chi bộ của một vòng."))
@click.argument("round_slug", metavar="ROUND")
@click.option("--json", "as_json", is_flag=True, help=help_text("In một tài liệu JSON."))
@with_appcontext
def participation_of_round(round_slug: str, as_json: bool) -> None:
    """Print the counts of one launched round."""
    with reading() as session:
        round_ = round_by_slug(session, round_slug)
        if round_.state not in LAUNCHED:
            refuse(_("Vòng này chưa phát động nên chưa có số liệu tham gia."))
        cells = cells_kind_of(round_)
        board = (
            cells.board(session, round_, clock.now(), scope=ALL_CELLS)
            if cells
            else board_of(session, round_, clock.now(), scope=ALL_CELLS)
        )
    if as_json:
        print_json(board.as_dict())
    elif isinstance(board, FormBoard):
        _print_form(board)
    elif isinstance(board, DutyBoard):
        _print_cells(board)
    else:
        _print(board)


def _print_form(board: FormBoard) -> None:
    click.echo(board.title)
    click.echo(board.headline())
    for label, told in [(group.label, group.told) for group in board.groups]:
        click.echo(f"{label}\t{told.figures}\t{formatting.percent(told.rate)}")
    click.echo(form_xlsx.rule_text(board))


def _print_cells(board: DutyBoard) -> None:
    click.echo(board.title)
    click.echo(board.headline())
    for line in board.lines:
        sent = formatting.moment(line.submitted_at) if line.submitted_at else ""
        click.echo(f"{line.cell}\t{state_words(line.state)}\t{sent}".rstrip())


def _print(board: Participation) -> None:
    click.echo(board.title)
    click.echo(board.headline())
    click.echo("\t".join(headings()[1:12]))
    lines = [(row.label, kind_label(row.kind), row.counts) for row in board.rows]
    for label, kind, counts in [*lines, *totals(board)]:
        numbers = (
            counts.invited,
            counts.exempt,
            counts.base,
            counts.done,
            counts.started,
            counts.not_started,
            counts.undeliverable,
        )
        rate = formatting.percent(counts.rate)
        click.echo("\t".join([label, kind, *map(str, numbers), rate, str(counts.attempts)]))
    click.echo(rule_text())
