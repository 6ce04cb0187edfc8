"""Security headers of every response, and the nonce of the page's scripts."""

import secrets

from flask import Flask, Response, g, request

_TOKEN_PATHS = ("/i/", "/code", "/mail/", "/sign-in/", "/trial/")


def csp_nonce() -> str:
    """Return this response's script nonce, made when a page first asks for it."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def install(app: Flask, *, secure: bool) -> None:
    """Put the headers on every response of `app`; HSTS only where users come over https."""
    app.jinja_env.globals["csp_nonce"] = csp_nonce

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        nonce = g.get("csp_nonce")
        scripts = f"'self' 'nonce-{nonce}'" if nonce else "'self'"
        # A page may bring a policy of its own (the preview of a mail needs inline styles).
        headers.setdefault(
            "Content-Security-Policy",
            f"default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data:; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        )
        headers["X-Content-Type-Options"] = "nosniff"
        # `no-referrer` would make Flask-WTF refuse every https POST; links carry a token in their
        # path, so they tell other sites (and our own logs) nothing but the host.
        on_link = request.path.startswith(_TOKEN_PATHS)
        headers["Referrer-Policy"] = "strict-origin" if on_link else "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Cross-Origin-Resource-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        if secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        return response
