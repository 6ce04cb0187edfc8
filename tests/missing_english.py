"""Which sentences have no English yet? Prints them as catalogue entries to fill in.

.venv/bin/python -m tests.missing_english [START OF A PATH …]
"""

import sys
from pathlib import Path

from babel.messages.extract import extract_from_dir

from survey_app.i18n import catalogue

ROOT = Path(__file__).resolve().parents[1]
KEYWORDS = {
    **dict.fromkeys(("_", "lazy", "gettext", "help_text")),
    **dict.fromkeys(("_n", "ngettext"), (1,)),
}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]


def extracted():
    """Return sentence -> the first place that uses it."""
    found = {}
    for folder in ("survey_app", "templates"):
        rows = extract_from_dir(ROOT / folder, METHODS, keywords=KEYWORDS, comment_tags=())
        for filename, line, message, _comments, _context in rows:
            text = message if isinstance(message, str) else message[0]
            found.setdefault(text, f"{folder}/{filename}:{line}")
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
