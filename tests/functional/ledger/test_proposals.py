"""What today's facts propose for live rounds, and who decides about it."""

from datetime import date

import pytest
from sqlalchemy import select

from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import Round
from survey_app.errors import Conflict, Invalid, NotFound
from survey_app.invitations import deciding, ledger, tally
from survey_app.invitations.models import DeclinedProposal
from survey_app.invitations.proposals import lines, proposals
from survey_app.people import changes
from survey_app.people.models import Cell, Person
from tests.factories_rounds import (
    invitations_of,
    join_cell,
    launch_round,
    make_cell,
    make_person,
    make_round,
)
from tests.functional.ledger.books import adds_up, cell_row, invited_now, why
from tests.functional.people.builders import one, take

TODAY = date(2024, 9, 18)


def said(session):
    """(kind, name, from, to) of everything proposed."""
    found = lines(session, proposals(session, TODAY), TODAY)
    return [
        (line.proposal.kind, line.name, line.proposal.from_name, line.to_name) for line in found
    ]


@pytest.fixture
def asked(db):
    """A launched round of three in one cell, and an empty cell beside it."""
    with db.writing() as session:
        cell, other = make_cell(session, "Chi bộ Một"), make_cell(session, "Chi bộ Hai")
        for name in ("Lý Thị Ảnh", "Nông Thị Dung", "Vi Văn Dũng"):
            make_person(session, name, cell, birth_date=date(1960, 1, 2), birth_year=1960)
        made = make_round(session)
        launch_round(session, made)
        return made.id, cell.id, other.id


def round_at(session, asked):
    return session.get_one(Round, asked[0])


def named(session, name):
    return session.scalars(select(Person).where(Person.full_name == name)).one()


def test_nothing_is_proposed_while_facts_agree(db, asked):
    with db.writing() as session:
        assert proposals(session, TODAY) == []


def test_a_new_roster_proposes_joins_and_transfers_and_forgets_nobody(db, asked):
    """A line that was taken out of the file proposes nothing: nobody is dropped in silence."""
    with db.writing() as session:
        born = date(1960, 1, 2)
        result = take(
            session,
            one(1, "Lý Thị Ảnh", birth_date=born, cell="Chi bộ Hai"),
            one(2, "Nông Thị Dung", birth_date=born),
            one(3, "Đoàn Văn Hòa", birth_date=date(1961, 1, 1)),
        )
        assert result.counts()["missing"] == 1
        assert said(session) == [
            ("transfer", "Lý Thị Ảnh", "Chi bộ Một", "Chi bộ Hai"),
            ("join", "Đoàn Văn Hòa", None, "Chi bộ Một"),
        ]


def test_admitted_left_and_moved_are_each_their_own_kind(db, asked):
    with db.writing() as session:
        guest = make_person(session, "Ma Thị Hoa", kind="non_member")
        second = make_round(session, title="Vòng 2")
        launch_round(session, second)
        arguments = {"day": TODAY, "reason": "QĐ", "actor": CLI}
        changes.change_kind(session, guest.id, "party_member", probationary=True, **arguments)
        changes.leave(session, named(session, "Vi Văn Dũng").id, TODAY, reason="x", actor=CLI)
        found = proposals(session, TODAY)
        assert sorted((each.kind, each.left) for each in found) == [
            ("exemption", True),
            ("exemption", True),
            ("join", False),
            ("kind_change", False),
        ]
        dung = named(session, "Vi Văn Dũng")
        assert {each.person_id for each in found if each.left} == {dung.id}
        assert len(proposals(session, TODAY, person_id=dung.id)) == 2
        assert len(proposals(session, TODAY, round_id=second.id)) == 2


def test_who_now_belongs_where_the_round_does_not_ask_is_proposed_to_be_exempt(db):
    with db.writing() as session:
        cell, other = make_cell(session, "Một"), make_cell(session, "Hai")
        person = make_person(session, "Lý Thị Ảnh", cell)
        made = make_round(session, cells=("mot",))
        launch_round(session, made)
        changes.move_to_cell(session, person.id, other.id, TODAY, reason="x", actor=CLI)
        (found,) = proposals(session, TODAY)
        assert (found.kind, found.left) == ("exemption", False)


def test_a_temporary_stay_proposes_nothing(db, asked):
    with db.writing() as session:
        person = named(session, "Lý Thị Ảnh")
        host = session.get_one(Cell, asked[2])
        join_cell(session, person, host, "temporary", starts_on=date(2024, 9, 1))
        assert proposals(session, TODAY) == []


def test_whether_somebody_is_done_changes_no_proposal(db, asked):
    with db.writing() as session:
        for invitation in invitations_of(session, round_at(session, asked)):
            tally.set_flags(session, invitation.id, is_done=True)
        changes.leave(session, named(session, "Vi Văn Dũng").id, TODAY, reason="x", actor=CLI)
        (found,) = proposals(session, TODAY)
        assert found.kind == "exemption"


def test_accepting_enters_all_once_under_one_reason(db, asked):
    with db.writing() as session:
        made = round_at(session, asked)
        before = invited_now(session, made)
        for name in ("Lý Thị Ảnh", "Nông Thị Dung"):
            person = named(session, name)
            changes.move_to_cell(session, person.id, asked[2], TODAY, reason="QĐ 9", actor=CLI)
        keys = [each.key for each in proposals(session, TODAY)]
        with pytest.raises(Invalid, match="lý do"):
            deciding.accept(session, keys, TODAY, why(" "))
        entries = deciding.accept(session, keys, TODAY, why("Chuyển theo QĐ 9"))
        assert [(each.kind, each.reason) for each in entries] == [
            ("transfer", "Chuyển theo QĐ 9")
        ] * 2
        adds_up(session, made, before)
        assert cell_row(session, made, "Chi bộ Hai").invited == 2
        assert proposals(session, TODAY) == []
        with pytest.raises(Conflict, match="không còn"):
            deciding.accept(session, keys, TODAY, why())


def test_what_is_declined_stays_away_until_it_is_taken_back(db, asked):
    with db.writing() as session:
        changes.leave(session, named(session, "Vi Văn Dũng").id, TODAY, reason="x", actor=CLI)
        (found,) = proposals(session, TODAY)
        assert deciding.decline(session, [found.key], TODAY, why("Vẫn dự thi")) == 1
        assert proposals(session, TODAY) == []
        with pytest.raises(Conflict):
            deciding.decline(session, [found.key], TODAY, why())
        (kept,) = deciding.declined(session, TODAY)
        assert (kept.name, kept.kind, kept.reason) == ("Vi Văn Dũng", "exemption", "Vẫn dự thi")
        deciding.take_back(session, kept.id)
        assert session.scalars(select(DeclinedProposal)).all() == []
        assert [each.key for each in proposals(session, TODAY)] == [found.key]
        with pytest.raises(NotFound):
            deciding.take_back(session, kept.id)


def test_a_move_declined_to_one_cell_is_proposed_again_to_another(db, asked):
    with db.writing() as session:
        person = named(session, "Lý Thị Ảnh")
        changes.move_to_cell(session, person.id, asked[2], date(2024, 9, 1), reason="x", actor=CLI)
        (found,) = proposals(session, TODAY)
        deciding.decline(session, [found.key], TODAY, why())
        third = make_cell(session, "Chi bộ Ba")
        changes.move_to_cell(session, person.id, third.id, TODAY, reason="x", actor=CLI)
        (again,) = proposals(session, TODAY)
        assert again.cell_id == third.id


def test_closed_rounds_are_not_proposed_for(db, asked):
    with db.writing() as session:
        changes.leave(session, named(session, "Vi Văn Dũng").id, TODAY, reason="x", actor=CLI)
        round_at(session, asked).state = "closed"
        session.flush()
        assert proposals(session, TODAY) == []
        assert ledger.takes_entries(round_at(session, asked))


def test_who_comes_back_is_proposed_to_be_counted_again_and_nobody_else(db, asked):
    """An exemption that followed the roster ends with it; one for an illness does not."""
    with db.writing() as session:
        before = invited_now(session, round_at(session, asked))
        gone, ill = named(session, "Vi Văn Dũng"), named(session, "Nông Thị Dung")
        ledger.exempt(session, asked[0], ill.id, why("Ốm dài ngày"))
        changes.leave(session, gone.id, date(2024, 9, 17), reason="x", actor=CLI)
        (left,) = proposals(session, TODAY)
        deciding.accept(session, [left.key], TODAY, why())
        assert said(session) == []
        take(session, one(3, "Vi Văn Dũng", birth_date=date(1960, 1, 2), cell="Chi bộ Hai"))
        assert gone.left_on is None
        assert sorted(said(session)) == [
            ("exemption_ended", "Vi Văn Dũng", "Chi bộ Một", None),
            ("transfer", "Vi Văn Dũng", "Chi bộ Một", "Chi bộ Hai"),
        ]
        keys = [each.key for each in proposals(session, TODAY)]
        assert len(deciding.accept(session, keys, TODAY, why("Trở lại"))) == 2
        assert said(session) == []
        adds_up(session, round_at(session, asked), before)
        assert cell_row(session, round_at(session, asked), "Chi bộ Hai").exempt == 0
        assert cell_row(session, round_at(session, asked), "Chi bộ Một").exempt == 1


def test_an_exemption_entered_by_hand_of_who_has_left_ends_the_same_way(db, asked):
    with db.writing() as session:
        gone = named(session, "Vi Văn Dũng")
        changes.leave(session, gone.id, date(2024, 9, 17), reason="x", actor=CLI)
        ledger.exempt(session, asked[0], gone.id, why())
        take(session, one(3, "Vi Văn Dũng", birth_date=date(1960, 1, 2)))
        assert [each.kind for each in proposals(session, TODAY)] == ["exemption_ended"]
