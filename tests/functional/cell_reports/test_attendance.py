"""Attendance of study sessions: the list of the day, ticks of two people, totals that add up."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.scope import ALL_CELLS, CLI, Scope
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import Campaign
from survey_app.cell_reports import attendance, session_services, sessions
from survey_app.cell_reports.attendance import Mark, TickedMeanwhile
from survey_app.cell_reports.models import ATTENDANCE_STATES, Attendance, StudySession
from survey_app.cell_reports.session_services import Facts
from survey_app.database import Database
from survey_app.errors import Conflict, Invalid, NotFound
from survey_app.people.models import Cell, Membership
from tests.factories_rounds import join_cell, make_campaign, make_cell, make_person

DAY = date(2024, 9, 4)
FACTS = Facts(DAY, "14:00", "Hội trường Sở", "Đồng chí Bí thư (mẫu)", "Truyền thống 70 năm")


def mark(state: str | None = None, reflection: bool = False, seen: str | None = None, had=False):
    return Mark(state, reflection, seen, had)


def make_session(
    session: Session, cell: Cell, campaign: Campaign, facts: Facts = FACTS, **options: bool
) -> StudySession:
    return session_services.enter(session, campaign, cell.id, facts, CLI, clock.now(), **options)


def tick(session: Session, held: StudySession, on: date = DAY, **marks: Mark) -> int:
    by_name = {line.name.split()[-1]: line.public_id for line in attendance.list_of(session, held)}
    said = {by_name[name]: one for name, one in marks.items()}
    return attendance.save(session, held, said, on, CLI, clock.now())


def cell_of_four(session: Session) -> Cell:
    """Two members, one who joined later, one non-member; a second cell beside."""
    cell = make_cell(session, "Chi bộ mẫu Bảy")
    make_person(session, "Vi Văn Dũng", cell)
    make_person(session, "Trần Thị An", cell)
    join_cell(session, make_person(session, "Lý Thị Muộn"), cell, starts_on=date(2024, 9, 10))
    make_person(session, "Ma Thị Hoa", cell, kind="non_member")
    make_person(session, "Nông Thị Khác", make_cell(session, "Chi bộ mẫu Sáu"))
    return cell


def names(session: Session, held: StudySession) -> list[str]:
    return [line.name for line in attendance.list_of(session, held)]


def test_the_list_is_the_roster_of_the_day_members_first(app: Flask, db: Database) -> None:
    with db.writing() as session:
        cell, campaign = cell_of_four(session), make_campaign(session)
        held = make_session(session, cell, campaign)
        assert names(session, held) == ["Trần Thị An", "Vi Văn Dũng", "Ma Thị Hoa"]
        assert (held.expected, held.present, held.absent) == (3, 0, 0)
        late = make_session(session, cell, campaign, Facts(date(2024, 9, 16), None, "", "", "Hai"))
        assert names(session, late) == ["Trần Thị An", "Vi Văn Dũng", "Lý Thị Muộn", "Ma Thị Hoa"]
        alone = Facts(DAY, "16:00", "", "", "Chỉ đảng viên")
        members = make_session(session, cell, campaign, alone, with_others=False)
        assert names(session, members) == ["Trần Thị An", "Vi Văn Dũng"]


def test_a_list_stays_when_somebody_leaves_afterwards(app: Flask, db: Database) -> None:
    with db.writing() as session:
        cell = cell_of_four(session)
        held = make_session(session, cell, make_campaign(session))
        person = attendance.list_of(session, held)[0]
        stay = session.scalars(
            select(Membership).where(Membership.person_id == person.person_id)
        ).one()
        stay.ends_on = date(2024, 9, 3)
        session.flush()
        assert person.name in names(session, held)


def test_a_roster_that_was_imported_later_stands_for_the_days_before(
    app: Flask, db: Database
) -> None:
    with db.writing() as session:
        cell = make_cell(session, "Chi bộ mẫu mới nhập")
        for name in ("Trần Thị An", "Vi Văn Dũng"):
            join_cell(session, make_person(session, name), cell, starts_on=date(2024, 9, 10))
        held = make_session(session, cell, make_campaign(session))
        assert names(session, held) == ["Trần Thị An", "Vi Văn Dũng"]


def test_ticks_add_up_in_the_row_and_in_the_totals(app: Flask, db: Database) -> None:
    with db.writing() as session:
        cell, campaign = cell_of_four(session), make_campaign(session)
        held = make_session(session, cell, campaign)
        make_session(session, cell, campaign, Facts(date(2024, 9, 16), None, "", "", "Hai"))
        before = sessions.totals(session, campaign.id, scope=ALL_CELLS)[cell.id]
        assert (before.sessions, before.expected, before.rate) == (2, 0, None)
        assert before.not_ticked == 2
        tick(session, held, An=mark("present", True), Dũng=mark("excused"), Hoa=mark("on_duty"))
        found = sessions.totals(session, campaign.id, scope=ALL_CELLS)[cell.id]
        assert found == sessions.SessionTotals(2, 3, 1, 1, 0, 1, 1, not_ticked=1)
        assert found.rate == pytest.approx(1 / 3)
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "study_session.attendance")
        ).one()
        assert event.details == {"present": 1, "expected": 3}


def test_totals_keep_to_the_scope(app: Flask, db: Database) -> None:
    with db.writing() as session:
        cell, campaign = cell_of_four(session), make_campaign(session)
        other = session.scalars(select(Cell).where(Cell.id != cell.id)).one()
        held = make_session(session, cell, campaign)
        make_session(session, other, campaign)
        only = Scope(frozenset({other.id}))
        assert list(sessions.totals(session, campaign.id, scope=only)) == [other.id]
        assert len(sessions.list_sessions(session, campaign.id, scope=only)) == 1
        with pytest.raises(NotFound):
            sessions.find_session(session, campaign.id, held.id, scope=only)
        with pytest.raises(NotFound):
            sessions.find_session(session, campaign.id, held.id, scope=Scope(frozenset()))
        with pytest.raises(NotFound):
            sessions.find_session(session, campaign.id + 1, held.id, scope=ALL_CELLS)
        assert sessions.find_session(session, campaign.id, held.id, scope=ALL_CELLS) is held


def test_two_people_ticking_different_people_both_stay(app: Flask, db: Database) -> None:
    with db.writing() as session:
        held = make_session(session, cell_of_four(session), make_campaign(session))
        tick(session, held, An=mark("present"), Dũng=mark())
        tick(session, held, An=mark(), Dũng=mark("absent"))  # from a page opened before the first
        states = {line.name: line.state for line in attendance.list_of(session, held)}
        assert states == {"Trần Thị An": "present", "Vi Văn Dũng": "absent", "Ma Thị Hoa": None}
        assert (held.present, held.absent) == (1, 1)


def test_two_people_ticking_one_person_differently_are_told(app: Flask, db: Database) -> None:
    with db.writing() as session:
        held = make_session(session, cell_of_four(session), make_campaign(session))
        tick(session, held, An=mark("present"))
        with pytest.raises(TickedMeanwhile) as told:
            tick(session, held, An=mark("absent"), Dũng=mark("present"))
        lines = {line.name: line for line in attendance.list_of(session, held)}
        assert told.value.people == {lines["Trần Thị An"].public_id}
        assert lines["Trần Thị An"].state == "present"
        assert lines["Vi Văn Dũng"].state is None, "nothing of the page is stored"
        tick(session, held, An=mark("absent", seen="present"))
        assert (held.present, held.absent) == (0, 1)
        assert tick(session, held, An=mark("absent", seen="present")) == 0, "sent again: no change"


def test_all_the_others_were_there(app: Flask, db: Database) -> None:
    with db.writing() as session:
        held = make_session(session, cell_of_four(session), make_campaign(session))
        tick(session, held, An=mark("absent"))
        marks = {line.public_id: mark() for line in attendance.list_of(session, held)}
        saved = attendance.save(session, held, marks, DAY, CLI, clock.now(), rest_present=True)
        assert (saved, held.present, held.absent) == (2, 2, 1)


def test_a_reflection_is_a_day_and_nothing_more(app: Flask, db: Database) -> None:
    with db.writing() as session:
        held = make_session(session, cell_of_four(session), make_campaign(session))
        tick(session, held, date(2024, 9, 6), An=mark(reflection=True))
        tick(session, held, date(2024, 9, 9), An=mark(reflection=True, had=True))
        line = attendance.list_of(session, held)[0]
        assert (line.reflection_on, held.reflections) == (date(2024, 9, 6), 1)
        for impossible in (date(2024, 9, 3), date(2024, 9, 19)):
            with pytest.raises(Invalid):
                tick(session, held, impossible, Dũng=mark(reflection=True))
        tick(session, held, An=mark(reflection=False, had=True))
        assert held.reflections == 0
    columns = set(Attendance.__table__.columns.keys())
    assert columns == {"session_id", "person_id", "state", "reflection_on"}


def test_somebody_who_came_is_added_from_the_own_cell_only(app: Flask, db: Database) -> None:
    with db.writing() as session:
        held = make_session(session, cell_of_four(session), make_campaign(session))
        (late,) = attendance.missing_from(session, held)
        assert late.name == "Lý Thị Muộn"
        attendance.add_person(session, held, late.public_id, CLI, clock.now())
        assert (held.expected, held.present) == (4, 1)
        with pytest.raises(NotFound):
            attendance.add_person(session, held, late.public_id, CLI, clock.now())
        other = make_person(session, "Nông Văn Lạ", make_cell(session, "Chi bộ mẫu Tám"))
        with pytest.raises(NotFound):
            attendance.add_person(session, held, other.public_id, CLI, clock.now())
        attendance.take_off(session, held, late.public_id, CLI, clock.now())
        assert (held.expected, held.present) == (3, 0)


def test_another_day_draws_the_list_anew_until_somebody_is_ticked(app: Flask, db: Database) -> None:
    with db.writing() as session:
        cell, campaign = cell_of_four(session), make_campaign(session)
        held = make_session(session, cell, campaign)

        def move_to(day: date, with_others: bool = True) -> bool:
            facts = Facts(day, "14:00", "", "", "Chuyên đề")
            return session_services.change(
                session, campaign, held, facts, CLI, clock.now(), with_others=with_others
            )

        assert move_to(date(2024, 9, 12))
        assert "Lý Thị Muộn" in names(session, held)
        assert move_to(date(2024, 9, 12), with_others=False)
        assert "Ma Thị Hoa" not in names(session, held)
        assert not move_to(date(2024, 9, 12), with_others=False), "nothing changed"
        tick(session, held, date(2024, 9, 12), An=mark("present"))
        assert not move_to(DAY)
        assert "Lý Thị Muộn" in names(session, held)
        assert held.held_on == DAY


def test_what_cannot_be_entered(app: Flask, db: Database) -> None:
    with db.writing() as session:
        cell, campaign = cell_of_four(session), make_campaign(session)
        make_session(session, cell, campaign)
        with pytest.raises(Conflict):
            make_session(session, cell, campaign)
        for facts in (
            Facts(DAY + timedelta(days=30), None, "", "", "Sắp tới"),
            Facts(date(2024, 3, 5), None, "", "", "Trước kế hoạch"),
            Facts(DAY, None, "", "", ""),
        ):
            with pytest.raises(Invalid) as refused:
                make_session(session, cell, campaign, facts)
            assert refused.value.problems


def test_a_removed_session_leaves_a_line_in_the_log(app: Flask, db: Database) -> None:
    with db.writing() as session:
        campaign = make_campaign(session)
        held = make_session(session, cell_of_four(session), campaign)
        removed = held.id
        session_services.remove(session, held, CLI)
        assert sessions.totals(session, campaign.id, scope=ALL_CELLS) == {}
        assert session.scalars(select(Attendance)).all() == []
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "study_session.removed")
        ).one()
        assert event.subject_id == removed


@pytest.mark.parametrize("seed", range(4))
def test_the_totals_always_equal_a_second_count(app: Flask, db: Database, seed: int) -> None:
    """Whatever is done in whatever order, the row says what the ticks say."""
    dice = Random(seed)
    with db.writing() as session:
        campaign, cell = make_campaign(session), cell_of_four(session)
        held = [
            make_session(session, cell, campaign, Facts(date(2024, 9, day), None, "", "", "Đề"))
            for day in (3, 4, 12)
        ]
        for _step in range(60):
            one = dice.choice(held)
            lines, left = attendance.list_of(session, one), attendance.missing_from(session, one)
            what = dice.random()
            if what < 0.15 and left:
                who = dice.choice(left).public_id
                attendance.add_person(session, one, who, CLI, clock.now())
            elif what < 0.25 and any(line.is_extra for line in lines):
                who = dice.choice([line for line in lines if line.is_extra]).public_id
                attendance.take_off(session, one, who, CLI, clock.now())
            else:
                marks = {
                    line.public_id: Mark(
                        dice.choice([*ATTENDANCE_STATES, None]),
                        dice.random() < 0.4,
                        line.state,
                        line.reflection_on is not None,
                    )
                    for line in dice.sample(lines, dice.randint(0, len(lines)))
                }
                attendance.save(
                    session,
                    one,
                    marks,
                    date(2024, 9, 17),
                    CLI,
                    clock.now(),
                    rest_present=dice.random() < 0.1,
                )
            told = sessions.recount(session, [one.id])[one.id]
            assert told == {name: getattr(one, name) for name in told}
        assert len(sessions.recount(session)) == 3


def test_two_entries_of_one_person_count_once_after_a_merge(app: Flask, db: Database) -> None:
    with db.writing() as session:
        cell = make_cell(session, "Chi bộ mẫu Bảy")
        kept = make_person(session, "Vi Văn Dũng", cell)
        other = make_person(session, "Vi Van Dung", cell)
        both = make_session(session, cell, make_campaign(session))
        later = replace(FACTS, held_on=DAY + timedelta(days=1))
        alone = make_session(session, cell, session.scalars(select(Campaign)).one(), later)
        tick(session, both, Dũng=mark("absent"), Dung=mark("present", reflection=True))
        session.delete(session.get_one(Attendance, (alone.id, kept.id)))
        sessions.keep_totals(session, alone)
        attendance.follow_merge(session, kept.id, other.id)
    with db.reading() as session:
        rows = session.scalars(select(Attendance).order_by(Attendance.session_id)).all()
        assert [(row.session_id, row.person_id) for row in rows] == [
            (both.id, kept.id),
            (alone.id, kept.id),
        ]
        assert (rows[0].state, rows[0].reflection_on) == ("present", DAY)
        held = session.get_one(StudySession, both.id)
        assert (held.expected, held.present, held.absent, held.reflections) == (1, 1, 0, 1)
        assert sessions.recount(session)[both.id]["expected"] == 1


def test_who_belonged_on_that_day_cannot_be_taken_off(app: Flask, db: Database) -> None:
    """Without the absent a list would look like full attendance."""
    with db.writing() as session:
        held = make_session(session, cell_of_four(session), make_campaign(session))
        tick(session, held, An=mark("absent"))
        lines = attendance.list_of(session, held)
        assert [line.is_extra for line in lines] == [False, False, False]
        for line in lines:
            with pytest.raises(Conflict, match="thuộc chi bộ hôm ấy"):
                attendance.take_off(session, held, line.public_id, CLI, clock.now())
        assert (held.expected, held.absent) == (3, 1)
