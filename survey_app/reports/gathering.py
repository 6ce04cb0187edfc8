"""All figures of a campaign as they stand now: the one way from tables to `document.Figures`.

What comes out is sums of running tallies and of what cells have returned. Of forms nothing is
asked but their boards, so nothing leaves here that a page would not tell. The number of statements
does not grow with cells or people.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, exists, func, select
from sqlalchemy.orm import Session

from survey_app.accounts.scope import ALL_CELLS
from survey_app.campaigns.models import Campaign, Round, RoundCell
from survey_app.campaigns.queries import CELL_REPORT, LAUNCHED
from survey_app.campaigns.settings import campaign_settings, kept_settings
from survey_app.formatting import today
from survey_app.invitations.anonymous import FormBoard
from survey_app.invitations.boards import board_of
from survey_app.invitations.movements import Movements, movements
from survey_app.invitations.participation import corrected_at
from survey_app.people.models import Cell, Membership, Person
from survey_app.people.queries import list_cells
from survey_app.questions import library
from survey_app.quizzes.distribution import score_bands
from survey_app.reports import returns
from survey_app.reports.document import (
    CampaignFacts,
    CellCount,
    CellFacts,
    Figures,
    FormGroup,
    FormRound,
    QuizRound,
    ScoreBand,
    Targets,
)

_TRIES: Final = 5


def gather(session: Session, campaign: Campaign, now: datetime) -> Figures:
    """Return the figures of `campaign` at the moment `now`, of all cells."""
    launched = session.scalars(
        select(Round)
        .where(Round.campaign_id == campaign.id, Round.state.in_(LAUNCHED))
        .order_by(Round.opens_at, Round.id)
    ).all()
    periods = [round_ for round_ in launched if round_.kind == CELL_REPORT]
    settings = campaign_settings(campaign.settings)
    quizzes = _quizzes(session, [round_ for round_ in launched if round_.kind == "quiz"], now)
    forms = [_form(session, round_, now) for round_ in launched if round_.kind == "feedback"]
    told = returns.of_cells(session, periods, now)
    sessions = returns.study_sessions(session, campaign.id)
    praise = returns.recognitions(session, campaign.id)
    mentioned = {row.cell_id for one in quizzes for row in one.cells}
    mentioned |= {cell for one in forms for group in one.groups for cell in group.cell_ids}
    mentioned |= {row.cell_id for rows in (told.cells, sessions, praise) for row in rows}
    cells = _cells(session, now, mentioned)
    place = {cell.id: number for number, cell in enumerate(cells)}
    return Figures(
        as_of=now,
        campaign=_campaign(campaign),
        cells=cells,
        quizzes=tuple(
            one.model_copy(
                update={"cells": tuple(sorted(one.cells, key=lambda row: place[row.cell_id]))}
            )
            for one in quizzes
        ),
        forms=tuple(forms),
        periods=told.periods,
        returns=tuple(sorted(told.cells, key=lambda row: place[row.cell_id])),
        sessions=tuple(sorted(sessions, key=lambda row: place[row.cell_id])),
        recognitions=tuple(sorted(praise, key=lambda row: place[row.cell_id])),
        targets=Targets(
            candidates=settings.outstanding_target,
            candidates_scope=settings.outstanding_target_scope,
            participation_percent=settings.participation_target,
        ),
    )


def _campaign(campaign: Campaign) -> CampaignFacts:
    settings = campaign_settings(campaign.settings)
    confirmed = campaign.base_plan_date if campaign.base_plan_date_confirmed else None
    return CampaignFacts(
        slug=campaign.slug,
        title=campaign.title,
        issuer=campaign.issuer,
        theme=campaign.theme,
        plan_number=campaign.plan_number,
        plan_date=campaign.plan_date,
        base_plan_number=campaign.base_plan_number,
        base_plan_date=confirmed,
        basis=campaign.basis,
        anniversary_date=campaign.anniversary_date,
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        report_due_on=settings.report_due_on,
        recipients=tuple(map(str, campaign.recipients)),
        superior_name=settings.superior_name,
        document_place=settings.document_place,
        document_symbol=settings.document_symbol,
        signing_authority=settings.signing_authority,
        signer_role=settings.signer_role,
        signer_name=settings.signer_name,
        contact_name=campaign.contact_name or "",
    )


def _cells(session: Session, now: datetime, mentioned: set[int | None]) -> tuple[CellFacts, ...]:
    """Every cell that has people or figures; one that is only a roof over others is none."""
    roofs = set(session.scalars(select(Cell.parent_id).where(Cell.parent_id.is_not(None))))
    found = [
        CellFacts(
            id=line.id,
            name=line.name,
            group_name=line.group_name,
            members=line.members,
            non_members=line.non_members,
        )
        for line in list_cells(session, today(now), scope=ALL_CELLS)
        if line.id in mentioned or line.id not in roofs or line.members or line.non_members
    ]
    if None in mentioned:
        found.append(_nowhere(session))
    return tuple(found)


def _nowhere(session: Session) -> CellFacts:
    """The people who never belonged to a cell."""
    query = select(Person.kind, func.count()).where(
        Person.merged_into_id.is_(None), ~exists().where(Membership.person_id == Person.id)
    )
    people = {kind: int(number) for kind, number in session.execute(query.group_by(Person.kind))}
    return CellFacts(
        id=None,
        name="",
        group_name=None,
        members=people.get("party_member", 0),
        non_members=people.get("non_member", 0),
    )


_TALLY = (
    "cell_id",
    "kind",
    "invited",
    "done",
    "started",
    "exempt",
    "undeliverable",
    "attempts",
    "mailed",
)
_ROWS = select(RoundCell.id, RoundCell.round_id, *(getattr(RoundCell, name) for name in _TALLY))


def _quizzes(session: Session, rounds: list[Round], now: datetime) -> list[QuizRound]:
    """The tallies with the ledger beside them.

    Where statements see each other's changes, somebody may join between the two: then both are read
    again, so that what is told of one moment fits together.
    """
    ids = [round_.id for round_ in rounds]
    query = _ROWS.where(RoundCell.round_id.in_(ids)).order_by(RoundCell.position, RoundCell.id)
    for _attempt in range(_TRIES):
        moved = [movements(session, round_id) for round_id in ids]
        rows = session.execute(query).all()
        if moved == [movements(session, round_id) for round_id in ids]:
            break
    return [
        QuizRound(
            id=round_.id,
            slug=round_.slug,
            title=round_.title,
            state=round_.state,
            opens_at=round_.opens_at,
            closes_at=round_.closes_at,
            cells=tuple(
                _count(row, mine.get(row.id, Movements()))
                for row in rows
                if row.round_id == round_.id
            ),
            score_bands=tuple(
                ScoreBand(low=low, high=high, people=people)
                for low, high, people in score_bands(session, round_.id)
            ),
            questions=_questions(session, round_),
            corrected_at=corrected_at(session, round_, now),
        )
        for round_, mine in zip(rounds, moved, strict=True)
    ]


def _count(row: Row[Any], moved: Movements) -> CellCount:
    return CellCount.model_validate(
        {
            **{name: getattr(row, name) for name in _TALLY},
            "at_launch": moved.at_launch(row.invited),
            "joined": moved.joined,
            "moved_in": moved.moved_in,
            "moved_out": moved.moved_out,
        }
    )


def _questions(session: Session, round_: Round) -> int | None:
    """How many questions one paper has."""
    drawn = kept_settings(round_.settings).questions_drawn
    if drawn is not None or round_.version_id is None:
        return drawn
    return len(library.approved(session, round_.version_id).document.questions)


def _form(session: Session, round_: Round, now: datetime) -> FormRound:
    board = board_of(session, round_, now, scope=ALL_CELLS)
    assert isinstance(board, FormBoard)
    return FormRound(
        id=round_.id,
        slug=round_.slug,
        title=round_.title,
        state=round_.state,
        opens_at=round_.opens_at,
        closes_at=round_.closes_at,
        invited=board.total.invited,
        sent=board.total.sent,
        at_least=board.total.at_least,
        is_counted=board.is_counted,
        papers=board.papers,
        small_group=board.small_group,
        is_lost=board.urn == "lost",
        groups=tuple(
            FormGroup(
                cell_ids=tuple(sorted(group.cell_ids, key=lambda cell: (cell is None, cell))),
                names=group.cells,
                invited=group.told.invited,
                sent=group.told.sent,
            )
            for group in board.groups
        ),
    )
