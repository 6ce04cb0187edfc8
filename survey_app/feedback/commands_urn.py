"""`flask rounds urn`, `flask rounds urn-lost`: the urn of a form, seen from this machine."""

import click
from flask.cli import with_appcontext

from survey_app import clock
from survey_app.accounts.scope import CLI
from survey_app.campaigns.queries import round_by_slug
from survey_app.database import reading, writing
from survey_app.extensions import current_settings
from survey_app.feedback import turnout, urns
from survey_app.feedback.keys import KeyCabinet
from survey_app.feedback.urn_words import advice, urn_words
from survey_app.i18n import _
from survey_app.terminal import help_text, print_json, refuse


@click.command(
    "urn", help=help_text("Hòm phiếu của một đợt góp ý: tình trạng, khóa có ở đây không.")
)
@click.argument("round_slug", metavar="ROUND")
@click.option("--json", "as_json", is_flag=True, help=help_text("In một tài liệu JSON."))
@with_appcontext
def urn(round_slug: str, as_json: bool) -> None:
    """Print the state of a round's urn and whether its key is on this machine."""
    line = _line(round_slug)
    key_here = KeyCabinet(current_settings().keys_path).find(line.public_key) is not None
    if as_json:
        print_json(
            {
                "round": line.slug,
                "state": line.state,
                "key_here": key_here,
                "problem": line.problem,
                **line.told.as_dict(),
            }
        )
        return
    click.echo(f"{line.title}: {urn_words(line.state)}")
    if line.state in ("ready", "open"):
        click.echo(_("Khóa có trên máy này.") if key_here else _("Khóa không có trên máy này."))
    click.echo(_("Đã gửi: %(figures)s.", figures=line.told.figures))
    for sentence in advice(line.problem):
        click.echo(sentence)


@click.command("urn-lost", help=help_text("Khai báo mất hòm phiếu: phiếu bị xóa, không ai đọc."))
@click.argument("round_slug", metavar="ROUND")
@click.option("--yes", is_flag=True, help=help_text("Làm thật."))
@with_appcontext
def urn_lost(round_slug: str, yes: bool) -> None:
    """Give up an urn that cannot be opened any more."""
    line = _line(round_slug)
    if not yes:
        refuse(
            _(
                "Đợt góp ý %(title)s: %(figures)s người đã gửi; các phiếu này sẽ bị xóa, không ai "
                "đọc. Thêm --yes nếu chắc chắn.",
                title=line.title,
                figures=line.told.figures,
            )
        )
    with writing() as session:
        urns.declare_lost(session, line.round_id, CLI, clock.now())
    click.echo(_("Đã khai báo mất hòm phiếu. Đợt góp ý này không có kết quả."))


def _line(round_slug: str) -> turnout.UrnLine:
    with reading() as session:
        line = turnout.urn_line(session, round_by_slug(session, round_slug))
    if line is None:
        refuse(_("Đợt này không có hòm phiếu: là bài thi, hoặc phiếu chưa có khóa."))
    return line
