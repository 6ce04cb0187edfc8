"""The scenes of forms: how one is sent, what the organiser prepares, what is told in the end."""

from playwright.sync_api import Page
from sqlalchemy import select

from survey_app.campaigns.models import Round
from survey_app.demo import cast, links
from survey_app.invitations.models import Invitation
from survey_app.people.models import Person
from tests.browser import scenes
from tests.browser.camera import Camera
from tests.factories_rounds import link_path
from tests.live import World

COUNTED = cast.COUNTED_FORM.slug
OPEN = cast.OPEN_FORM.slug


def link_to_try(world: World) -> str:
    """Return the link of the member whose form the sample leaves to whoever tries it."""
    with world.db.reading() as session:
        found = links.member_links(session, world.settings.link_key)
    return next(one.path for one in found if one.state == "form")


def others(world: World) -> list[str]:
    """Return links of the open form from the end of the roster; some of them have sent theirs."""
    with world.db.reading() as session:
        invited = session.scalars(
            select(Invitation)
            .join(Round, Round.id == Invitation.round_id)
            .join(Person, Person.id == Invitation.person_id)
            .where(Round.slug == OPEN, Person.address_state == "ok")
            .order_by(Invitation.id.desc())
        ).all()
        return [link_path(session, world.settings.link_key, one) for one in invited]


def begin(page: Page, link: str) -> None:
    """Say "that is me" and go on to the form."""
    page.goto(link)
    page.locator(".choice").first.click()
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/respond/form/**")


def answer(page: Page) -> None:
    """Choose something in the first questions and write a line."""
    for number, choice in ((1, 0), (2, 1), (3, 1), (4, 0)):
        page.locator(f"#q-{number} .choice").nth(choice).click()
    page.locator("textarea").first.fill("Xin nói rõ hơn các mốc chính của Đảng bộ Khối.")


def send(page: Page) -> None:
    """Send the form and wait for the thanks."""
    page.locator("#send").click()
    page.locator("h1", has_text="Đã ghi nhận").wait_for()


def begin_one_not_sent(page: Page, world: World) -> None:
    """Open the form of somebody who has not sent one yet."""
    for link in others(world):
        page.context.clear_cookies(name="member")
        begin(page, link)
        if page.locator("#send").count():
            return
    raise AssertionError("everybody has sent a form")


def member(camera: Camera, world: World) -> None:
    """Take a member's way: the link, the form, thanks."""
    camera.open("form-1-link", link_to_try(world))

    def form(page: Page) -> None:
        begin_one_not_sent(page, world)
        answer(page)

    camera.take("form-2-form", form)
    camera.take("form-3-thanks", send)


def draft_of(page: Page, world: World) -> str:
    """Copy the open form into a draft that may be launched; return its address."""
    draft = scenes.copy_round(page, OPEN)
    scenes.work(world)  # makes the urn's key
    return draft


def organiser(camera: Camera, world: World) -> None:
    """Take a draft with its groups, the round, its urn, paper, results and texts."""
    camera.use(lambda page: scenes.become(page, "organiser"))
    page = next(iter(camera.pages.values()))
    draft = draft_of(page, world)
    camera.open("form-organiser-draft", draft)
    camera.open("form-organiser-launch", f"{draft}/launch")
    for slug, name in ((OPEN, "open"), (COUNTED, "counted")):
        camera.open(f"form-organiser-round-{name}", f"/organiser/rounds/{slug}")
    one = f"/organiser/rounds/{OPEN}"
    camera.open("form-organiser-people", f"{one}/people")
    camera.open("form-organiser-urn", f"{one}/urn")
    camera.open("form-organiser-remind", f"{one}/remind")
    camera.open("form-organiser-paper", f"{one}/paper")
    camera.open("form-organiser-paper-print", f"{one}/paper/print")
    done = f"/organiser/rounds/{COUNTED}/results"
    camera.open("form-organiser-results", done)
    camera.open("form-organiser-texts", f"{done}/texts?item=lam-tot-hon")


def committee(camera: Camera) -> None:
    """Take what the committee sees of a form: turnout, results, print."""
    camera.use(lambda page: scenes.become(page, "committee"))
    for slug, name in ((OPEN, "open"), (COUNTED, "counted")):
        camera.open(f"form-committee-{name}", f"/committee/rounds/{slug}")
    done = f"/committee/rounds/{COUNTED}/results"
    camera.open("form-results", done)
    camera.open("form-results-print", f"{done}/print")
