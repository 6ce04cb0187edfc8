"""Launching a round: who is asked, what is frozen, what is queued."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, func, select

from survey_app import clock
from survey_app.accounts.scope import CLI
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import Round, RoundCell
from survey_app.database import Database
from survey_app.errors import Conflict
from survey_app.invitations.launch import launch
from survey_app.invitations.models import EntryMeans, Invitation
from survey_app.invitations.readiness import blockers, readiness
from survey_app.mailing.models import OutboxItem
from survey_app.people.models import Cell, CellName, Membership
from tests.factories_rounds import (
    CLOSES,
    invitations_of,
    join_cell,
    launch_round,
    launched_round,
    make_campaign,
    make_cell,
    make_people,
    make_person,
    make_round,
    make_version,
)


def cells_of(session, round_):
    query = select(RoundCell).where(RoundCell.round_id == round_.id).order_by(RoundCell.position)
    return list(session.scalars(query))


def test_everybody_gets_one_link_and_one_mail(db: Database, time) -> None:
    with db.writing() as session:
        round_ = launched_round(session, people=8)
        invitations = invitations_of(session, round_)
        means = session.scalars(select(EntryMeans)).all()
        items = session.scalars(select(OutboxItem)).all()
    assert round_.state == "open"
    assert len(invitations) == 8
    assert {one.invitation_id for one in means} == {one.id for one in invitations}
    assert {(one.kind, one.version, one.issued_at) for one in means} == {("link", 1, time())}
    assert len({one.public_id for one in invitations}) == 8
    assert {item.dedupe_key for item in items} == {
        f"invitation:{round_.id}:{one.person_id}:1" for one in invitations
    }
    assert {(item.recipient_kind, item.subject_kind, item.subject_id) for item in items} == {
        ("person", "round", round_.id)
    }


def test_the_board_adds_up_and_freezes_names(db: Database) -> None:
    with db.writing() as session:
        round_ = launched_round(session, people=5, cells=2)
        before = [(cell.name, cell.invited) for cell in cells_of(session, round_)]
        for name in session.scalars(select(CellName)):
            name.name = "Tên mới"
        session.flush()
        session.expire_all()
        after = [(cell.name, cell.invited) for cell in cells_of(session, round_)]
    assert [count for _name, count in before] == [3, 2]
    assert after == before


def test_second_launch_is_refused_and_adds_nothing(db: Database) -> None:
    with db.writing() as session:
        round_ = launched_round(session)
    with pytest.raises(Conflict, match="lần thứ hai"), db.writing() as session:
        launch(session, round_.id, CLI, clock.now())
    with db.reading() as session:
        assert session.scalar(select(func.count(Invitation.id))) == 8
        assert session.scalar(select(func.count(OutboxItem.id))) == 8


def test_missing_and_bad_addresses_start_undeliverable_without_mail(db: Database) -> None:
    with db.writing() as session:
        cell = make_cell(session, "Chi bộ Văn phòng")
        make_person(session, "Vi Lan", cell)
        make_person(session, "Vi Văn Dũng", cell, email=None)
        make_person(session, "Ma Thị Hoa", cell, address_state="bad")
        round_ = make_round(session)
        result = launch_round(session, round_)
        (row,) = cells_of(session, round_)
        lost = [one.is_undeliverable for one in invitations_of(session, round_)]
    assert (result.people, result.mails, result.undeliverable) == (3, 1, 2)
    assert (row.invited, row.undeliverable) == (3, 2)
    assert lost == [False, True, True]


def test_membership_of_the_day_decides_the_cell(db: Database) -> None:
    with db.writing() as session:
        home, host, old = (make_cell(session, f"Chi bộ {name}") for name in ("A", "B", "C"))
        moved = make_person(session, "Nguyễn Văn An")
        join_cell(session, moved, old, ends_on=date(2024, 9, 17))
        join_cell(session, moved, home, starts_on=date(2024, 9, 18))
        guest = make_person(session, "Trần Thị An", home)
        join_cell(session, guest, host, "temporary")
        worker = make_person(session, "Lý Thị Ảnh", host, kind="non_member")
        nowhere = make_person(session, "Nông Thị Dung", kind="non_member")
        gone = make_person(session, "Vi Văn Dũng")
        join_cell(session, gone, home, ends_on=date(2024, 9, 17))
        round_ = make_round(session)
        launch_round(session, round_)
        rows = {row.id: row for row in cells_of(session, round_)}
        place = {
            one.person_id: (rows[one.round_cell_id].cell_id, rows[one.round_cell_id].kind)
            for one in invitations_of(session, round_)
        }
        ids = [home.id, host.id]
    assert place == {
        moved.id: (ids[0], "party_member"),
        guest.id: (ids[0], "party_member"),
        worker.id: (ids[1], "non_member"),
        nowhere.id: (None, "non_member"),
    }
    empty = next(row for row in rows.values() if row.cell_id == old.id)
    assert (empty.invited, empty.name) == (0, "Chi bộ C")


def test_the_day_is_that_of_this_country(db: Database, time) -> None:
    time.set(time().replace(hour=17, minute=30))  # 00:30 on 19/9 in Lạng Sơn
    with db.writing() as session:
        cell = make_cell(session, "Chi bộ A")
        join_cell(session, make_person(session, "Vi Lan"), cell, starts_on=date(2024, 9, 19))
        round_ = make_round(session)
        launch_round(session, round_)
        assert [row.invited for row in cells_of(session, round_)] == [1]


def test_only_the_chosen_cells_and_kinds(db: Database) -> None:
    with db.writing() as session:
        cells = [make_cell(session, f"Chi bộ {name}") for name in "AB"]
        for cell in cells:
            make_person(session, "Vi Lan", cell)
            make_person(session, "Ma Hoa", cell, kind="non_member")
        make_person(session, "Nông Dung", kind="non_member")
        round_ = make_round(session, cells=(cells[0].slug,), kinds=("party_member",))
        assert launch_round(session, round_).people == 1
        assert [row.cell_id for row in cells_of(session, round_)] == [cells[0].id]


def test_merged_people_are_asked_once(db: Database) -> None:
    with db.writing() as session:
        kept, double = make_people(session, 2, 1)
        double.merged_into_id = kept.id
        round_ = make_round(session)
        assert launch_round(session, round_).people == 1


def test_scheduled_until_its_hour_and_mails_wait_for_theirs(db: Database, time) -> None:
    opens, leave = time() + timedelta(days=1), time() + timedelta(hours=3)
    with db.writing() as session:
        make_people(session, 2)
        round_ = make_round(session, opens_at=opens, mails_leave_at=leave)
        result = launch_round(session, round_)
        due = set(session.scalars(select(OutboxItem.not_before)))
    assert (round_.state, result.first_mail_at, due) == ("scheduled", leave, {leave})


def test_a_roster_changed_since_the_confirmation_stops_the_launch(db: Database) -> None:
    with db.writing() as session:
        make_people(session, 3)
        round_ = make_round(session)
    with pytest.raises(Conflict, match="Danh sách vừa thay đổi"), db.writing() as session:
        launch(session, round_.id, CLI, clock.now(), expected_people=2)
    with db.reading() as session:
        assert session.get_one(Round, round_.id).state == "draft"
        assert session.scalar(select(func.count(Invitation.id))) == 0


@pytest.mark.parametrize(
    ("code", "spoil"),
    [
        ("contact", lambda s: {"campaign": make_campaign(s, contact_phone=None)}),
        ("no_version", lambda s: {"version": make_version(s, state="draft")}),
        ("too_few_questions", lambda _s: {"questions_drawn": 11}),
        ("mails_leave", lambda _s: {"mails_leave_at": CLOSES}),
    ],
)
def test_what_is_in_the_way_is_named_and_nothing_happens(db: Database, code, spoil) -> None:
    with db.writing() as session:
        make_people(session)
        round_ = make_round(session, **spoil(session))
        assert [check.code for check in blockers(readiness(session, round_))] == [code]
    with pytest.raises(Conflict) as refused, db.writing() as session:
        launch_round(session, session.get_one(Round, round_.id))
    assert [problem.code for problem in refused.value.problems] == [code]


def test_nobody_to_ask_and_a_closing_hour_in_the_past(db: Database, time) -> None:
    with db.writing() as session:
        round_ = make_round(session)
        assert [check.code for check in blockers(readiness(session, round_))] == ["people"]
        make_people(session)
        time.set(CLOSES)
        assert [check.code for check in blockers(readiness(session, round_))] == ["closes"]


def test_warnings_count_people(db: Database) -> None:
    with db.writing() as session:
        people = make_people(session, 6)
        people[0].email, people[0].address_state = None, "missing"
        people[1].address_state = "bad"
        people[2].email = people[3].email = "chung@so-mau.example"
        session.execute(delete(Membership).where(Membership.person_id == people[4].id))
        round_ = make_round(session)
        found = {check.code: check for check in readiness(session, round_)}
    assert {code for code, check in found.items() if check.level == "warning"} == {
        "no_address",
        "bad_address",
        "shared_mailbox",
        "no_cell",
    }
    assert found["shared_mailbox"].message.startswith("2 người")
    assert found["people"].message == "Mời 6 người."


def test_a_roof_over_cells_gets_no_row_of_its_own(db: Database) -> None:
    with db.writing() as session:
        roof = make_cell(session, "Đảng bộ bộ phận")
        cell = make_cell(session, "Chi bộ A", parent_id=roof.id)
        make_person(session, "Vi Lan", cell)
        round_ = make_round(session)
        launch_round(session, round_)
        rows = [(row.name, row.parent_name) for row in cells_of(session, round_)]
        assert session.scalar(select(func.count(Cell.id))) == 2
    assert rows == [("Chi bộ A", "Đảng bộ bộ phận")]


def test_the_launch_is_logged_without_names(db: Database, time) -> None:
    with db.writing() as session:
        round_ = launched_round(session)
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "round.launched")
        ).one()
    assert (event.subject_id, event.details) == (
        round_.id,
        {"people": 8, "first_mail_at": time().isoformat()},
    )
