"""A reviewer's way: sign in, read the sentence, look at the cells, print, take the figures."""

import re
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from tests.browser import staff
from tests.browser.conftest import Open
from tests.live import World


@pytest.mark.parametrize(
    ("database_url", "screen", "js", "dark"),
    [
        ("sqlite", "desktop", True, False),
        ("sqlite", "phone", True, True),
        ("sqlite", "phone", False, False),
        ("postgresql", "desktop", False, True),
    ],
    indirect=["database_url"],
)
def test_the_state_of_the_campaign_at_a_glance(
    surf: Open, world: World, screen: str, js: bool, dark: bool
) -> None:
    slug = staff.board(world)
    surfer = surf(screen, js=js, dark=dark)
    staff.sign_in(surfer, "committee_reviewer")
    surfer.press("Để sau")
    assert "17/36" in surfer.text()
    surfer.press("Xem theo chi bộ")
    assert surfer.page.url.endswith(f"/committee/rounds/{slug}")
    assert "Chi bộ Quản lý đất đai" in surfer.text()
    assert "Nguyễn Văn Giấu Tên" not in surfer.page.content()
    with surfer.page.expect_download() as waiting:
        surfer.find("Tải báo cáo").click()
    book = CalamineWorkbook.from_filelike(BytesIO(waiting.value.path().read_bytes()))
    assert book.sheet_names
    surfer.press("Bản in A4")
    surfer.page.set_viewport_size({"width": 1123, "height": 794})  # A4, landscape
    surfer.page.emulate_media(media="print")
    surfer.look()
    sheets = re.findall(rb"/Type\s*/Page\b", surfer.page.pdf(prefer_css_page_size=True))
    assert len(sheets) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_reviewer_opens_no_door_but_their_own(surf: Open, world: World) -> None:
    slug = staff.board(world)
    surfer = surf("desktop")
    staff.sign_in(surfer, "committee_reviewer", axe=False)
    for path in ("/organiser/", f"/organiser/rounds/{slug}/people", "/admin/users"):
        surfer.open(path)
        assert surfer.status in {403, 404}
        assert "Nguyễn Văn Giấu Tên" not in surfer.page.content()
