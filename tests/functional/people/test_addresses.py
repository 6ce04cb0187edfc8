"""Addresses put right, addresses found bad, and the wishes of a person."""

import pytest
from sqlalchemy import select

from survey_app.accounts.scope import CLI
from survey_app.audit.models import AuditEvent
from survey_app.database import Database
from survey_app.errors import Invalid, NotFound
from survey_app.people.services import correct_address, mark_address_bad, set_wishes
from tests.factories_rounds import make_person


def test_a_corrected_address_is_good_again(db: Database) -> None:
    with db.writing() as session:
        person = make_person(session, "Vi Lan", address_state="bad")
        correct_address(session, person.id, "  LAN@So.Example ", CLI)
        assert (person.email, person.address_state) == ("lan@so.example", "ok")
        event = session.scalars(select(AuditEvent)).one()
        assert (event.action, event.details) == ("person.address_corrected", {"state": "ok"})


def test_no_address_is_an_answer_too(db: Database) -> None:
    with db.writing() as session:
        person = make_person(session, "Vi Lan")
        correct_address(session, person.id, " ", CLI)
        assert (person.email, person.address_state) == (None, "missing")


def test_what_is_no_address_is_refused(db: Database) -> None:
    with db.writing() as session:
        person = make_person(session, "Vi Lan")
        before = person.email
        with pytest.raises(Invalid, match="sai@"):
            correct_address(session, person.id, "sai@", CLI)
        assert person.email == before
        with pytest.raises(NotFound):
            correct_address(session, 10**6, "a@so.example", CLI)


def test_an_address_is_found_bad_once(db: Database) -> None:
    with db.writing() as session:
        person = make_person(session, "Vi Lan")
        assert mark_address_bad(session, person.id)
        assert person.address_state == "bad"
        assert not mark_address_bad(session, person.id)


def test_wishes_are_kept_and_reminders_are_logged(db: Database) -> None:
    with db.writing() as session:
        person = make_person(session, "Vi Lan")
        for _time in range(2):
            set_wishes(
                session,
                person.id,
                form_of_address=" bác ",
                locale="en",
                wants_reminders=False,
                actor=CLI,
            )
        assert (person.form_of_address, person.locale, person.wants_reminders) == (
            "bác",
            "en",
            False,
        )
        assert [event.details for event in session.scalars(select(AuditEvent))] == [
            {"wanted": False}
        ]


def test_the_address_that_was_refused_is_no_correction(db: Database) -> None:
    with db.writing() as session:
        person = make_person(session, "Vi Lan", address_state="bad")
        refused = person.email or ""
        with pytest.raises(Invalid, match="từ chối"):
            correct_address(session, person.id, f" {refused.upper()} ", CLI)
        assert person.address_state == "bad"
        correct_address(session, person.id, "", CLI)
        correct_address(session, person.id, refused, CLI)
        assert person.address_state == "ok", "emptied first, it is meant"
