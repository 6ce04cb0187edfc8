"""`make screens`: pictures of the main pages and mails in ./screens, so that anyone can look at the
whole product in a minute. ONLY=board keeps those whose name contains it.

Each is taken on a phone (360) and on a desk (1280), light and dark: `<name>-360-dark.png`.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import select

from survey_app import clock, demo, jobs, migrations
from survey_app.campaigns.models import Round
from survey_app.database import Database
from survey_app.demo.cast import ORGANISER
from survey_app.invitations.models import Invitation
from survey_app.mailing import outbox
from survey_app.people.models import Person
from tests.browser import staff
from tests.browser.camera import FOLDER, ONLY, Camera
from tests.browser.conftest import ARGUMENTS, chromium_path
from tests.factories_rounds import CLI, link_path
from tests.live import Server, World, free_port
from tests.mailbox import Mailbox, html_of, running_mailbox


@contextmanager
def installation() -> Iterator[tuple[Server, World, Mailbox]]:
    """Run the product with its sample in a temporary folder."""
    folder = Path(tempfile.mkdtemp(prefix="screens-"))
    with running_mailbox() as mailbox:
        environ = {
            "SURVEY_ENV": "development",
            "SURVEY_INSTANCE_PATH": str(folder),
            "SURVEY_MAIL_SERVER": "127.0.0.1",
            "SURVEY_MAIL_PORT": str(mailbox.port),
        }
        database = Database(f"sqlite:///{folder / 'survey.sqlite'}")
        migrations.upgrade(database)
        database.dispose()
        server = Server(environ, free_port(), folder / "web.log")
        server.start()
        world = World({**environ, "SURVEY_BASE_URL": server.url})
        try:
            demo.load(world.app)
            yield server, world, mailbox
        finally:
            world.close()
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)


def links(world: World) -> list[str]:
    """Return the paths of all personal links."""
    with world.db.reading() as session:
        invited = session.scalars(select(Invitation).order_by(Invitation.id)).all()
        return [link_path(session, world.settings.link_key, one) for one in invited]


def confirm(page: Page, link: str) -> None:
    """Go to the paper."""
    page.goto(link)
    page.locator(".choice").first.click()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/respond/**")


def member(camera: Camera, world: World) -> None:
    """Take a member's pages; a fifth member hands in before."""
    way = iter(links(world))
    personal = {id(page): next(way) for page in camera.pages.values()}
    camera.open("member-1-link", next(way))

    def paper(page: Page) -> None:
        confirm(page, personal[id(page)])
        for number in (1, 2, 3):
            page.locator(f"#map li:nth-child({number}) button").click()
            page.locator(f"#q-{number} .choice").nth(number % 3).click()
        page.locator("#saved:has-text('Đã lưu')").wait_for()

    camera.take("member-2-paper", paper)

    def review(page: Page) -> None:
        page.locator("#early button").click()
        page.wait_for_url("**/review")

    camera.take("member-3-review", review)

    def result(page: Page) -> None:
        page.locator("main form button[value=submit]").click()
        page.wait_for_url("**/result")

    camera.take("member-4-result", result)
    camera.open("member-6-broken-link", "/i/abc")
    camera.open("practice-1", "/practice")
    camera.take("practice-2-result", lambda page: mark_practice(page))


def mark_practice(page: Page) -> None:
    """Answer the practice quiz at random, and have it marked."""
    page.goto("/practice")
    for row in page.locator(".question").all():
        row.locator(".choice").first.click()
    page.locator("main form button[type=submit]").click()


def organiser(camera: Camera, world: World) -> None:
    """Take the organiser's pages."""
    paths = [
        staff.sign_in_link(world, *staff.EVERYTHING, email=f"nhin-{number}@so-mau.example")
        for number in range(len(camera.pages))
    ]
    way = iter(paths)
    camera.open("public-1-front", "/")
    camera.open("public-2-sign-in", "/sign-in")
    camera.open("public-3-lost-link", "/lost-link")

    def sign_in(page: Page) -> None:
        page.goto(next(way))
        page.locator("#sure").check()
        page.locator("main form button[type=submit]").click()
        page.wait_for_load_state()

    camera.use(sign_in)
    with world.db.reading() as session:
        slug = session.scalars(select(Round.slug)).first()
        person = session.scalars(select(Person.public_id)).first()
    one, paper = f"/organiser/rounds/{slug}", "/organiser/questions/ke-hoach-422"
    for name, path in {
        "home": "/organiser/",
        "rounds": "/organiser/rounds",
        "round": one,
        "round-people": f"{one}/people",
        "round-person": f"{one}/people/{person}",
        "round-mail": f"{one}/mail",
        "round-preview": f"{one}/preview",
        "round-close": f"{one}/close",
        "round-new": "/organiser/rounds/new",
        "campaign": "/organiser/campaign",
        "roster": "/organiser/roster",
        "roster-cells": "/organiser/roster/cells",
        "roster-person": f"/organiser/roster/people/{person}",
        "roster-import": "/organiser/roster/import",
        "questions": "/organiser/questions",
        "questions-new": "/organiser/questions/new",
        "questions-show": paper,
        "questions-preview": f"{paper}/preview",
        "users": "/admin/users",
        "account": "/account",
    }.items():
        camera.open(f"organiser-{name}", path)
    drafts(camera)
    for name, path in {"home": "", "board": f"rounds/{slug}"}.items():
        camera.open(f"committee-{name}", f"/committee/{path}")
    camera.open("committee-print", f"/committee/rounds/{slug}/print")


def drafts(camera: Camera) -> None:
    """Take what is on the way to a new round: read paper, editor, approval, draft round."""

    def read(page: Page) -> None:
        page.goto("/organiser/questions/new")
        page.locator("#text").fill(staff.PAPER)
        page.locator(".paste button[type=submit]").click()
        page.locator("#read-1").wait_for()

    camera.take("organiser-questions-read", read)
    page = next(iter(camera.pages.values()))
    read(page)
    page.locator("#title").fill("Tìm hiểu truyền thống Khối")
    page.locator("#source").fill("Kế hoạch số 422-KH/ĐUS ngày 06/3/2024")
    page.locator("#read-3 .choice").nth(2).click()
    page.locator("button[name=step][value=save]").last.click()
    page.wait_for_load_state()
    slug = page.url.rpartition("/")[2].partition("?")[0]
    camera.open("organiser-questions-edit", f"/organiser/questions/{slug}/edit")
    camera.open("organiser-questions-draft", f"/organiser/questions/{slug}")
    camera.open("organiser-questions-approve", f"/organiser/questions/{slug}/approve")

    def upload(page: Page) -> None:
        page.goto("/organiser/roster/import")
        page.locator("input[type=file]").set_input_files(staff.ROSTER)
        page.locator(".choice").nth(1).click()
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url("**/import/*")

    camera.take("organiser-roster-preview", upload)

    def wrong(page: Page) -> None:
        page.goto("/organiser/rounds/new")
        page.locator("main form button[type=submit]").last.click()
        page.wait_for_load_state()

    camera.take("organiser-round-errors", wrong)


def draft_round(camera: Camera, world: World) -> None:
    """Take a round before its launch."""
    with world.app.app_context(), world.db.writing() as session:
        first = session.scalars(select(Round)).first()
        assert first
        plan = staff.plan_like(session, first)
        slug = staff.rounds.create_round(session, first.campaign_id, plan, CLI).slug
    camera.open("organiser-draft", f"/organiser/rounds/{slug}")
    camera.open("organiser-launch", f"/organiser/rounds/{slug}/launch")


def mails(camera: Camera, world: World, mailbox: Mailbox) -> None:
    """Take one mail of each kind as it arrived."""
    with world.app.app_context(), world.db.writing() as session:
        invitation = session.scalars(
            select(Invitation).where(Invitation.is_done.is_(False))
        ).first()
        assert invitation
        outbox.enqueue(
            session,
            "reminder",
            recipient=("person", invitation.person_id),
            subject=("round", invitation.round_id),
            dedupe_key="screens",
            payload={},
        )
    world.send_mails()
    world.close_rounds()
    jobs.turn_rounds(world.app, clock.now())
    jobs.finalise(world.app, clock.now())
    page = next(iter(camera.pages.values()))
    page.goto("/sign-in/by-mail")
    page.locator("input[type=email], input[name=email]").fill(ORGANISER.email)
    page.locator("main form button[type=submit]").click()
    page.wait_for_load_state()
    world.send_mails()
    kinds = {str(mail["X-Survey-Message"]): mail for mail in mailbox.mails}
    for kind, mail in sorted(kinds.items()):
        path = Path(tempfile.mkdtemp()) / "mail.html"
        path.write_text(html_of(mail), encoding="utf-8")
        camera.open(f"mail-{kind}", path.as_uri())


def after_closing(camera: Camera, world: World) -> None:
    """Take a result with key and sources."""
    way = links(world)

    def result(page: Page) -> None:
        confirm(page, way[list(camera.pages.values()).index(page)])

    camera.take("member-5-result-after-closing", result)
    camera.open("member-7-closed", way[-1])


def main() -> int:
    """Take all pictures and say where they are."""
    if not ONLY:
        shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(exist_ok=True)
    with installation() as (server, world, mailbox), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=ARGUMENTS)
        camera = Camera(browser, server)
        member(camera, world)
        organiser(camera, world)
        draft_round(camera, world)
        mails(camera, world, mailbox)
        after_closing(camera, world)
        browser.close()
    print(f"{camera.taken} ảnh / pictures: {FOLDER.name}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
