"""Signing in and out."""

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_app.accounts import entering, links, sign_in
from survey_app.accounts.doors import current_actor
from survey_app.accounts.forms import MailLinkForm, SignInForm
from survey_app.accounts.roles import home
from survey_app.database import reading, writing
from survey_app.errors import DomainError, Expired
from survey_app.extensions import current_settings
from survey_app.web.doors import same_site_post
from survey_app.web.error_pages import status_of
from survey_app.web.language import safe_path


def password() -> ResponseReturnValue:
    """The sign-in page: address and password, or the way to a link by mail."""
    form = SignInForm()
    if request.method == "GET":
        actor = current_actor()
        if actor is not None:
            return redirect(safe_path(request.args.get("next"), home(actor)), code=303)
        form.next.data = safe_path(request.args.get("next"), "")
        return render_template("accounts/sign_in.html", form=form)
    if not form.validate():
        return render_template("accounts/sign_in.html", form=form), 422
    try:
        return _enter_with_password(form)
    except DomainError as error:
        page = render_template("accounts/sign_in.html", form=form, problem=error.message)
        return page, status_of(error)


def _enter_with_password(form: SignInForm) -> ResponseReturnValue:
    with reading() as unit:
        claim = sign_in.find_claim(unit, form.email.data or "")
    attempt = entering.try_of(claim)
    entering.compare(claim, attempt, form.password.data or "")
    with writing() as unit:
        user = sign_in.confirm(unit, claim, attempt)
        entry = sign_in.open_session(unit, user, means="password")
    return entering.enter(entry, "password", safe_path(form.next.data, ""))


def link(token: str) -> ResponseReturnValue:
    """A one-time link. Opening it changes nothing and sets no cookie; ticked and pressed spends it.

    Gateways open links and submit their forms as they came, so the button alone is not enough.
    """
    g.actor = None  # who was signed in before does not matter here, and is not shown
    posted = request.method == "POST"
    if posted:
        same_site_post()
        if request.form.get("sure") == "yes":
            return _enter_by_link(token)
    with reading() as unit:
        live = links.is_live(unit, token)
    if not live:
        return _spent()
    return render_template("accounts/link.html", unsure=posted), 422 if posted else 200


def _enter_by_link(token: str) -> ResponseReturnValue:
    try:
        with writing() as unit:
            user = links.spend(unit, token)
            entry = sign_in.open_session(unit, user, means="link")
    except Expired as error:
        return _spent(error)
    target = url_for("account.password", first="1") if entry.ask_for_password else ""
    return entering.enter(entry, "link", target)


def _spent(error: Expired | None = None) -> ResponseReturnValue:
    return render_template("accounts/link_spent.html"), status_of(error) if error else 410


def by_mail() -> ResponseReturnValue:
    """Ask for a one-time link by mail; the answer is the same without such an account."""
    form = MailLinkForm()
    if request.method == "GET":
        return render_template("accounts/by_mail.html", form=form)
    if not form.validate():
        return render_template("accounts/by_mail.html", form=form), 422
    try:
        with writing() as unit:
            sign_in.mail_link(
                unit, current_settings().link_key, form.email.data or "", request.remote_addr or ""
            )
    except DomainError as error:
        page = render_template("accounts/by_mail.html", form=form, problem=error.message)
        return page, status_of(error)
    return render_template("accounts/by_mail_sent.html", email=form.email.data)


def leave() -> ResponseReturnValue:
    """End this session."""
    entering.sign_out(everywhere=False)
    return redirect(url_for("sign_in.password"), code=303)
