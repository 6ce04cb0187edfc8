"""What is typed into the editor for one question without a key: read, shown again, built.

That is one of a feedback form or of a cell report, which has a hint and no special choices.

All fields of all types stand on the page, those of other types hidden; so the type can be changed
without script, and nothing that was typed is lost before the question is saved.
"""

from typing import Final

from werkzeug.datastructures import MultiDict

from survey_app.questions import editing, form_building
from survey_app.questions.form_fields import MOST, TEXTS, FormFields, PartInput
from survey_app.questions.ids import new_id
from survey_app.questions.question_types import TYPES, TypeName
from survey_app.questions.scales import NO_OPINION, SCALES, Point
from survey_app.questions.schema import Question, QuestionDocument, QuestionTranslation

OFFERED: Final[tuple[TypeName, ...]] = (
    "single",
    "multiple",
    "scale",
    "matrix",
    "numeric",
    "long_text",
)
OFFERED_IN_REPORTS: Final[tuple[TypeName, ...]] = (
    "numeric",
    "counts",
    "date",
    "single",
    "multiple",
    "short_text",
    "long_text",
)
FEWEST_CHOICES: Final = 4
FEWEST_ROWS: Final = 3


class FormQuestionInput(FormFields):
    """The form of one question as it was typed."""

    @classmethod
    def of(
        cls, question: Question | None, english: QuestionTranslation | None
    ) -> "FormQuestionInput":
        """Show a stored question, or an empty one."""
        if question is None:
            return cls().with_rows()
        choices = english.choices if english else {}
        rows = english.rows if english else {}
        shown = cls(
            type=question.type,
            parts={
                "choice": [
                    PartInput(item.id, item.text, choices.get(item.id, ""))
                    for item in question.choices
                    if not (item.other or item.no_opinion)
                ],
                "row": [
                    PartInput(item.id, item.text, rows.get(item.id, "")) for item in question.rows
                ],
            },
            draft=question.state == "draft",
            with_english=english is not None,
        )
        if question.condition is not None:
            asked = question.condition
            shown.condition = frozenset(f"{asked.question}:{name}" for name in asked.any_of)
        shown.texts |= _texts_of(question) | {
            "english_text": english.text if english else "",
            "english_hint": english.hint if english else "",
        }
        for name, item in _special(question).items():
            setattr(shown, name, True)
            shown.texts |= {
                f"{name}_id": item.id,
                f"{name}_text": item.text,
                f"{name}_english": choices.get(item.id, ""),
            }
        return shown.with_rows()

    @classmethod
    def typed(cls, form: "MultiDict[str, str]") -> "FormQuestionInput":
        """Read what was posted, keeping every character."""
        name = form.get("type", "single")
        return cls(
            type=next((known for known in TYPES if known == name), "single"),
            texts={known: form.get(known, "") for known in TEXTS},
            parts={part: _parts(form, part) for part in MOST},
            condition=frozenset(form.getlist("condition")),
            other="other" in form,
            no_opinion="no_opinion" in form,
            draft="draft" in form,
            with_english="with_english" in form,
        ).with_rows()

    def with_rows(self) -> "FormQuestionInput":
        """Add empty rows where there are too few to type into."""
        for name, fewest in (("choice", FEWEST_CHOICES), ("row", FEWEST_ROWS)):
            if not any(part.text for part in self.parts[name]):
                self._fill(name, fewest)
            self._fill(name, 2)
        return self

    def _fill(self, name: str, at_least: int) -> None:
        while len(self.parts[name]) < at_least:
            self.parts[name].append(PartInput(new_id()))

    def act(self, action: str) -> bool:
        """Do `type`, `preset:<scale>`, `row_up:<id>` and the like; return whether it was one."""
        verb, _colon, name = action.partition(":")
        if verb == "preset" and name in SCALES:
            self._use(SCALES[name])
            return True
        kind, _line, step = verb.partition("_")
        if verb == "type":
            return True
        if kind not in self.parts:
            return False
        return self._move(self.parts[kind], step, name, MOST[kind])

    def _move(self, parts: list[PartInput], step: str, name: str, most: int) -> bool:
        at = next((i for i, part in enumerate(parts) if part.id == name), None)
        if step == "add":
            if len(parts) < most:
                parts.append(PartInput(new_id()))
        elif step in {"up", "down", "remove"} and at is not None:
            part = parts.pop(at)
            if step != "remove":
                parts.insert(max(0, at + (-1 if step == "up" else 1)), part)
        else:
            return False
        return True

    def _use(self, points: tuple[Point, ...]) -> None:
        """Take a ready scale, with "no opinion" beside it."""
        self.parts["choice"] = [PartInput(point.id, point.text, point.english) for point in points]
        self.no_opinion = True
        self.texts["no_opinion_id"] = NO_OPINION.id
        if not self["no_opinion_text"].strip():
            self.texts["no_opinion_text"] = NO_OPINION.text

    def prepared(self, document: QuestionDocument) -> QuestionDocument:
        """Return the document with the section that this question begins, if it begins one."""
        section = form_building.new_section(self)
        return editing.with_section(document, section) if section else document

    def kept_text(self) -> str:
        """Return all that was typed, to be copied by hand."""
        parts = [part.text for kind in MOST for part in self.parts[kind] if part.text.strip()]
        return "\n".join([self["text"], *parts, self["english_text"]]).strip()

    def build(
        self, original: Question | None, english: QuestionTranslation | None = None
    ) -> tuple[Question, QuestionTranslation | None] | None:
        """Return the question and its English words, or `None` after filling `errors`."""
        return form_building.build(self, original, english)


def _texts_of(question: Question) -> dict[str, str]:
    limits = question.range
    return {
        "text": question.text,
        "hint": question.hint,
        "draft_reason": question.draft_reason,
        "section": question.section or "",
        "low": (limits.min if limits else None) or "",
        "high": (limits.max if limits else None) or "",
        "longest": str(question.longest or ""),
        "max_choices": str(question.max_choices or ""),
    }


def _special(question: Question) -> dict[str, PartInput]:
    found: dict[str, PartInput] = {}
    for item in question.choices:
        name = "other" if item.other else "no_opinion" if item.no_opinion else ""
        if name:
            found.setdefault(name, PartInput(item.id, item.text))
    return found


def _parts(form: "MultiDict[str, str]", name: str) -> list[PartInput]:
    ids, texts = form.getlist(f"{name}_id"), form.getlist(f"{name}_text")
    words = form.getlist(f"{name}_english")
    words += [""] * (len(ids) - len(words))
    rows = zip(ids, texts, words, strict=False)
    return [PartInput(part_id or new_id(), *rest) for part_id, *rest in rows][: MOST[name]]
