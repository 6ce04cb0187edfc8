"""The switch between the two languages."""

from urllib.parse import urlsplit

from flask import Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from survey_app.extensions import current_settings
from survey_app.i18n import LOCALES
from survey_app.web.pages import LANGUAGE_COOKIE


def safe_path(target: str | None, default: str = "/") -> str:
    """Return `target` when it is a path of this site, else `default` (no open redirects)."""
    if not target or not target.startswith("/") or any(c < "!" or c == "\\" for c in target):
        return default  # browsers drop tabs and line ends, and read \ as /
    try:
        parts = urlsplit(target)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc or target.startswith("//") else target


def remember(response: BaseResponse, locale: str) -> None:
    """Keep the chosen language in this browser for a year; it says nothing about the person."""
    response.set_cookie(
        LANGUAGE_COOKIE,
        locale,
        max_age=365 * 86400,
        httponly=True,
        samesite="Lax",
        secure=current_settings().secure,
    )


def choose() -> BaseResponse | Response:
    """Switch the language and go back to the page it was asked from."""
    locale = request.form.get("lang", "")
    response = redirect(safe_path(request.form.get("next")), code=303)
    if locale in LOCALES:
        remember(response, locale)
    return response
