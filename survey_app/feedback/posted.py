"""What a page of a form posted, before it is read as answers, and as it is shown again."""

from collections.abc import Mapping, Sequence

from flask import request

from survey_app.errors import Invalid, Problem
from survey_app.feedback.answers import field_name
from survey_app.feedback.items import LONGEST_NUMBER, Item, items_of
from survey_app.feedback.sheets import Sheet
from survey_app.i18n import _
from survey_app.questions.schema import QuestionDocument

Typed = dict[str, list[str]]  # item key -> what is chosen or written, as posted

_OURS = frozenset({"ticket", "action", "lang", "padding"})
# Of an encoded body: three bytes of UTF-8 a letter, each written as %XX; and what is around.
_ENCODED_LETTER = 9
_BESIDES = 300  # the ticket, the action, the padding's own name
_STEP = 1024


def padded_length(document: QuestionDocument) -> int:
    """Return the length that a page with a script gives the body it sends, whatever is in it.

    Who measures the encrypted line sees lengths, and long texts are published after the count.
    """
    needed = _BESIDES + sum(_encoded(item) for item in items_of(document))
    return -(-needed // _STEP) * _STEP


def _encoded(item: Item) -> int:
    name = len(field_name(item.key)) + len("&=")
    if item.kind == "text":
        return name + _ENCODED_LETTER * item.longest
    if item.kind == "several":
        return sum(name + len(choice) for choice in item.choice_ids)
    return name + max([LONGEST_NUMBER, *map(len, item.choice_ids)])


def posted_fields(document: QuestionDocument) -> dict[str, list[str]]:
    """Return field name -> values, with an "other" ticked where words stand beside it.

    Without a script nobody ticks it for who just writes.

    Raises:
        Invalid: there are fields that no page of ours has.
    """
    fields = {name: values for name, values in request.form.lists() if name not in _OURS}
    if request.files or any(not name.startswith(field_name("")) for name in fields):
        strange = Problem("unknown_field", _("Câu này không có trong phiếu."), None)
        raise Invalid(_("Phiếu có câu trả lời không thuộc phiếu này."), problems=[strange])
    for item in items_of(document):
        if item.is_other and any(map(str.strip, fields.get(field_name(item.key), ()))):
            _tick_other(item, fields)
    return fields


def _tick_other(beside: Item, fields: dict[str, list[str]]) -> None:
    question = beside.question
    name = field_name(question.id)
    chosen = [value for value in fields.get(name, ()) if value]
    others = [choice.id for choice in question.choices if choice.other]
    if set(others) & set(chosen) or (chosen and question.type != "multiple"):
        return
    fields[name] = [*chosen, others[0]]


def typed_answers(document: QuestionDocument, fields: Mapping[str, Sequence[str]]) -> Typed:
    """Return what of `fields` the page can show again: no strange values, no endless texts."""
    typed: Typed = {}
    for item in items_of(document):
        values = list(fields.get(field_name(item.key), ()))
        if item.choice_ids:
            values = [value for value in values if value in item.choice_ids]
        else:
            # As far as a text too long is looked at; a browser keeps to the limit by itself.
            values = [value[: 4 * item.longest] for value in values[:1] if value]
        if values:
            typed[item.key] = values
    return typed


def in_words(sheet: Sheet, typed: Typed) -> list[tuple[str, str]]:
    """Return each answered question with what was answered, for keeping by hand."""
    told = []
    for asked in sheet.questions:
        words = {option.id: option.text for option in asked.options}
        lines = [
            (asked.id, asked.text),
            *((row.key, f"{asked.text} – {row.text}") for row in asked.rows),
        ]
        for key, text in lines:
            given = [words.get(value, value) for value in typed.get(key, ())]
            if key == asked.id:
                given += typed.get(asked.other_key, [])
            if given:
                told.append((f"{asked.number}. {text}", "; ".join(given)))
    return told
