"""The questions of a paper as HTML: parts rendered once per version and language, then joined."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from flask import current_app
from markupsafe import Markup

from survey_app import i18n
from survey_app.keeping import Shelf
from survey_app.questions.library import ApprovedVersion
from survey_app.questions.schema import Question, QuestionDocument
from survey_app.quizzes.drawing import PaperLine

# Without a script a paper is some 7,000 pixels long; nobody scrolls to its end to save.
_SAVE_AFTER = 4

_kept: Shelf[tuple[str, str], "Fragments"] = Shelf(64)


@dataclass(frozen=True)
class ShownChoice:
    """A choice in the reader's language."""

    id: str
    text: str


@dataclass(frozen=True)
class ShownQuestion:
    """A question in the reader's language, without its key."""

    id: str
    type: str
    text: str
    choices: tuple[ShownChoice, ...]
    explanation: str


def shown(document: QuestionDocument, locale: str) -> dict[str, ShownQuestion]:
    """Return the questions in `locale` where they are translated, else as they were written."""
    translation = document.translations.en if locale == "en" else None
    return {
        question.id: _shown(
            question, translation.questions.get(question.id) if translation else None
        )
        for question in document.questions
    }


def _shown(question: Question, other: Any) -> ShownQuestion:
    texts = other.choices if other else {}
    return ShownQuestion(
        id=question.id,
        type=question.type,
        text=other.text if other else question.text,
        choices=tuple(
            ShownChoice(choice.id, texts.get(choice.id, choice.text)) for choice in question.choices
        ),
        explanation=(other.explanation if other else "") or question.explanation,
    )


class Fragments:
    """The rendered parts of one version in one language."""

    def __init__(self, questions: Mapping[str, ShownQuestion]) -> None:
        macros: Any = current_app.jinja_env.get_template("quizzes/_question.html").module
        self._heads = {
            name: str(macros.question_head(question)).split("⟦n⟧")
            for name, question in questions.items()
        }
        self._tails = {
            name: str(macros.question_tail(question)) for name, question in questions.items()
        }
        self._save = str(macros.save_here()).split("⟦n⟧")
        self._choices: dict[str, dict[str, tuple[str, str, str]]] = {
            name: {choice.id: _cut(macros.choice(question, choice)) for choice in question.choices}
            for name, question in questions.items()
        }

    def paper(
        self,
        paper: Sequence[PaperLine],
        chosen: Mapping[str, Sequence[str]],
        *,
        saves: bool = False,
    ) -> Markup:
        """Return the questions of `paper`, numbered and lettered, with what was chosen checked.

        `saves` puts a button for saving after every few of them.
        """
        parts: list[str] = []
        for number, (question_id, order) in enumerate(paper, 1):
            name = str(question_id)
            parts.append(str(number).join(self._heads[name]))
            picked = chosen.get(name, ())
            for letter, choice_id in zip(ascii_uppercase, order, strict=False):
                before, between, after = self._choices[name][choice_id]
                parts += (before, "checked" if choice_id in picked else "", between, letter, after)
            parts.append(self._tails[name])
            if saves and number % _SAVE_AFTER == 0 and number < len(paper):
                parts.append(str(number + 1).join(self._save))
        # Every part came out of an escaping template; numbers and letters are our own.
        return Markup("".join(parts))  # noqa: S704


def _cut(html: object) -> tuple[str, str, str]:
    before, rest = str(html).split("⟦checked⟧")
    between, after = rest.split("⟦letter⟧")
    return before, between, after


def fragments(version: ApprovedVersion) -> Fragments:
    """Return the rendered parts of `version` in the reader's language."""
    locale = i18n.current_locale()
    return _kept.get(
        (version.content_hash, locale), lambda: Fragments(shown(version.document, locale))
    )
