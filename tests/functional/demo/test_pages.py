"""/demo: every door on one page, roles in one click, the clock for all processes, the bar."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from survey_app import clock, create_app
from survey_app.accounts.models import StaffSession
from survey_app.accounts.scope import CLI
from survey_app.audit.models import AuditEvent
from survey_app.campaigns import services as rounds
from survey_app.campaigns.models import Round
from survey_app.config import load_settings
from survey_app.demo import cast, reported
from survey_app.invitations import launch
from survey_app.people.models import Person
from tests.page import assert_page

LATER = cast.at("2024-09-25 17:00")
HOMES = {
    "organiser": "/organiser/",
    "committee": "/committee/",
    "secretary": "/secretary/",
    "administrator": "/admin/users",
}


def test_every_door_stands_on_one_page(app, db, client):
    for lang in ("vi", "en"):
        client.set_cookie("lang", lang)
        page = client.get("/demo")
        assert page.status_code == 200
        content = {account.name for account in cast.ACCOUNTS}
        content |= {cast.FIRST.title, cast.SECOND.title}
        content |= {form.title for form in cast.FORMS}
        content |= {reported.FIRST.title, reported.SECOND.title}
        with db.reading() as session:
            content |= set(session.scalars(select(Person.full_name)))
        content |= set(cast.CONTACT.values()) | {"70 năm Đảng bộ Khối"}
        assert_page(page.text, page.headers, content=content, locale=lang)
    for path in re.findall(r'href="(/[^"?]*)"', page.text):
        assert client.get(path).status_code in {200, 303}, path


@pytest.mark.parametrize("key", HOMES)
def test_a_role_is_entered_in_one_click_and_looking_enters_none(app, db, client, key):
    asked = client.get(f"/demo/{key}")
    assert asked.status_code == 200 and "Set-Cookie" not in asked.headers
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(StaffSession)) == 0
    entered = client.post(f"/demo/{key}")
    assert (entered.status_code, entered.headers["Location"]) == (303, HOMES[key])
    assert client.get(HOMES[key]).status_code == 200
    with db.reading() as session:
        signed_in = session.scalars(
            select(AuditEvent.details).where(AuditEvent.action == "user.signed_in")
        ).all()
    assert signed_in == [{"means": "demo"}]


def test_there_is_no_other_role(client):
    assert client.get("/demo/nobody").status_code == 404
    assert client.post("/demo/nobody").status_code == 404


def test_another_site_turns_nothing_and_signs_nobody_in(app, client):
    foreign = {"Origin": "https://xau.example"}
    for path, form in (("/demo/clock", {"to": "hour"}), ("/demo/organiser", {})):
        assert client.post(path, data=form, headers=foreign).status_code == 403
    assert clock.now() - cast.NOW < timedelta(minutes=5)


def test_the_clock_turns_and_the_round_closes(app, db, client):
    for step, moment in (
        ("hour", cast.NOW + timedelta(hours=1)),
        ("morning", cast.at("2024-09-19 07:30")),
        ("before_closing", cast.at("2024-09-20 16:55")),
        ("closing", cast.at("2024-09-20 17:01")),
    ):
        assert client.post("/demo/clock", data={"to": step}).status_code == 303
        assert timedelta(0) <= clock.now() - moment < timedelta(minutes=5), step
    app.extensions["survey.work"](app, clock.now())
    with db.reading() as session:
        assert set(session.scalars(select(Round.state))) == {"finalised"}
    done = sum(cast.SECOND.members) + cast.SECOND.others + cast.SECOND.begun
    page = client.get("/demo").text
    assert f"{done}/160 người đã nộp" in page
    assert "Đến lúc đóng" not in page
    assert client.post("/demo/clock", data={"to": "closing"}).status_code == 409


def test_a_round_of_ones_own_takes_no_door_away_and_closes_in_its_turn(app, db, client):
    doors = re.findall(r'href="(/i/[^"]+)"', client.get("/demo").text)
    assert len(doors) == 4
    with app.app_context(), db.writing() as session:
        first = session.scalars(select(Round).where(Round.slug == cast.SECOND.slug)).one()
        plan = rounds.RoundPlan("Vòng của tôi", cast.FIRST.question_set, clock.now(), LATER)
        made = rounds.create_round(session, first.campaign_id, plan, CLI)
        launch.launch(session, made.id, CLI, clock.now())
    assert re.findall(r'href="(/i/[^"]+)"', client.get("/demo").text) == doors
    client.post("/demo/clock", data={"to": "closing"})
    assert timedelta(0) <= clock.now() - cast.SECOND.closes < timedelta(minutes=5)
    client.post("/demo/clock", data={"to": "closing"})
    assert timedelta(0) <= clock.now() - LATER < timedelta(minutes=5)


def test_only_after_turning_the_page_watches_what_happens(client):
    assert "data-watch" not in client.get("/demo").text
    watching = client.post("/demo/clock", data={"to": "hour"}).headers["Location"]
    assert 'data-watch="/demo"' in client.get(watching.partition("#")[0]).text


def test_the_bar_is_on_every_page_with_the_hour_of_the_trial(app, client):
    for path in ("/", "/demo", "/sign-in", "/practice", "/nowhere", "/i/broken"):
        page = client.get(path).text
        assert page.count('class="trial-bar') == 1, path
        assert re.search(r"0\d giờ \d\d thứ Tư 18/9/2024", page), path
        assert page.count("trial.css") == 1
    client.post("/demo/committee")
    assert 'class="trial-bar' in client.get("/committee/rounds/vong-2/print").text
    client.set_cookie("lang", "en")
    assert "Wednesday 18 September 2024" in client.get("/").text


def test_members_pages_are_kept_without_the_bar_in_them(app, client):
    links = re.findall(r'href="(/i/[^"]+)"', client.get("/demo").text)
    first = client.get(links[0]).text
    client.post("/demo/clock", data={"to": "hour"})
    second = client.get(links[0]).text
    assert "09 giờ 0" in first and "10 giờ 0" in second


class TestElsewhere:
    """Real installations, and visitors from other machines, find nothing."""

    PATHS = ("/demo", "/demo/organiser", "/demo/clear")

    def test_production_answers_404(self, environ):
        environ["SURVEY_ENV"] = "production"
        environ["SURVEY_MAIL_DEFAULT_SENDER"] = "Mẫu <khao-sat@so-mau.example>"
        app = create_app(load_settings(environ))
        client = app.test_client()
        for path in self.PATHS:
            assert client.get(path).status_code == 404, path
        for path in ("/demo/organiser", "/demo/clear", "/demo/clock"):
            assert client.post(path, data={"to": "hour"}).status_code == 404, path
        assert "trial-bar" not in client.get("/").text
        app.extensions["survey.database"].dispose()

    def test_another_machine_finds_nothing(self, client):
        for path in self.PATHS:
            away = client.get(path, environ_base={"REMOTE_ADDR": "192.0.2.7"})
            assert away.status_code == 404, path

    def test_a_foreign_name_that_leads_here_finds_nothing(self, client):
        there = {"HTTP_HOST": "xau.example:8000"}
        origin = {"Origin": "http://xau.example:8000"}
        for path in self.PATHS:
            assert client.get(path, environ_overrides=there).status_code == 404, path
        entered = client.post("/demo/administrator", environ_overrides=there, headers=origin)
        assert entered.status_code == 404

    def test_an_address_that_others_can_reach_has_no_such_page(self, environ):
        environ["SURVEY_BASE_URL"] = "https://khao-sat.so-mau.example"
        app = create_app(load_settings(environ))
        assert app.test_client().get("/demo").status_code == 404
        app.extensions["survey.database"].dispose()


@pytest.mark.parametrize(
    ("to", "stands"),
    [
        ("+1h", "2024-09-18 10:00"),
        ("+2d", "2024-09-20 09:00"),
        ("-30m", "2024-09-18 08:30"),
        ("-3h", "2024-09-18 06:00"),
        ("2024-09-20T17:00", "2024-09-20 17:00"),
        ("2024-09-20T10:00:00+00:00", "2024-09-20 17:00"),
    ],
)
def test_the_clock_command(app, to, stands):
    turned = app.test_cli_runner().invoke(args=["demo", "clock", to])
    assert turned.exit_code == 0, turned.output
    assert timedelta(0) <= clock.now() - cast.at(stands) < timedelta(minutes=5)


def test_the_clock_command_says_what_it_does_not_understand(app):
    for wrong in ("tomorrow", "0001-01-01T00:00", "9999-12-31T23:59", "+9999d9"):
        refused = app.test_cli_runner().invoke(args=["demo", "clock", wrong])
        assert refused.exit_code == 1 and "2024-09-20T17:00" in refused.stderr, wrong
    assert clock.now() - cast.NOW < timedelta(minutes=5)
    assert app.test_cli_runner().invoke(args=["demo", "clock", "real"]).exit_code == 0
    assert clock.now().year > 2024
