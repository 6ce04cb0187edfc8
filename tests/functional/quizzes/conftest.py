"""A member with a link, and the steps of their journey."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from survey_app.campaigns.models import RoundCell
from survey_app.database import Database
from survey_app.invitations.models import Invitation
from survey_app.people.models import Person
from survey_app.quizzes.models import Attempt, Grading
from tests.conftest import TestClock
from tests.factories_rounds import invitations_of, launched_round, link_path

KEY = b"test-link-key-of-more-than-32-characters!"


class Member:
    """One invited person and their browser."""

    def __init__(self, db: Database, client: FlaskClient, link: str, invitation_id: int) -> None:
        self.db = db
        self.client = client
        self.link = link
        self.invitation_id = invitation_id
        self.paper_url = ""
        self.ticket = ""
        self.revision = "0"

    def begin(self, **form: str) -> TestResponse:
        """Confirm "that is me" and go to the paper."""
        response = self.client.post(self.link, data={"who": "me", **form})
        if response.status_code == 303:
            self.paper_url = response.headers["Location"]
            self.open_paper()
        return response

    def open_paper(self) -> TestResponse:
        """Open the paper and remember what its form carries."""
        page = self.client.get(self.paper_url)
        for name in ("ticket", "revision"):
            found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
            if found:
                setattr(self, name, found[1])
        return page

    def post(self, action: str, answers: dict[str, str] | None = None, **more: Any) -> TestResponse:
        """Post the paper's form."""
        data = {f"q_{name}": value for name, value in (answers or {}).items()}
        form = {"ticket": self.ticket, "revision": self.revision, "holds": "paper", **data, **more}
        return self.client.post(self.paper_url, data={"action": action, **form})

    def autosave(
        self,
        answers: dict[str, list[str]],
        *,
        sequence: int = 1,
        writer: str = "phone",
        **more: Any,
    ) -> TestResponse:
        """Save as the page's script does."""
        body = {
            "ticket": self.ticket,
            "writer": writer,
            "sequence": sequence,
            "revision": 0,
            "answers": answers,
            **more,
        }
        return self.client.post(f"{self.paper_url}/save", json=body)

    def attempts(self) -> list[Attempt]:
        with self.db.reading() as session:
            query = select(Attempt).where(Attempt.invitation_id == self.invitation_id)
            return list(session.scalars(query.order_by(Attempt.attempt_no)))

    def gradings(self) -> list[Grading]:
        with self.db.reading() as session:
            query = select(Grading).join(Attempt).where(Attempt.invitation_id == self.invitation_id)
            return list(session.scalars(query.order_by(Grading.id)))

    def cell(self) -> RoundCell:
        with self.db.reading() as session:
            invitation = session.get_one(Invitation, self.invitation_id)
            return session.get_one(RoundCell, invitation.round_cell_id)

    def name(self) -> str:
        with self.db.reading() as session:
            invitation = session.get_one(Invitation, self.invitation_id)
            return session.get_one(Person, invitation.person_id).full_name


def right(*numbers: int) -> dict[str, str]:
    """Right answers to the questions of these numbers."""
    return {f"q{number}": f"c{number}-a" for number in numbers}


@pytest.fixture
def members(app: Flask, db: Database, request: pytest.FixtureRequest) -> list[Member]:
    """Everyone invited to a round; parametrise indirectly with the round's settings."""
    settings = getattr(request, "param", {})
    with app.app_context(), db.writing() as session:
        round_ = launched_round(session, **settings)
        invitations = invitations_of(session, round_)
        links = [(link_path(session, KEY, invitation), invitation.id) for invitation in invitations]
    return [Member(db, app.test_client(), link, number) for link, number in links]


@pytest.fixture
def member(members: list[Member]) -> Member:
    """One of them."""
    return members[0]


@contextmanager
def counted_statements(db: Database) -> Iterator[list[str]]:
    """Collect the statements sent to the database, BEGIN, COMMIT and PRAGMA apart."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA")):
            statements.append(statement)

    engines = {db.write_engine, db.read_engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield statements
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


__all__ = ["KEY", "Member", "TestClock", "counted_statements", "right"]
