"""A form's link is not sent on the word of a secretary alone; organisers send it."""

from sqlalchemy import delete, func, select

from survey_app import clock
from survey_app.accounts.scope import CLI
from survey_app.invitations import reaching, tally
from survey_app.invitations.models import Invitation
from survey_app.mailing.models import OutboxItem
from survey_app.people.models import Person
from tests.factories_forms import invitation_ids, launched_form


def test_an_address_from_a_secretary_sends_no_form(app, db):
    """Whoever holds the link of a form can answer it, and nobody could tell."""
    round_id = launched_form(app)
    with app.app_context(), db.writing() as session:
        invitation = session.get_one(Invitation, invitation_ids(session, round_id)[0])
        person = session.get_one(Person, invitation.person_id)
        person.email, person.address_state = None, "missing"
        tally.set_flags(session, invitation.id, is_undeliverable=True)
        theirs = OutboxItem.recipient_id == person.id, OutboxItem.recipient_kind == "person"
        session.execute(delete(OutboxItem).where(*theirs))
        session.flush()
        reaching.correct_and_invite(session, person.id, "moi@so-mau.example", CLI, clock.now())
        assert person.address_state == "ok"
        assert session.scalar(select(func.count(OutboxItem.id)).where(*theirs)) == 0
        assert reaching.newly_reachable(session, round_id) == 1
        assert reaching.invite_newly_reachable(session, round_id, CLI, clock.now()) == 1
        assert session.scalar(select(func.count(OutboxItem.id)).where(*theirs)) == 1
