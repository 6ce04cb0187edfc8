"""What the tests of both editors do without a script: read a draft, read a page's form."""

import html
import re

from werkzeug.test import TestResponse

from survey_app.database import Database
from survey_app.questions import queries
from survey_app.questions.schema import QuestionDocument


def draft_of(db: Database, slug: str) -> QuestionDocument:
    """Return the draft of a question set that has one."""
    with db.reading() as session:
        found = queries.draft_of(session, slug)
    assert found is not None
    return found.document


def fields_of(page: TestResponse) -> dict[str, list[str]]:
    """Return what a browser would send of the question form, but for its buttons."""
    form = page.text.split('id="question-form"')[1].split("</form>")[0]
    found: dict[str, list[str]] = {}
    for tag in re.finditer(r"<input ([^>]*)>|<textarea ([^>]*)>\n?(.*?)</textarea>", form, re.S):
        attrs = tag[1] or tag[2]
        name = re.search(r'name="([^"]+)"', attrs)
        if name is None or (
            re.search(r'type="(radio|checkbox)"', attrs) and " checked" not in attrs
        ):
            continue
        value = re.search(r'value="([^"]*)"', attrs)
        text = tag[3] if tag[2] else (value[1] if value else "")
        found.setdefault(name[1], []).append(html.unescape(text))
    for select in re.finditer(r'<select [^>]*name="(\w+)">(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', select[2])
        first = re.search(r'value="([^"]*)"', select[2])
        assert first is not None
        found[select[1]] = [html.unescape((chosen or first)[1])]
    return found
