"""The results of a form: page, print and sheet, for organisers and for the committee alike."""

from dataclasses import dataclass
from io import BytesIO

from flask import render_template, send_file, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app.accounts.doors import scope_in, signed_in
from survey_app.campaigns.access import ORGANISERS
from survey_app.campaigns.models import Round
from survey_app.campaigns.queries import campaign_of, round_by_slug
from survey_app.database import reading, writing
from survey_app.feedback import exporting, results_xlsx
from survey_app.feedback.headline import headline, tally_sentence
from survey_app.feedback.results_xlsx import (
    hidden_sentence,
    left_out_sentence,
    nearly_all_sentence,
)
from survey_app.feedback.summary import results
from survey_app.invitations.views_committee import READERS, XLSX
from survey_app.web import charts


@dataclass(frozen=True)
class Audience:
    """Who looks: their pages, and the roles that let them in."""

    page: str
    sheet: str
    download: str
    back: str
    roles: tuple[str, ...]
    texts: str = ""


ORGANISER = Audience(
    "rounds.results",
    "rounds.results_print",
    "rounds.results_download",
    "rounds.show",
    ORGANISERS,
    texts="rounds.texts",
)
COMMITTEE = Audience(
    "committee.results",
    "committee.results_print",
    "committee.results_download",
    "committee.home",
    READERS,
)


def organiser_page(slug: str) -> ResponseReturnValue:
    """The results for those who run the round."""
    return _page(slug, ORGANISER, "feedback/results.html")


def organiser_print(slug: str) -> ResponseReturnValue:
    """The same on paper."""
    return _page(slug, ORGANISER, "feedback/results_print.html")


def organiser_download(slug: str) -> ResponseReturnValue:
    """The same as `.xlsx`; a post, because every export is logged."""
    return _download(slug, ORGANISER)


def committee_page(slug: str) -> ResponseReturnValue:
    """The results for the committee: the same that everybody else gets."""
    return _page(slug, COMMITTEE, "feedback/results.html")


def committee_print(slug: str) -> ResponseReturnValue:
    """The same on paper."""
    return _page(slug, COMMITTEE, "feedback/results_print.html")


def committee_download(slug: str) -> ResponseReturnValue:
    """The same as `.xlsx`; a post, because every export is logged."""
    return _download(slug, COMMITTEE)


def _round(session: Session, slug: str, audience: Audience) -> Round:
    round_ = round_by_slug(session, slug)
    scope_in(round_.campaign_id, *audience.roles)
    return round_


def _page(slug: str, audience: Audience, template: str) -> ResponseReturnValue:
    with reading() as session:
        round_ = _round(session, slug, audience)
        found = results(session, round_.id)
        campaign = campaign_of(session, round_)
    return render_template(
        template,
        found=found,
        round=round_,
        campaign=campaign,
        audience=audience,
        back=url_for(audience.back, slug=slug) if audience.texts else url_for(audience.back),
        headline=headline(found),
        tally=tally_sentence(found),
        segments=charts.segments,
        bar_says=charts.words,
        fits_one_bar=charts.fits_one_bar,
        hidden_sentence=hidden_sentence,
        left_out_sentence=left_out_sentence,
        nearly_all=nearly_all_sentence,
    )


def _download(slug: str, audience: Audience) -> ResponseReturnValue:
    with writing() as session:
        round_ = _round(session, slug, audience)
        found = results(session, round_.id)
        exporting.record_export(session, found, round_.id, signed_in())
    return send_file(
        BytesIO(results_xlsx.workbook(found)),
        mimetype=XLSX,
        as_attachment=True,
        download_name=results_xlsx.file_name(found),
    )
