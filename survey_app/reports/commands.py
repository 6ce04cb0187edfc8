"""`flask report CAMPAIGN --to docx|xlsx FILE`: the committee's report, from a frozen snapshot."""

from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.scope import CLI
from survey_app.audit import Action, record
from survey_app.campaigns.models import Campaign
from survey_app.campaigns.queries import campaign_by_slug
from survey_app.campaigns.settings import campaign_settings
from survey_app.database import writing
from survey_app.formatting import moment
from survey_app.i18n import LOCALES, _
from survey_app.reports import annex_xlsx, docx_report, drafting, snapshots
from survey_app.reports.composing import Terms
from survey_app.reports.models import REPORT_KINDS, Report, Snapshot
from survey_app.reports.styles import default_style
from survey_app.terminal import help_text, refuse

_MAKERS = {"docx": docx_report.docx_of, "xlsx": annex_xlsx.xlsx_of}


@click.command("report", help=help_text("Báo cáo gửi cấp trên, từ số liệu đã chốt."))
@click.argument("campaign_slug", metavar="CAMPAIGN")
@click.option("--to", "form", type=click.Choice(sorted(_MAKERS)), required=True)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--snapshot", "number", type=int, help=help_text("Số của lần chốt; không ghi: mới nhất.")
)
@click.option("--kind", type=click.Choice(REPORT_KINDS), default="interim")
@click.option("--lang", "language", type=click.Choice(LOCALES), default="vi")
@with_appcontext
def report(
    campaign_slug: str, form: str, file: Path, number: int | None, kind: str, language: str
) -> None:
    """Write the report of one snapshot; without one it takes the newest, or makes the first."""
    with writing() as session:
        campaign = campaign_by_slug(session, campaign_slug)
        snapshot = _snapshot(session, campaign, number)
        terms = _terms(session, campaign, snapshot, kind, language)
        figures = snapshots.figures_of(snapshot)
        record(
            session,
            Action.REPORT_EXPORTED,
            CLI,
            ("snapshot", snapshot.id),
            format=form,
            snapshot_id=snapshot.id,
        )
    try:
        file.write_bytes(_MAKERS[form](figures, terms))
    except OSError:
        refuse(_("Không ghi được tệp %(name)s.", name=file.name))
    click.echo(
        _(
            "Đã ghi %(name)s từ số liệu chốt lần %(number)s, %(moment)s.",
            name=file.name,
            number=terms.snapshot_number,
            moment=moment(figures.as_of),
        )
    )
    if terms.is_draft:
        click.echo(_("Đây là dự thảo: còn phải có người viết, đọc lại và ban hành."))


def _snapshot(session: Session, campaign: Campaign, number: int | None) -> Snapshot:
    if number is not None:
        return snapshots.by_number(session, campaign.id, number)
    found = snapshots.newest(session, campaign.id)
    if found is not None:
        return found
    click.echo(_("Chưa chốt số liệu lần nào nên chốt ngay bây giờ."), err=True)
    return snapshots.take(session, campaign, CLI, clock.now())


def _terms(
    session: Session, campaign: Campaign, snapshot: Snapshot, kind: str, language: str
) -> Terms:
    """The newest report written from this snapshot, else a draft without anybody's words."""
    written = session.scalar(
        select(Report)
        .where(Report.snapshot_id == snapshot.id, Report.kind == kind)
        .where(Report.language == language)
        .order_by((Report.state == "issued").desc(), Report.id.desc())
        .limit(1)
    )
    if written is not None:
        return drafting.terms_of(session, written)
    return Terms(
        kind=kind,
        style=default_style(campaign_settings(campaign.settings).document_style),
        snapshot_number=snapshot.number,
        checksum=snapshot.checksum,
        language=language,
    )
