"""What cells returned goes with its campaign's months: names and words go, every total stays."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from survey_app import clock, jobs, retention
from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import Campaign, Round, RoundCell
from survey_app.cell_reports.models import (
    Attendance,
    Duty,
    DutyRevision,
    Recognition,
    StudySession,
)
from survey_app.invitations.models import (
    DeclinedProposal,
    EntryMeans,
    Invitation,
    LedgerEntry,
    RoundDay,
)
from survey_app.people.models import Cell, Membership, Person, PersonChange
from survey_app.quizzes.models import ScoreCount
from survey_app.reports import snapshots
from survey_app.reports.models import Report, Snapshot
from tests.factories_rounds import (
    invitations_of,
    launch_round,
    make_campaign,
    make_cell,
    make_person,
    make_round,
)

GO = (
    Attendance,
    DutyRevision,
    Recognition,
    DeclinedProposal,
    LedgerEntry,
    PersonChange,
    Invitation,
    Membership,
    Person,
)
STAY = (Duty, StudySession, Snapshot, Report, RoundDay, ScoreCount, RoundCell)
OVER = datetime(2025, 9, 22, 12, 0, tzinfo=UTC)  # a year after the round's last day, and a day


@pytest.fixture(autouse=True)
def context(app):
    with app.app_context():
        yield


def rows(db, *tables):
    with db.reading() as session:
        return {
            table.__name__: session.scalar(select(func.count()).select_from(table))
            for table in tables
        }


def returned(session, people: int = 5, **campaign):
    """A campaign over on 20/9/2024 with a row of every kind that its cells returned."""
    made = make_campaign(session, **campaign)
    cell = make_cell(session, f"Chi bộ của {made.slug}")
    known = [make_person(session, f"Người thứ {n}", cell) for n in range(people)]
    round_ = make_round(session, campaign=made)
    launch_round(session, round_)
    now = clock.now()
    period = Round(
        campaign_id=made.id,
        slug=f"{round_.slug}-bao-cao",
        title="Báo cáo tháng 9",
        kind="cell_report",
        state="finalised",
        question_set_id=round_.question_set_id,
        opens_at=now,
        closes_at=now + timedelta(days=1),
        settings={},
        created_at=now,
    )
    duty_of(session, period, cell)
    study(session, made, cell, known)
    first, *_others, last = invitations_of(session, round_)
    session.add_all(
        [
            LedgerEntry(
                round_id=round_.id,
                invitation_id=first.id,
                kind="merge",
                reason="ghi hai lần",
                entered_at=now,
            ),
            DeclinedProposal(
                round_id=round_.id,
                person_id=known[0].id,
                kind="transfer",
                cell_id=cell.id,
                reason="đã làm bài ở chi bộ cũ",
                declined_at=now,
            ),
            PersonChange(
                person_id=known[0].id,
                kind="moved",
                before="",
                after=cell.slug,
                effective_on=date(2024, 9, 1),
                reason="theo quyết định",
                entered_at=now,
            ),
            RoundDay(round_cell_id=first.round_cell_id, day=date(2024, 9, 18), done=1),
            ScoreCount(round_id=round_.id, right_count=9, question_count=10, people=1),
        ]
    )
    last.superseded_by_id = first.id
    round_.state = "finalised"
    session.flush()
    return made


def duty_of(session, period, cell):
    session.add(period)
    session.flush()
    duty = Duty(round_id=period.id, cell_id=cell.id, submitted_at=clock.now())
    session.add(duty)
    session.flush()
    session.add_all(
        DutyRevision(
            duty_id=duty.id,
            number=number,
            state=state,
            answers={"guong-dien-hinh": "Đồng chí Nguyễn Văn An"},
            saved_at=clock.now(),
        )
        for number, state in ((1, "submitted"), (2, "submitted"), (3, "draft"))
    )


def study(session, campaign, cell, people):
    now = clock.now()
    held = StudySession(
        campaign_id=campaign.id,
        cell_id=cell.id,
        held_on=date(2024, 9, 12),
        place="",
        presenter="",
        topic="Truyền thống",
        expected=len(people),
        present=len(people),
        created_at=now,
        updated_at=now,
    )
    session.add(held)
    session.flush()
    session.add_all(
        Attendance(session_id=held.id, person_id=one.id, state="present") for one in people
    )
    session.add(
        Recognition(
            campaign_id=campaign.id,
            cell_id=cell.id,
            subject_kind="person",
            subject_name="Nguyễn Văn An",
            reason="Đi đầu",
            created_at=now,
        )
    )
    taken = snapshots.take(session, campaign, CLI, now)
    session.add(
        Report(
            campaign_id=campaign.id,
            snapshot_id=taken.id,
            kind="interim",
            style="party",
            texts={},
            created_at=now,
            updated_at=now,
        )
    )


def run(app):
    jobs.JOBS["retention"](app, clock.now())


def test_names_and_words_go_and_every_total_stays(app, db, time, monkeypatch):
    monkeypatch.setattr(retention, "CHUNK", 2)
    with db.writing() as session:
        returned(session)
    before, totals = rows(db, *GO), rows(db, *STAY)
    assert all({**before, **totals}.values()), (before, totals)
    time.set(OVER - timedelta(days=2))
    run(app)
    assert rows(db, *GO) == before, "not a day early"
    time.set(OVER)
    run(app)
    assert not any(rows(db, *GO).values()), rows(db, *GO)
    assert rows(db, *STAY) == totals
    with db.reading() as session:
        held = session.scalars(select(StudySession)).one()
        assert (held.expected, held.present) == (5, 5)
        assert session.scalars(select(Duty)).one().submitted_at is not None
        taken = session.scalars(select(Snapshot)).one()
        assert snapshots.figures_of(taken).sessions[0].present == 5
        assert set(session.scalars(select(Round.state))) == {"archived"}
    run(app)
    assert rows(db, *STAY) == totals


def test_another_campaign_keeps_its_lists_and_the_people_on_them(app, db, time):
    with db.writing() as session:
        first = returned(session, retention_months=1)
        other = make_campaign(session, ends_on=date(2024, 12, 31))
        (cell,) = session.scalars(
            select(StudySession.cell_id).where(StudySession.campaign_id == first.id)
        )
        known = list(session.scalars(select(Person).order_by(Person.id)))
        gone, kept = known[:2], known[2:]
        for person in gone:  # they left every cell: nothing but the first campaign names them
            mine = update(Membership).where(Membership.person_id == person.id)
            session.execute(mine.values(ends_on=date(2024, 9, 19)))
        study(session, other, session.get_one(Cell, cell), kept)
        kept_ids, gone_ids = {one.id for one in kept}, {one.id for one in gone}
        other_id = other.id
    time.set(datetime(2025, 1, 15, 12, 0, tzinfo=UTC))
    run(app)
    with db.reading() as session:
        assert set(session.scalars(select(Person.id))) == kept_ids
        assert set(session.scalars(select(Attendance.person_id))) == kept_ids
        assert session.scalars(select(Recognition.campaign_id)).all() == [other_id]
        assert session.scalar(select(func.count()).select_from(Invitation)) == 0
        assert not gone_ids & kept_ids
    time.set(datetime(2026, 1, 15, 12, 0, tzinfo=UTC))
    run(app)
    assert not any(rows(db, *GO).values()), rows(db, *GO)


def test_while_a_campaign_runs_its_cells_keep_their_people(app, db, time):
    """It may have no round yet: its secretaries still tick who came."""
    with db.writing() as session:
        returned(session, retention_months=1)
        make_campaign(session, ends_on=date(2025, 12, 31))
    time.set(datetime(2025, 1, 15, 12, 0, tzinfo=UTC))
    run(app)
    assert rows(db, Person, Attendance, Invitation) == {
        "Person": 5,
        "Attendance": 0,
        "Invitation": 0,
    }
    time.set(datetime(2026, 2, 15, 12, 0, tzinfo=UTC))
    run(app)
    assert rows(db, Person) == {"Person": 0}


def test_a_period_that_was_called_off_is_emptied_too(app, db, time):
    with db.writing() as session:
        returned(session)
        period = session.scalars(select(Round).where(Round.kind == "cell_report")).one()
        period.state = "cancelled"
    time.set(OVER)
    run(app)
    assert rows(db, DutyRevision, Duty) == {"DutyRevision": 0, "Duty": 1}


def test_a_merged_person_goes_with_the_one_they_were_merged_into(app, db, time):
    with db.writing() as session:
        made = returned(session)
        cell_id = session.scalars(
            select(StudySession.cell_id).where(StudySession.campaign_id == made.id)
        ).one()
        known = list(session.scalars(select(Person).order_by(Person.id)))
        twin = make_person(session, "Người thứ 0", None, email=None)
        twin.merged_into_id = known[0].id
        session.add(
            DeclinedProposal(
                round_id=session.scalars(select(Round.id).where(Round.kind == "quiz")).one(),
                person_id=twin.id,
                kind="join",
                cell_id=cell_id,
                reason="trùng người",
                declined_at=clock.now(),
            )
        )
    time.set(OVER)
    run(app)
    assert rows(db, Person, DeclinedProposal, EntryMeans) == {
        "Person": 0,
        "DeclinedProposal": 0,
        "EntryMeans": 0,
    }
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Campaign)) == 1
