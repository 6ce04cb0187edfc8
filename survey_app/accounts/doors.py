"""The staff doors, and who is behind them."""

from flask import g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from survey_app.accounts.scope import Actor, Scope
from survey_app.accounts.sessions import load_actor
from survey_app.database import reading
from survey_app.errors import NotAllowed
from survey_app.i18n import _
from survey_app.web.doors import Door
from survey_app.web.resend import resend_page

SESSION_KEY = "staff"


def current_actor() -> Actor | None:
    """Return the signed-in staff user of this request, or `None`. Looked up once per request."""
    if "actor" not in g:
        token = session.get(SESSION_KEY)
        g.actor = None
        if isinstance(token, str):
            with reading() as unit:
                g.actor = load_actor(unit, token)
    actor: Actor | None = g.actor
    return actor


def signed_in() -> Actor:
    """Return the staff user behind a staff door.

    Raises:
        NotAllowed: nobody is signed in (a view behind no staff door asked).
    """
    actor = current_actor()
    if actor is None:
        raise NotAllowed(_("Xin đăng nhập trước."))
    return actor


def scope_in(campaign_id: int, *roles: str) -> Scope:
    """Return the cells over which the signed-in user holds any of `roles` in that campaign.

    Raises:
        NotAllowed: the user holds none of them there; the door only asked for one anywhere.
    """
    actor = signed_in()
    if not actor.has(*roles, campaign_id=campaign_id):
        raise _no_entry(actor)
    return actor.scope(*roles, campaign_id=campaign_id)


def _no_entry(actor: Actor) -> NotAllowed:
    return NotAllowed(_("Tài khoản %(email)s không có quyền vào trang này.", email=actor.email))


def _signed_out_meanwhile() -> ResponseReturnValue:
    return resend_page(
        401,
        _("Phiên đăng nhập đã hết"),
        _("Xin đăng nhập lại, rồi gửi lại những gì vừa gõ."),
        sign_in_url=url_for("sign_in.password", next="/account"),
    )


def _staff_door(name: str, *roles: str) -> Door:
    def guard() -> ResponseReturnValue | None:
        actor = current_actor()
        if actor is None:
            if request.method == "POST":
                return _signed_out_meanwhile()
            path = request.full_path.rstrip("?") if request.method == "GET" else None
            return redirect(url_for("sign_in.password", next=path), code=303)
        if not actor.has(*roles):
            raise _no_entry(actor)
        return None

    return Door(name, guard)


ORGANISER = _staff_door("organiser", "organiser", "question_approver", "administrator")
# Those who write and approve questions only may not invite people or see who took part.
ROUNDS = _staff_door("rounds", "organiser", "administrator")
COMMITTEE = _staff_door(
    "committee", "committee_reviewer", "campaign_monitor", "organiser", "administrator"
)
# Who may note what was decided about proposals for recognition.
RECOGNITION = _staff_door("recognition", "organiser", "administrator", "campaign_monitor")
SECRETARY = _staff_door("secretary", "cell_secretary")
ADMIN = _staff_door("admin", "administrator")
STAFF = _staff_door(
    "staff",
    "administrator",
    "organiser",
    "question_approver",
    "committee_reviewer",
    "campaign_monitor",
    "cell_secretary",
)
