"""What no page can use is refused here, once: NUL, half characters, numbers no row has.

PostgreSQL takes no NUL and no lone surrogate in a text, and no number beyond 32 bits in an id. A
browser sends none of them by itself.
"""

from collections.abc import Iterator

from flask import Flask, abort, request
from werkzeug.routing import BaseConverter

HIGHEST = 2**31 - 1


class IdConverter(BaseConverter):
    """`<id:name>` in a rule: the number of a row; larger ones are no address of this site."""

    regex = r"[0-9]{1,10}"

    def to_python(self, value: str) -> int:
        """Read it; one that is too large is nobody's, as 0 is."""
        number = int(value)
        return number if number <= HIGHEST else 0


def number_of(text: str | None, default: int = 0) -> int:
    """Return the number in a field or parameter; `default` for anything no row can have."""
    if text is None or not text.isdecimal() or len(text) > 10:
        return default
    number = int(text)
    return number if number <= HIGHEST else default


def form_number(name: str, default: int = 0) -> int:
    """Return the number in a field of the posted form, as `number_of`."""
    return number_of(request.form.get(name), default)


def install(app: Flask) -> None:
    """Refuse such requests of `app` before anything looks at them."""
    app.url_map.converters["id"] = IdConverter

    @app.before_request
    def refuse_unstorable() -> None:
        if any(map(_unstorable, _texts())):
            abort(400)


def _unstorable(text: str) -> bool:
    return "\0" in text or not (text.isascii() or _is_whole(text))


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _texts() -> Iterator[str]:
    yield request.path
    for values in (request.args, request.form):
        for name, value in values.items(multi=True):
            yield name
            yield value
    for file in request.files.values():
        yield file.filename or ""
    if request.is_json:
        yield from _texts_of_json()


def _texts_of_json() -> Iterator[str]:
    try:
        left = [request.get_json(silent=True)]
    except RecursionError:
        abort(400)
    while left:
        value = left.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            left += [*value, *value.values()]
        elif isinstance(value, list):
            left += value
