"""The results of a form on a phone, on a desk and on paper; texts read over; axe finds nothing."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import update

from survey_app import clock, jobs
from survey_app.campaigns.models import Round
from tests.browser import staff
from tests.browser.conftest import Open
from tests.browser.surfer import Surfer
from tests.factories_forms import launched_form
from tests.functional.feedback.counted import sent_form
from tests.live import World

OURS = "/organiser/rounds/gop-y/results"


def counted(world: World) -> None:
    """Send a form's answers and let it be counted a minute after it has closed."""
    sent_form(world.app, slug="gop-y", closes_at=clock.now() + timedelta(days=1))
    with world.db.writing() as session:
        closed = clock.now() - timedelta(minutes=1)
        opened = closed - timedelta(days=1)
        session.execute(update(Round).values(opens_at=opened, closes_at=closed))
    jobs.work(world.app, clock.now())


def breaks(surfer: Surfer, where: str, rule: str) -> set[str]:
    """Return how the page may break at these elements."""
    script = "(all, rule) => all.map(one => getComputedStyle(one)[rule])"
    return set(surfer.page.locator(f"main :is({where})").evaluate_all(script, rule))


@pytest.mark.parametrize(
    ("database_url", "screen", "js", "dark"),
    [
        ("sqlite", "phone", False, False),
        ("sqlite", "desktop", True, True),
        ("postgresql", "phone", True, True),
    ],
    indirect=["database_url"],
)
def test_texts_are_read_over_and_results_taken_to_the_meeting(
    surf: Open, world: World, screen: str, js: bool, dark: bool
) -> None:
    counted(world)
    surfer = surf(screen, js=js, dark=dark)
    staff.sign_in(surfer, *staff.EVERYTHING, axe=False)
    surfer.open(OURS)
    assert "35/40 người được mời (87,5 %) đã gửi phiếu" in surfer.text()
    for fold in surfer.page.locator("details.fold > summary").all():
        fold.click()
    surfer.look()
    surfer.press("Đọc duyệt ý kiến (còn 18)")
    surfer.press("Góp ý để buổi sau tốt hơn")
    surfer.press("Hiện tất cả ý kiến không có cảnh báo (3)")
    card = surfer.page.locator(".text-card", has_text="Cảm ơn đồng chí")
    card.locator(".choice", has_text="Hiện với lời khác").click()
    assert card.get_by_role("textbox").input_value().startswith("Cảm ơn đồng chí […]")
    surfer.press("Lưu các lựa chọn")
    surfer.press("Về kết quả")
    said = surfer.text()
    assert "Cảm ơn đồng chí […] đã trình bày dễ hiểu." in said and "0912" not in said
    with surfer.page.expect_download() as waiting:
        surfer.find("Tải kết quả").click()
    book = CalamineWorkbook.from_filelike(BytesIO(waiting.value.path().read_bytes()))
    assert book.sheet_names == ["Kết quả", "Ý kiến", "Phiếu đã gửi"]
    surfer.open("/committee/rounds/gop-y/results")
    surfer.press("Bản in")
    surfer.page.emulate_media(media="print")
    surfer.page.set_viewport_size({"width": 794, "height": 1123})  # A4
    surfer.look()
    assert breaks(surfer, "h1, h2, h3", "breakAfter") == {"avoid"}
    assert breaks(surfer, "h2 + section, .result-item", "breakInside") == {"auto"}
    assert breaks(surfer, ".frame, .bar, .bars > li", "breakInside") == {"avoid"}
    sheets = re.findall(rb"/Type\s*/Page\b", surfer.page.pdf(prefer_css_page_size=True))
    assert 2 <= len(sheets) <= 6


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_heading_of_a_paper_form_stands_alone_at_the_foot_of_a_page(
    surf: Open, world: World
) -> None:
    launched_form(world.app, slug="gop-y", closes_at=clock.now() + timedelta(days=1))
    surfer = surf("desktop")
    staff.sign_in(surfer, *staff.EVERYTHING, axe=False)
    surfer.open("/organiser/rounds/gop-y/paper/print")
    surfer.page.emulate_media(media="print")
    assert breaks(surfer, "h1, h2", "breakAfter") == {"avoid"}
    assert breaks(surfer, ".paper-question", "breakInside") == {"avoid"}
