"""What the form of one question without a key holds, as it was typed."""

from dataclasses import dataclass, field
from typing import Final

from survey_app.questions.question_types import TypeName
from survey_app.questions.scales import NO_OPINION, OTHER

MOST: Final = {"choice": 48, "row": 30}  # of a question, less the two special choices
TEXTS: Final = (
    "text",
    "draft_reason",
    "english_text",
    "hint",
    "english_hint",
    "low",
    "high",
    "longest",
    "max_choices",
    "section",
    "new_section",
    "other_id",
    "other_text",
    "other_english",
    "no_opinion_id",
    "no_opinion_text",
    "no_opinion_english",
)


@dataclass(frozen=True)
class PartInput:
    """A choice, or a row of a matrix."""

    id: str
    text: str = ""
    english: str = ""


def _blank_texts() -> dict[str, str]:
    return {
        "other_id": OTHER.id,
        "other_text": OTHER.text,
        "no_opinion_id": NO_OPINION.id,
        "no_opinion_text": NO_OPINION.text,
    }


@dataclass
class FormFields:
    """The fields; `parts` are by "choice" and "row", `errors` by field."""

    type: TypeName = "single"
    texts: dict[str, str] = field(default_factory=_blank_texts)
    parts: dict[str, list[PartInput]] = field(default_factory=lambda: {"choice": [], "row": []})
    condition: frozenset[str] = frozenset()  # "question:choice"
    other: bool = False
    no_opinion: bool = False
    draft: bool = False
    with_english: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.texts.get(name, "")

    @property
    def specials(self) -> list[str]:
        """The special choices that are ticked and belong to this type, in their order."""
        may_have = {
            "other": self.type in {"single", "multiple"},
            "no_opinion": self.type in {"single", "multiple", "scale", "matrix"},
        }
        return [name for name, may in may_have.items() if may and getattr(self, name)]
