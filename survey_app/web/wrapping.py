"""Where a line may not end: inside the number of a document, or between two years."""

import re

from markupsafe import Markup, escape

# Short words with a digit and a hyphen or stroke inside: 422-KH/ĐUS, 2020-2025. What is longer must
# be free to break, or it would leave a narrow screen.
_KEPT_WHOLE = re.compile(r"(?<!\S)(?=\S*\d)(?=\S{3,18}(?!\S))\S+[-–/]\S+")


def whole(text: str) -> Markup:
    """Return `text` escaped, with its document numbers and spans of years kept on one line."""
    parts, at = [], 0
    for found in _KEPT_WHOLE.finditer(text):
        parts += [escape(text[at : found.start()]), _span(found[0])]
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])])


def _span(word: str) -> Markup:
    return Markup('<span class="nowrap">{}</span>').format(word)
