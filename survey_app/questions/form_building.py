"""From the typed fields of a form's question to the question, or to what has to be put right."""

from typing import Any, Final

from pydantic import ValidationError

from survey_app.i18n import _
from survey_app.questions.fields import LONGEST_TEXT
from survey_app.questions.form_fields import MOST, TEXTS, FormFields, PartInput
from survey_app.questions.formats.yaml_messages import sentence
from survey_app.questions.ids import derived_id, new_id
from survey_app.questions.question_types import TYPE_FIELDS, TYPES
from survey_app.questions.scales import ENGLISH
from survey_app.questions.schema import Question, QuestionTranslation, Section

SHORTEST_CAP, LONGEST_CAP = 50, 2000
_PLACES: Final = {
    "range": "low",
    "title": "new_section",
}  # where the page shows what is wrong with a field


def new_section(typed: FormFields) -> Section | None:
    """Return the section that this question begins, if its title was typed."""
    title = typed["new_section"].strip()
    return Section(id=derived_id("section", title), title=title) if title else None


def build(
    typed: FormFields, original: Question | None, english: QuestionTranslation | None = None
) -> tuple[Question, QuestionTranslation | None] | None:
    """Return the question and its English words, or `None` after filling `typed.errors`.

    Keys, weights and "required", which forms do not have, go; what else the page does not show
    (topic, pictures, sources …) is kept.
    """
    typed.errors = {}
    for name, message in _complaints(typed):
        typed.errors.setdefault(name, message)
    if typed.errors:
        return None
    try:
        choices = _choices(typed, original)
        content = _common(typed, original) | _of_type(typed, choices)
        return Question.model_validate(content), _english(typed, choices, english)
    except ValidationError as error:
        _explain(typed, error)
        return None


def _common(typed: FormFields, original: Question | None) -> dict[str, Any]:
    """The fields that questions of all types have, and those of `original` that stay."""
    content: dict[str, Any] = original.model_dump() if original else {"id": new_id()}
    same_type = original is not None and original.type == typed.type
    for name in TYPE_FIELDS:
        if not (name == "pairs" and same_type):  # no form answers them: a draft waits with its own
            content.pop(name, None)
    section = new_section(typed)
    return content | {
        "type": typed.type,
        "text": typed["text"],
        "hint": typed["hint"],
        "required": False,
        "state": "draft" if typed.draft else "ready",
        "draft_reason": typed["draft_reason"],
        "section": section.id if section else (typed["section"] or None),
        "condition": _condition(typed),
    }


def _of_type(typed: FormFields, choices: list[dict[str, Any]]) -> dict[str, Any]:
    """The fields that only questions of this type have."""
    uses = TYPES[typed.type].uses
    content: dict[str, Any] = {}
    if "choices" in uses:
        content["choices"] = choices
    if "rows" in uses:
        rows = [row for row in typed.parts["row"] if row.text.strip()]
        content["rows"] = [{"id": row.id, "text": row.text} for row in rows]
    low, high = typed["low"].strip(), typed["high"].strip()
    if "range" in uses and (low or high):
        content["range"] = {"min": low or None, "max": high or None}
    for name in ("max_choices", "longest"):
        if name in uses and typed[name].strip():
            content[name] = int(typed[name])
    return content


def _choices(typed: FormFields, original: Question | None) -> list[dict[str, Any]]:
    pinned = {item.id for item in original.choices if item.pinned} if original else set()
    parts = [part for part in typed.parts["choice"] if part.text.strip()]
    choices: list[dict[str, Any]] = [{"id": part.id, "text": part.text} for part in parts]
    for name in typed.specials:
        if typed[f"{name}_id"] in {part.id for part in parts}:
            typed.texts[f"{name}_id"] = new_id()
        choices.append({"id": typed[f"{name}_id"], "text": typed[f"{name}_text"], name: True})
    return [item | {"pinned": item["id"] in pinned} for item in choices]


def _condition(typed: FormFields) -> dict[str, Any] | None:
    pairs = [item.partition(":") for item in sorted(typed.condition)]
    if not pairs:
        return None
    return {"question": pairs[0][0], "any_of": [choice for _q, _colon, choice in pairs]}


def _english(
    typed: FormFields, choices: list[dict[str, Any]], before: QuestionTranslation | None
) -> QuestionTranslation | None:
    if not typed["english_text"].strip():
        return None
    uses = TYPES[typed.type].uses
    words = {part.id: part.english for part in typed.parts["choice"]}
    words |= {typed[f"{name}_id"]: typed[f"{name}_english"] for name in typed.specials}
    parts = [PartInput(item["id"], item["text"], words[item["id"]]) for item in choices]
    return QuestionTranslation.model_validate(
        (before.model_dump() if before else {})
        | {
            "text": typed["english_text"],
            "hint": typed["english_hint"],
            "choices": _translated(parts) if "choices" in uses else {},
            "rows": _translated(typed.parts["row"]) if "rows" in uses else {},
        }
    )


def _translated(parts: list[PartInput]) -> dict[str, str]:
    """English by id; a point of a ready scale brings its own."""
    words = {
        part.id: part.english.strip() or ENGLISH.get(part.text.strip(), "")
        for part in parts
        if part.text.strip()
    }
    return {name: text for name, text in words.items() if text}


def _complaints(typed: FormFields) -> list[tuple[str, str]]:
    found = []
    if not typed["text"].strip():
        found.append(("text", _("Xin ghi nội dung câu hỏi.")))
    if len({item.partition(":")[0] for item in typed.condition}) > 1:
        found.append(("condition", _("Điều kiện chỉ dựa vào một câu; xin bỏ bớt dấu chọn.")))
    uses = TYPES[typed.type].uses
    if "longest" in uses and not _whole(typed["longest"], SHORTEST_CAP, LONGEST_CAP):
        found.append(("longest", _("Xin ghi một số từ 50 đến 2000.")))
    if "max_choices" in uses and not _whole(typed["max_choices"], 1, MOST["choice"]):
        found.append(("max_choices", _("Xin ghi một số từ 1 trở lên.")))
    for name in typed.specials:
        if not typed[f"{name}_text"].strip():
            found.append((f"{name}_text", _("Xin ghi lời của phương án này.")))
    own = [
        part.english.strip()
        for parts in typed.parts.values()
        for part in parts
        if part.english not in ENGLISH.values()
    ]
    if not typed["english_text"].strip() and typed.with_english and any(own):
        found.append(("english_text", _("Xin dịch cả câu hỏi, không chỉ phương án.")))
    return found + _too_long(typed)


def _whole(text: str, low: int, high: int) -> bool:
    """Whether a field is empty or holds a whole number from `low` to `high`."""
    text = text.strip()
    return not text or (text.isascii() and text.isdecimal() and low <= int(text[:9]) <= high)


def _too_long(typed: FormFields) -> list[tuple[str, str]]:
    limits = {"new_section": 500, **dict.fromkeys(TEXTS[:5], LONGEST_TEXT)}
    found = [
        (name, _("Đoạn này dài quá %(n)s ký tự.", n=limit))
        for name, limit in limits.items()
        if len(typed[name]) > limit
    ]
    for name, place in (("choice", "choices"), ("row", "rows")):
        texts = [text for part in typed.parts[name] for text in (part.text, part.english)]
        if any(len(text) > LONGEST_TEXT for text in texts):
            found.append((place, _("Đoạn này dài quá %(n)s ký tự.", n=LONGEST_TEXT)))
    return found


def _explain(typed: FormFields, error: ValidationError) -> None:
    for item in error.errors(include_url=False):
        place = str(item["loc"][0]) if item["loc"] else "text"
        message = sentence(item["type"], item["loc"], item.get("ctx", {}))
        typed.errors.setdefault(_PLACES.get(place, place), message)
