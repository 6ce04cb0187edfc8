"""Write a question document as YAML that a person can read and a diff can show."""

import io
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.scalarstring import LiteralScalarString

from survey_app.questions.canonical import plain
from survey_app.questions.schema import QuestionDocument

_SHORT_LISTS: Final = frozenset({"key", "any_of"})


def write(document: QuestionDocument) -> bytes:
    """Return the YAML file of this document; reading it gives the same content hash."""
    yaml = YAML()
    yaml.width = 96
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.BytesIO()
    yaml.dump(_laid_out(plain(document)), stream)
    return stream.getvalue()


def _laid_out(value: Any, field: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _laid_out(item, name) for name, item in value.items()}
    if isinstance(value, list):
        items = CommentedSeq(_laid_out(item) for item in value)
        if field in _SHORT_LISTS:
            items.fa.set_flow_style()
        return items
    if isinstance(value, str) and _is_plain_block(value):
        return LiteralScalarString(value)
    return value


def _is_plain_block(text: str) -> bool:
    """Several lines that a `|` block gives back exactly."""
    lines = text.split("\n")
    return len(lines) > 1 and all(line == line.strip() and line.isprintable() for line in lines)
