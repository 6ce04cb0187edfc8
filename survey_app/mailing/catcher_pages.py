"""The pages of the local inbox, from the templates of `templates/inbox`. Knows no Flask."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from survey_app import formatting
from survey_app.i18n import _, _n, current_locale
from survey_app.mailing.catcher_box import Caught, Filter, Found, by_day

PAGE = 50
VIEWS = ("phone", "desktop", "text", "headers")
LOOKS = ("light", "dark")
KINDS = ("invitation", "reminder", "result", "digest", "notice", "security", "test")
_TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
# What stays outside a link in running text: a full stop or bracket after an address is not its own.
_LINK = re.compile(r"(https?://[^\s<>]*[^\s<>.,;:!?)”\"'])")

# How a mail asks for the reader's screen, and what it is made to ask instead.
_SCREEN = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)", re.I)
_ALWAYS, _NEVER = "(min-width: 0)", "(max-width: 0)"


def listing(found: Found, wanted: Filter, page: str, state: str, app_url: str) -> str:
    """Return one page of the list; `state` is the inbox's, for the script that watches it."""
    pages = max(1, -(-len(found.mails) // PAGE))
    number = min(max(1, int(page)), pages) if page.isdecimal() and len(page) < 9 else 1
    shown = found.mails[(number - 1) * PAGE : number * PAGE]

    def link(**changed: Any) -> str:
        asked = {"q": wanted.query, "kind": wanted.kind, "person": wanted.person, **changed}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"/?{query}" if query else "/"

    return _page(
        "inbox/list.html",
        app_url=app_url,
        days=by_day(shown),
        in_day=Counter(formatting.today(one.at) for one in found.mails),
        total=len(found.mails),
        kinds=[kind for kind in (*KINDS, *_other_kinds(found)) if found.kinds[kind]],
        found=found,
        wanted=wanted,
        who=next((one for one in found.mails if wanted.person), None),
        page=number,
        pages=pages,
        link=link,
        state=state,
    )


def reading(
    mail: Caught, of_same_person: Sequence[Caught], asked: Mapping[str, str], app_url: str
) -> str:
    """Return the page of one mail: as it looks, as text, and its headers."""
    return _page(
        "inbox/mail.html",
        app_url=app_url,
        mail=mail,
        others=[one for one in of_same_person if one.name != mail.name],
        view=_one_of(VIEWS, asked.get("view")),
        look=_one_of(LOOKS, asked.get("look")),
        text=_with_links(mail.part("plain")),
        headers="\n".join(f"{name}: {value}" for name, value in mail.mail.items()),
    )


def framed(mail: Caught, asked: Mapping[str, str]) -> str:
    """Return the HTML part alone, its links opening in a new tab.

    `frame=phone` shows no scroll bar, as phones do; `look=light` and `look=dark` make the mail see
    a screen like that, whatever the real one is.
    """
    html = mail.part("html") or f"<pre>{escape(mail.part('plain'))}</pre>"
    look = _one_of(LOOKS, asked.get("look"))
    ours = '<base target="_blank">'
    if asked.get("frame") == "phone":
        ours += "<style>html{scrollbar-width:none}</style>"
    if look:
        html = _SCREEN.sub(lambda asks: _ALWAYS if asks[1].lower() == look else _NEVER, html)
        ours += f"<style>:root{{color-scheme:{look} !important}}</style>"
    with_ours = re.sub(r"<head[^>]*>", lambda head: head.group() + ours, html, count=1)
    return with_ours if with_ours != html else ours + html


def source(mail: Caught, app_url: str) -> str:
    """Return the page of a mail that cannot be read as one: as it came."""
    return _page("inbox/source.html", mail=mail, app_url=app_url)


def missing(app_url: str) -> str:
    """Return the page for a mail that is not there."""
    return _page("inbox/missing.html", app_url=app_url)


def kind_words(kind: str) -> str:
    """Return what the kind of a mail is called."""
    names = {
        "invitation": _("Thư mời"),
        "reminder": _("Thư nhắc"),
        "result": _("Kết quả"),
        "digest": _("Tổng hợp"),
        "notice": _("Thông báo"),
        "security": _("Đăng nhập"),
        "test": _("Thư thử"),
    }
    return names.get(kind, kind) or "?"


def _other_kinds(found: Found) -> list[str]:
    return sorted(kind for kind in found.kinds if kind and kind not in KINDS)


def _one_of(known: Sequence[str], asked: str | None) -> str:
    return asked if asked is not None and asked in known else ""


def _with_links(text: str) -> Markup:
    link = Markup('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>')
    pieces = _LINK.split(text)
    return Markup("").join(
        link.format(piece) if index % 2 else escape(piece) for index, piece in enumerate(pieces)
    )


@cache
def _templates() -> Environment:
    env = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.globals.update(_=_, _n=_n, kind_words=kind_words)
    env.filters.update(
        moment=formatting.moment,
        clock_time=formatting.clock_time,
        weekday_and_day=formatting.weekday_and_day,
        number=formatting.number,
    )
    return env


def _page(template: str, **values: Any) -> str:
    return _templates().get_template(template).render(locale=current_locale(), **values)
