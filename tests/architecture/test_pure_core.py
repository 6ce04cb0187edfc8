"""The pure core loads where there is neither Flask nor SQLAlchemy."""

import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "survey_app"
# The pure modules as patterns; those that exist are taken.
PURE = """
clock.py vietnamese.py errors.py i18n.py formatting.py signing.py config.py
people/roster/*.py
questions/schema.py questions/checks*.py questions/canonical.py questions/formats/*.py
questions/sensitive.py questions/scales.py
invitations/tokens.py
quizzes/drawing.py quizzes/scoring.py quizzes/saving.py
feedback/items.py feedback/answers.py feedback/sealing.py feedback/grouping.py feedback/keys.py
feedback/sheets.py questions/minutes.py
campaigns/settings.py campaigns/when.py cell_reports/answers.py cell_reports/wording.py
feedback/units.py feedback/tables.py feedback/visibility.py feedback/partitions.py
feedback/softening.py feedback/batches.py feedback/comparison.py feedback/disclosure.py
""".split()
BLOCKER = """
import importlib, sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"flask", "sqlalchemy", "werkzeug", "jinja2", "click"}:
            raise ImportError(f"{name} is blocked here")

sys.meta_path.insert(0, Blocker())
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except ImportError as error:
        print(name, "needs", error)
"""


def pure_modules():
    paths = sorted(path for pattern in PURE for path in PACKAGE.glob(pattern))
    for path in paths:
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_pure_modules_load_without_flask_and_sqlalchemy():
    modules = list(pure_modules())
    assert {"survey_app.clock", "survey_app.questions.schema"} <= set(modules)
    ran = subprocess.run(
        [sys.executable, "-c", BLOCKER, *modules],
        capture_output=True,
        text=True,
        cwd=PACKAGE.parent,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
