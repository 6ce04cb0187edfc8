"""A member's whole way in a real browser: link, confirm, answer, review, hand in, result."""

import pytest

from tests.browser import steps
from tests.browser.conftest import Open
from tests.live import World

SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    ("database_url", "screen", "js", "dark"),
    [
        ("sqlite", "phone", True, False),
        ("sqlite", "phone", False, True),
        ("sqlite", "desktop", True, True),
        ("sqlite", "desktop", False, False),
        ("postgresql", "phone", True, False),
    ],
    indirect=["database_url"],
)
def test_the_whole_way(surf: Open, world: World, screen: str, js: bool, dark: bool) -> None:
    link = world.launch()[0]
    surfer = surf(screen, js=js, dark=dark)
    steps.confirm(surfer, link)
    for number in range(1, 9):
        steps.choose_right(surfer, number)
    steps.choose(surfer, 9, "B")
    steps.review(surfer)
    assert "Đã trả lời 9/10 câu" in surfer.text()
    assert "Còn 1 câu chưa trả lời" in surfer.text()
    surfer.press("Nộp bài, bỏ trống 1 câu")
    assert "Bài đã được nộp" in surfer.text()
    grading = world.gradings()[0]
    assert f"{grading.right_count}/10" in surfer.text()
    assert grading.right_count >= 8
    assert "Giải thích câu" not in surfer.text()

    world.close_rounds()
    steps.confirm(surfer, link, button="Xem kết quả")
    assert "Giải thích câu 1." in surfer.text()
    assert "Kế hoạch số 422-KH/ĐUS" in surfer.text()
