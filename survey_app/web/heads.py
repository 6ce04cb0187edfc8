"""HEAD is GET without a body, for every page, before anything asks for the method.

Views that answer GET and POST tell them apart by name; a HEAD would pass for the POST, and the CSRF
check lets HEAD through.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def head_is_get(application: "WSGIApplication") -> "WSGIApplication":
    """Return `application` such that it never sees a HEAD."""

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "HEAD":
            return application(environ, start_response)
        body = application({**environ, "REQUEST_METHOD": "GET"}, start_response)
        close = getattr(body, "close", None)
        if close is not None:
            close()
        return []

    return answer
