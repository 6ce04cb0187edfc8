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


@pytest.mark.parametrize(
    ("reply", "bad"),
    [
        ("550 5.1.1 No such user", True),
        ("550 No such user here", True),
        ("553 5.1.3 bad address syntax", True),
        ("550 5.2.1 mailbox disabled", True),
        ("550 5.7.1 rejected by policy", False),
        ("552 5.2.2 mailbox full", False),
        ("554 5.7.1 spam", False),
        ("450 4.1.1 try later", False),
        ("421 too busy", False),
    ],
)
def test_only_what_is_said_of_the_mailbox_makes_it_bad(db: Database, reply: str, bad: bool) -> None:
    with db.writing() as session:
        person = make_person(session, "Vi Lan")
        assert mark_address_bad(session, person.id, reply) is bad
        assert person.address_state == ("bad" if bad else "ok")


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
