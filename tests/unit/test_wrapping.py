"""Document numbers and spans of years stay on one line; everything else may break."""

import pytest

from survey_app.web.wrapping import whole


@pytest.mark.parametrize(
    ("text", "html"),
    [
        (
            "Kế hoạch 422-KH/ĐUS (vòng 2)",
            'Kế hoạch <span class="nowrap">422-KH/ĐUS</span> (vòng 2)',
        ),
        ("Nhiệm kỳ 2020-2025", 'Nhiệm kỳ <span class="nowrap">2020-2025</span>'),
        ("kinh tế - xã hội năm 2024", "kinh tế - xã hội năm 2024"),
        ("Tổng 3 <b>&", "Tổng 3 &lt;b&gt;&amp;"),
        ("<i>1-2</i>", '<span class="nowrap">&lt;i&gt;1-2&lt;/i&gt;</span>'),
    ],
)
def test_what_stays_whole(text: str, html: str) -> None:
    assert str(whole(text)) == html


def test_what_is_too_long_for_a_narrow_screen_may_break() -> None:
    address = "https://langson.gov.vn/tin-2024/ky-niem"
    assert str(whole(f"Xem {address}")) == f"Xem {address}"
