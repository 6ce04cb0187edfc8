"""Which sentences have no English yet? Prints them as catalogue entries to fill in.

.venv/bin/python -m tests.missing_english [START OF A PATH …]
"""

import ast
import sys
from pathlib import Path

from babel.messages.extract import extract_from_dir

from survey_app.i18n import catalogue

ROOT = Path(__file__).resolve().parents[1]
KEYWORDS = {
    **dict.fromkeys(("_", "lazy", "gettext", "help_text")),
    **dict.fromkeys(("_n", "ngettext"), (1,)),
}
TEMPLATES = [("**.html", "jinja2"), ("**.txt", "jinja2")]


def called(node):
    """Return the name of the function a call calls."""
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def in_code():
    """Yield (sentence, place). By syntax tree: babel's own reader is blind inside f-strings."""
    for path in sorted((ROOT / "survey_app").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and called(node) in KEYWORDS and node.args:
                text = node.args[0]
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield text.value, f"{path.relative_to(ROOT).as_posix()}:{node.lineno}"


def in_templates():
    """Yield (sentence, place)."""
    rows = extract_from_dir(ROOT / "templates", TEMPLATES, keywords=KEYWORDS, comment_tags=())
    for filename, line, message, _comments, _context in rows:
        yield message if isinstance(message, str) else message[0], f"templates/{filename}:{line}"


def extracted():
    """Return sentence -> the first place that uses it."""
    found = {}
    for text, place in (*in_code(), *in_templates()):
        found.setdefault(text, place)
    return found


def missing():
    """Return sentence -> place for every sentence without English."""
    english = catalogue("en")
    return {text: place for text, place in extracted().items() if text not in english}


def main():
    starts = tuple(sys.argv[1:]) or ("",)
    shown = {text: place for text, place in missing().items() if place.startswith(starts)}
    for text, place in sorted(shown.items(), key=lambda item: item[1]):
        quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        print(f'#: {place}\nmsgid "{quoted}"\nmsgstr ""\n')
    print(f"# {len(shown)}", file=sys.stderr)


if __name__ == "__main__":
    main()
