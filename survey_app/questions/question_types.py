"""Which types of question there are, what each one carries, and where it can be answered.

The document knows every type of all three kinds of question set, so that no later release has to
rewrite stored documents. The quiz engine answers `single`, `multiple` and `true_false`; a form also
takes scales, matrices, numbers and free text; a cell report takes dates, whole numbers, counts and
texts. A set with a type that its kind cannot be answered with gets the finding "not yet answerable"
(`checks.py`).
"""

from dataclasses import dataclass
from typing import Final, Literal

from survey_app.i18n import lazy

Kind = Literal["quiz", "feedback", "cell_report"]
TypeName = Literal[
    "single",
    "multiple",
    "true_false",
    "numeric",
    "short_text",
    "long_text",
    "matching",
    "scale",
    "matrix",
    "date",
    "counts",
    "prediction",
]


@dataclass(frozen=True)
class QuestionType:
    """One type: its name for people, the fields only it may carry, the kinds that answer it now."""

    name: TypeName
    label: object
    uses: frozenset[str]
    answerable_in: frozenset[Kind] = frozenset()
    scored: bool = False

    @property
    def has_choices(self) -> bool:
        """Whether people pick from a list."""
        return "choices" in self.uses


# Every field that belongs to some types only; a document with one in the wrong place is refused.
TYPE_FIELDS: Final = (
    "choices",
    "key",
    "weights",
    "accepted",
    "range",
    "pairs",
    "rows",
    "max_choices",
    "longest",
)
_ALL: Final[frozenset[Kind]] = frozenset({"quiz", "feedback", "cell_report"})
_BOTH: Final[frozenset[Kind]] = frozenset({"quiz", "feedback"})
_FORM: Final[frozenset[Kind]] = frozenset({"feedback"})
_ASKED: Final[frozenset[Kind]] = frozenset({"feedback", "cell_report"})
_REPORT: Final[frozenset[Kind]] = frozenset({"cell_report"})
_NONE: Final[frozenset[str]] = frozenset()

TYPES: Final[dict[TypeName, QuestionType]] = {
    kind.name: kind
    for kind in (
        QuestionType(
            "single", lazy("Một lựa chọn"), frozenset({"choices", "key", "weights"}), _ALL, True
        ),
        QuestionType(
            "multiple",
            lazy("Nhiều lựa chọn"),
            frozenset({"choices", "key", "weights", "max_choices"}),
            _ALL,
            True,
        ),
        QuestionType(
            "true_false", lazy("Đúng hay sai"), frozenset({"choices", "key"}), _BOTH, True
        ),
        QuestionType("numeric", lazy("Số"), frozenset({"accepted", "range"}), _ASKED, True),
        QuestionType(
            "short_text", lazy("Trả lời ngắn"), frozenset({"accepted"}), _REPORT, scored=True
        ),
        QuestionType("long_text", lazy("Trả lời tự do"), frozenset({"longest"}), _ASKED),
        QuestionType("matching", lazy("Ghép cặp"), frozenset({"pairs"}), scored=True),
        QuestionType("scale", lazy("Thang mức độ"), frozenset({"choices"}), _FORM),
        QuestionType("matrix", lazy("Bảng nhiều dòng"), frozenset({"choices", "rows"}), _FORM),
        QuestionType("date", lazy("Ngày"), _NONE, _REPORT),
        QuestionType("counts", lazy("Bảng số đếm"), frozenset({"choices", "rows"}), _REPORT),
        QuestionType("prediction", lazy("Câu dự đoán"), frozenset({"range"})),
    )
}
