"""Counted answers leave through one door: nobody but the count and the summary reads them."""

import ast
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "survey_app"
MAY = {"feedback/models.py", "feedback/counting.py", "feedback/summary.py"}


def names_in(path):
    """Return every name and attribute of a module, and the tables its strings name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield "counted_answer" if "counted_answer" in node.value else ""


def test_only_the_count_and_the_summary_know_counted_answers():
    found = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if {"CountedAnswer", "counted_answer"} & set(names_in(path))
        and "migrations" not in path.parts
    }
    assert found == MAY


def test_what_was_published_of_an_item_is_made_into_words_in_one_place():
    """`publish` is called once: two callers could tell two different things."""
    callers = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if "publish" in set(names_in(path))
    }
    assert callers == {"feedback/summary.py"}
