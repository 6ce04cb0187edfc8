"""Robots that open every link of a mail, run scripts and submit forms leave nothing that counts."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select

from survey_app import clock
from survey_app.database import Base
from survey_app.invitations.models import Invitation
from survey_app.quizzes import finalising
from tests.browser import outgoing, steps
from tests.browser.conftest import Open
from tests.faults.loads import Client
from tests.live import Server, World
from tests.mailbox import Mailbox
from tests.robot import Fetcher

BOTH = pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
# Counts of tries and keys of one-time use say nothing about anybody.
UNINTERESTING = {"throttle", "alembic_version"}


def rows(world: World) -> dict[str, Any]:
    """Return the whole database, table by table."""
    with world.db.reading() as session:
        return {
            table.name: sorted(map(repr, session.execute(select(table))))
            for table in Base.metadata.sorted_tables
            if table.name not in UNINTERESTING
        }


def ways_in(world: World, mailbox: Mailbox) -> list[str]:
    """Return every address that a mail carries, one of each kind having left; and the doors."""
    world.launch(people=2, cells=1)
    outgoing.send_one_of_each(world)
    found = outgoing.every_address(world, mailbox)
    assert {"i", "mail", "sign-in"} <= set(found)
    assert len(found["i"]) == 3, "two members and a trial"
    paths = [path for some in found.values() for path in some]
    return ["/", "/practice", "/sign-in", "/lost-link", "/sign-in/by-mail", *paths]


def owners_get_in(site: Server, mailbox: Mailbox, world: World) -> None:
    """Every link still does for its owner what it was made for."""
    found = outgoing.every_address(world, mailbox)
    forms = {
        "i": {"who": "me"},
        "mail": {"wish": "off"},
        "sign-in": {"sure": "yes"},
    }
    for kind, form in forms.items():
        for path in found[kind]:
            client = Client(site.port)
            status, headers, _text = client.send("POST", path, form)
            assert (status, headers.get("location") != path) in {(303, True), (200, True)}, kind
            if kind == "sign-in":
                assert client.send("GET", "/account")[0] == 200, "signed in"


# A gateway looks twice, a preview once, an overeager one sends forms as they came.
ROBOTS = {"gateway": {"looks": 2}, "submitter": {"submits": True}}


@BOTH
@pytest.mark.parametrize("kind", ROBOTS)
def test_a_robot_without_scripts_changes_nothing(
    site: Server, world: World, mailbox: Mailbox, kind: str
) -> None:
    paths = ways_in(world, mailbox)
    before = rows(world)
    robot = Fetcher(site.url, **ROBOTS[kind])
    robot.visit(*paths)
    for path in paths:
        if path.startswith("/mail/"):
            robot.post(path, [("List-Unsubscribe", "One-Click")])
    assert robot.requests > 40
    assert robot.crashes == []
    assert rows(world) == before
    owners_get_in(site, mailbox, world)


@SQLITE
def test_a_robot_with_scripts_changes_nothing(
    surf: Open, site: Server, world: World, mailbox: Mailbox
) -> None:
    """It opens every link in a browser, clicks on every link there, and submits every form."""
    waiting, seen = ways_in(world, mailbox), set()
    entrances = len(waiting)
    before = rows(world)
    surfer = surf("desktop")
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        surfer.page.goto(path)
        surfer.page.wait_for_load_state("networkidle")
        found = surfer.page.locator("a[href]").evaluate_all("links => links.map(link => link.href)")
        waiting += [urlsplit(url).path for url in found if url.startswith(site.url)]
        for index in range(surfer.page.locator("form").count()):
            # Past the browser's own "please choose", as a script would.
            surfer.page.evaluate(f"document.forms[{index}].noValidate = true")
            with surfer.page.expect_event("framenavigated"):
                surfer.page.evaluate(f"document.forms[{index}].requestSubmit()")
            surfer.page.wait_for_load_state()
            surfer.page.goto(path)
    assert len(seen) >= entrances
    assert rows(world) == before
    owners_get_in(site, mailbox, world)


@BOTH
def test_even_one_that_begins_leaves_only_a_void_attempt(
    surf: Open, site: Server, world: World
) -> None:
    link = world.launch()[0]
    surfer = surf()
    steps.confirm(surfer, link, axe=False)
    cookies = {cookie["name"]: cookie["value"] for cookie in surfer.page.context.cookies()}
    robot = Fetcher(site.url, submits=True)
    robot.carry(cookies)
    robot.visit(urlsplit(surfer.page.url).path)
    assert robot.crashes == []
    attempts = world.attempts()
    assert [(one.state, one.answers) for one in attempts] == [("open", {})]
    assert [(cell.started, cell.done, cell.attempts) for cell in world.cells()] == [(0, 0, 0)] * 2

    with world.app.app_context(), world.db.writing() as session:
        later = clock.now() + timedelta(minutes=31)
        assert finalising.finalise_attempt(session, attempts[0].public_id, later)
    assert [one.state for one in world.attempts()] == ["void"]
    assert world.gradings() == []
    with world.db.reading() as session:
        done = session.scalar(select(func.count()).where(Invitation.is_done))
    assert done == 0
