"""Files and pasted text in, question documents out, and back.

`read` and `read_text` recognise a format by its content, never by its name, and return a
`ReadPaper` in which every question has its state and its problems; nothing is stored. What is no
question set at all (a Word file, a picture, something too big) is refused with `Invalid` and
advice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from survey_app.errors import Invalid
from survey_app.i18n import _
from survey_app.questions.formats import (
    decoding,
    pasted,
    pasted_form,
    pasted_write,
    yaml,
    yaml_write,
)
from survey_app.questions.formats.paper import ReadPaper, ReadQuestion
from survey_app.questions.question_types import Kind
from survey_app.questions.schema import QuestionDocument

__all__ = ["WRITERS", "ReadPaper", "ReadQuestion", "read", "read_text", "write"]


@dataclass(frozen=True)
class Format:
    """A way to write questions down: how its text is recognised, and read."""

    name: str
    looks_like: Callable[[str], bool]
    read: Callable[[str], ReadPaper]


FORMATS: Final = (
    Format(yaml.FORMAT, yaml.looks_like, yaml.read),
    Format(pasted.FORMAT, lambda text: True, pasted.read),  # whatever else: a paper in words
)
WRITERS: Final[dict[str, Callable[[QuestionDocument], bytes]]] = {
    "yaml": yaml_write.write,
    "text": pasted_write.write,
}


def read(data: bytes, filename: str | None = None) -> ReadPaper:
    """Read a file. The name is taken for the sake of callers that have one; it decides nothing."""
    text, old = decoding.decode(data)
    found = next(form for form in FORMATS if form.looks_like(text))
    if old is None and found.name == pasted.FORMAT:
        old = decoding.legacy_encoding(text)
    if old is not None:
        return ReadPaper(found.name, "quiz", None, problems=(old,), refused=True)
    if found.name == pasted.FORMAT:
        decoding.refuse_markup(text)
    return found.read(text)


def read_text(text: str, kind: Kind = "quiz") -> ReadPaper:
    """Read text that somebody pasted; `kind` says what a paper in words is meant to be."""
    data = text.encode("utf-8", "replace")
    if kind == "feedback" and not yaml.looks_like(text):
        text, _old = decoding.decode(data)
        decoding.refuse_markup(text)
        return pasted_form.read(text)
    return read(data)


def write(document: QuestionDocument, to: str = "yaml") -> bytes:
    """Write a document: `yaml` keeps everything, `text` what a paper in words can carry.

    Raises:
        Invalid: the format is not known, or cannot hold a form.
    """
    if document.kind == "feedback" and to != "yaml":
        raise Invalid(_("Phiếu góp ý chỉ xuất được dạng YAML."))
    if document.kind == "cell_report" and to != "yaml":
        raise Invalid(_("Mẫu báo cáo chỉ xuất được dạng YAML."))
    if to not in WRITERS:
        raise Invalid(
            _(
                "Chưa ghi được dạng “%(format)s”. Các dạng có: %(known)s.",
                format=to,
                known=", ".join(WRITERS),
            )
        )
    return WRITERS[to](document)
