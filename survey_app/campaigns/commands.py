"""`flask campaigns …`: a campaign from its file."""

from pathlib import Path

import click
from flask.cli import AppGroup

from survey_app.campaigns.campaign_services import import_campaign
from survey_app.campaigns.queries import list_rounds
from survey_app.database import writing
from survey_app.i18n import _, _n
from survey_app.terminal import help_text

campaigns = AppGroup("campaigns", help=help_text("Chiến dịch."))


@campaigns.command("import", help=help_text("Nạp chiến dịch và các vòng thi từ một tệp YAML."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def import_file(file: Path) -> None:
    """Store a campaign with its rounds as drafts; what is there already is not overwritten."""
    with writing() as session:
        campaign = import_campaign(session, file)
        rounds = len(list_rounds(session, campaign.id))
        slug = campaign.slug
    click.echo(_("Đã nạp chiến dịch %(slug)s.", slug=slug))
    click.echo(_n("Chiến dịch có %(n)s vòng thi.", rounds))
