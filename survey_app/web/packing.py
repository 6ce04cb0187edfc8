"""Stylesheets and scripts travel compressed: a quarter of the bytes of a member's first page.

They hold nobody's secrets, so unlike pages they may be squeezed at leisure: once, when first asked
for, and again only when the file has changed.
"""

import gzip
import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.http import parse_accept_header

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_FOR_A_YEAR = "max-age=31536000, public"


class Packed:
    """Answers for the files of `folder` under `prefix`; all else goes on to `app`."""

    def __init__(self, app: "WSGIApplication", folder: Path, prefix: str) -> None:
        self._app = app
        self._files = {
            f"{prefix}{path.name}": path for path in folder.iterdir() if path.suffix in _KINDS
        }
        self._packed: dict[tuple[Path, int], tuple[bytes, str]] = {}

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Serve a packed file to a browser that takes gzip."""
        path = self._files.get(environ.get("PATH_INFO", ""))
        takes = parse_accept_header(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if path is None or environ["REQUEST_METHOD"] not in {"GET", "HEAD"} or not takes["gzip"]:
            return self._app(environ, start_response)
        body, tag = self._pack(path)
        headers = [
            ("Cache-Control", _FOR_A_YEAR),
            ("ETag", tag),
            ("Vary", "Accept-Encoding"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        if environ.get("HTTP_IF_NONE_MATCH") == tag:
            start_response("304 Not Modified", headers)
            return []
        headers += [
            ("Content-Type", _KINDS[path.suffix]),
            ("Content-Encoding", "gzip"),
            ("Content-Length", str(len(body))),
        ]
        start_response("200 OK", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _pack(self, path: Path) -> tuple[bytes, str]:
        key = path, path.stat().st_mtime_ns
        if key not in self._packed:
            body = gzip.compress(path.read_bytes(), 9, mtime=0)
            self._packed[key] = body, f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        return self._packed[key]
