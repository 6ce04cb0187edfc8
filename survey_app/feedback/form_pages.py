"""The page of a form: rendered once per version and language, filled in again only when needed."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import render_template
from markupsafe import Markup

from survey_app import i18n
from survey_app.errors import Problem
from survey_app.feedback.posted import Typed, padded_length
from survey_app.feedback.sheets import Sheet, sheet_of
from survey_app.i18n import _
from survey_app.keeping import Shelf
from survey_app.questions.library import ApprovedVersion
from survey_app.web.prepared import prepared_page

_sheets: Shelf[tuple[str, str], Sheet] = Shelf(64)
_blank: Shelf[tuple[str, str], Markup] = Shelf(64)


def sheet(version: ApprovedVersion) -> Sheet:
    """Return a form in the reader's language."""
    locale = i18n.current_locale()
    key = (version.content_hash, locale)
    return _sheets.get(key, lambda: sheet_of(version.document, locale))


def form_page(
    version: ApprovedVersion,
    *,
    same: Mapping[str, Any],
    differs: Mapping[str, object],
    typed: Typed | None = None,
    error: str | None = None,
    problems: Sequence[Problem] = (),
    go_on: bool = False,
) -> str:
    """Return the page; `typed` shows again what was written, with the `problems` at their places.

    With `go_on` it opens at the last question that has an answer, not at its top.
    `same` and `differs` are as for `prepared_page`: the form is the same for everybody.
    """
    shown = sheet(version)
    again = typed is not None
    back_at = _last_answered(shown, typed or {}) if go_on else ""
    questions = _questions(version, shown, typed or {}, problems, back_at)
    return prepared_page(
        "feedback/form.html",
        same={
            **same,
            "intro": shown.intro,
            "padded_length": padded_length(version.document),
            "question_count": sum(1 for _one in shown.questions),
            "again": again,
            "problems": _linked(shown, error, problems),
            "kept": all(problem.code != "empty" for problem in problems),
        },
        differs={**differs, "questions_html": questions},
        keep=not again,
    )


def _questions(
    version: ApprovedVersion,
    shown: Sheet,
    typed: Typed,
    problems: Sequence[Problem],
    back_at: str,
) -> Markup:
    wrong = {problem.where: problem.message for problem in problems if problem.where}

    def render() -> Markup:
        html = render_template(
            "feedback/_questions.html", sheet=shown, typed=typed, wrong=wrong, back_at=back_at
        )
        return Markup(html)  # noqa: S704 - it came out of an escaping template

    if typed or wrong:
        return render()
    return _blank.get((version.content_hash, i18n.current_locale()), render)


def _last_answered(shown: Sheet, typed: Typed) -> str:
    """Return the id of the last question with an answer; empty when there is none."""
    answered = {key.partition(".")[0] for key in typed}
    return next((one.id for one in reversed([*shown.questions]) if one.id in answered), "")


def _linked(
    shown: Sheet, error: str | None, problems: Sequence[Problem]
) -> list[tuple[str, str | None]]:
    """Return what has to be put right, each with a link to its question."""
    numbers = {asked.id: asked.number for asked in shown.questions}
    lines: list[tuple[str, str | None]] = [(error, None)] if error else []
    for problem in problems:
        number = numbers.get((problem.where or "").partition(".")[0])
        if number:
            line = _("Câu %(number)s: %(message)s", number=number, message=problem.message)
            lines.append((line, f"#q-{number}"))
    return lines
