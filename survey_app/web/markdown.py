"""Restricted Markdown for what organisers write in forms: bold, italic, lists, links. Nothing else.

What Markdown knows beside these (pictures, HTML, code, quotations, tables) stays the text that was
typed. Links go to https only. The result passes a sanitiser that knows just the elements below, so
that a mistake in the parser is no way in.
"""

from typing import Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup

_BLOCKS: Final = ("heading", "list", "paragraph")
_INLINE: Final = ("text", "newline", "escape", "emphasis", "link")
_INLINE_AFTER: Final = ("balance_pairs", "emphasis", "fragments_join")
_CORE: Final = ("normalize", "block", "inline", "text_join")
_IN_LINE: Final = frozenset({"strong", "em", "a", "br"})
_ALL: Final = _IN_LINE | {"p", "ul", "ol", "li"}
# "*": by itself the sanitiser lets `title` and `lang` stand anywhere.
_ATTRIBUTES: Final = {"*": set[str](), "a": {"href"}, "ol": {"start"}}


class _Renderer(RendererHTML):
    """Headings are bold lines: the page has headings of its own."""

    def heading_open(self, tokens: list[Token], at: int, options: object, env: object) -> str:
        return "<p><strong>"

    def heading_close(self, tokens: list[Token], at: int, options: object, env: object) -> str:
        return "</strong></p>\n"


def _https_only(url: str) -> bool:
    return url.lower().startswith("https://")


def _parser() -> MarkdownIt:
    markdown = MarkdownIt("zero", {"html": False, "breaks": True}, renderer_cls=_Renderer)
    markdown.core.ruler.enableOnly([*_CORE])
    markdown.block.ruler.enableOnly([*_BLOCKS])
    markdown.inline.ruler.enableOnly([*_INLINE])
    markdown.inline.ruler2.enableOnly([*_INLINE_AFTER])
    # The library calls it for every link; what it refuses stays text.
    markdown.validateLink = _https_only  # type: ignore[method-assign]
    return markdown


_MARKDOWN: Final = _parser()


def rich(text: str) -> Markup:
    """Return a text of several paragraphs as HTML: `<p> <ul> <ol> <li> <strong> <em> <a> <br>`."""
    return _clean(_MARKDOWN.render(text), _ALL)


def rich_line(text: str) -> Markup:
    """Return a text that stands inside one element as HTML: `<strong> <em> <a> <br>`.

    Lists and headings are no blocks here: "1954. …" at its beginning stays a year.
    """
    # Where it stands, the style sheet may keep line ends as they are: one break for each, not two.
    return Markup("").join(_clean(_MARKDOWN.renderInline(text), _IN_LINE).splitlines())


def _clean(html: str, elements: frozenset[str]) -> Markup:
    safe = nh3.clean(
        html,
        tags=set(elements),
        attributes={name: set(kept) for name, kept in _ATTRIBUTES.items()},
        url_schemes={"https"},
        link_rel="noopener noreferrer",
    )
    return Markup(safe.strip())  # noqa: S704 - sanitised on the line above
