"""The browser's side of signing in and out: cookies, and which page comes next."""

from flask import g, redirect, request, session
from werkzeug.wrappers import Response

from survey_app.accounts import guessing, passwords, sessions, sign_in
from survey_app.accounts.doors import SESSION_KEY, current_actor
from survey_app.accounts.roles import home
from survey_app.audit import Action, record
from survey_app.database import writing
from survey_app.extensions import current_settings
from survey_app.web import language
from survey_app.web.pages import LANGUAGE_COOKIE

MEANS_KEY = "proved_by"


def _device_cookie() -> str:
    return "__Host-staff-device" if current_settings().secure else "staff_device"


def try_of(claim: sign_in.Claim) -> guessing.Try:
    """Describe the present request as a try at this account."""
    cookie = request.cookies.get(_device_cookie())
    device = guessing.device_of(current_settings().link_key, cookie, claim.user_id)
    return guessing.Try(claim.email, request.remote_addr or "", device)


def compare(claim: sign_in.Claim, attempt: guessing.Try, password: str) -> None:
    """Take a turn and compare the password; the slow hash runs outside of any unit of work.

    Raises:
        Throttled: too many tries.
        WrongPassword: it is wrong.
    """
    with writing() as unit:
        guessing.take_turn(unit, attempt, claim.user_id)
    if passwords.verify(password, claim.password_hash).right:
        return
    with writing() as unit:
        guessing.missed(unit, attempt)
    raise sign_in.WrongPassword


def enter(entry: sign_in.Entry, means: str, target: str) -> Response:
    """Give this browser the opened session, and nothing of what its cookie held before."""
    session.clear()
    session.permanent = True
    session[SESSION_KEY] = entry.token
    session[MEANS_KEY] = means
    g.pop("actor", None)
    response = redirect(target or home(entry.roles), code=303)
    settings = current_settings()
    response.set_cookie(
        _device_cookie(),
        guessing.new_device(settings.link_key, entry.user_id),
        max_age=365 * 86400,
        httponly=True,
        samesite="Lax",
        secure=settings.secure,
    )
    if LANGUAGE_COOKIE not in request.cookies:
        language.remember(response, entry.locale)
    return response


def proved_by_link() -> bool:
    """Whether this browser came in by a one-time link, so that the old password is not asked."""
    return session.get(MEANS_KEY) == "link"


def sign_out(*, everywhere: bool) -> None:
    """End this session, or all sessions of its user."""
    actor = current_actor()
    token = session.get(SESSION_KEY)
    if actor is not None and isinstance(token, str):
        with writing() as unit:
            if everywhere:
                ended = sessions.end_all(unit, actor.user_id)
            else:
                sessions.end(unit, token)
                ended = 1
            record(unit, Action.SIGNED_OUT, actor, ("user", actor.user_id), sessions=ended)
    session.clear()
    g.pop("actor", None)
