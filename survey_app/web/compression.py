"""Large pages travel compressed: a paper of 20 questions is 35 kB of text and 6 kB of zip.

Small ones do not pay for it, and none that came with a query string: what a stranger can put into a
page must not be squeezed together with that page's secrets (BREACH).
"""

import gzip

from flask import Flask, Response, request

LARGE = 10_000
# Query strings that no stranger fills in.
_HARMLESS = {b"", b"saved=1"}
_LEVEL = 1  # most of the gain at a third of the cost of the usual 6


def install(app: Flask) -> None:
    """Compress large pages of `app` for browsers that take them so."""

    @app.after_request
    def compress(response: Response) -> Response:
        if response.mimetype != "text/html" or response.is_streamed:
            return response
        # The first to vary; a session adds itself behind.
        response.headers.add("Vary", "Accept-Encoding")
        body = response.get_data()
        if (
            len(body) >= LARGE
            and request.accept_encodings["gzip"] > 0
            and request.query_string in _HARMLESS
            and "Content-Encoding" not in response.headers
        ):
            response.set_data(gzip.compress(body, _LEVEL, mtime=0))
            response.headers["Content-Encoding"] = "gzip"
        return response
