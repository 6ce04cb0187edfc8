"""The people of a round: how far each is, what became of their mails, and what can be done.

Of a form the list tells who is invited and what became of their mails; how far anybody is, nothing
does. So it is open to look at, and its only filter is about mail.
"""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.doors import signed_in
from survey_app.audit import Action, record
from survey_app.campaigns.access import organised_round, organisers_scope
from survey_app.campaigns.models import Round
from survey_app.campaigns.queries import LAUNCHED
from survey_app.database import reading, writing
from survey_app.errors import Conflict, DomainError, Invalid, NotFound
from survey_app.i18n import _
from survey_app.invitations import mails as composing
from survey_app.invitations import queries, reaching
from survey_app.invitations.addressees import addressee
from survey_app.invitations.following import LIVE
from survey_app.invitations.kinds import asks_people
from survey_app.invitations.names_open import are_open, open_names
from survey_app.invitations.participation import Participation, participation
from survey_app.invitations.queries import PAGE, PersonLine
from survey_app.mailing import outbox
from survey_app.mailing import queries as mailing
from survey_app.mailing.models import STATES as MAIL_STATES
from survey_app.web.error_pages import status_of
from survey_app.web.refusing import form_number, number_of

KINDS = ("invitation", "reminder", "result")


def people(slug: str) -> ResponseReturnValue:
    """Who is how far, by given name; the list opens by a button, and its opening is logged."""
    state, search = request.args.get("state", ""), request.args.get("q", "")
    now = clock.now()
    board: Participation | None = None
    with reading() as session:
        round_ = _launched(session, slug)
        scope = organisers_scope(round_)
        if round_.kind == "quiz":
            board = participation(session, round_, now, scope=scope)
        elif state != "undeliverable":
            state = ""
        opened = _is_opened(round_, now)
        lines: list[PersonLine] = []
        total = 0
        if opened:
            lines, total = queries.people(
                session, round_.id, scope=scope, state=state, search=search, page=_page()
            )
    return render_template(
        "invitations/people.html" if board else "invitations/form_people.html",
        round=round_,
        counts=board.total if board else None,
        opened=opened,
        lines=lines,
        total=total,
        page=_page(),
        pages=_pages(total),
        state=state,
        search=search,
        states=queries.STATES,
    )


def open_people(slug: str) -> ResponseReturnValue:
    """Log that the list is opened, then show it for half an hour."""
    now = clock.now()
    with writing() as session:
        round_ = _launched(session, slug)
        if round_.kind != "quiz":
            raise Conflict(_("Danh sách người được mời của phiếu ẩn danh không phải mở."))
        _lines, total = queries.people(session, round_.id, scope=organisers_scope(round_))
        open_names(session, str(round_.id), round_.id, "states", total, now)
    state, search = request.form.get("state") or None, request.form.get("q") or None
    return redirect(url_for("rounds.people", slug=slug, state=state, q=search), code=303)


def mails(slug: str) -> ResponseReturnValue:
    """What became of each mail, in plain words."""
    kind, state = request.args.get("kind", ""), request.args.get("state", "")
    search = request.args.get("q", "")
    with reading() as session:
        round_ = _launched(session, slug)
        about, opened = ("round", round_.id), _is_opened(round_, clock.now())
        lines, total = queries.mails(
            session,
            round_.id,
            scope=organisers_scope(round_),
            kind=kind if kind in KINDS else None,
            state=state if state in MAIL_STATES else None,
            search=search,
            page=_page(),
            opened=opened,
        )
        counts = mailing.counts(session, about, to="person")
        trouble = mailing.trouble(session)
    return render_template(
        "invitations/mails.html",
        round=round_,
        lines=lines,
        total=total,
        page=_page(),
        pages=_pages(total),
        counts=counts,
        trouble=trouble,
        opened=opened,
        kind=kind,
        state=state,
        search=search,
    )


def mail_action(slug: str, action: str) -> ResponseReturnValue:
    """Send one mail again, or stop it."""
    actor = signed_in()
    message_id, item_id = form_number("message"), form_number("item")
    with writing() as session:
        round_ = _launched(session, slug)
        if action == "retry-failed":
            count = outbox.retry_failed(session, ("round", round_.id))
            record(session, Action.MAIL_RETRIED, actor, ("round", round_.id), message_id=None)
            done = _("Đang gửi lại %(count)s thư.", count=count)
        elif action == "cancel" and item_id:
            message_id = outbox.cancel_item(session, item_id)
            _own_mail(session, round_, message_id)
            record(
                session, Action.MAIL_CANCELLED, actor, ("round", round_.id), message_id=message_id
            )
            done = _("Đã dừng thư này.")
        else:
            _own_mail(session, round_, message_id)
            if action == "cancel":
                outbox.cancel(session, message_id)
                what, done = Action.MAIL_CANCELLED, _("Đã dừng thư này.")
            else:
                outbox.retry(session, message_id, confirmed=request.form.get("sure") == "yes")
                what, done = Action.MAIL_RETRIED, _("Đang gửi lại thư này.")
            record(session, what, actor, ("round", round_.id), message_id=message_id)
    flash(done, "good")
    return redirect(url_for("rounds.mails", slug=slug, q=request.form.get("q") or None), code=303)


def person(slug: str, public_id: str) -> ResponseReturnValue:
    """One person in one round: state, address, mails, link."""
    return _person_page(slug, public_id)


def correct(slug: str, public_id: str) -> ResponseReturnValue:
    """Store a new address, and invite again whom no mail could reach."""
    email = request.form.get("email", "")
    try:
        with writing() as session:
            round_, line = _find(session, slug, public_id)
            queued = reaching.correct_and_resend(
                session, round_.id, line.person_id, email, signed_in(), clock.now()
            )
    except Invalid as error:
        return _person_page(slug, public_id, typed=email, problem=error), status_of(error)
    if queued:
        flash(_("Đã lưu địa chỉ mới và đang gửi lại thư kèm liên kết."), "good")
    else:
        flash(_("Đã lưu địa chỉ."), "good")
    return redirect(url_for("rounds.person", slug=slug, public_id=public_id), code=303)


def person_action(slug: str, public_id: str, action: str) -> ResponseReturnValue:
    """Send the invitation again, show the link once, or make it useless."""
    actor = signed_in()
    link = None
    with writing() as session:
        round_, line = _find(session, slug, public_id)
        if action == "resend":
            reaching.resend(session, round_.id, line.person_id, actor, clock.now())
            flash(_("Đang gửi lại thư kèm liên kết."), "good")
        elif action == "revoke":
            reaching.revoke_link(session, round_.id, line.person_id, actor)
            flash(
                _("Liên kết cũ không còn dùng được. Xin gửi lại thư mời với liên kết mới."), "good"
            )
        elif round_.kind != "quiz":
            # Behind somebody's link stands whether they have sent their form.
            raise Conflict(
                _("Liên kết của phiếu ẩn danh chỉ gửi cho chính người ấy, không hiện cho ai khác.")
            )
        else:
            found = addressee(session, round_.id, line.person_id)
            link = composing.link_url(found) if found else None
            invitation = reaching.invitation_of(session, round_.id, line.person_id)
            record(session, Action.LINK_SHOWN, actor, ("invitation", invitation.id))
    if link:
        return _person_page(slug, public_id, link=link)
    return redirect(url_for("rounds.person", slug=slug, public_id=public_id), code=303)


def _person_page(
    slug: str,
    public_id: str,
    *,
    typed: str | None = None,
    problem: DomainError | None = None,
    link: str | None = None,
) -> str:
    with reading() as session:
        round_, line = _find(session, slug, public_id)
        sent = mailing.of_recipient(
            session, ("person", line.person_id), subject=("round", round_.id)
        )
    opened = _is_opened(round_, clock.now())
    return render_template(
        "invitations/person.html",
        round=round_,
        line=line,
        mails=[one for one in sent if opened or not queries.tells_who_is_done(one)],
        opened=opened,
        live=round_.state in LIVE and clock.now() < round_.closes_at,
        email=line.email or "" if typed is None else typed,
        problem=problem,
        link=link,
    )


def _find(session: Session, slug: str, public_id: str) -> tuple[Round, PersonLine]:
    round_ = _launched(session, slug)
    line = queries.person(session, round_.id, public_id, scope=organisers_scope(round_))
    if line is None:
        raise NotFound(_("Người này không có trong vòng thi."))
    return round_, line


def _own_mail(session: Session, round_: Round, message_id: int) -> None:
    if not queries.mail_to_person(session, round_.id, message_id, scope=organisers_scope(round_)):
        raise NotFound(_("Không có thư này."))


def _launched(session: Session, slug: str) -> Round:
    round_ = asks_people(organised_round(session, slug))
    if round_.state not in (*LAUNCHED, "cancelled") or round_.launched_at is None:
        raise Conflict(_("Vòng thi chưa phát động nên chưa có thư và danh sách."))
    return round_


def _is_opened(round_: Round, now: datetime) -> bool:
    """Whether what tells who is done may be shown; of a form nothing on these pages does."""
    if round_.kind != "quiz":
        return True
    return are_open(str(round_.id), now)


def _page() -> int:
    return max(1, min(number_of(request.args.get("page"), 1), 10_000))


def _pages(total: int) -> int:
    return max(1, -(-total // PAGE))
