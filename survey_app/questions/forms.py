"""What is typed into the editor's form of one question: read, shown again, made a question.

Written by hand rather than with WTForms: choices come and go, and whatever was typed is shown again
exactly as it was typed, right or wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError
from werkzeug.datastructures import MultiDict

from survey_app.i18n import _
from survey_app.questions.fields import LONGEST_TEXT
from survey_app.questions.formats.yaml_messages import sentence
from survey_app.questions.ids import new_id
from survey_app.questions.schema import Question, QuestionDocument, QuestionTranslation

SOURCE_FIELDS: Final = ("document", "section", "date", "quotation", "url")
FEWEST_ROWS: Final = 4
MOST_ROWS: Final = 50
_OWN_TEXTS: Final = ("text", "explanation", "topic", "level", "draft_reason")
_TEXTS: Final = (*_OWN_TEXTS, "english_text", "english_explanation")


@dataclass(frozen=True)
class ChoiceInput:
    """One row of choices."""

    id: str
    text: str = ""
    english: str = ""
    correct: bool = False
    pinned: bool = False


@dataclass
class QuestionInput:
    """The form of one question as it was typed; `errors` by field."""

    texts: dict[str, str] = field(default_factory=dict)
    source: dict[str, str] = field(default_factory=dict)
    choices: list[ChoiceInput] = field(default_factory=list)
    several: bool = False
    shuffle: bool = True
    draft: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.texts.get(name, "")

    @classmethod
    def of(cls, question: Question | None, english: QuestionTranslation | None) -> "QuestionInput":
        """Show a stored question, or an empty one."""
        if question is None:
            return cls().with_rows(FEWEST_ROWS)
        words = english.choices if english else {}
        source = question.source
        return cls(
            texts={
                **{name: getattr(question, name) for name in _OWN_TEXTS},
                "english_text": english.text if english else "",
                "english_explanation": english.explanation if english else "",
            },
            source={name: getattr(source, name) for name in SOURCE_FIELDS} if source else {},
            choices=[
                ChoiceInput(
                    choice.id,
                    choice.text,
                    words.get(choice.id, ""),
                    choice.id in question.key,
                    choice.pinned,
                )
                for choice in question.choices
            ],
            several=question.type == "multiple",
            shuffle=question.shuffle,
            draft=question.state == "draft",
        ).with_rows(2 if question.kind_of_question.has_choices else 0)

    @classmethod
    def typed(cls, form: "MultiDict[str, str]") -> "QuestionInput":
        """Read what was posted, keeping every character."""
        ids, texts = form.getlist("choice_id"), form.getlist("choice_text")
        words = form.getlist("choice_english")
        keys, pins = set(form.getlist("key")), set(form.getlist("pinned"))
        words += [""] * (len(ids) - len(words))
        return cls(
            texts={name: form.get(name, "") for name in _TEXTS},
            source={name: form.get(f"source_{name}", "") for name in SOURCE_FIELDS},
            choices=[
                ChoiceInput(name or new_id(), text, word, name in keys, name in pins)
                for name, text, word in zip(ids, texts, words, strict=False)
            ][:MOST_ROWS],
            several="several" in form,
            shuffle="shuffle" in form,
            draft="draft" in form,
        )

    def with_rows(self, at_least: int) -> "QuestionInput":
        """Add empty rows until there are that many."""
        while len(self.choices) < at_least:
            self.choices.append(ChoiceInput(new_id()))
        return self

    def act(self, action: str) -> bool:
        """Do `choice_add`, `choice_up:<id>` and the like; return whether it was one of these."""
        verb, _colon, choice_id = action.partition(":")
        at = next((i for i, row in enumerate(self.choices) if row.id == choice_id), None)
        if verb == "choice_add":
            self.with_rows(min(len(self.choices) + 1, MOST_ROWS))
        elif verb == "several":
            pass
        elif verb in {"choice_up", "choice_down", "choice_remove"} and at is not None:
            row = self.choices.pop(at)
            if verb != "choice_remove":
                self.choices.insert(max(0, at + (-1 if verb == "choice_up" else 1)), row)
        else:
            return False
        return True

    def prepared(self, document: QuestionDocument) -> QuestionDocument:
        """Return the document as this question needs it: a quiz's questions need nothing."""
        return document

    def kept_text(self) -> str:
        """Return all that was typed, to be copied by hand."""
        rows = [row for row in self.choices if row.text]
        lines = [f"{chr(65 + place)}. {row.text}" for place, row in enumerate(rows)]
        keys = [f"{_('Đáp án:')} {row.text}" for row in rows if row.correct]
        source = ", ".join(value for value in self.source.values() if value)
        return "\n".join([self["text"], *lines, *keys, self["explanation"], source]).strip()

    def key(self) -> list[str]:
        """Return the ids of the choices marked as right."""
        return [row.id for row in self.choices if row.correct]

    def build(
        self, original: Question | None, english: QuestionTranslation | None = None
    ) -> tuple[Question, QuestionTranslation | None] | None:
        """Return the question and its English words, or `None` after filling `errors`.

        What the form does not show (stem, section, weights, further sources …) is kept.
        """
        self.errors = {}
        for name, message in self._complaints():
            self.errors.setdefault(name, message)
        if self.errors:
            return None
        rows = [row for row in self.choices if row.text.strip()]
        content: dict[str, Any] = original.model_dump() if original else {"id": new_id()}
        content |= {name: self[name] for name in _OWN_TEXTS}
        content |= {
            "source": self.source if self.source.get("document", "").strip() else None,
            "shuffle": self.shuffle,
            "state": "draft" if self.draft else "ready",
        }
        if original is not None and original.source and content["source"]:
            content["source"] = original.source.model_dump() | self.source
        if original is None or original.kind_of_question.has_choices:
            content |= self._choices(rows, original)
        try:
            return Question.model_validate(content), self._english(rows, english)
        except ValidationError as error:
            self._explain(error)
            return None

    def _choices(self, rows: Sequence[ChoiceInput], original: Question | None) -> dict[str, Any]:
        kind = "multiple" if self.several else "single"
        if original is not None and original.type == "true_false" and not self.several:
            kind = "true_false"
        ids = {row.id for row in rows}
        weights = original.weights if original is not None and kind != "true_false" else {}
        return {
            "type": kind,
            "choices": [{"id": row.id, "text": row.text, "pinned": row.pinned} for row in rows],
            "key": [row.id for row in rows if row.correct],
            "weights": {name: value for name, value in weights.items() if name in ids},
            "max_choices": original.max_choices if original and kind == "multiple" else None,
        }

    def _english(
        self, rows: Sequence[ChoiceInput], before: QuestionTranslation | None
    ) -> QuestionTranslation | None:
        choices = {row.id: row.english for row in rows if row.english.strip()}
        if not self["english_text"].strip():
            return None
        return QuestionTranslation.model_validate(
            (before.model_dump() if before else {})
            | {
                "text": self["english_text"],
                "choices": choices,
                "explanation": self["english_explanation"],
            }
        )

    def _complaints(self) -> list[tuple[str, str]]:
        found = []
        if not self["text"].strip():
            found.append(("text", _("Xin ghi nội dung câu hỏi.")))
        if any(row.correct and not row.text.strip() for row in self.choices):
            found.append(("choices", _("Phương án được đánh dấu là đáp án còn trống.")))
        if len(self.key()) > 1 and not self.several:
            found.append(("choices", _("Có nhiều đáp án: xin chọn “Có nhiều đáp án đúng”.")))
        source = {name: value.strip() for name, value in self.source.items()}
        if any(source.values()) and not source.get("document"):
            found.append(("source_document", _("Xin ghi tên văn bản của nguồn.")))
        if source.get("url") and not source["url"].startswith(("http://", "https://")):
            found.append(
                ("source_url", _("Địa chỉ trang phải bắt đầu bằng http:// hoặc https://."))
            )
        english = [self["english_explanation"], *(row.english for row in self.choices)]
        if not self["english_text"].strip() and any(text.strip() for text in english):
            found.append(("english_text", _("Xin dịch cả câu hỏi, không chỉ phương án.")))
        for name, limit in (("topic", 500), ("level", 500), *((n, LONGEST_TEXT) for n in _TEXTS)):
            if len(self[name]) > limit:
                found.append((name, _("Đoạn này dài quá %(n)s ký tự.", n=limit)))
        return found

    def _explain(self, error: ValidationError) -> None:
        for item in error.errors(include_url=False):
            place = item["loc"][0] if item["loc"] else "text"
            name = (
                f"source_{item['loc'][1]}" if place == "source" and len(item["loc"]) > 1 else place
            )
            message = sentence(item["type"], item["loc"], item.get("ctx", {}))
            self.errors.setdefault(str(name), message)
