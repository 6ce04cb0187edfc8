"""All figures of a campaign: each from where it is kept, and nothing made up where none is."""

from datetime import date, timedelta

from flask import Flask
from sqlalchemy import event, select

from survey_app import clock
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.settings import CampaignSettings
from survey_app.cell_reports.models import DutyRevision
from survey_app.database import Database
from survey_app.formatting import today
from survey_app.people.models import CellName
from survey_app.reports.document import Activity, CellRecognitions, CellSessions
from survey_app.reports.gathering import gather
from tests.conftest import TestClock
from tests.factories_forms import invitation_ids, send_form
from tests.factories_rounds import launched_round, make_campaign, make_cell, make_person
from tests.functional.participation.boards import round_of
from tests.functional.reports.everything import (
    cell_ids,
    everything,
    figures,
    make_duty,
    make_period,
    submit,
)


def test_a_quiz_is_its_tally(app: Flask) -> None:
    found = figures(app, everything(app))
    (quiz,) = found.quizzes
    first = quiz.cells[0]
    assert (first.invited, first.done, first.started, first.not_started) == (16, 10, 2, 4)
    assert [row.invited for row in quiz.cells] == [16, 12, 7, 5]
    assert (first.at_launch, first.joined, first.moved_in, first.moved_out) == (16, 0, 0, 0)
    assert quiz.questions == 10
    assert [(cell.name, cell.members, cell.non_members) for cell in found.cells] == [
        ("Chi bộ Một", 16, 0),
        ("Chi bộ Hai", 12, 0),
        ("Chi bộ Ba", 7, 0),
        ("Chi bộ Bốn", 5, 0),
    ]


def test_periods_are_summed_and_dates_are_the_first(app: Flask) -> None:
    found = figures(app, everything(app))
    one = found.returns[0]
    assert (one.rolled_out_on, one.rolled_out_people) == (date(2024, 8, 3), 15)
    assert one.activities == (
        Activity(kind="exchange", events=3, people=42),
        Activity(kind="seminar", events=2, people=None),
    )
    assert (one.online_items, one.candidates) == (7, 1), "the newest submitted revision counts"
    assert (one.visual_publicity, one.good_examples) == (True, True)
    assert one.revisions == (("bao-cao-8", 2, "secretary"), ("bao-cao-9", 2, "secretary"))


def test_what_nobody_has_told_is_none_and_told_zero_is_zero(app: Flask) -> None:
    two, three = figures(app, everything(app)).returns[1:]
    assert (two.online_items, two.candidates, two.rolled_out_on) == (0, None, None)
    assert (two.visual_publicity, two.good_examples, two.activities) == (None, None, ())
    assert (three.online_items, three.revisions) == (None, ())


def test_who_has_reported_when(app: Flask) -> None:
    found = figures(app, everything(app))
    assert [row.state for row in found.returns] == ["on_time", "late", "missing"]
    assert [(p.due, p.on_time, p.late) for p in found.periods] == [(3, 1, 1), (2, 1, 0)]
    assert found.returns[1].revisions == (("bao-cao-8", 2, "paper"),)


def test_a_period_that_still_runs_is_not_due(app: Flask, db: Database, time: TestClock) -> None:
    with app.app_context(), db.writing() as session:
        campaign = make_campaign(session)
        cell = make_cell(session, "Chi bộ Một")
        period = make_period(session, campaign, "bao-cao-9", clock.now() + timedelta(days=1))
        make_duty(session, period, cell.id)
    assert figures(app, campaign.id).returns[0].state == "not_due"
    time.move(days=1)
    assert figures(app, campaign.id).returns[0].state == "missing"


def test_handed_in_at_the_closing_moment_is_late(app: Flask, db: Database) -> None:
    with app.app_context(), db.writing() as session:
        campaign = make_campaign(session)
        cell = make_cell(session, "Chi bộ Một")
        period = make_period(session, campaign, "bao-cao-9", clock.now())
        submit(session, period, cell.id, clock.now(), {"tin-bai": 1})
    assert figures(app, campaign.id).returns[0].state == "late"


def test_sessions_and_proposals(app: Flask, db: Database) -> None:
    found = figures(app, everything(app))
    with db.reading() as session:
        one, two, *_rest = cell_ids(session)
    assert found.sessions == (
        CellSessions(
            cell_id=one,
            sessions=2,
            expected=32,
            present=29,
            excused=2,
            absent=1,
            on_duty=0,
            reflections=3,
        ),
    )
    assert found.recognitions == (
        CellRecognitions(cell_id=two, proposed=1, supported=2, commended=0, declined=0),
    )


def test_an_open_form_tells_what_its_board_tells(app: Flask, db: Database) -> None:
    campaign_id = everything(app)
    with db.reading() as session:
        form = session.scalars(select(Round.id).where(Round.kind == "feedback")).one()
        people = invitation_ids(session, form)
    for place in range(14):
        send_form(app, people[place], {"q1": "tot"})
    (told,) = figures(app, campaign_id).forms
    assert (told.sent, told.invited, told.at_least, told.is_counted) == (10, 40, True, False)
    assert told.groups == ()


def test_cells_bear_the_name_of_the_day(app: Flask, db: Database, time: TestClock) -> None:
    campaign_id = everything(app)
    day = today(clock.now())
    with db.writing() as session:
        cell_id = cell_ids(session)[0]
        session.scalars(select(CellName).where(CellName.cell_id == cell_id)).one().valid_to = day
        next_day = day + timedelta(days=1)
        session.add(CellName(cell_id=cell_id, name="Chi bộ Văn phòng Sở", valid_from=next_day))
    assert figures(app, campaign_id).cells[0].name == "Chi bộ Một"
    time.move(days=1)
    assert figures(app, campaign_id).cells[0].name == "Chi bộ Văn phòng Sở"


def test_people_of_no_cell_stand_last_and_roofs_nowhere(app: Flask, db: Database) -> None:
    with app.app_context(), db.writing() as session:
        roof = make_cell(session, "Đảng bộ bộ phận")
        make_cell(session, "Chi bộ Ba", parent_id=roof.id)
        made = round_of(session, {"": ("d", "n"), "Chi bộ Một": ("dn", "")})
        make_person(session, "Nguyễn Văn Giấu Tên")
    found = figures(app, made.campaign_id)
    assert [cell.name for cell in found.cells] == ["Chi bộ Ba", "Chi bộ Một", ""]
    nowhere = found.cells[-1]
    assert (nowhere.id, nowhere.members, nowhere.non_members) == (None, 2, 1)
    assert [row.cell_id for row in found.quizzes[0].cells][-2:] == [None, None]


def test_targets_and_facts_come_from_the_campaign(app: Flask, db: Database) -> None:
    settings = CampaignSettings(
        outstanding_target=1, outstanding_target_scope="each_cell", participation_target=90
    )
    with app.app_context(), db.writing() as session:
        campaign = make_campaign(
            session, settings=settings.plain(), base_plan_date=date(2024, 12, 28)
        )
    found = figures(app, campaign.id)
    assert found.targets.model_dump() == {
        "candidates": 1,
        "candidates_scope": "each_cell",
        "participation_percent": 90,
    }
    assert found.campaign.base_plan_date is None, "nobody has confirmed it"
    assert found.campaign.recipients == ("Các chi bộ trực thuộc",)


def test_only_the_own_cell_within_a_scope(app: Flask, db: Database) -> None:
    campaign_id = everything(app)
    with db.reading() as session:
        two = cell_ids(session)[1]
    found = figures(app, campaign_id).within(frozenset({two}))
    assert [cell.name for cell in found.cells] == ["Chi bộ Hai"]
    assert [row.cell_id for row in found.quizzes[0].cells] == [two]
    assert [row.cell_id for row in (*found.returns, *found.recognitions)] == [two, two]
    assert found.sessions == ()


def test_another_campaign_and_what_is_not_launched_stay_out(app: Flask, db: Database) -> None:
    campaign_id = everything(app)
    with app.app_context(), db.writing() as session:
        launched_round(session, people=0)
        draft = make_period(session, session.get_one(Campaign, campaign_id), "nhap-1", clock.now())
        draft.state = "draft"
    found = figures(app, campaign_id)
    assert [quiz.slug for quiz in found.quizzes] == ["vong-1"]
    assert [period.slug for period in found.periods] == ["bao-cao-8", "bao-cao-9"]


def test_statements_do_not_grow_with_cells(app: Flask, db: Database) -> None:
    campaign_id = everything(app)
    few = statements(app, db, campaign_id)
    with app.app_context(), db.writing() as session:
        period = session.scalars(select(Round).where(Round.slug == "bao-cao-9")).one()
        for number in range(30):
            cell = make_cell(session, f"Chi bộ thêm {number}")
            submit(session, period, cell.id, clock.now(), {"tin-bai": 1})
    assert statements(app, db, campaign_id) == few
    assert few <= 25


def statements(app: Flask, db: Database, campaign_id: int) -> int:
    """How many statements one gathering takes."""
    seen: list[str] = []

    def note(_conn, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    with app.app_context(), db.reading() as session:
        campaign = session.get_one(Campaign, campaign_id)
        bind = session.get_bind()
        event.listen(bind, "before_cursor_execute", note)
        gather(session, campaign, clock.now())
        event.remove(bind, "before_cursor_execute", note)
    return len(seen)


def test_free_texts_stay_where_they_are(app: Flask, db: Database) -> None:
    found = figures(app, everything(app))
    with db.reading() as session:
        texts = [
            row.answers.get("guong-dien-hinh") for row in session.scalars(select(DutyRevision))
        ]
    assert any(texts)
    for text in filter(None, [*texts, "Nguyễn Văn Giấu Tên"]):
        assert text not in found.model_dump_json()
