"""Two languages. The Vietnamese sentence is the key; English stands in `translations/en/*.po`.

The catalogues are read from their text form when first needed: no compile step, and a diff of a
translation is a diff of words. Knows no Flask, so the pure core can speak to people too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Any

LOCALES = ("vi", "en")
DEFAULT_LOCALE = "vi"

_locale: ContextVar[str] = ContextVar("locale", default=DEFAULT_LOCALE)
_TRANSLATIONS = Path(__file__).parent / "translations"


def current_locale() -> str:
    """Return `vi` or `en`, for the person being spoken to."""
    return _locale.get()


def set_locale(locale: str) -> None:
    """Speak `locale` from here on in this context; anything unknown means Vietnamese."""
    _locale.set(locale if locale in LOCALES else DEFAULT_LOCALE)


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Speak `locale` inside the block."""
    token = _locale.set(locale if locale in LOCALES else DEFAULT_LOCALE)
    try:
        yield
    finally:
        _locale.reset(token)


@cache
def catalogue(locale: str) -> dict[str, tuple[str, ...]]:
    """Return msgid -> its translations (one, or singular and plural)."""
    from babel.messages.pofile import read_po

    texts: dict[str, tuple[str, ...]] = {}
    for path in sorted((_TRANSLATIONS / locale).glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=locale):
                if not message.id:
                    continue
                key = message.id if isinstance(message.id, str) else message.id[0]
                written = message.string or ""
                forms = (written,) if isinstance(written, str) else tuple(written)
                if all(forms):
                    texts[key] = forms
    return texts


def _filled(text: str, values: dict[str, Any]) -> str:
    return text % values if values else text


def gettext(text: str, /, **values: Any) -> str:
    """Return `text` in the current language with its `%(name)s` places filled in."""
    locale = _locale.get()
    if locale != DEFAULT_LOCALE:
        text = catalogue(locale).get(text, (text,))[0]
    return _filled(text, values)


def ngettext(text: str, n: int, /, **values: Any) -> str:
    """Like `gettext` for a counted thing; `%(n)s` is filled with `n` in local digits."""
    from survey_app.formatting import number

    locale = _locale.get()
    if locale != DEFAULT_LOCALE:
        forms = catalogue(locale).get(text, (text,))
        text = forms[0] if n == 1 else forms[-1]
    return text % {"n": number(n), **values}


class LazyText:
    """A sentence translated when it is shown, for texts fixed while classes are made."""

    def __init__(self, text: str, values: dict[str, Any]) -> None:
        self.text = text
        self.values = values

    def __str__(self) -> str:
        return gettext(self.text, **self.values)

    def __html__(self) -> str:
        from markupsafe import escape

        return str(escape(str(self)))

    def __mod__(self, values: Any) -> str:
        return str(str(self) % values)

    def format(self, *args: Any, **values: Any) -> str:
        """Fill in `{}` places (WTForms asks for this)."""
        return str(self).format(*args, **values)


def lazy(text: str, **values: Any) -> Any:
    """Return a `LazyText`; typed `Any` because form libraries expect `str`."""
    return LazyText(text, values)


_ = gettext
_n = ngettext
