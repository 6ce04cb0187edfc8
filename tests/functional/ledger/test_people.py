"""What is entered about people: one cell on one day, the same identity, history kept, no mail."""

from datetime import date

import pytest
from sqlalchemy import select

from survey_app import clock
from survey_app.accounts.scope import CLI
from survey_app.campaigns.settings import RoundSettings
from survey_app.errors import Conflict, Invalid
from survey_app.invitations import mails, reminding
from survey_app.invitations.asking import people_asked
from survey_app.mailing.composing import Skip
from survey_app.mailing.models import OutboxMessage
from survey_app.people import changes, twins
from survey_app.people.models import Membership, PersonChange
from tests.factories_rounds import join_cell, launched_round, make_cell, make_person
from tests.functional.people.builders import homes, one, take

DAY = date(2024, 9, 10)
TODAY = date(2024, 9, 18)


def counted_in(session, person, day=TODAY):
    asked = {each.person_id: each.cell_id for each in people_asked(session, RoundSettings(), day)}
    return asked[person.id]


def test_a_move_ends_one_day_where_the_next_begins(db):
    with db.writing() as session:
        old, new = make_cell(session, "Một"), make_cell(session, "Hai")
        person = make_person(session, "Nguyễn Văn An", old)
        changes.move_to_cell(session, person.id, new.id, DAY, reason="QĐ số 5", actor=CLI)
        assert homes(session, "Nguyễn Văn An") == [
            ("Một", "official", date(2020, 1, 1), date(2024, 9, 9)),
            ("Hai", "official", DAY, None),
        ]
        assert counted_in(session, person, date(2024, 9, 9)) == old.id
        assert counted_in(session, person) == new.id
        change, by = changes.changes_of(session, person.id)[0]
        assert (change.kind, change.before, change.after) == ("moved", "Một", "Hai")
        assert (change.reason, change.effective_on, by) == ("QĐ số 5", DAY, None)
        with pytest.raises(Conflict, match="đang ở chi bộ này"):
            changes.move_to_cell(session, person.id, new.id, TODAY, reason="x", actor=CLI)
        with pytest.raises(Invalid, match="10/9/2024"):
            changes.move_to_cell(
                session, person.id, old.id, date(2024, 9, 9), reason="x", actor=CLI
            )
        with pytest.raises(Invalid, match="chưa tới"):
            changes.move_to_cell(
                session, person.id, old.id, date(2024, 9, 19), reason="x", actor=CLI
            )


def test_a_move_on_the_day_they_came_was_a_slip(db):
    with db.writing() as session:
        old, new = make_cell(session, "Một"), make_cell(session, "Hai")
        person = make_person(session, "Nguyễn Văn An")
        changes.move_to_cell(session, person.id, old.id, DAY, reason="x", actor=CLI)
        changes.move_to_cell(session, person.id, new.id, DAY, reason="Ghi nhầm", actor=CLI)
        assert homes(session, "Nguyễn Văn An") == [("Hai", "official", DAY, None)]
        assert len(changes.changes_of(session, person.id)) == 2


def test_who_is_admitted_stays_the_same_person(db):
    with db.writing() as session:
        cell = make_cell(session, "Một")
        person = make_person(session, "Lý Thị Ảnh", cell, kind="non_member")
        number, public_id = person.id, person.public_id
        arguments = {"probationary": True, "day": DAY, "reason": "QĐ kết nạp số 7", "actor": CLI}
        changes.change_kind(session, number, "party_member", **arguments)
        assert (person.id, person.public_id) == (number, public_id)
        assert (person.kind, person.probationary) == ("party_member", True)
        assert homes(session, "Lý Thị Ảnh") == [
            ("Một", "attached", date(2020, 1, 1), date(2024, 9, 9)),
            ("Một", "official", DAY, None),
        ]
        assert counted_in(session, person) == cell.id
        with pytest.raises(Conflict):
            changes.change_kind(session, number, "party_member", **arguments)
        changes.change_kind(
            session, number, "party_member", **{**arguments, "probationary": False, "day": TODAY}
        )
        assert not person.probationary
        assert len(homes(session, "Lý Thị Ảnh")) == 2  # full membership moves nobody


def test_who_leaves_keeps_their_history_and_gets_no_mail(app, db):
    with db.writing() as session:
        made = launched_round(session, people=3, cells=1)
        message_people = session.scalars(select(Membership.person_id).order_by(Membership.id)).all()
        leaver = message_people[0]
        assert reminding.outlook(session, made, clock.now()).people == 3
        changes.leave(session, leaver, TODAY, reason="Nghỉ hưu", actor=CLI)
        stay = session.scalars(select(Membership).where(Membership.person_id == leaver)).one()
        assert (stay.starts_on, stay.ends_on) == (date(2020, 1, 1), TODAY)
        assert leaver not in {p.person_id for p in people_asked(session, RoundSettings(), TODAY)}
        assert reminding.outlook(session, made, clock.now()).people == 2
        message = OutboxMessage(
            kind="reminder",
            recipient_kind="person",
            recipient_id=leaver,
            subject_kind="round",
            subject_id=made.id,
        )
        assert mails.compose_reminder(session, message, []) == Skip("left")
        with pytest.raises(Conflict, match="đã thôi sinh hoạt"):
            changes.leave(session, leaver, TODAY, reason="x", actor=CLI)


def test_somebody_of_no_cell_can_leave_too_and_a_roster_brings_them_back(db):
    with db.writing() as session:
        person = make_person(session, "Ma Thị Hoa", birth_date=date(1980, 2, 1))
        assert counted_in(session, person) is None
        changes.leave(session, person.id, DAY, reason="Chuyển tỉnh", actor=CLI)
        asked = {each.person_id for each in people_asked(session, RoundSettings(), TODAY)}
        assert person.id not in asked
        take(session, one(5, "Ma Thị Hoa", birth_date=date(1980, 2, 1)))
        session.refresh(person)
        assert person.left_on is None
        assert counted_in(session, person) is not None


def test_a_temporary_stay_counts_nowhere_but_at_home(db):
    with db.writing() as session:
        home, host = make_cell(session, "Một"), make_cell(session, "Hai")
        person = make_person(session, "Nguyễn Văn An", home)
        join_cell(session, person, host, "temporary", starts_on=date(2024, 6, 1))
        assert counted_in(session, person) == home.id
        third = make_cell(session, "Ba")
        changes.move_to_cell(session, person.id, third.id, DAY, reason="x", actor=CLI)
        assert counted_in(session, person) == third.id
        temporary = session.scalars(select(Membership).where(Membership.kind == "temporary")).one()
        assert temporary.ends_on is None


def test_two_entries_become_one_and_nothing_known_is_lost(db):
    with db.writing() as session:
        cell = make_cell(session, "Một")
        kept = make_person(session, "Nguyễn Văn An", email=None)
        other = make_person(session, "Nguyen Van An", cell, phone="0912", member_code="CB01")
        address = other.email
        twins.merge_people(session, kept.id, other.id, reason="Ghi hai lần", actor=CLI)
        assert (kept.email, kept.address_state) == (address, "ok")
        assert (kept.phone, kept.member_code, other.member_code) == ("0912", "CB01", None)
        assert other.merged_into_id == kept.id
        assert counted_in(session, kept) == cell.id
        assert len(people_asked(session, RoundSettings(), TODAY)) == 1
        note = session.scalars(select(PersonChange)).one()
        assert (note.kind, note.before, note.person_id) == ("merged", "Nguyen Van An", kept.id)
        with pytest.raises(Conflict, match="đã gộp"):
            twins.merge_people(session, kept.id, other.id, reason="x", actor=CLI)
        with pytest.raises(Invalid, match="cùng một dòng"):
            twins.merge_people(session, kept.id, kept.id, reason="x", actor=CLI)
