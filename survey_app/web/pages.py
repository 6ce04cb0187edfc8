"""What every page can use: texts, dates, hashed static files, the language of the reader."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, g, request
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from survey_app import clock, formatting, i18n
from survey_app.web.bars import bar_words, number_cells, stacked_bar
from survey_app.web.markdown import rich, rich_line
from survey_app.web.wrapping import whole

LANGUAGE_COOKIE = "lang"


@pass_eval_context
def _page_gettext(context: EvalContext, text: str, /, **values: Any) -> str:
    """Translate; where the template escapes, so does this with the values."""
    if not context.autoescape:
        return i18n.gettext(text, **values)
    translated = Markup(i18n.gettext(text))
    return translated % values if values else translated


@pass_eval_context
def _page_ngettext(context: EvalContext, text: str, n: int, /, **values: Any) -> str:
    if not context.autoescape:
        return i18n.ngettext(text, n, **values)
    escaped = {name: Markup.escape(value) for name, value in values.items()}
    return Markup(i18n.ngettext(text, n, **escaped))


def _static_files(app: Flask) -> Callable[[str], str]:
    """Return a function from a static file's name to its URL, which changes with its content."""
    folder = Path(app.static_folder or "")
    urls: dict[str, str] = {}

    def static(name: str) -> str:
        if name not in urls or app.debug:
            digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]
            urls[name] = f"/static/{name}?v={digest}"
        return urls[name]

    return static


def install(app: Flask) -> None:
    """Give the templates of `app` their words and filters."""
    env = app.jinja_env
    env.trim_blocks = env.lstrip_blocks = True
    env.globals.update(
        {
            "_": _page_gettext,
            "_n": _page_ngettext,
            "static": _static_files(app),
            "locale": _LocaleName(),
            "bar_of": stacked_bar,
            "bar_words": bar_words,
            "number_cells": number_cells,
        }
    )
    env.filters.update(
        moment=formatting.moment,
        day=formatting.day,
        weekday_and_day=formatting.weekday_and_day,
        hour=formatting.hour,
        hour_of=formatting.hour_of,
        number=formatting.number,
        percent=formatting.percent,
        span=formatting.span,
        phone=formatting.phone,
        short_moment=formatting.short_moment,
        whole=whole,
        rich=rich,
        rich_line=rich_line,
    )

    @app.before_request
    def meet_the_reader() -> None:
        g.received_at = clock.now()
        i18n.set_locale(chosen_language())


def received_at() -> datetime:
    """Return when this request entered the application: the moment a deadline is held against."""
    received: datetime = g.received_at
    return received


class _LocaleName:
    """The current language's code, looked up whenever a template prints or compares it."""

    def __str__(self) -> str:
        return i18n.current_locale()

    def __eq__(self, other: object) -> bool:
        return i18n.current_locale() == other

    def __hash__(self) -> int:
        return hash(i18n.current_locale())


def chosen_language() -> str:
    """Return the language this browser asked for with its switch, else Vietnamese."""
    choice = g.get("language") or request.cookies.get(LANGUAGE_COOKIE)
    return choice if choice in i18n.LOCALES else i18n.DEFAULT_LOCALE
