"""What must be true of every page of the product, whoever opens it.

`problems_of` reads the HTML and the headers alone, so that it serves browser and functional tests.
"""

import re
from collections.abc import Collection, Mapping
from html.parser import HTMLParser

from survey_app.i18n import catalogue

VIETNAMESE = re.compile(
    r"[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE
)
# Whole words that no Vietnamese sentence holds.
ENGLISH = re.compile(r"\b(and|your|please|with|you|this|are|from|have|been|of|the|must|not)\b")
# Names that stay Vietnamese in English sentences.
PROPER = ("Việt Nam", "Tiếng Việt", "Lạng Sơn", "Đảng ủy", "Đảng bộ", "chi bộ", "Chi bộ", "Khối")
HEADERS = {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
CSP = ("default-src 'none'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'")
_SPOKEN = ("title", "alt", "aria-label", "placeholder", "data-words")
_SILENT = ("script", "style", "template")
_VOID = """area base br col embed hr img input link meta source track wbr""".split()


class _Reader(HTMLParser):
    """Collects structure and everything that is read out, with its language."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.languages: list[str] = []
        self.open: list[tuple[str, str]] = []
        self.counts: dict[str, int] = {}
        self.problems: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self._goes_on = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.counts[tag] = self.counts.get(tag, 0) + 1
        outer = self.open[-1][1] if self.open else ""
        language = values.get("lang", outer)
        if tag == "html":
            self.languages.append(values.get("lang", ""))
        if "id" in values:
            self.ids.append(values["id"])
        self._forbidden(tag, values)
        self.texts += [(language, values[name]) for name in _SPOKEN if values.get(name)]
        # A number kept on one line is part of the sentence around it.
        self._goes_on = tag == "span" and values.get("class") == "nowrap"
        if tag not in _VOID:
            self.open.append((tag, language))

    def _forbidden(self, tag: str, values: Mapping[str, str]) -> None:
        if tag == "style" or "style" in values:
            self.problems.append(f"inline style on <{tag}>: {values.get('style', '')}")
        if tag == "script" and "src" not in values:
            self.problems.append("inline script")
        for name, value in values.items():
            if name.startswith("on"):
                self.problems.append(f"<{tag} {name}=…>")
            if name in {"href", "src", "action"}:
                remote = re.match(r"(?:https?:)?//(?!127\.0\.0\.1)", value)
                if remote and tag != "a":
                    self.problems.append(f"<{tag} {name}> points elsewhere: {value}")

    def handle_endtag(self, tag: str) -> None:
        self._goes_on = self._goes_on and tag == "span"
        while self.open:
            if self.open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        text = " ".join(data.split())
        if text and not (self.open and self.open[-1][0] in _SILENT):
            if self._goes_on and self.texts:
                text = f"{self.texts.pop()[1]} {text}"
            self.texts.append((self.open[-1][1] if self.open else "", text))


def problems_of(
    html: str,
    headers: Mapping[str, str] | None = None,
    *,
    content: Collection[str] = (),
    locale: str | None = None,
) -> list[str]:
    """Return what is wrong with a page; `content` holds the texts that stay untranslated."""
    reader = _Reader()
    reader.feed(html)
    problems = reader.problems + _header_problems(headers or {}, expected=headers is not None)
    language = reader.languages[0] if reader.languages else ""
    if language not in {"vi", "en"} or (locale and language != locale):
        problems.append(f"<html lang> is {language!r}")
    for tag in ("h1", "main", "title"):
        number = reader.counts.get(tag, 0)
        # Drawings have <title>s of their own.
        if number < 1 or (number > 1 and tag != "title"):
            problems.append(f"{number} <{tag}>")
    twice = {name for name in reader.ids if reader.ids.count(name) > 1}
    problems += [f"id twice: {name}" for name in sorted(twice)]
    for spoken, text in reader.texts:
        if spoken == language and _foreign(text, language, content):
            problems.append(f"not {language}: {text[:120]}")
    return problems


def _header_problems(headers: Mapping[str, str], *, expected: bool) -> list[str]:
    if not expected:
        return []
    found = {name.lower(): value for name, value in headers.items()}
    problems = [
        f"header {name}: {found.get(name)}"
        for name, value in HEADERS.items()
        if found.get(name) != value
    ]
    policy = found.get("content-security-policy", "")
    problems += [f"CSP lacks {part}" for part in CSP if part not in policy]
    if "unsafe" in policy:
        problems.append(f"unsafe CSP: {policy}")
    if found.get("referrer-policy") not in {"same-origin", "strict-origin"}:
        problems.append(f"referrer-policy: {found.get('referrer-policy')}")
    if "no-store" not in found.get("cache-control", ""):
        problems.append(f"cache-control: {found.get('cache-control')}")
    return problems


def _foreign(text: str, language: str, content: Collection[str]) -> bool:
    """Whether `text` speaks the other language, stored content and proper names aside."""
    start = text.rstrip(".… ")
    known = [item for item in content if len(item) > 1]
    if any(start and item.startswith(start) for item in known):
        return False
    for item in sorted((*known, *PROPER), key=len, reverse=True):
        text = text.replace(item, " ")
    if language == "en":
        text = re.sub("“[^”]*”", " ", text)  # what is quoted is quoted as it is
        return bool(VIETNAMESE.search(text))
    if text in _english_sentences():
        return True
    return bool(ENGLISH.search(re.sub(r"\S*[@/]\S*", " ", text)))


def _english_sentences() -> set[str]:
    return {
        form
        for vietnamese, forms in catalogue("en").items()
        for form in forms
        if len(form) > 4 and form != vietnamese and "%" not in form
    }


def assert_page(html: str, headers: Mapping[str, str] | None = None, **options: object) -> None:
    """Fail with everything that is wrong with a page."""
    problems = problems_of(html, headers, **options)  # type: ignore[arg-type]
    assert not problems, "\n".join(problems)
