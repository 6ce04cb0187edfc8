"""What a member's pages weigh on the wire: the first 60 kB at most, with everything; then 15."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from survey_app.questions.models import QuestionSetVersion
from survey_app.questions.schema import QuestionDocument
from tests.browser import steps
from tests.browser.conftest import Open
from tests.factories_rounds import make_document, make_version
from tests.live import World

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FIRST, LATER = 60_000, 15_000
SENTENCE = "Kế hoạch của Đảng ủy Sở ban hành ngày nào, nhằm kỷ niệm sự kiện gì của Đảng bộ Khối?"
CHOICE = "Ngày thành lập Đảng bộ Khối các cơ quan tỉnh Lạng Sơn"


@dataclass
class Scales:
    """Bytes of every answer, head and body, by path; nothing from the cache is weighed."""

    weights: list[tuple[str, int]] = field(default_factory=list)
    once: int = 0

    def watch(self, page: Page) -> None:
        """Weigh what `page` receives from now on."""
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        urls: dict[str, str] = {}
        session.on(
            "Network.responseReceived",
            lambda event: urls.update({event["requestId"]: event["response"]["url"]}),
        )
        session.on(
            "Network.loadingFinished",
            lambda event: self.weights.append(
                (urlsplit(urls.get(event["requestId"], "")).path, int(event["encodedDataLength"]))
            ),
        )

    def take(self) -> int:
        """Return the sum since the last time, stylesheet, script and drawing apart."""
        total = sum(weight for path, weight in self.weights if not path.startswith("/static/"))
        self.once += sum(weight for path, weight in self.weights if path.startswith("/static/"))
        self.weights.clear()
        return total


def realistic_version(world: World) -> QuestionSetVersion:
    """Store a paper of 20 questions as long as those of the shipped library."""
    plain: dict[str, Any] = make_document(20).model_dump(mode="json")
    for question in plain["questions"]:
        question["text"] = f"{SENTENCE} {question['text']}"
        for choice in question["choices"]:
            choice["text"] = f"{CHOICE} {choice['text']}"
    document = QuestionDocument.model_validate(plain)
    with world.db.writing() as session:
        return make_version(session, document=document)


def test_pages_are_light(surf: Open, world: World) -> None:
    link = world.launch(version=realistic_version(world))[0]
    surfer, scales = surf(), Scales()
    scales.watch(surfer.page)
    weights: dict[str, int] = {}

    def weigh(name: str) -> None:
        surfer.page.wait_for_load_state("networkidle")
        weights[name] = scales.take()

    surfer.page.goto(link)
    weigh("link")
    surfer.page.locator(".choice", has_text="Đúng, tôi là").click()
    surfer.press("Bắt đầu làm bài", axe=False)
    weigh("paper")
    steps.choose(surfer, 1, "A")
    steps.wait_saved(surfer)
    weigh("autosave")
    for number in range(2, 21):
        steps.choose(surfer, number, "ABCD"[number % 4])
    steps.wait_saved(surfer)
    surfer.page.wait_for_load_state("networkidle")
    scales.take()
    surfer.press("Xem lại 20 câu", axe=False)
    weigh("review")
    surfer.press("Nộp bài 20 câu", axe=False)
    weigh("result")
    # What is loaded once and kept belongs to the first page, the paper's script too.
    first = weights.pop("link") + scales.once
    print(first, weights)
    assert first <= FIRST, f"first page: {first} bytes"
    heavy = {name: weight for name, weight in weights.items() if weight > LATER}
    assert not heavy, f"{heavy} of {weights}"
