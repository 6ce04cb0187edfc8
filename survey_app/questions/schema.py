"""The canonical document of a question set: what a version stores, hashes and never changes.

One document describes a quiz, a feedback form or a cell report. It is lenient where a draft has to
be (no key yet, no source yet: `checks.py` says what stands between it and approval) and strict
where a mistake would be silent: no unknown field, no field that its type does not use, ids that
exist and are unique. The types of `question_types.py` are all known here; which of them a quiz, a
form or a cell report can be answered with stands there too.
"""

from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from survey_app.questions.fields import (
    Amount,
    Digest,
    Id,
    Line,
    NeededLine,
    NeededText,
    Text,
    WebAddress,
)
from survey_app.questions.question_types import TYPE_FIELDS, TYPES, Kind, QuestionType, TypeName

SCHEMA_NUMBER = 1
MOST_QUESTIONS = 3000


class _Part(BaseModel):
    """Base of all parts: frozen, nothing unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


def _alone(value: object) -> object:
    """`key: a` means `key: [a]`."""
    return (value,) if isinstance(value, str) else value


class Choice(_Part):
    """One thing that can be picked; `pinned` keeps it where it stands when the others shuffle.

    In a form, `other` asks for a few words of one's own beside it, and `no_opinion` is no point of
    the scale it stands next to ("Không có ý kiến").
    """

    id: Id
    text: NeededText
    pinned: bool = False
    other: bool = False
    no_opinion: bool = False


class Source(_Part):
    """Where an answer is proved. `reading` is `excerpt` when the page was not read as a whole."""

    document: NeededText
    section: Line = ""
    date: Line = ""
    quotation: Text = ""
    url: WebAddress = ""
    reading: Literal["full", "excerpt"] = "full"

    @model_validator(mode="before")
    @classmethod
    def _from_words(cls, value: Any) -> Any:
        return {"document": value} if isinstance(value, str) else value


class Accepted(_Part):
    """One written answer that counts, and how much of the question it is worth in per cent."""

    text: NeededText
    weight: Amount = "100"


class Range(_Part):
    """Numbers that are accepted, both ends included."""

    min: Amount | None = None
    max: Amount | None = None


class Pair(_Part):
    """Two things that belong together in a matching question."""

    id: Id
    left: NeededText
    right: NeededText


class Condition(_Part):
    """Ask only when the named question was answered with one of these choices."""

    question: Id
    any_of: tuple[Id, ...] = Field(min_length=1)


class Asset(_Part):
    """A picture, named by the hash of its bytes; with words for those who cannot see it."""

    sha256: Digest
    media_type: Literal["image/png", "image/jpeg", "image/webp", "image/gif"]
    alt: NeededText


class Section(_Part):
    """A part of the paper with a heading of its own."""

    id: Id
    title: NeededLine
    intro: Text = ""


class Stem(_Part):
    """A text several questions are about."""

    id: Id
    text: NeededText
    assets: tuple[Asset, ...] = ()


class Question(_Part):
    """One question. A `draft` is left out of rounds until a person confirms it."""

    id: Id
    type: TypeName = "single"
    text: NeededText
    hint: Text = ""  # of cell reports: what to write, in small letters under the question
    choices: tuple[Choice, ...] = Field(default=(), max_length=50)
    key: Annotated[tuple[Id, ...], BeforeValidator(_alone)] = ()
    weights: dict[Id, Amount] = Field(default_factory=dict)
    max_choices: int | None = Field(default=None, ge=1)
    accepted: tuple[Accepted, ...] = ()
    range: Range | None = None
    pairs: tuple[Pair, ...] = ()
    rows: tuple[Choice, ...] = Field(default=(), max_length=30)
    longest: int | None = Field(default=None, ge=50, le=2000, description="characters")
    explanation: Text = ""
    source: Source | None = None
    further_sources: tuple[Source, ...] = ()
    topic: Line = ""
    level: Line = ""
    state: Literal["ready", "draft"] = "ready"
    draft_reason: Text = ""
    required: bool = False
    shuffle: bool = True
    section: Id | None = None
    stem: Id | None = None
    condition: Condition | None = None
    assets: tuple[Asset, ...] = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for field in TYPE_FIELDS:
            if getattr(self, field) and field not in self.kind_of_question.uses:
                raise PydanticCustomError(
                    "field_of_other_type",
                    "{field} does not belong to {type}",
                    {"field": field, "type": self.type},
                )
        for parts in (self.choices, self.rows, self.pairs):
            _refuse_repeats(part.id for part in parts)
        _refuse_repeats(self.key)
        if self.further_sources and self.source is None:
            raise PydanticCustomError("source_missing", "further sources without a first one")
        return self

    @property
    def kind_of_question(self) -> QuestionType:
        """Return the registry's entry for this type."""
        return TYPES[self.type]

    @property
    def sources(self) -> tuple[Source, ...]:
        """Return all sources, the first one first."""
        return (() if self.source is None else (self.source,)) + self.further_sources

    def choice(self, choice_id: str) -> Choice | None:
        """Return the choice of this id, if there is one."""
        return next((choice for choice in self.choices if choice.id == choice_id), None)


class SectionTranslation(_Part):
    """A section in another language."""

    title: Line = ""
    intro: Text = ""


class QuestionTranslation(_Part):
    """A question in another language, choice by choice."""

    text: NeededText
    hint: Text = ""
    choices: dict[Id, NeededText] = Field(default_factory=dict)
    rows: dict[Id, NeededText] = Field(default_factory=dict)
    pairs: dict[Id, tuple[NeededText, NeededText]] = Field(default_factory=dict)
    explanation: Text = ""


class Translation(_Part):
    """The whole set in another language. `terms` holds topics and levels by their own words."""

    title: Line = ""
    description: Text = ""
    intro: Text = ""
    note: Text = ""
    terms: dict[NeededLine, NeededLine] = Field(default_factory=dict)
    sections: dict[Id, SectionTranslation] = Field(default_factory=dict)
    stems: dict[Id, NeededText] = Field(default_factory=dict)
    questions: dict[Id, QuestionTranslation] = Field(default_factory=dict)


class Translations(_Part):
    """The languages a set may be shown in beside its own."""

    en: Translation | None = None


class QuestionDocument(_Part):
    """A question set.

    `description` is for those who choose it, `intro` for those who answer it, `note` says where its
    words come from and how they may be used.
    """

    schema_number: Literal[1] = Field(default=1, alias="schema")
    kind: Kind
    title: NeededLine
    language: Literal["vi", "en"] = "vi"
    description: Text = ""
    intro: Text = ""
    note: Text = ""
    sections: tuple[Section, ...] = ()
    stems: tuple[Stem, ...] = ()
    questions: tuple[Question, ...] = Field(default=(), max_length=MOST_QUESTIONS)
    translations: Translations = Translations()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        questions = _refuse_repeats(question.id for question in self.questions)
        sections = _refuse_repeats(section.id for section in self.sections)
        stems = _refuse_repeats(stem.id for stem in self.stems)
        for question in self.questions:
            _refuse_unknown(question.section, sections)
            _refuse_unknown(question.stem, stems)
            if question.condition:
                _refuse_unknown(question.condition.question, questions - {question.id})
        return self

    def question(self, question_id: str) -> Question | None:
        """Return the question of this id, if there is one."""
        return next((item for item in self.questions if item.id == question_id), None)

    @property
    def ready_questions(self) -> tuple[Question, ...]:
        """Return the questions a round may use: all but the drafts."""
        return tuple(question for question in self.questions if question.state == "ready")


def _refuse_repeats(ids: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            raise PydanticCustomError("repeated_id", "{id} stands twice", {"id": name})
        seen.add(name)
    return seen


def _refuse_unknown(name: str | None, known: set[str]) -> None:
    if name is not None and name not in known:
        raise PydanticCustomError("unknown_id", "there is no {id}", {"id": name})
