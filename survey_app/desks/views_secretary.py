"""The cell secretary's page: how many of the own cell have taken part; no names, no scores."""

from flask import render_template
from flask.typing import ResponseReturnValue

from survey_app import clock
from survey_app.accounts.doors import signed_in
from survey_app.campaigns.queries import (
    CELL_REPORT,
    LAUNCHED,
    current_campaign,
    list_rounds,
    round_by_slug,
)
from survey_app.database import reading
from survey_app.i18n import _
from survey_app.invitations.anonymous import FormBoard
from survey_app.invitations.boards import Board, board_of
from survey_app.invitations.participation import NON_MEMBER, PARTY_MEMBER
from survey_app.invitations.views_committee import Section, section


def home() -> ResponseReturnValue:
    """The launched rounds, each with the bars of the own cells; of forms the common number."""
    now, actor = clock.now(), signed_in()
    titles = {PARTY_MEMBER: _("Đảng viên"), NON_MEMBER: _("Quần chúng, CCVCLĐ")}
    with reading() as session:
        campaign = current_campaign(session)
        scope = actor.scope("cell_secretary", campaign_id=campaign.id if campaign else None)
        boards = [
            board_of(session, round_by_slug(session, line.slug), now, scope=scope)
            for line in (list_rounds(session, campaign.id) if campaign else [])
            if line.state in LAUNCHED and line.kind != CELL_REPORT
        ]
    rounds = [(board, _sections(board, titles)) for board in boards if _concerns(board)]
    return render_template("desks/secretary.html", campaign=campaign, rounds=rounds)


def _concerns(board: Board) -> bool:
    return board.concerns if isinstance(board, FormBoard) else bool(board.total.invited)


def _sections(board: Board, titles: dict[str, str]) -> list[Section]:
    if isinstance(board, FormBoard):
        return []
    return [section(board, kind, title) for kind, title in titles.items() if board.of(kind)]
