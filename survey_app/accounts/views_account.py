"""One's own account: roles, sessions, language, password."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_app.accounts import cells, entering, passwords, queries, services, sign_in
from survey_app.accounts.doors import signed_in
from survey_app.accounts.forms import LocaleForm, PasswordForm
from survey_app.accounts.guessing import Try
from survey_app.accounts.roles import LABELS, home
from survey_app.accounts.scope import Actor
from survey_app.database import reading, writing
from survey_app.errors import DomainError
from survey_app.i18n import _
from survey_app.web import language
from survey_app.web.error_pages import status_of


def show() -> ResponseReturnValue:
    """What this account may do, and where it is signed in."""
    actor = signed_in()
    with reading() as unit:
        account = queries.account(unit, actor.user_id)
        open_sessions = queries.open_sessions(unit, actor.user_id, actor.session_hash)
        names = {cell.id: cell.name for cell in cells.known_cells(unit)}
    return render_template(
        "accounts/account.html",
        account=account,
        sessions=open_sessions,
        cell_names=names,
        role_labels=LABELS,
        form=LocaleForm(locale=account.locale),
    )


def choose_locale() -> ResponseReturnValue:
    """Keep the language of pages and mails."""
    actor = signed_in()
    with writing() as unit:
        services.choose_locale(unit, actor.user_id, request.form.get("locale", ""))
    response = redirect(url_for("account.show"), code=303)
    language.remember(response, request.form["locale"])
    return response


def password() -> ResponseReturnValue:
    """Set or change the password; offered once after the first sign-in by link."""
    actor = signed_in()
    with reading() as unit:
        claim = sign_in.find_claim(unit, actor.email)
    ask_current = claim.password_hash is not None and not entering.proved_by_link()
    first = request.args.get("first") == "1"
    form = PasswordForm()
    page = {"form": form, "ask_current": ask_current, "first": first, "home": home(actor)}
    if request.method == "GET":
        return render_template("accounts/password.html", email=actor.email, **page)
    status = _save_password(form, actor, claim if ask_current else None)
    if status:
        return render_template("accounts/password.html", email=actor.email, **page), status
    flash(_("Mật khẩu mới đã dùng được. Các thiết bị khác đã được đăng xuất."), "good")
    return redirect(home(actor) if first else url_for("account.show"), code=303)


def _save_password(form: PasswordForm, actor: Actor, ask: sign_in.Claim | None) -> int:
    """Store the new password; return 0, or the status of the page that says what is wrong."""
    if not form.validate():
        return 422
    wanted = form.password.data or ""
    form.password.errors = list(passwords.problems(wanted, actor.email, actor.name))
    if form.password.errors:
        return 422
    if ask is not None:
        attempt = Try(ask.email, request.remote_addr or "", f"session {actor.session_hash}")
        try:
            entering.compare(ask, attempt, form.current.data or "")
        except DomainError as error:
            wrong = isinstance(error, sign_in.WrongPassword)
            form.current.errors = [_("Mật khẩu hiện nay chưa đúng.") if wrong else error.message]
            return status_of(error)
    new_hash = passwords.make_hash(wanted)
    with writing() as unit:
        services.set_password(unit, actor.user_id, new_hash, actor=actor, keep=actor.session_hash)
    return 0


def sign_out_everywhere() -> ResponseReturnValue:
    """End all sessions of this account, on every device."""
    entering.sign_out(everywhere=True)
    flash(_("Đã đăng xuất khỏi mọi thiết bị."), "good")
    return redirect(url_for("sign_in.password"), code=303)
