"""The trial's own pages: every door on one page, another role in one click, the clock, the end."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts import entering, sign_in
from survey_app.accounts.models import User
from survey_app.campaigns.models import Round, RoundCell
from survey_app.campaigns.queries import list_rounds
from survey_app.database import current_database, reading, writing
from survey_app.demo import cast, clearing, has_sample, inbox, links, timing
from survey_app.demo.wording import MEMBER_STATES, TURNS, role_cards
from survey_app.errors import DomainError, NotFound
from survey_app.extensions import current_settings
from survey_app.formatting import moment
from survey_app.i18n import _
from survey_app.mailing.models import OutboxMessage
from survey_app.web.doors import same_site_post
from survey_app.web.error_pages import status_of


def show() -> ResponseReturnValue:
    """Every door on one page, what to try behind each, and the clock."""
    now = clock.now()
    if not has_sample(current_database()):
        return render_template("demo/gone.html", inbox_url=inbox.url_of(current_settings()))
    with reading() as session:
        round_ = links.next_to_close(session)
        members = links.member_links(session, current_settings().link_key)
        page = _happening(session)
    return render_template(
        "demo/show.html",
        now=now,
        round=round_,
        members=[(MEMBER_STATES[one.state], one.name, one.path) for one in members],
        roles=role_cards(),
        turns=[(name, TURNS[name]) for name in timing.targets(now, round_)],
        inbox_url=inbox.url_of(current_settings()),
        turned="turned" in request.args,
        **page,
    )


def _happening(session: Session) -> dict[str, object]:
    """Return what has become of the rounds and their mails by now."""
    begun = dict(
        session.execute(
            select(RoundCell.round_id, func.sum(RoundCell.started)).group_by(RoundCell.round_id)
        ).all()
    )
    sent = session.scalar(
        select(func.count()).select_from(OutboxMessage).where(OutboxMessage.state == "sent")
    )
    rounds = [line for line in list_rounds(session) if line.state != "draft"]
    return {
        "rounds": [(line, begun.get(line.id) or 0) for line in rounds],
        "form_open": any(line.kind == "feedback" and line.state == "open" for line in rounds),
        "sent": sent or 0,
    }


def role(key: str) -> ResponseReturnValue:
    """Ask before signing in as one of the sample's accounts; looking changes nothing."""
    card = next((card for card in role_cards() if card.key == key), None)
    if card is None or not has_sample(current_database()):
        raise NotFound(_("Bản dùng thử không có vai này."))
    return render_template("demo/role.html", card=card)


def become(key: str) -> ResponseReturnValue:
    """Sign in as one of the sample's accounts."""
    same_site_post()
    account = next((one for one in cast.ACCOUNTS if one.key == key), None)
    with writing() as session:
        user = session.scalar(
            select(User).where(User.email == (account.email if account else ""), User.is_sample)
        )
        if user is None:
            raise NotFound(_("Bản dùng thử không có vai này."))
        entry = sign_in.open_session(session, user, means="demo")
    return entering.enter(entry, "demo", "")


def turn() -> ResponseReturnValue:
    """Turn the clock of all processes, then watch what happens."""
    same_site_post()
    if not has_sample(current_database()):
        raise NotFound(_("Đồng hồ thử chỉ đi cùng dữ liệu mẫu; ở đây dùng giờ thật."))
    with reading() as session:
        round_: Round | None = links.next_to_close(session)
    stands = timing.turn(request.form.get("to", ""), clock.now(), round_)
    flash(_("Đồng hồ nay là %(when)s.", when=moment(stands)), "good")
    return redirect(url_for("demo.show", turned=1, _anchor="clock"), code=303)


def clear() -> ResponseReturnValue:
    """Take the sample away and begin a campaign of one's own; asks for the words to be typed."""
    if not has_sample(current_database()):
        return redirect(url_for("demo.show"), code=303)
    with reading() as session:
        page = {"phrase": clearing.PHRASE, "real_people": clearing.real_people(session)}
    if request.method == "GET":
        return render_template("demo/clear.html", **page)
    same_site_post()
    typed = {name: request.form.get(name, "") for name in ("phrase", "email", "name")}
    try:
        owner = clearing.read_owner(**typed)
        kept = clearing.clear(current_database(), current_settings(), owner)
    except DomainError as error:
        shown = render_template("demo/clear.html", **page, typed=typed, error=error.message)
        return shown, status_of(error)
    with writing() as session:
        entry = sign_in.open_session(session, clearing.account_of(session, owner), means="demo")
    response = entering.enter(entry, "demo", url_for("organiser.home"))
    flash(
        _("Đã xóa dữ liệu mẫu. Bản sao lưu: %(name)s.", name=f"instance/backups/{kept.name}"),
        "good",
    )
    return response
