"""Pages rendered once and filled many times.

Most of a page's cost is rendering, and most of a member's page is the same for everybody. A
template is rendered with a marker in each place that differs, cut at the markers, and kept; showing
it to someone is joining strings. Markers are escaped text, so values are escaped when filled in.
"""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from markupsafe import Markup, escape

from survey_app import i18n
from survey_app.keeping import Shelf
from survey_app.web.headers import csp_nonce

_kept: Shelf[tuple[str, str, str], "Prepared"] = Shelf(512)
_NONCE = "nonce"
_HERE = "here"


class Prepared:
    """A page cut at its markers: constant strings with the names of what stands between them."""

    def __init__(self, html: str, boundary: str) -> None:
        # Odd positions hold names: re.split keeps what the group caught.
        self._parts = re.split(f"{boundary}([a-z_]+){boundary}", html)

    def fill(self, values: Mapping[str, object]) -> str:
        """Return the page with `values` in place, escaped unless they are Markup."""
        parts = self._parts[:]
        for index in range(1, len(parts), 2):
            name = parts[index]
            if name == _NONCE:
                parts[index] = csp_nonce()
            elif name == _HERE:
                parts[index] = str(escape(request.path))
            else:
                parts[index] = str(escape(values[name]))
        return "".join(parts)


def prepared_page(
    template: str, *, same: Mapping[str, Any], differs: Mapping[str, object], keep: bool = True
) -> str:
    """Render `template`, where `same` is equal for all who share it and `differs` is per reader.

    The page is kept per template, language and `same`, unless `keep` is false. Nothing personal may
    stand in `same` of a kept page. Names in `differs` can only be printed by the template, not
    compared.
    """
    if not keep:
        return _prepare(template, same, differs).fill(differs)
    kept_under = (template, i18n.current_locale(), repr(same))
    return _kept.get(kept_under, lambda: _prepare(template, same, differs)).fill(differs)


def _prepare(template: str, same: Mapping[str, Any], differs: Mapping[str, object]) -> Prepared:
    boundary = f"~{secrets.token_hex(8)}~"
    # The markers hold nothing to escape; S704 looks for user input.
    slots = {name: Markup(f"{boundary}{name}{boundary}") for name in (*differs, _HERE)}  # noqa: S704
    html = render_template(
        template,
        **same,
        **slots,
        csp_nonce=lambda: Markup(f"{boundary}{_NONCE}{boundary}"),  # noqa: S704
        get_flashed_messages=lambda **_: (),
        csrf_token=lambda: "",
        current_actor=None,
    )
    return Prepared(html, boundary)
