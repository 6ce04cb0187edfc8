"""What each entry does to a round, and when a round takes none."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from survey_app import clock
from survey_app.audit.models import AuditEvent
from survey_app.errors import Conflict, Invalid, NotFound
from survey_app.invitations import ledger
from survey_app.invitations.models import EntryMeans, Invitation, LedgerEntry
from survey_app.mailing.models import OutboxItem
from survey_app.people.models import Cell, CellName, Person
from tests.factories_forms import launched_form
from tests.factories_rounds import (
    invitations_of,
    launch_round,
    launched_round,
    make_cell,
    make_person,
    make_round,
)
from tests.functional.ledger.books import adds_up, cell_row, invited_now, why
from tests.functional.participation.boards import round_of


def cell_called(session, name):
    query = select(Cell.id).join(CellName, CellName.cell_id == Cell.id).where(CellName.name == name)
    return session.scalars(query).one()


def mails_to(session, round_, person):
    return session.scalar(
        select(func.count()).where(
            OutboxItem.recipient_id == person.id,
            OutboxItem.subject_id == round_.id,
            OutboxItem.kind == "invitation",
        )
    )


def test_who_comes_after_the_launch_is_asked_like_everybody(db):
    with db.writing() as session:
        made = round_of(session, {"Một": ("dn", "")})
        before = invited_now(session, made)
        new = make_person(session, "Lý Thị Ảnh", session.get(Cell, cell_called(session, "Một")))
        other = make_person(session, "Ma Thị Hoa", email=None, kind="non_member")
        entry = ledger.join(session, made.id, new.id, cell_called(session, "Một"), why())
        ledger.join(session, made.id, other.id, None, why())
        adds_up(session, made, before)
        joined = session.get_one(Invitation, entry.invitation_id)
        means = session.scalars(
            select(EntryMeans).where(EntryMeans.invitation_id == joined.id)
        ).one()
        assert (means.kind, means.version) == ("link", 1)
        assert mails_to(session, made, new) == 1 and mails_to(session, made, other) == 0
        assert cell_row(session, made, "Một").invited == 3
        nowhere = cell_row(session, made, None, "non_member")
        assert (nowhere.invited, nowhere.undeliverable) == (1, 1)
        assert (entry.kind, entry.reason) == ("join", "Theo QĐ số 12")
        with pytest.raises(Conflict, match="đã có trong vòng"):
            ledger.join(session, made.id, new.id, None, why())
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "ledger.entered").order_by(AuditEvent.id)
        ).first()
        assert event is not None and event.details == {
            "kind": "join",
            "person_id": new.id,
            "entry_id": entry.id,
        }


def test_a_transfer_takes_all_that_was_done_along(db, time):
    """A member moves between rounds: the totals of both stay right, attempts stay where made."""
    with db.writing() as session:
        first = round_of(session, {"Một": ("dn", ""), "Hai": ("n", "")})
        second = make_round(session, title="Vòng 2")
        launch_round(session, second)
        before, later = invited_now(session, first), invited_now(session, second)
        mover = invitations_of(session, first)[0]
        for round_, counted in ((first, before), (second, later)):
            ledger.transfer(session, round_.id, mover.person_id, cell_called(session, "Hai"), why())
            adds_up(session, round_, counted)
        one, two = cell_row(session, first, "Một"), cell_row(session, first, "Hai")
        assert (one.invited, one.done, one.attempts) == (1, 0, 1)
        assert (two.invited, two.done, two.attempts) == (2, 1, 0)
        assert cell_row(session, second, "Hai").invited == 2
        with pytest.raises(Conflict, match="đang tính ở chi bộ ấy"):
            ledger.transfer(session, first.id, mover.person_id, cell_called(session, "Hai"), why())


def test_a_cell_the_round_did_not_have_gets_its_row_with_the_name_of_then(db):
    with db.writing() as session:
        made = round_of(session, {"Một": ("nn", "")})
        late = make_cell(session, "Chi bộ Mới")
        before = invited_now(session, made)
        mover = invitations_of(session, made)[0]
        ledger.transfer(session, made.id, mover.person_id, late.id, why())
        name = session.scalars(select(CellName).where(CellName.cell_id == late.id)).one()
        name.name = "Chi bộ Đổi tên"
        second = invitations_of(session, made)[1]
        ledger.change_kind(session, made.id, second.person_id, "non_member", late.id, why())
        adds_up(session, made, before)
        kinds = [cell_row(session, made, "Chi bộ Mới", kind).invited for kind in KINDS]
        assert kinds == [1, 1]
        empty = cell_row(session, made, "Một")
        assert (empty.invited, empty.done) == (0, 0)


KINDS = ("party_member", "non_member")


def test_who_is_admitted_changes_type_and_not_identity(db):
    with db.writing() as session:
        made = round_of(session, {"Một": ("n", "d")})
        before = invited_now(session, made)
        admitted = session.scalars(select(Person).where(Person.kind == "non_member")).one()
        (asked,) = [one for one in invitations_of(session, made) if one.person_id == admitted.id]
        public_id, number = asked.public_id, asked.id
        ledger.change_kind(
            session, made.id, admitted.id, "party_member", cell_called(session, "Một"), why()
        )
        adds_up(session, made, before)
        after = session.get_one(Invitation, number)
        assert (after.public_id, after.person_id, after.is_done) == (public_id, admitted.id, True)
        assert cell_row(session, made, "Một").done == 1
        assert cell_row(session, made, "Một", "non_member").invited == 0


def test_exempt_leaves_the_divisor_and_comes_back(db):
    with db.writing() as session:
        made = round_of(session, {"Một": ("dn", "")})
        before = invited_now(session, made)
        done, waits = invitations_of(session, made)
        ledger.exempt(session, made.id, waits.person_id, why())
        ledger.exempt(session, made.id, done.person_id, why())  # precedence: done stays done
        row = cell_row(session, made, "Một")
        session.refresh(row)
        assert (row.invited, row.done, row.exempt) == (2, 1, 1)
        with pytest.raises(Conflict, match="được miễn rồi"):
            ledger.exempt(session, made.id, waits.person_id, why())
        ledger.end_exemption(session, made.id, waits.person_id, why("Đã khỏi bệnh"))
        adds_up(session, made, before)
        session.refresh(row)
        assert row.exempt == 0
        with pytest.raises(Conflict, match="không được miễn"):
            ledger.end_exemption(session, made.id, waits.person_id, why())
        kinds = session.scalars(select(LedgerEntry.kind).order_by(LedgerEntry.id)).all()
        assert kinds == ["exemption", "exemption", "exemption_ended"]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
def test_nothing_is_entered_without_a_short_reason(db, reason):
    with db.writing() as session:
        made = launched_round(session, people=2)
        one = invitations_of(session, made)[0]
        with pytest.raises(Invalid):
            ledger.exempt(session, made.id, one.person_id, why(reason))
        assert session.scalar(select(func.count()).select_from(LedgerEntry)) == 0


def test_a_closed_round_takes_corrections_until_it_is_archived_but_nobody_new(db, time):
    with db.writing() as session:
        made = round_of(session, {"Một": ("dn", ""), "Hai": ("n", "")})
        mover = invitations_of(session, made)[0].person_id
        new = make_person(session, "Lý Thị Ảnh")
        hai, mot = cell_called(session, "Hai"), cell_called(session, "Một")
        time.set(made.closes_at + timedelta(hours=1))
        with pytest.raises(Conflict, match="kết thúc"):
            ledger.join(session, made.id, new.id, mot, why())  # the worker has not closed it yet
        for state, cell in (("closed", hai), ("finalised", mot)):
            made.state = state
            session.flush()
            ledger.transfer(session, made.id, mover, cell, why())
            with pytest.raises(Conflict, match="kết thúc"):
                ledger.join(session, made.id, new.id, mot, why())
        for state in ("archived", "cancelled"):
            made.state = state
            session.flush()
            with pytest.raises(Conflict, match="không sửa được nữa"):
                ledger.transfer(session, made.id, mover, hai, why())


def test_drafts_and_forms_take_no_entries_and_say_why(app, db):
    form = launched_form(app)
    with db.writing() as session:
        draft = make_round(session)
        person = session.scalars(select(Person.id)).first()
        with pytest.raises(Conflict, match="chưa phát động"):
            ledger.exempt(session, draft.id, person, why())
        with pytest.raises(Conflict, match="ẩn danh không có sổ"):
            ledger.exempt(session, form, person, why())


def test_strangers_are_refused(db):
    with db.writing() as session:
        made = launched_round(session, people=2)
        stranger = make_person(session, "Lý Thị Ảnh")
        one = invitations_of(session, made)[0].person_id
        with pytest.raises(NotFound, match="không có trong vòng"):
            ledger.exempt(session, made.id, stranger.id, why())
        with pytest.raises(NotFound, match="Không có chi bộ"):
            ledger.transfer(session, made.id, one, 999_999, why())
        stranger.left_on = date(2024, 9, 1)
        session.flush()
        with pytest.raises(Conflict, match="không còn trong danh sách"):
            ledger.join(session, made.id, stranger.id, None, why())
        assert clock.now() > made.opens_at
