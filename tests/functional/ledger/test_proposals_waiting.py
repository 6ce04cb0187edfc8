"""The number of proposals on the home page: kept while no fact has changed, never longer."""

from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import Round
from survey_app.invitations import deciding
from survey_app.invitations.models import DeclinedProposal
from survey_app.invitations.proposals import proposals
from survey_app.invitations.proposals_waiting import waiting
from survey_app.people import changes
from survey_app.people.models import Person
from tests.factories_rounds import launch_round, make_cell, make_person, make_round
from tests.functional.ledger.books import why
from tests.functional.people.builders import one, take

TODAY = date(2024, 9, 18)
BORN = date(1960, 1, 2)


@pytest.fixture
def cells(db):
    """A launched round of two in the first of two cells."""
    with db.writing() as session:
        found = [make_cell(session, name) for name in ("Chi bộ Một", "Chi bộ Hai")]
        for name in ("Lý Thị Ảnh", "Nông Thị Dung"):
            make_person(session, name, found[0], birth_date=BORN, birth_year=1960)
        launch_round(session, make_round(session))
        return [cell.id for cell in found]


def number(db, day=TODAY):
    """The number that is told, which must be the one that is true."""
    with db.reading() as session:
        told = waiting(session, day)
        assert told == len(proposals(session, day))
        return told


def test_every_change_of_facts_is_counted(db, cells):
    assert number(db) == 0
    with db.writing() as session:
        ids = session.scalars(select(Person.id).order_by(Person.id)).all()
        for person_id in ids:
            changes.move_to_cell(
                session, person_id, cells[1], TODAY, reason="Theo quyết định", actor=CLI
            )
    assert number(db) == 2
    with db.writing() as session:
        first, second = proposals(session, TODAY)
        deciding.accept(session, [first.key], TODAY, why())
    assert number(db) == 1
    with db.writing() as session:
        deciding.decline(session, [second.key], TODAY, why())
    assert number(db) == 0
    with db.writing() as session:
        deciding.take_back(session, session.scalars(select(DeclinedProposal.id)).one())
    assert number(db) == 1
    with db.writing() as session:
        take(session, one(1, "Đoàn Văn Hòa", birth_date=date(1961, 1, 1)))
    assert number(db) == 2
    with db.writing() as session:
        session.scalars(select(Round)).one().state = "cancelled"
    assert number(db) == 0


def test_a_day_is_counted_for_itself(db, cells):
    with db.writing() as session:
        person_id = session.scalars(select(Person.id).order_by(Person.id)).first()
        changes.move_to_cell(
            session, person_id, cells[1], TODAY, reason="Theo quyết định", actor=CLI
        )
    assert number(db, TODAY - timedelta(days=1)) == 0 and number(db) == 1


def test_nothing_changed_nobody_is_compared(db, cells):
    number(db)
    asked = []

    def listener(*given):
        asked.append(given[2])

    with db.reading() as session:
        bind = session.get_bind()
        event.listen(bind, "before_cursor_execute", listener)
        waiting(session, TODAY)
        event.remove(bind, "before_cursor_execute", listener)
    assert len(asked) == 2 and not any("invitation.is_exempt" in sql for sql in asked)
