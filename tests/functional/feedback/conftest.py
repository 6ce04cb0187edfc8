"""Somebody with the link of a form, and the steps of their way."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from survey_app.database import Database
from survey_app.feedback.models import Ballot
from survey_app.invitations.models import Invitation, Receipt
from survey_app.people.models import Person
from tests.factories_forms import launched_form
from tests.factories_rounds import link_path

KEY = b"test-link-key-of-more-than-32-characters!"


class Guest:
    """One invited person and their browser."""

    def __init__(self, db: Database, client: FlaskClient, invitation: Invitation) -> None:
        self.db = db
        self.client = client
        self.invitation_id = invitation.id
        self.round_id = invitation.round_id
        self.form_url = f"/respond/form/{invitation.public_id}"
        self.ticket = ""

    @property
    def link(self) -> str:
        """The link of the last mail."""
        with self.db.reading() as session:
            return link_path(session, KEY, session.get_one(Invitation, self.invitation_id))

    def name(self) -> str:
        with self.db.reading() as session:
            invitation = session.get_one(Invitation, self.invitation_id)
            return session.get_one(Person, invitation.person_id).full_name

    def begin(self) -> TestResponse:
        """Say "that is me" and open the form."""
        confirmed = self.client.post(self.link, data={"who": "me"})
        assert confirmed.status_code == 303, confirmed.text
        assert confirmed.headers["Location"] == self.form_url
        return self.open_form()

    def open_form(self) -> TestResponse:
        """Open the form and remember its ticket."""
        page = self.client.get(self.form_url)
        found = re.search(r'name="ticket" value="([^"]*)"', page.text)
        self.ticket = found[1] if found else self.ticket
        return page

    def post(self, answers: dict[str, Any], action: str = "send", **more: Any) -> TestResponse:
        """Post the form; `answers` by item key."""
        data = {f"q_{key}": value for key, value in answers.items()}
        return self.client.post(
            self.form_url, data={"ticket": self.ticket, "action": action, **data, **more}
        )

    def send(self, answers: dict[str, Any]) -> TestResponse:
        """Send the form and follow to the page that says so."""
        response = self.post(answers)
        if response.status_code == 303:
            return self.client.get(response.headers["Location"])
        return response

    def is_sent(self) -> bool:
        with self.db.reading() as session:
            mine = select(Receipt.is_sent).where(Receipt.invitation_id == self.invitation_id)
            return bool(session.scalar(mine))

    def ballots(self) -> int:
        """How many ballots the urn holds."""
        return ballots_in(self.db, self.round_id)


def ballots_in(db: Database, round_id: int) -> int:
    """Return how many ballots an urn holds."""
    with db.reading() as session:
        query = select(func.count()).select_from(Ballot).where(Ballot.round_id == round_id)
        return session.scalar(query) or 0


def guests_of(app: Flask, round_id: int) -> list[Guest]:
    """Return everyone invited to a form, each with a browser."""
    db: Database = app.extensions["survey.database"]
    with db.reading() as session:
        query = select(Invitation).where(Invitation.round_id == round_id).order_by(Invitation.id)
        return [Guest(db, app.test_client(), one) for one in session.scalars(query)]


@pytest.fixture
def guests(app: Flask) -> list[Guest]:
    """Everyone invited to an open form."""
    return guests_of(app, launched_form(app))


@pytest.fixture
def guest(guests: list[Guest]) -> Guest:
    """One of them."""
    return guests[0]
