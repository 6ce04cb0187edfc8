"""Every sentence has its English, and nothing in the catalogues is stale."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment

from tests.missing_english import KEYWORDS, called, extracted, missing

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = sorted((ROOT / "survey_app" / "translations" / "en").glob("*.po"))
VIETNAMESE = re.compile(
    r"[ăâđêôơưĂÂĐÊÔƠƯàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.I
)
# Names that stay as they are in English.
PROPER = ("Việt Nam", "Tiếng Việt", "Lạng Sơn", "Đảng ủy", "Đảng bộ", "Chi bộ", "chi bộ", "ĐUS")
HEADINGS = (
    "Họ và tên",
    "Ngày sinh",
    "Chức vụ",
    "Đơn vị",
    "Điện thoại",
    "Ghi chú",
    "Năm sinh",
    "HẾT",
)
# Modules that read Vietnamese, write both languages themselves, or hold data.
READERS = """
vietnamese.py formatting.py config.py demo/cast.py demo/links.py runner.py supervisor.py
accounts/passwords.py campaigns/when.py people/cells.py people/roster/* questions/checks.py
questions/references.py questions/sensitive.py
questions/scales.py questions/formats/* migrations/versions/*
feedback/flagging.py demo/opinions.py demo/reported.py reports/phrases.py reports/styles.py
""".split()
QUOTED = re.compile("[«“][^»”]*[»”]")  # what stands in a file or on a button
PLACES = re.compile(r"%\((\w+)\)")


@pytest.fixture(scope="module")
def used():
    return extracted()


def entries():
    for path in CATALOGUES:
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if message.id:
                    one = message.id if isinstance(message.id, str) else message.id[0]
                    forms = (message.string,) if isinstance(message.string, str) else message.string
                    yield path.name, one, forms, message


def test_every_sentence_has_its_english():
    assert missing() == {}, "python -m tests.missing_english prints what to fill in"


def test_no_entry_is_stale(used):
    stale = [(file, text) for file, text, _forms, _message in entries() if text not in used]
    assert stale == []


def test_no_entry_is_fuzzy_and_none_contradicts_another():
    seen = {}
    for file, text, forms, message in entries():
        assert not message.fuzzy, (file, text)
        assert seen.setdefault(text, tuple(forms)) == tuple(forms), (file, text)


def test_english_is_english():
    for file, text, forms, _message in entries():
        for form in forms:
            form = QUOTED.sub("", form)
            for name in (*PROPER, *HEADINGS):
                form = form.replace(name, "")
            assert not VIETNAMESE.search(form), (file, text, form)


def test_both_languages_have_the_same_places_to_fill():
    for file, text, forms, _message in entries():
        places = set(PLACES.findall(text))
        for form in forms:
            filled = set(PLACES.findall(form))
            assert filled <= places, (file, text, form)
            # English has no forms of address, and "1 person" may be said without its number.
            assert places - filled <= {"you", "You", *(("n",) if len(forms) > 1 else ())}, form


def test_templates_say_nothing_outside_the_catalogue():
    for path in sorted((ROOT / "templates").rglob("*.*")):
        for line, kind, value in Environment().lex(path.read_text(encoding="utf-8")):
            assert not (kind == "data" and VIETNAMESE.search(value)), (path.name, line, value)


def loose_sentences(tree):
    """Yield the Vietnamese literals of a module that no translating function receives."""
    spoken = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if called(node) in KEYWORDS:
                spoken |= {id(part) for value in node.args for part in ast.walk(value)}
        elif isinstance(node, ast.Expr):  # a docstring
            spoken.add(id(node.value))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or id(node) in spoken:
            continue
        if VIETNAMESE.search(str(node.value).replace("Tiếng Việt", "")):
            yield node.lineno, node.value


def test_code_says_nothing_outside_the_catalogue():
    package = ROOT / "survey_app"
    readers = {path for pattern in READERS for path in package.glob(pattern)}
    for path in sorted(set(package.rglob("*.py")) - readers):
        loose = list(loose_sentences(ast.parse(path.read_text(encoding="utf-8"))))
        assert loose == [], path.relative_to(package)
