"""Functions, files and templates stay of a size that one can read."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sorted(
    path for path in (ROOT / "survey_app").rglob("*.py") if "migrations/versions" not in str(path)
)
TEMPLATES = sorted(path for path in (ROOT / "templates").rglob("*") if path.is_file())
LONGEST_FUNCTION, USUAL_FUNCTION, LONGEST_FILE, LONGEST_TEMPLATE = 60, 35, 300, 200


def name(path):
    return path.relative_to(ROOT).as_posix()


def line_count(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def function_lengths():
    for path in PYTHON:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.end_lineno - node.lineno + 1, f"{name(path)}:{node.lineno} {node.name}"


def test_functions():
    lengths = sorted(function_lengths(), reverse=True)
    assert [found for found in lengths if found[0] > LONGEST_FUNCTION] == []
    assert lengths[len(lengths) // 20][0] <= USUAL_FUNCTION, lengths[: len(lengths) // 20]


def test_files():
    long = {name(path): line_count(path) for path in PYTHON if line_count(path) > LONGEST_FILE}
    assert long == {}


def test_templates():
    long = {name(path): line_count(path) for path in TEMPLATES}
    assert {key: lines for key, lines in long.items() if lines > LONGEST_TEMPLATE} == {}
