"""The sample: complete, the same when loaded again, never among real people."""

import pytest
from sqlalchemy import func, select

from survey_app import clock, demo
from survey_app.accounts.models import User
from survey_app.campaigns.models import Campaign, Round
from survey_app.database import Database
from survey_app.errors import NotAllowed
from survey_app.invitations.models import Invitation
from survey_app.mailing.models import OutboxItem
from survey_app.people.models import Person
from survey_app.questions.models import QuestionSetVersion
from survey_app.schema import metadata


@pytest.fixture
def environ(environ):
    return {**environ, "SURVEY_ENV": "development"}


@pytest.fixture
def app(app, time):
    clock.use_source(time)  # development reads the time from a file in the instance folder
    return app


def counts(db):
    with db.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table))
            for table in metadata.sorted_tables
        }


def test_everything_a_newcomer_needs_is_there(app, db, settings):
    demo.load(db, settings)
    with db.reading() as session:
        assert session.scalar(select(func.count(Person.id))) >= 100
        assert session.scalar(select(func.count()).where(Person.is_sample.is_(False))) == 0
        assert session.scalars(select(Campaign.slug)).all() == ["ke-hoach-422"]
        assert {user.is_sample for user in session.scalars(select(User))} == {True}
        states = session.scalars(select(QuestionSetVersion.state)).all()
        assert set(states) == {"approved"}
        assert len(states) == len(list(demo.QUIZZES.glob("*.yaml")))
        round_ = session.scalars(select(Round)).one()
        assert round_.state == "open"
        people = session.scalar(select(func.count(Invitation.id)))
        assert people == session.scalar(select(func.count(Person.id)))
        mails = session.scalar(select(func.count(OutboxItem.id)))
        assert people * 0.9 < mails <= people


def test_loading_it_again_changes_nothing(app, db, settings):
    demo.load(db, settings)
    before = counts(db)
    demo.load(db, settings)
    assert counts(db) == before


def test_when_the_round_is_over_the_next_start_opens_another(app, db, settings, time):
    demo.load(db, settings)
    time.move(days=9)
    demo.load(db, settings)
    with db.reading() as session:
        newest = demo.open_round(session, clock.now())
        assert newest is not None and newest.closes_at > clock.now()
        assert session.scalar(select(func.count(Round.id))) == 2


def test_links_open_what_they_say(app, db, settings, client):
    demo.load(db, settings)
    result = app.test_cli_runner().invoke(args=["demo", "links"])
    assert result.exit_code == 0, result.output
    urls = [line.split("http://")[1] for line in result.stdout.splitlines()]
    paths = [url[url.index("/") :] for url in urls]
    assert len(paths) == 7
    assert sum(path.startswith("/sign-in/") for path in paths) == 3
    assert sum(path.startswith("/i/") for path in paths) == 3
    for path in paths:
        if path != "/":
            assert client.get(path).status_code == 200, path


def test_links_are_fresh_each_time(app, db, settings):
    demo.load(db, settings)
    first, second = (
        set(app.test_cli_runner().invoke(args=["demo", "links"]).stdout.splitlines())
        for _ in range(2)
    )
    assert len(first - second) == 3, "sign-in links differ, members' links are stable"


def test_it_is_refused_where_there_are_real_people(app, db, settings):
    demo.load(db, settings)
    with db.writing() as session:
        session.scalars(select(Person).limit(1)).one().is_sample = False
    before = counts(db)
    assert demo.has_real_people(db)
    with pytest.raises(NotAllowed):
        demo.load(db, settings)
    assert counts(db) == before


def test_an_empty_or_unmigrated_database_has_no_real_people(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'none.sqlite'}")
    assert not demo.has_real_people(database)
    database.dispose()


class TestProduction:
    @pytest.fixture
    def environ(self, environ):
        return {**environ, "SURVEY_ENV": "production"}

    @pytest.mark.parametrize("command", ["load", "links"])
    def test_it_is_refused_in_production(self, app, db, command):
        before = counts(db)
        refused = app.test_cli_runner().invoke(args=["demo", command])
        assert refused.exit_code == 1
        assert "development" in refused.stderr
        assert counts(db) == before
