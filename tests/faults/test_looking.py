"""Looking changes nothing: a checksum of every table before and after GET and HEAD of every route,
as a stranger, as the member and as every kind of staff, with addresses that exist.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from survey_app import clock
from survey_app.accounts import links
from survey_app.accounts.models import ROLES, RoleGrant, User
from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import Campaign, Round
from survey_app.cell_reports import session_services
from survey_app.cell_reports.session_services import Facts
from survey_app.database import Database
from survey_app.demo import cast
from survey_app.invitations.models import Invitation
from survey_app.invitations.tokens import link_token, no_reminders_token, trial_token
from survey_app.people.models import Cell, Person
from survey_app.questions.models import QuestionSetVersion
from survey_app.quizzes.models import Attempt
from survey_app.reports import drafting, snapshots
from survey_app.reports.drafting import Choice
from tests.factories import make_user, sign_in_as
from tests.factories_rounds import (
    launch_round,
    launched_round,
    make_document,
    make_round,
    make_version,
)
from tests.faults import checker
from tests.faults.sizes import RUNS
from tests.functional.cell_reports.conftest import make_period

THOROUGH = {"stranger", "member", "administrator"}
FEWEST_PAGES = 30  # that answer 200 to somebody with the right to see them


@dataclass(frozen=True)
class Things:
    """What addresses can be about: parameter name -> values that exist."""

    values: dict[str, list[Any]]

    def paths(self, app: Flask, rule: Rule) -> Iterator[str]:
        """Yield an address for each thing that `rule` could be about."""
        adapter = app.url_map.bind("127.0.0.1")
        method = "GET"
        names = sorted(rule.arguments)
        for index in range(max((len(self._of(rule, name)) for name in names), default=1)):
            values = {
                name: self._of(rule, name)[index % len(self._of(rule, name))] for name in names
            }
            yield adapter.build(rule.endpoint, values, method)

    def _of(self, rule: Rule, name: str) -> list[Any]:
        items = getattr(rule._converters[name], "items", ())
        return sorted(items) or self.values[name]


@pytest.fixture
def things(app: Flask, db: Database) -> Things:
    """An installation in which there is one of everything."""
    key = app.extensions["survey.settings"].link_key
    user_id = make_user(db, "organiser", email="mot@so.example")
    with app.app_context(), db.writing() as session:
        launched_round(session, people=3, cells=1, slug="mo")
        make_round(session, slug="nhap", closes_at=clock.now() + timedelta(days=9))
        draft = make_version(session, document=make_document(3), state="draft", slug="nhap")
        make_version(session, slug="lam-thu")
        returned = what_cells_return(session)
        person = session.scalars(select(Invitation.public_id)).first()
    begun = app.test_client().post(f"/i/{link_token(key, person, 1)}", data={"who": "me"})
    assert begun.status_code == 303
    with app.app_context(), db.writing() as session:
        rounds = session.scalars(select(Round)).all()
        invitation = session.scalars(select(Invitation)).first()
        user = session.get_one(User, user_id)
        assert invitation is not None
        made = links.make(session, key, user, actor=CLI, source="test")
        public_id = invitation.public_id
        values = {
            # The first is the name of a round and of a question set.
            "slug": ["nhap", *(one.slug for one in rounds if one.slug != "nhap"), "lam-thu"],
            "public_id": list(session.scalars(select(Person.public_id))),
            "attempt_id": list(session.scalars(select(Attempt.public_id))),
            "user_id": [user.id],
            "grant_id": list(session.scalars(select(RoleGrant.id))),
            "version_id": [draft.id, *session.scalars(select(QuestionSetVersion.id))],
            "cell_slug": list(session.scalars(select(Cell.slug))),
            **returned,
            "upload_id": [1],
            "key": [*(one.key for one in cast.ACCOUNTS), "no-such-role"],
            "to": ["yaml"],
            "locale": ["en", "vi"],
            "token": [
                link_token(key, public_id, 1),
                no_reminders_token(key, public_id, 1),
                trial_token(key, rounds[0].id, user.id),
                made.token,
                "no-such-token",
            ],
        }
    return Things(values)


def what_cells_return(session: Session) -> dict[str, list[Any]]:
    """Make a period, a study session, frozen figures and a draft; return what addresses name."""
    now = clock.now()
    cell = session.scalars(select(Cell)).one()
    campaign = session.scalars(select(Campaign)).first()
    assert campaign is not None
    launch_round(session, make_period(session, campaign=campaign))
    facts = Facts(date(2024, 9, 4), "14:00", "Hội trường Sở", "Đồng chí Bí thư (mẫu)", "Chuyên đề")
    held = session_services.enter(session, campaign, cell.id, facts, CLI, now)
    frozen = snapshots.take(session, campaign, CLI, now)
    draft = drafting.begin(session, frozen, Choice(), CLI, now, after=0)
    return {"session_id": [held.id], "number": [frozen.number], "report_id": [draft.id]}


def browsers(app: Flask, db: Database) -> Iterator[tuple[str, FlaskClient]]:
    """Yield a stranger, a member, and one of each kind of staff, each in a browser of their own."""
    yield "stranger", app.test_client()
    member = app.test_client()
    with db.reading() as session:
        invitation = session.scalars(select(Invitation)).first()
    assert invitation is not None
    key = app.extensions["survey.settings"].link_key
    answer = member.post(f"/i/{link_token(key, invitation.public_id, 1)}", data={"who": "me"})
    assert answer.status_code in {200, 303}
    yield "member", member
    with db.reading() as session:
        cell_id = session.scalars(select(Cell.id)).first()
    for role in ROLES:
        client = app.test_client()
        user_id = make_user(db, role, email=f"{role.replace('_', '-')}@so.example", cell_id=cell_id)
        sign_in_as(client, user_id)
        yield role, client


def test_looking_at_everything_changes_nothing(
    app: Flask, db: Database, things: Things, time: Any
) -> None:
    app.testing = False  # a crash is an answer here, and counted
    seen: set[str] = set()
    everyone = list(browsers(app, db))
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    rules = [rule for rule in rules if rule.endpoint != "static"]
    before = checker.checksum(db)
    for who, client in everyone:
        for rule in rules:
            paths = list(things.paths(app, rule))
            assert client.head(paths[0]).status_code < 500, (who, rule.rule)
            for path in paths if RUNS or who in THOROUGH else paths[:1]:
                code = client.get(path).status_code
                assert code < 500, (who, rule.rule)
                if code == 200:
                    seen.add(rule.endpoint)
        after = checker.checksum(db)
        assert {name for name in before if before[name] != after[name]} == set(), who
    assert len(seen) >= FEWEST_PAGES, sorted(seen)


def test_the_checksum_sees_one_changed_letter(app: Flask, db: Database, things: Things) -> None:
    before = checker.checksum(db)
    with db.writing() as session:
        person = session.scalars(select(Person)).first()
        assert person is not None
        person.full_name += "!"
    after = checker.checksum(db)
    assert [name for name in before if before[name] != after[name]] == ["person"]
