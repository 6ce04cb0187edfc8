"""The report in a browser: from the list to a draft, written in, seen as on paper, issued."""

import pytest

from survey_app.reports.places import PLACES
from tests.browser import staff
from tests.browser.conftest import Open
from tests.live import World

pytestmark = pytest.mark.timeout(240)


@pytest.mark.parametrize(
    ("database_url", "screen", "js", "dark"),
    [("sqlite", "phone", False, True), ("postgresql", "desktop", True, False)],
    indirect=["database_url"],
)
def test_from_figures_to_a_report_that_stays(
    surf: Open, world: World, screen: str, js: bool, dark: bool
) -> None:
    staff.board(world)
    surfer = surf(screen, js=js, dark=dark)
    staff.sign_in(surfer, "organiser")
    surfer.open("/committee/reports")
    surfer.press("Lập báo cáo")
    surfer.press("Lập bản nháp")
    for place in PLACES:
        surfer.page.fill(f"#{place.code}", f"Lời văn của mục {place.code}.")
    surfer.press("Lưu báo cáo")
    assert surfer.page.input_value("#causes") == "Lời văn của mục causes."
    surfer.press("Xem như trên giấy")
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" in surfer.text()
    assert "Lời văn của mục tasks." in surfer.text()
    surfer.page.go_back()
    surfer.press("Ban hành báo cáo…")
    surfer.press("Ban hành, không sửa nữa")
    assert "Tải lại lúc nào cũng ra đúng số liệu này." in surfer.text()
    with surfer.page.expect_download() as download:
        surfer.page.get_by_role("button", name="Tải văn bản (.docx)").click()
    assert download.value.suggested_filename.endswith(".docx")
    surfer.page.get_by_role("link", name="Lập bản thay thế").wait_for()
