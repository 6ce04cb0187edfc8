"""The pages of the local inbox. A tool for developers, so it carries its own small look."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from markupsafe import Markup, escape

from survey_app.formatting import moment
from survey_app.i18n import _, _n, current_locale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from survey_app.mailing.catcher import Caught

PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SHOWN = 200

_CSS = Markup("""
:root{color-scheme:light dark;--ground:#fbf6ec;--card:#fffdf8;--ink:#2a1b14;--soft:#584539;
--line:#e0d2bc;--link:#961a1d;--red:#9f1d20;--gold:#f2b705}
@media(prefers-color-scheme:dark){:root{--ground:#181110;--card:#231a18;--ink:#f8eee2;--soft:#d6c7b8;
--line:#4a3b36;--link:#ffb9ac;--red:#8a181b}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:17px/1.5 system-ui,"Segoe UI",Roboto,
"Noto Sans",Arial,sans-serif}
header{background:var(--red);color:#fff8ea;border-bottom:4px solid var(--gold)}
header div,main{max-width:60rem;margin:0 auto;padding:.8rem 1rem}
header a{color:inherit;font-weight:700;text-decoration:none}
header small{opacity:.9;margin-left:.6rem}
form{display:flex;gap:.5rem;margin:.6rem 0 1rem}
input,button{font:inherit;min-height:3rem;padding:.4rem .8rem;border-radius:.6rem;
border:1px solid var(--soft);background:var(--card);color:inherit}
input{flex:1;min-width:0}::placeholder{color:var(--soft);opacity:1}
button{background:var(--red);border-color:var(--red);color:#fff8ea;
font-weight:700}
ol{list-style:none;margin:0;padding:0}
li a{display:flex;flex-wrap:wrap;align-items:center;gap:.15rem .8rem;padding:.75rem 1rem;
color:inherit;text-decoration:none;background:var(--card);border:1px solid var(--line);
border-radius:.6rem;margin-bottom:.5rem;overflow-wrap:anywhere}
li a:hover strong,li a:focus strong{text-decoration:underline}
li small,.soft{color:var(--soft);font-size:.88rem}
li strong,li .subject{flex:1 1 100%}
.kind{border:1px solid var(--line);border-radius:1rem;padding:0 .6rem;white-space:nowrap}
h1{font-size:1.3rem;line-height:1.3;margin:.4rem 0;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:1.4rem 0 .4rem}
iframe{width:100%;height:44rem;border:1px solid var(--line);border-radius:.6rem;background:#fff}
pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--card);border:1px solid var(--line);
border-radius:.6rem;padding:1rem;margin:0;font:15px/1.5 ui-monospace,Consolas,"DejaVu Sans Mono",
monospace}
pre.text{font-family:inherit}
a{color:var(--link)}
summary{cursor:pointer;padding:.6rem 0}
:focus-visible{outline:3px solid var(--gold);outline-offset:2px}
""")


def listing(mails: Sequence[Caught], query: str) -> str:
    """Return the list of mails."""
    rows = Markup("").join(_row(mail) for mail in mails[:_SHOWN])
    if not mails:
        text = _("Không có thư nào khớp.") if query else _("Chưa có thư nào.")
        rows = Markup('<li class="soft">{}</li>').format(text)
    more = _n("Hiện %(n)s thư mới nhất.", _SHOWN) if len(mails) > _SHOWN else ""
    body = Markup(
        '<form action="/"><input type="search" name="q" value="{}" aria-label="{}" '
        'placeholder="{}"><button>{}</button></form><p class="soft">{} {} {}</p><ol>{}</ol>'
    ).format(
        query,
        _("Tìm thư"),
        _("Tìm theo tên, địa chỉ, tiêu đề (không cần dấu)"),
        _("Tìm thư"),
        _n("%(n)s thư.", len(mails)),
        more,
        _("Tải lại trang để xem thư mới."),
        rows,
    )
    return _page(_("Hộp thư thử"), body)


def _row(mail: Caught) -> Markup:
    return Markup(
        '<li><a href="/mail/{}/"><strong>{}</strong><span class="subject">{}</span>'
        '<small>{}</small><small>{}</small><small class="kind">{}</small></a></li>'
    ).format(
        quote(mail.name),
        _name(mail),
        _subject(mail),
        _address(mail),
        moment(mail.received_at),
        mail.mail["X-Survey-Message"] or "?",
    )


def reading(mail: Caught) -> str:
    """Return the page of one mail: as it looks, as text, and its headers."""
    headers = "\n".join(f"{name}: {value}" for name, value in mail.mail.items())
    body = Markup(
        '<p><a href="/">← {}</a></p><h1>{}</h1><p class="soft">{} &lt;{}&gt;, {}</p>'
        '<iframe title="{}" src="/mail/{}/html" '
        'sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>'
        '<h2>{}</h2><pre class="text">{}</pre>'
        "<details><summary>{}</summary><pre>{}</pre></details>"
    ).format(
        _("Tất cả thư"),
        _subject(mail),
        _name(mail),
        _address(mail),
        moment(mail.received_at),
        _("Thư như người nhận thấy"),
        quote(mail.name),
        _("Phần chữ"),
        _with_links(mail.part("plain")),
        _("Tiêu đề kỹ thuật"),
        headers,
    )
    return _page(_subject(mail), body)


def framed(mail: Caught) -> str:
    """Return the HTML part alone, its links opening in a new tab."""
    html = mail.part("html") or f"<pre>{escape(mail.part('plain'))}</pre>"
    base = '<base target="_blank">'
    with_base = re.sub(r"(<head[^>]*>)", lambda head: head.group() + base, html, count=1)
    return with_base if with_base != html else base + html


def missing() -> str:
    """Return the page for a mail that is not there."""
    title = _("Không có thư này.")
    link = Markup('<h1>{}</h1><p><a href="/">{}</a></p>').format(title, _("Tất cả thư"))
    return _page(title, link)


def _with_links(text: str) -> Markup:
    link = Markup('<a href="{0}" target="_blank" rel="noopener noreferrer">{0}</a>')
    pieces = re.split(r"(https?://[^\s<>]+)", text)
    return Markup("").join(
        link.format(piece) if index % 2 else escape(piece) for index, piece in enumerate(pieces)
    )


def _subject(mail: Caught) -> str:
    return str(mail.mail["Subject"] or "") or _("(không có tiêu đề)")


def _name(mail: Caught) -> str:
    addresses = mail.mail["To"].addresses if mail.mail["To"] else ()
    return (addresses[0].display_name or addresses[0].addr_spec) if addresses else "?"


def _address(mail: Caught) -> str:
    addresses = mail.mail["To"].addresses if mail.mail["To"] else ()
    return addresses[0].addr_spec if addresses else "?"


def _page(title: str, body: Markup) -> str:
    return Markup(
        '<!doctype html><html lang="{}"><head><meta charset="utf-8"><title>{}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="data:,"><style>{}</style></head><body>'
        '<header><div><a href="/">{}</a><small>{}</small></div></header>'
        "<main>{}</main></body></html>"
    ).format(
        current_locale(),
        title,
        _CSS,
        _("Hộp thư thử"),
        _("Thư không ra khỏi máy này"),
        body,
    )
