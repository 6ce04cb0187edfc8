"""The thin bar on every page of a development installation: that this is a trial, and its hour.

It is put into finished pages, so that no template, and no page kept for members, knows of it.
"""

import re
from collections.abc import Callable

from flask import Flask, Response, render_template, request

from survey_app import clock

# The link to the content stays the first thing that the keyboard reaches.
_BODY = re.compile(rb'<body[^>]*>(?:\s*<a class="skip"[^>]*>[^<]*</a>)?')
_HEAD_END = b"</head>"


def install(app: Flask, url: str, has_sample: Callable[[], bool]) -> None:
    """Show the bar on the pages of `app`; `url` is where one changes role and hour.

    Where there is no sample (any more) it only says that mail stays on this machine.
    """

    @app.after_request
    def add_bar(response: Response) -> Response:
        # A page with a policy of its own is no page of ours, but a mail shown inside one.
        foreign = "Content-Security-Policy" in response.headers
        if response.mimetype != "text/html" or response.is_streamed or foreign:
            return response
        body = response.get_data()
        found = _BODY.search(body)
        if found is None:
            return response
        bar = render_template(
            "components/trial_bar.html",
            now=clock.now(),
            url=url if request.path != url else None,
            sample=has_sample(),
        )
        style, _, strip = bar.partition("\n")
        body = body[: found.end()] + strip.encode() + body[found.end() :]
        response.set_data(body.replace(_HEAD_END, style.encode() + _HEAD_END, 1))
        return response
