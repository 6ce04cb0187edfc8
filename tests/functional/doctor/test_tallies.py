"""Every kept number is counted again: one that is off by one is named, with its cell."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update

from survey_app import backups, jobs
from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import Campaign, Round, RoundCell
from survey_app.cell_reports.models import Attendance, StudySession
from survey_app.doctor import tallies
from survey_app.invitations import tally
from survey_app.invitations.models import EntryMeans, Invitation, RoundDay
from survey_app.people.models import Person
from survey_app.quizzes.models import Attempt, ScoreCount
from survey_app.reports import snapshots
from survey_app.reports.models import Snapshot
from tests.factories_rounds import CLOSES, invitations_of, launched_round, link_path
from tests.functional.quizzes.conftest import KEY, Member, right

pytestmark = pytest.mark.usefixtures("campaign")
LONG_AGO = date(2024, 1, 1)


@pytest.fixture
def campaign(app, db, time):
    """A round in which one has handed in and one is exempt, a study session, a snapshot."""
    with app.app_context(), db.writing() as session:
        round_ = launched_round(session)
        first, second, *_others = invitations_of(session, round_)
        tally.set_flags(session, second.id, is_exempt=True)
        link, first_id = link_path(session, KEY, first), first.id
        cell_id = session.get_one(RoundCell, first.round_cell_id).cell_id
    member = Member(db, app.test_client(), link, first_id)
    member.begin()
    assert "/result" in member.post("finish", right(*range(1, 11))).location
    with app.app_context(), db.writing() as session:
        session.add(held := study_session(session.get_one(Round, round_.id).campaign_id, cell_id))
        session.flush()
        states = ("present", "present", "excused", None)
        people = session.scalars(select(Person.id).order_by(Person.id).limit(len(states)))
        session.add_all(
            Attendance(session_id=held.id, person_id=person, state=state)
            for person, state in zip(people, states, strict=True)
        )
        snapshots.take(session, session.get_one(Campaign, held.campaign_id), CLI, time())


def study_session(campaign_id: int, cell_id: int) -> StudySession:
    now = datetime(2024, 9, 18, 2, 0, tzinfo=UTC)
    return StudySession(
        campaign_id=campaign_id,
        cell_id=cell_id,
        held_on=date(2024, 9, 12),
        place="",
        presenter="",
        topic="Truyền thống 70 năm",
        expected=4,
        present=2,
        excused=1,
        created_at=now,
        updated_at=now,
    )


def problems(doctor):
    return {
        name: where for name, where in doctor().problems().items() if name.startswith("tallies")
    }


def first_cell(session):
    return session.scalars(
        select(RoundCell).where(RoundCell.done == 1, RoundCell.invited > 1)
    ).one()


def test_what_people_did_is_what_is_kept(doctor, well):
    assert problems(doctor) == {}


NUMBERS = ("invited", "done", "started", "exempt", "undeliverable", "attempts", "mailed")
WORDS = dict(
    zip(
        NUMBERS,
        ("được mời", "đã làm bài", "đang làm dở", "được miễn", "không gửi", "lượt", "thư mời"),
        strict=True,
    )
)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_of_a_cell_that_is_off_by_one_is_named(db, doctor, number):
    with db.writing() as session:
        cell = first_cell(session)
        before = getattr(cell, number)
        setattr(cell, number, before + 1)
        name = cell.name
    said = doctor()
    (where,) = said.problems()["tallies.rounds"]
    assert name in where and "đảng viên" in where
    message = said.of("tallies.rounds")["message"]
    assert WORDS[number] in message
    assert f"đang ghi {before + 1}, đếm lại được {before}." in message


def test_a_round_that_is_wrong_all_over_is_told_in_twenty_lines_and_one(db, doctor):
    with db.writing() as session:
        cell = first_cell(session).id
        session.add_all(
            RoundDay(round_cell_id=cell, day=LONG_AGO.replace(day=day), done=1)
            for day in range(1, 31)
        )
    said = doctor()
    assert len(said.problems()["tallies.rounds"]) == 21
    assert "Còn 10 số liệu khác không khớp" in said.printed


def test_a_day_that_is_off_is_named(db, doctor):
    with db.writing() as session:
        session.add(RoundDay(round_cell_id=first_cell(session).id, day=LONG_AGO, done=2))
    message = doctor().of("tallies.rounds")["message"]
    assert "1/1/2024: đang ghi 2, đếm lại được 0." in message


def test_somebody_who_vanished_from_a_round_is_missed(db, doctor):
    with db.writing() as session:
        cell = first_cell(session).id
        left = select(Invitation.id).where(
            Invitation.round_cell_id == cell, Invitation.is_done.is_(False)
        )
        someone = session.scalars(left).first()
        session.execute(delete(EntryMeans).where(EntryMeans.invitation_id == someone))
        session.execute(delete(Invitation).where(Invitation.id == someone))
        session.execute(update(Round).values(state="finalised"))
    assert "tallies.rounds" in doctor().problems(), "also when the round is final"


def test_a_lost_attempt_is_missed(db, doctor):
    with db.writing() as session:
        session.execute(update(Attempt).values(state="void"))
    assert "lượt làm bài: đang ghi 1, đếm lại được 0" in doctor().of("tallies.rounds")["message"]


def test_results_that_are_not_those_of_the_attempts_are_missed(app, db, doctor, time):
    time.set(CLOSES + timedelta(seconds=60))
    jobs.work(app, time())
    assert "tallies.rounds" not in doctor().problems()
    with db.writing() as session:
        session.execute(update(ScoreCount).values(right_count=ScoreCount.right_count - 1))
    told = doctor().of("tallies.rounds")["message"]
    assert "kết quả như đã chấm: đang ghi 1, đếm lại được 0" in told
    with db.writing() as session:
        session.execute(delete(ScoreCount))
    told = doctor().of("tallies.rounds")["message"]
    assert "số người có kết quả: đang ghi 0, đếm lại được 1" in told


@pytest.mark.parametrize("number", ["expected", "present", "excused", "absent", "reflections"])
def test_a_total_of_a_study_session_is_named(db, doctor, number):
    change = {number: getattr(StudySession, number) + 1}
    if number != "expected":  # the table itself holds that they fit in
        change["expected"] = StudySession.expected + 1
    with db.writing() as session:
        session.execute(update(StudySession).values(change))
    found = doctor().problems()
    assert len(found["tallies.sessions"]) == len(change)
    assert all("12/9/2024" in where for where in found["tallies.sessions"])


def test_a_session_whose_names_are_gone_keeps_its_totals_unasked(db, doctor):
    with db.writing() as session:
        session.execute(delete(Attendance))
    assert "tallies.sessions" not in doctor().problems()


def test_a_snapshot_that_somebody_touched_is_named(db, doctor):
    with db.writing() as session:
        taken = session.scalars(select(Snapshot)).one()
        taken.document = {**taken.document, "quizzes": []}
    said = doctor()
    assert said.problems()["tallies.snapshots"] == ["lần chốt 1"]


def test_verify_misses_the_same(app, db, settings, tmp_path):
    with db.writing() as session:
        session.execute(update(StudySession).values(present=3))
        taken = session.scalars(select(Snapshot)).one()
        taken.checksum = "0" * 64
    backups.make(db, settings, tmp_path / "b.zip", CLI)
    checked = app.test_cli_runner().invoke(args=["verify", str(tmp_path / "b.zip")])
    assert checked.exit_code == 1
    assert "số người có mặt: đang ghi 3, đếm lại được 2." in checked.stderr
    assert "lần chốt 1" in checked.stderr


def test_a_round_whose_people_have_gone_is_not_counted_again(app, db, doctor, time):
    with db.writing() as session:
        session.execute(update(Round).values(state="finalised"))
    time.set(datetime(2025, 10, 1, tzinfo=UTC))
    jobs.forget(app, time())
    with db.reading() as session:
        assert session.scalars(select(Invitation.id)).all() == []
        assert list(tallies.of_rounds(session)) == []
    assert problems(doctor) == {}
