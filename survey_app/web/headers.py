"""Security headers of every response, and the nonce of the page's scripts."""

import secrets

from flask import Flask, Response, g, request

_TOKEN_PATHS = ("/i/", "/code", "/mail/", "/sign-in/", "/trial/")

# No view sets these, so they are added without a look at what is there.
_SAME = (
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)


def csp_nonce() -> str:
    """Return this response's script nonce, made when a page first asks for it."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def install(app: Flask, *, secure: bool) -> None:
    """Put the headers on every response of `app`; HSTS only where users come over https."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce
    same = [*_SAME, *([("Strict-Transport-Security", "max-age=31536000")] if secure else [])]

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        nonce = g.get("csp_nonce")
        scripts = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
        # A page may bring a policy of its own (the preview of a mail needs inline styles).
        if "Content-Security-Policy" not in headers:
            headers.add(
                "Content-Security-Policy",
                f"default-src 'none'; script-src {scripts}; style-src 'self'; "
                "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
                "frame-ancestors 'none'",
            )
        # `no-referrer` would make Flask-WTF refuse every https POST; links carry a token in their
        # path, so they tell other sites (and our own logs) nothing but the host.
        on_link = request.path.startswith(_TOKEN_PATHS)
        headers.add("Referrer-Policy", "strict-origin" if on_link else "same-origin")
        if "Cache-Control" not in headers:
            headers.add("Cache-Control", "no-store")
        for name, value in same:
            headers.add(name, value)
        return response
