"""A post that came too late for its form's token, or after the session's end, loses nothing.

The page that says so carries what was typed, and sends it again with one button. Only for posts of
our own pages: another site gets no such button.
"""

from flask import Response, make_response, render_template, request

from survey_app.errors import NotAllowed
from survey_app.web.doors import same_site_post

_NEVER_SHOWN = frozenset({"csrf_token", "password", "current"})


def typed_fields() -> list[tuple[str, str]]:
    """Return what was posted but for secrets, or nothing when another site sent it."""
    try:
        same_site_post()
    except NotAllowed:
        return []
    return [
        (name, value)
        for name, values in request.form.lists()
        if name not in _NEVER_SHOWN
        for value in values
    ]


def resend_page(status: int, title: str, message: str, *, sign_in_url: str = "") -> Response:
    """Say what happened, and offer to send the same again (after signing in, when needed)."""
    page = render_template(
        "errors/resend.html",
        title=title,
        message=message,
        fields=typed_fields(),
        had_files=any(file.filename for file in request.files.values()),
        action=request.full_path.rstrip("?"),
        sign_in_url=sign_in_url,
    )
    return make_response(page, status)
