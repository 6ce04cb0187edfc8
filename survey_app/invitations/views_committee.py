"""The committee's pages: totals per cell, never a name."""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from flask import jsonify, render_template, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app import audit, clock
from survey_app.accounts.doors import scope_in, signed_in
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.queries import (
    CELL_REPORT,
    LAUNCHED,
    campaign_of,
    round_by_slug,
)
from survey_app.campaigns.settings import campaign_settings
from survey_app.database import glancing, reading, writing
from survey_app.errors import NotFound
from survey_app.i18n import _
from survey_app.invitations import board_choice, form_xlsx, participation_xlsx, projection
from survey_app.invitations.anonymous import FormBoard
from survey_app.invitations.board_choice import Choice, choice_of, chosen
from survey_app.invitations.board_days import done_by_day
from survey_app.invitations.board_page import results_of, told_of
from survey_app.invitations.board_version import standing
from survey_app.invitations.boards import Board, board_of
from survey_app.invitations.participation import (
    NON_MEMBER,
    PARTY_MEMBER,
    CellRow,
    Counts,
    Participation,
)
from survey_app.invitations.scores import bands_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Section:
    """One kind of person on the board, members and others apart."""

    kind: str
    title: str
    rows: tuple[CellRow, ...]
    total: Counts  # of all cells of the reader
    help_wanted: frozenset[int | None]
    shown: Counts  # of the cells in `rows`


READERS = ("committee_reviewer", "campaign_monitor", "organiser", "administrator")


def board(slug: str) -> ResponseReturnValue:
    """One round: sentence, bars, table; of a quiz also its days, its funnel and its results."""
    with reading() as session:
        round_, found = _board(session, slug)
        campaign = campaign_of(session, round_)
        if isinstance(found, FormBoard):
            told = {}
        else:
            told = _told(session, campaign, round_, found)
    page = "committee/form_round.html" if found.is_anonymous else "committee/round.html"
    return render_template(page, campaign=campaign, **told, **_page(round_, found))


def _told(
    session: Session, campaign: Campaign, round_: Round, found: Participation
) -> dict[str, object]:
    """What the page of a quiz has that no other has; of all cells of the reader, chosen or not."""
    done = done_by_day(session, round_.id, scope=scope_in(round_.campaign_id, *READERS))
    target = campaign_settings(campaign.settings).participation_target
    kinds = (PARTY_MEMBER, NON_MEMBER)
    return {
        "told": {one: told_of(round_, found, one, done.get(one, {}), target) for one in kinds},
        "results": results_of(bands_of(session, round_.id)),
        "orders": board_choice.orders(),
    }


def live(slug: str) -> ResponseReturnValue:
    """Tell in a few bytes whether a quiz round has other figures than a page shows.

    The page names what it shows by the ETag; 304 says that it still holds.
    """
    with glancing() as session:
        found = standing(session, slug)
    if found is None or found.kind != "quiz" or found.state not in LAUNCHED:
        raise NotFound(_("Vòng này chưa phát động nên chưa có số liệu tham gia."))
    scope = scope_in(found.campaign_id, *READERS)
    version = found.version(clock.now(), scope)
    response = jsonify(version=version)
    response.set_etag(version)
    return response.make_conditional(request)


def print_view(slug: str) -> ResponseReturnValue:
    """The same on one A4 sheet, landscape."""
    with reading() as session:
        round_, found = _board(session, slug)
        campaign = campaign_of(session, round_)
    page = "committee/form_print.html" if found.is_anonymous else "committee/print.html"
    return render_template(page, campaign=campaign, **_page(round_, found))


def project(slug: str) -> ResponseReturnValue:
    """The board for the wall of a meeting room; it asks for itself again, and moves to `?page`."""
    with reading() as session:
        _round, found = _board(session, slug)
    wall = (
        projection.wall_of_form(found) if isinstance(found, FormBoard) else projection.wall(found)
    )
    slide = wall.slide(request.args.get("page", 1, type=int))
    return render_template("committee/projection.html", board=found, wall=wall, slide=slide)


def download(slug: str) -> ResponseReturnValue:
    """The table as `.xlsx`; a post, because every export is logged."""
    choice = choice_of(request.form)
    with writing() as session:
        round_, found = _board(session, slug)
        audit.record(
            session,
            audit.Action.PARTICIPATION_EXPORTED,
            signed_in(),
            ("round", round_.id),
            format="xlsx",
        )
    title = _("Tham gia: %(round)s", round=found.title)
    if isinstance(found, FormBoard):
        content = form_xlsx.workbook(found, title)
    else:
        content = participation_xlsx.workbook(found, title, choice)
    return send_file(
        BytesIO(content),
        mimetype=XLSX,
        as_attachment=True,
        download_name=participation_xlsx.file_name(found),
    )


def _board(session: Session, slug: str) -> tuple[Round, Board]:
    round_ = round_by_slug(session, slug)
    if round_.state not in LAUNCHED or round_.kind == CELL_REPORT:
        raise NotFound(_("Vòng này chưa phát động nên chưa có số liệu tham gia."))
    return round_, _read(session, round_, clock.now())


def _read(session: Session, round_: Round, now: datetime) -> Board:
    scope = scope_in(round_.campaign_id, *READERS)
    return board_of(session, round_, now, scope=scope)


def _page(round_: Round, found: Board) -> dict[str, object]:
    if isinstance(found, FormBoard):
        return {"round": round_, "board": found, "rule": form_xlsx.rule_text(found)}
    titles = {PARTY_MEMBER: _("Đảng viên"), NON_MEMBER: _("Quần chúng, CCVCLĐ")}
    choice = choice_of(request.args)
    return {
        "round": round_,
        "board": found,
        "choice": choice,
        "sections": [section(found, kind, title, choice) for kind, title in titles.items()],
        "rule": participation_xlsx.rule_text(),
    }


def section(found: Participation, kind: str, title: str, choice: Choice | None = None) -> Section:
    """One kind of person; help is asked for only while it could change something."""
    shown = found if choice is None else chosen(found, choice)
    rows = shown.of(kind)
    wanted = [row.cell_id for row in rows if found.is_open and row.could_use_help]
    total = found.total_of(kind)
    return Section(kind, title, rows, total, frozenset(wanted), shown.total_of(kind))
