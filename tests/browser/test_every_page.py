"""Every page that opens without further ado, in both languages, on a phone and on a desk."""

import pytest
from sqlalchemy import select

from survey_app.people.models import Person
from survey_app.questions.models import QuestionSet
from tests.browser import staff
from tests.browser.conftest import Open
from tests.live import ROOT, World

pytestmark = [
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
    pytest.mark.timeout(300),
]
# No draft, launched already, no cell of their own, no trial: what these say is looked at elsewhere.
REFUSED = {
    "/organiser/questions/<slug>/header": 404,
    "/organiser/rounds/<slug>/edit": 409,
    "/organiser/rounds/<slug>/urn": 404,  # a quiz has none: functional/feedback
    "/organiser/rounds/<slug>/urn/lost": 404,
    "/secretary/": 403,  # these: tests/browser/test_secretary_desk.py
    "/secretary/addresses": 403,
    "/secretary/addresses/<public_id>": 403,
    "/secretary/rounds/<slug>/people": 403,
    "/secretary/sessions": 403,
    "/secretary/sessions/new": 403,
    "/secretary/reports": 403,  # tests/browser/test_cell_report.py
    "/committee/rounds/<slug>/people": 403,  # for monitors
    "/committee/rounds/<slug>/results": 404,  # of forms only: tests/browser/test_form_results.py
    "/committee/rounds/<slug>/results/print": 404,
    "/organiser/rounds/<slug>/paper": 404,
    "/organiser/rounds/<slug>/paper/print": 404,
    "/organiser/rounds/<slug>/paper/xlsx": 404,
    "/respond/form/<public_id>": 404,  # of forms only: tests/browser/test_form_journey.py
    "/organiser/rounds/<slug>/results": 404,
    "/organiser/rounds/<slug>/results/print": 404,
    "/organiser/rounds/<slug>/results/texts": 404,
    "/demo": 404,  # of the trial only: tests/browser/test_trial.py
    "/demo/clear": 404,
}
# Files, what programs ask, and what a page shows in a frame.
_NO_PAGES = (".xlsx", "/healthz", "/live", "preview.html")
ROLES = ("organiser", "administrator", "question_approver")


def get_rules(world: World) -> list[str]:
    """Return the rules of all pages that can be opened."""
    rules = world.app.url_map.iter_rules()
    return sorted(rule.rule for rule in rules if "GET" in (rule.methods or ()))


def addresses(world: World, slug: str) -> dict[str, str]:
    """Return a real address for every rule whose names are known here; files and links apart."""
    with world.db.reading() as session:
        person = session.scalars(select(Person.public_id)).first()
        questions = session.scalars(select(QuestionSet.slug)).first()
    assert person and questions
    found = {}
    for rule in get_rules(world):
        of_set = rule.startswith("/organiser/questions/")
        address = rule.replace("<slug>", questions if of_set else slug)
        address = address.replace("<public_id>", person)
        address = address.replace("<any(move,kind,leave):what>", "move")
        address = address.replace("<any(close,cancel,remind,'invite-reachable'):action>", "remind")
        if "<" not in address and not address.endswith(_NO_PAGES):
            found[rule] = address
    return found


@pytest.mark.parametrize(("screen", "dark"), [("phone", True), ("desktop", False)])
@pytest.mark.parametrize("locale", ["vi", "en"])
def test_every_page(surf: Open, world: World, screen: str, dark: bool, locale: str) -> None:
    slug = staff.board(world)
    with world.app.app_context(), world.db.writing() as session:
        for path in sorted((ROOT / "quizzes").glob("*.yaml")):
            staff.questions.ship(session, path, actor=staff.CLI)
    surfer = surf(screen, dark=dark)
    staff.sign_in(surfer, *ROLES, axe=False)
    if locale == "en":
        surfer.press("EN, English", axe=False)
    problems: list[str] = []
    refused: dict[str, int] = {}
    opened = addresses(world, slug)
    for rule, path in opened.items():
        surfer.page.goto(path)
        surfer.page.wait_for_load_state()
        if surfer.status >= 400:
            refused[rule] = surfer.status
        else:
            problems += [f"{path}: {problem}" for problem in surfer.problems(locale=locale)]
    assert len(opened) >= 25
    assert refused == REFUSED
    assert not problems, "\n".join(problems)
