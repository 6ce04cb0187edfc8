"""The cell secretary's desk: what to do now, how far the own cell is; no names, no scores."""

from dataclasses import dataclass, field

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.cells import CellChoice, cells_in, own_cell
from survey_app.accounts.doors import signed_in
from survey_app.accounts.scope import Scope
from survey_app.campaigns.queries import (
    CELL_REPORT,
    LAUNCHED,
    current_campaign,
    list_rounds,
    round_by_slug,
)
from survey_app.database import reading
from survey_app.desks.group_text import group_text
from survey_app.desks.tasks_of_secretary import Task, tasks
from survey_app.i18n import _
from survey_app.invitations.anonymous import FormBoard
from survey_app.invitations.boards import Board, board_of
from survey_app.invitations.participation import NON_MEMBER, PARTY_MEMBER, Participation
from survey_app.invitations.views_committee import Section, section

ROLE = "cell_secretary"


@dataclass(frozen=True)
class Shown:
    """One launched round on the desk; `text` is what may be pasted into the cell's group."""

    board: Board
    sections: list[Section] = field(default_factory=list)
    text: str | None = None


def home() -> ResponseReturnValue:
    """The tasks and rounds of one cell; who has several chooses. Of forms the common number."""
    now, actor = clock.now(), signed_in()
    with reading() as session:
        campaign = current_campaign(session)
        scope = actor.scope(ROLE, campaign_id=campaign.id if campaign else None)
        cells = cells_in(session, scope)
        cell = own_cell(session, scope, request.args.get("cell", "")) if cells else None
        rounds = _rounds(session, campaign.id, scope, cell) if campaign and cell else []
        quizzes = [one.board for one in rounds if isinstance(one.board, Participation)]
        waiting = tasks(session, campaign, cell, quizzes, now) if campaign and cell else []
    return render_template(
        "desks/secretary.html",
        campaign=campaign,
        cells=cells,
        cell=cell,
        tasks=[(task, _url(task)) for task in waiting],
        rounds=rounds,
    )


def _rounds(session: Session, campaign_id: int, scope: Scope, cell: CellChoice) -> list[Shown]:
    """Quizzes for the chosen cell. Forms for all own cells: their numbers belong to groups."""
    now, this = clock.now(), Scope(frozenset({cell.id}))
    found = []
    for line in list_rounds(session, campaign_id):
        if line.state not in LAUNCHED or line.kind == CELL_REPORT:
            continue
        round_ = round_by_slug(session, line.slug)
        board = board_of(session, round_, now, scope=this if line.kind == "quiz" else scope)
        if isinstance(board, FormBoard):
            found += [Shown(board)] if board.concerns else []
        elif board.total.invited:
            members = board.total_of(PARTY_MEMBER)
            text = group_text(members, board.closes_at) if board.is_open and members.base else None
            found.append(Shown(board, _sections(board), text))
    return found


def _sections(board: Participation) -> list[Section]:
    titles = {PARTY_MEMBER: _("Đảng viên"), NON_MEMBER: _("Quần chúng, CCVCLĐ")}
    return [section(board, kind, title) for kind, title in titles.items() if board.of(kind)]


def _url(task: Task) -> str | None:
    if task.endpoint not in current_app.view_functions:
        return None
    return url_for(task.endpoint, **task.values)  # type: ignore[arg-type]
