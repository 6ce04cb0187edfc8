"""One spelling of a question document, so that the same content always has the same hash.

Sorted keys, NFC, no white space, no floats, and no field that holds its default: a field added by a
later release leaves the hashes of today's documents alone.
"""

import hashlib
import json
from typing import Any

from survey_app.questions.schema import SCHEMA_NUMBER, QuestionDocument


def plain(document: QuestionDocument) -> dict[str, Any]:
    """Return the document as lists, dicts, texts, whole numbers and booleans."""
    content = document.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {"schema": SCHEMA_NUMBER, **content}


def canonical_json(document: QuestionDocument) -> str:
    """Return the one JSON text of this document."""
    content = plain(document)
    _refuse_floats(content)
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_hash(document: QuestionDocument) -> str:
    """Return the name of this content: SHA-256 of its canonical JSON, in hex."""
    return hashlib.sha256(canonical_json(document).encode()).hexdigest()


def from_plain(content: dict[str, Any]) -> QuestionDocument:
    """Read back what `plain` gave (a JSON column of the database)."""
    return QuestionDocument.model_validate(content)


def from_json(text: str) -> QuestionDocument:
    """Read back what `canonical_json` gave."""
    return QuestionDocument.model_validate_json(text)


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError(f"a float ({value!r}) has no single spelling")
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list):
        for item in value:
            _refuse_floats(item)
