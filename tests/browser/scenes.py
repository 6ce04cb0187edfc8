"""What is photographed: each scene brings the camera's windows to its pages, in the sample."""

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import FilePayload, Page
from sqlalchemy import select

from survey_app import clock
from survey_app.campaigns.models import Round
from survey_app.demo import cast, reported, timing
from survey_app.invitations.models import Invitation
from survey_app.people.models import Person
from tests.browser import staff
from tests.browser.camera import Camera
from tests.factories_rounds import link_path
from tests.live import World

ROUND = f"/organiser/rounds/{cast.SECOND.slug}"
PAPER = f"/organiser/questions/{cast.SECOND.question_set}"


def links(world: World, *, done: bool) -> Iterator[str]:
    """Yield the links of people in round 2 who have not begun, or who have handed in."""
    with world.db.reading() as session:
        invited = session.scalars(
            select(Invitation)
            .join(Round, Round.id == Invitation.round_id)
            .join(Person, Person.id == Invitation.person_id)
            .where(
                Round.slug == cast.SECOND.slug,
                Invitation.is_done.is_(done),
                Invitation.is_started.is_(done),
                Person.address_state == "ok",
                Person.kind == "party_member",
            )
            .order_by(Invitation.id)
        ).all()
        yield from [link_path(session, world.settings.link_key, one) for one in invited]


def confirm(page: Page, link: str) -> None:
    """Say "that is me" and go on to the paper, or to the result."""
    page.goto(link)
    page.locator(".choice").first.click()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/respond/**")


def answer(page: Page, *numbers: int) -> None:
    """Choose something in these questions and wait until it is saved."""
    for number in numbers:
        page.locator(f"#map li:nth-child({number}) button").click()
        page.locator(f"#q-{number} .choice").nth(number % 2).click()
    page.locator("#saved:has-text(':')").wait_for()


def become(page: Page, key: str) -> None:
    """Sign in as one of the sample's accounts."""
    page.goto(f"/demo/{key}")
    page.locator("main form button[type=submit]").click()
    page.wait_for_load_state()


def press_last(page: Page) -> None:
    """Press the last submit button of the page's content."""
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_load_state()


def public(camera: Camera) -> None:
    """Take what anyone may open, and the trial's own pages."""
    camera.open("demo-1-roles", "/demo")
    camera.open("demo-2-role", "/demo/organiser")
    camera.open("demo-3-clear", "/demo/clear")
    camera.open("public-1-front", "/")
    camera.open("public-2-sign-in", "/sign-in")
    camera.open("public-3-lost-link", "/lost-link")
    camera.open("public-4-nowhere", "/nowhere")
    camera.open("practice-1", "/practice")

    def mark(page: Page) -> None:
        page.goto("/practice")
        for row in page.locator(".question").all():
            row.locator(".choice").first.click()
        press_last(page)

    camera.take("practice-2-result", mark)


def member(camera: Camera, world: World) -> None:
    """Take a member's way from the link to the result."""
    way = links(world, done=False)
    personal = {id(page): next(way) for page in camera.pages.values()}
    camera.open("member-1-link", next(way))

    def paper(page: Page) -> None:
        confirm(page, personal[id(page)])
        answer(page, 1, 2, 3)

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


def organiser(camera: Camera, world: World) -> None:
    """Take the organiser's and the administrator's pages."""
    with world.db.reading() as session:
        person = session.scalars(select(Person.public_id).order_by(Person.id)).first()
    camera.use(lambda page: become(page, "administrator"))
    for name, path in {"users": "/admin/users", "account": "/account"}.items():
        camera.open(f"admin-{name}", path)
    camera.use(lambda page: become(page, "organiser"))
    for name, path in {
        "home": "/organiser/",
        "rounds": "/organiser/rounds",
        "round": ROUND,
        "round-people": f"{ROUND}/people",
        "round-person": f"{ROUND}/people/{person}",
        "round-mail": f"{ROUND}/mail",
        "round-preview": f"{ROUND}/preview",
        "round-close": f"{ROUND}/close",
        "round-remind": f"{ROUND}/remind",
        "round-new": "/organiser/rounds/new",
        "campaign": "/organiser/campaign",
        "roster": "/organiser/roster",
        "roster-cells": "/organiser/roster/cells",
        "roster-person": f"/organiser/roster/people/{person}",
        "roster-import": "/organiser/roster/import",
        "questions": "/organiser/questions",
        "questions-new": "/organiser/questions/new",
        "questions-show": PAPER,
        "questions-preview": f"{PAPER}/preview",
        "ledger": "/organiser/ledger",
        "round-ledger": f"{ROUND}/ledger",
        "recognition": "/organiser/recognition",
        "period": f"/organiser/rounds/{reported.FIRST.slug}",
    }.items():
        camera.open(f"organiser-{name}", path)


def read_paper(page: Page) -> None:
    """Paste a paper from Word and have it read."""
    page.goto("/organiser/questions/new")
    page.locator("#text").fill(staff.PAPER)
    page.locator(".paste button[type=submit]").click()
    page.locator("#read-1").wait_for()


def read_roster(page: Page, file: Path | FilePayload = staff.ROSTER) -> None:
    """Upload a roster and look at what would change."""
    page.goto("/organiser/roster/import")
    page.locator("input[type=file]").set_input_files(file)
    page.locator(".choice").nth(1).click()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/import/*")


def copy_round(page: Page, slug: str = cast.SECOND.slug) -> str:
    """Copy a round into a draft; return its address."""
    source = f"/organiser/rounds/{slug}"
    page.goto(source)
    page.locator(f"form[action$='{source}/copy'] button").click()
    page.wait_for_load_state()
    return page.url.partition("?")[0].removesuffix("/edit")


def drafts(camera: Camera) -> None:
    """Take what is on the way to a new round: read paper, editor, approval, draft round."""
    camera.take("organiser-questions-read", read_paper)
    page = next(iter(camera.pages.values()))
    read_paper(page)
    page.locator("#title").fill("Tìm hiểu truyền thống Khối")
    page.locator("#source").fill("Kế hoạch số 422-KH/ĐUS ngày 06/3/2024")
    page.locator("#read-3 .choice").nth(2).click()
    page.locator("button[name=step][value=save]").last.click()
    page.wait_for_load_state()
    slug = page.url.rpartition("/")[2].partition("?")[0]
    camera.open("organiser-questions-edit", f"/organiser/questions/{slug}/edit")
    camera.open("organiser-questions-draft", f"/organiser/questions/{slug}")
    camera.open("organiser-questions-approve", f"/organiser/questions/{slug}/approve")
    camera.take("organiser-roster-preview", read_roster)

    def wrong(page: Page) -> None:
        page.goto("/organiser/rounds/new")
        press_last(page)

    camera.take("organiser-round-errors", wrong)
    draft = copy_round(page)
    camera.open("organiser-draft", draft)
    camera.open("organiser-launch", f"{draft}/launch")


def open_session(page: Page) -> None:
    """As a secretary, open the study session whose list is still to be ticked."""
    page.goto("/secretary/")
    page.locator("main a[href*='/secretary/sessions/']").first.click()
    page.locator(".roll").first.wait_for()


def open_report(page: Page) -> None:
    """As a secretary, open the cell's report of the period that runs."""
    page.goto("/secretary/reports")
    page.locator(f"main a[href*='/{reported.SECOND.slug}/']").first.click()
    page.wait_for_load_state()


def committee(camera: Camera) -> None:
    """Take the committee's and the secretary's pages."""
    one = f"/committee/rounds/{cast.SECOND.slug}"
    camera.use(lambda page: become(page, "committee"))
    camera.open("committee-home", "/committee/")
    camera.open("committee-whole", "/committee/print")
    camera.open("committee-figures", "/committee/figures")
    camera.open("committee-frozen", "/committee/figures/1")
    camera.open("committee-board", one)
    camera.open("committee-projection", f"{one}/projection")
    camera.open("committee-print", f"{one}/print")
    camera.open("committee-cells", "/committee/cells")
    camera.open("committee-timeline", "/committee/timeline")
    camera.open("committee-reports", "/committee/reports")
    camera.open("committee-ledger", f"{one}/ledger")
    camera.open("committee-not-yet", f"{one}/people")
    camera.use(lambda page: become(page, "secretary"))
    camera.open("secretary-home", "/secretary/")
    camera.open("secretary-not-yet", f"/secretary/rounds/{cast.SECOND.slug}/people")
    camera.open("secretary-sessions", "/secretary/sessions")
    camera.take("secretary-session", open_session)
    camera.open("secretary-reports", "/secretary/reports")
    camera.take("secretary-report", open_report)


def mails(camera: Camera, world: World, inbox_url: str) -> None:
    """Turn the clock past the closing; take the inbox and one mail of each kind."""
    page = next(iter(camera.pages.values()))
    become(page, "organiser")
    page.goto(f"{ROUND}/remind")
    press_last(page)
    page.goto("/sign-in/by-mail")
    page.locator("input[type=email], input[name=email]").fill(cast.ORGANISER.email)
    press_last(page)
    work(world)
    clock.set_to(world.settings.instance_path / clock.FILE, cast.SECOND.closes + timing.AFTER)
    work(world)
    camera.open("inbox-1-list", f"{inbox_url}/")
    wanted = {
        kind: f"kind={kind}&q=vong" for kind in ("invitation", "reminder", "result", "digest")
    }
    wanted |= {"security": "kind=security", "form": "kind=invitation&q=gop"}
    wanted["form-digest"] = "kind=digest&q=gop"
    for name, query in wanted.items():
        page.goto(f"{inbox_url}/?{query}")
        mail = page.locator("a[href*='/mail/']").first.get_attribute("href")
        camera.open(f"inbox-2-{name}", f"{inbox_url}{mail}")


def work(world: World) -> None:
    """Let the worker look once."""
    world.app.extensions["survey.work"](world.app, clock.now())


def after_closing(camera: Camera, world: World) -> None:
    """Take a result with key and sources, and what the others find behind their link."""
    way = links(world, done=True)
    personal = {id(page): next(way) for page in camera.pages.values()}
    camera.take("member-5-result-after-closing", lambda page: confirm(page, personal[id(page)]))
    camera.open("member-7-closed", next(links(world, done=False)))
