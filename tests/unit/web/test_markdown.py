"""Restricted Markdown: what is taken, and that nothing else gets through."""

import html
import random
from html.parser import HTMLParser

import pytest

from survey_app.web.markdown import rich, rich_line

ALLOWED = {
    "p": set(),
    "ul": set(),
    "ol": {"start"},
    "li": set(),
    "strong": set(),
    "em": set(),
    "br": set(),
    "a": {"href", "rel"},
}
ATTACKS = """
<script>alert(1)</script>
<img src=x onerror=alert(1)>
<svg/onload=alert(1)>
<a href="javascript:alert(1)">x</a>
[x](javascript:alert(1))
[x](JaVaScRiPt:alert(1))
[x](java&#115;cript:alert(1))
[x](&#x6A;avascript:alert(1))
[x](data:text/html;base64,PHNjcmlwdD4=)
[x](vbscript:x)
[x](http://a.example)
[x](//a.example)
[x](/sign-out)
[x](https://a.example" onclick="alert(1))
[x](https://a.example "title onmouseover=alert(1)")
[x](<https://a.example/ onclick=alert(1)>)
![x](https://a.example/pixel.png)
![x](javascript:alert(1))
[![x](https://a.example/p.png)](https://a.example)
<https://a.example>
**<b onclick=alert(1)>x</b>**
- <iframe src=https://a.example></iframe>
# <h1 onclick=alert(1)>
&lt;script&gt;alert(1)&lt;/script&gt;
<!-- --> <style>*{display:none}</style>
`<script>alert(1)</script>`
```html
[x]: javascript:alert(1)
<p style="background:url(https://a.example)">
</p></div><form action=https://a.example>
""".strip().splitlines()


class Strict(HTMLParser):
    """Refuses every element and attribute that is not on the list."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[dict[str, str | None]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED and {name for name, _value in attrs} <= ALLOWED[tag], (tag, attrs)
        if tag == "a":
            self.links.append(dict(attrs))

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)


def read(markup: str) -> Strict:
    strict = Strict()
    strict.feed(markup)
    strict.close()
    for link in strict.links:
        assert (link["href"] or "").startswith("https://")
        assert link["rel"] == "noopener noreferrer"
    return strict


@pytest.mark.parametrize("text", ATTACKS)
@pytest.mark.parametrize("render", [rich, rich_line])
def test_attacks_stay_text(render, text: str) -> None:
    strict = read(render(text))
    assert all("a.example" in (link["href"] or "") for link in strict.links)
    if text.startswith("<") or "](java" in text.lower():
        assert strict.links == []
        assert "".join(text.split()) == "".join(strict.words.split())  # nothing typed is lost


def test_pieces_of_attacks_in_any_order_stay_text() -> None:
    dice = random.Random(422)
    pieces = [*ATTACKS, "**", "*", "_", "[", "](", ")", "\n", "\n\n", "- ", "1. ", "# ", "<", '"']
    for _round in range(400):
        text = "".join(dice.choice(pieces) for _piece in range(dice.randint(1, 8)))
        read(rich(text))
        read(rich_line(text))


def test_what_is_taken() -> None:
    assert rich("**đậm** và *nghiêng*\ndòng hai\n\nđoạn hai") == (
        "<p><strong>đậm</strong> và <em>nghiêng</em><br>\ndòng hai</p>\n<p>đoạn hai</p>"
    )
    assert rich("- một\n- hai") == "<ul>\n<li>một</li>\n<li>hai</li>\n</ul>"
    assert rich("3. ba\n4. bốn") == '<ol start="3">\n<li>ba</li>\n<li>bốn</li>\n</ol>'
    assert rich("## Phần một") == "<p><strong>Phần một</strong></p>"
    assert rich("[trang](https://a.example/b?c=1&d=2)") == (
        '<p><a href="https://a.example/b?c=1&amp;d=2" rel="noopener noreferrer">trang</a></p>'
    )
    assert rich("") == ""


def test_a_line_has_no_blocks() -> None:
    assert rich_line("1954. Năm nào?") == "1954. Năm nào?"
    assert rich_line("- một\n# hai") == "- một<br># hai"
    assert rich_line("**Tài liệu** có rõ?\nXin chọn.") == (
        "<strong>Tài liệu</strong> có rõ?<br>Xin chọn."
    )


@pytest.mark.parametrize(
    "text",
    [
        "> trích",
        "    thụt vào",
        "`mã`",
        "---",
        "Điền vào: ______ và ______",
        "5 * 3 * 2 = 30",
        "tên_tệp_dài",
        "a < b & c > d \"e\" 'f'",
        "&amp; &lt;",
        "| a | b |",
    ],
)
def test_other_signs_stay_as_they_were_typed(text: str) -> None:
    shown = rich_line(text)
    assert html.unescape(shown).strip() == text.strip()
    assert read(rich(text)).words.strip() == text.strip()
