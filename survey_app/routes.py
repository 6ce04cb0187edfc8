"""The whole URL map. A page exists when it stands here, with the door of its audience."""

from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from survey_app.accounts import views as sign_in
from survey_app.accounts import views_account as account
from survey_app.accounts import views_admin as admin
from survey_app.accounts.doors import (
    ADMIN,
    COMMITTEE,
    ORGANISER,
    ROUNDS,
    SECRETARY,
    STAFF,
    current_actor,
)
from survey_app.accounts.scope import Actor
from survey_app.campaigns import views_organiser as drafts
from survey_app.demo import views as demo
from survey_app.demo.doors import TRIAL
from survey_app.desks import views_link as link
from survey_app.desks import views_organiser as organiser
from survey_app.desks import views_public as public
from survey_app.desks import views_secretary as secretary
from survey_app.desks.contact import CurrentContact
from survey_app.desks.navigation import nav_items
from survey_app.feedback import views_form as forms
from survey_app.feedback import views_paper as paper
from survey_app.feedback import views_results as form_results
from survey_app.feedback import views_texts as form_texts
from survey_app.feedback import views_urn as urn
from survey_app.invitations import views_committee as committee
from survey_app.invitations import views_people as round_people
from survey_app.invitations import views_reminders as reminders
from survey_app.invitations import views_round as rounds
from survey_app.people import views_import as roster_import
from survey_app.people import views_organiser as roster
from survey_app.questions import views_editor as editor
from survey_app.questions import views_organiser as questions
from survey_app.quizzes import views_answering as answering
from survey_app.quizzes import views_result as results
from survey_app.quizzes import views_stateless as stateless
from survey_app.web import health, language
from survey_app.web.doors import PARTICIPANT, PUBLIC, Route, route


def all_routes() -> list[Route]:
    """Return every route of the product."""
    staff = [*_organiser(), *_roster(), *_questions(), *_committee(), *_admin(), *_account()]
    return [*_public(), *_member(), *staff, *_trial()]


def _public() -> list[Route]:
    return [
        route("/healthz", "health.check", health.check, PUBLIC),
        route("/", "front.show", public.front, PUBLIC),
        route("/lost-link", "lost_link.ask", public.ask_link, PUBLIC),
        route("/lost-link", "lost_link.send", public.send_link, PUBLIC, "POST", csrf=False),
        route("/mail/no-reminders/<token>", "reminders.show", reminders.show, PUBLIC),
        route(
            "/mail/no-reminders/<token>",
            "reminders.choose",
            reminders.choose,
            PUBLIC,
            "POST",
            csrf=False,
        ),
        route("/language", "language.choose", language.choose, PUBLIC, "POST", csrf=False),
        route("/sign-in", "sign_in.password", sign_in.password, PUBLIC, "GET POST"),
        route("/sign-in/by-mail", "sign_in.by_mail", sign_in.by_mail, PUBLIC, "GET POST"),
        route("/sign-in/<token>", "sign_in.link", sign_in.link, PUBLIC, "GET POST", csrf=False),
        route("/sign-out", "sign_in.leave", sign_in.leave, PUBLIC, "POST"),
    ]


def _member() -> list[Route]:
    one, form = "/respond/<attempt_id>", "/respond/form/<public_id>"
    # No cookie-bound CSRF token here: these posts are bound to the signed link or ticket, and must
    # work after a lost cookie. Their views check where they come from.
    return [
        route("/i/<token>", "link.open", link.open_link, PARTICIPANT),
        route("/i/<token>", "link.confirm", link.confirm, PARTICIPANT, "POST", csrf=False),
        route("/respond/leave", "respond.leave", answering.leave, PARTICIPANT, "POST", csrf=False),
        route(form, "respond.form", forms.form, PARTICIPANT),
        route(form, "respond.send_form", forms.post_form, PARTICIPANT, "POST", csrf=False),
        route(one, "respond.paper", answering.paper, PARTICIPANT),
        route(one, "respond.post_paper", answering.post_paper, PARTICIPANT, "POST", csrf=False),
        route(f"{one}/save", "respond.save", answering.save, PARTICIPANT, "POST", csrf=False),
        route(f"{one}/review", "respond.review", answering.review, PARTICIPANT),
        route(f"{one}/result", "respond.result", results.result, PARTICIPANT),
        route(f"{one}/again", "respond.again", answering.again, PARTICIPANT, "POST", csrf=False),
        route("/practice", "practice.show", stateless.practice, PUBLIC),
        route("/practice", "practice.mark", stateless.mark_practice, PUBLIC, "POST", csrf=False),
        route("/trial/<token>", "trial.show", link.trial, PUBLIC),
        route("/trial/<token>", "trial.post", link.post_trial, PUBLIC, "POST", csrf=False),
        route(
            "/trial/<token>/save", "trial.save", stateless.save_trial, PUBLIC, "POST", csrf=False
        ),
    ]


def _organiser() -> list[Route]:
    return [
        route("/organiser/", "organiser.home", organiser.home, ORGANISER),
        *_rounds(),
        *_forms(),
        *_form_results(),
    ]


def _rounds() -> list[Route]:
    every, one = "/organiser/rounds", "/organiser/rounds/<slug>"
    person, asked_first = f"{one}/people/<public_id>", "<any(close,cancel,remind):action>"
    doing = "<any(close,cancel,remind,'invite-reachable'):action>"
    mail_doing, person_doing = "retry,cancel,'retry-failed'", "resend,revoke,'show-link'"
    mail, his = f"{one}/mail/<any({mail_doing}):action>", f"<any({person_doing}):action>"
    return [
        route("/organiser/campaign", "rounds.campaign", drafts.campaign, ROUNDS, "GET POST"),
        route(every, "rounds.list", drafts.rounds, ROUNDS),
        route(f"{every}/new", "rounds.new", drafts.new, ROUNDS, "GET POST"),
        route(one, "rounds.show", rounds.show, ROUNDS),
        route(f"{one}/edit", "rounds.edit", drafts.edit, ROUNDS, "GET POST"),
        route(f"{one}/copy", "rounds.copy", drafts.copy, ROUNDS, "POST"),
        route(f"{one}/preview", "rounds.preview", rounds.preview, ROUNDS),
        route(f"{one}/preview.html", "rounds.preview_html", rounds.preview_html, ROUNDS),
        route(f"{one}/test", "rounds.test", rounds.send_test, ROUNDS, "POST"),
        route(f"{one}/launch", "rounds.confirm_launch", rounds.confirm_launch, ROUNDS),
        route(f"{one}/launch", "rounds.launch", rounds.do_launch, ROUNDS, "POST"),
        route(f"{one}/{asked_first}", "rounds.confirm", rounds.confirm, ROUNDS),
        route(f"{one}/{doing}", "rounds.act", rounds.act, ROUNDS, "POST"),
        route(f"{one}/urn", "rounds.urn", urn.show, ROUNDS),
        route(f"{one}/urn/lost", "rounds.urn_confirm_lost", urn.confirm_lost, ROUNDS),
        route(f"{one}/urn/lost", "rounds.urn_lost", urn.declare_lost, ROUNDS, "POST"),
        route(f"{one}/people", "rounds.people", round_people.people, ROUNDS),
        route(f"{one}/people", "rounds.open_people", round_people.open_people, ROUNDS, "POST"),
        route(f"{one}/mail", "rounds.mails", round_people.mails, ROUNDS),
        route(mail, "rounds.mail_action", round_people.mail_action, ROUNDS, "POST"),
        route(person, "rounds.person", round_people.person, ROUNDS),
        route(f"{person}/address", "rounds.correct", round_people.correct, ROUNDS, "POST"),
        route(
            f"{person}/{his}", "rounds.person_action", round_people.person_action, ROUNDS, "POST"
        ),
    ]


def _forms() -> list[Route]:
    one = "/organiser/rounds/<slug>/paper"
    return [
        route(one, "paper.batch", paper.batch, ROUNDS, "GET POST"),
        route(f"{one}/print", "paper.sheet", paper.sheet, ROUNDS),
        route(f"{one}/xlsx", "paper.template", paper.template, ROUNDS),
    ]


def _form_results() -> list[Route]:
    ours, theirs = "/organiser/rounds/<slug>/results", "/committee/rounds/<slug>/results"
    shown, texts = form_results, form_texts
    return [
        route(ours, "rounds.results", shown.organiser_page, ROUNDS),
        route(f"{ours}/print", "rounds.results_print", shown.organiser_print, ROUNDS),
        route(f"{ours}/xlsx", "rounds.results_download", shown.organiser_download, ROUNDS, "POST"),
        route(f"{ours}/texts", "rounds.texts", texts.texts, ROUNDS),
        route(f"{ours}/texts", "rounds.texts_review", texts.review, ROUNDS, "POST"),
        route(f"{ours}/texts/clean", "rounds.texts_clean", texts.show_clean, ROUNDS, "POST"),
        route(theirs, "committee.results", shown.committee_page, COMMITTEE),
        route(f"{theirs}/print", "committee.results_print", shown.committee_print, COMMITTEE),
        route(
            f"{theirs}/xlsx",
            "committee.results_download",
            shown.committee_download,
            COMMITTEE,
            "POST",
        ),
    ]


def _roster() -> list[Route]:
    root = "/organiser/roster"
    upload = f"{root}/import/<id:upload_id>"
    person = f"{root}/people/<public_id>"
    return [
        route(root, "roster.people", roster.people, ORGANISER),
        route(f"{root}/cells", "roster.cells", roster.cells, ORGANISER),
        route(f"{root}/template.xlsx", "roster.template", roster.template, ORGANISER),
        route(f"{root}/import", "roster.upload", roster_import.upload, ORGANISER, "GET POST"),
        route(upload, "roster.preview", roster_import.preview, ORGANISER),
        route(f"{upload}/confirm", "roster.confirm", roster_import.confirm, ORGANISER, "POST"),
        route(f"{upload}/discard", "roster.discard", roster_import.discard, ORGANISER, "POST"),
        route(person, "roster.person", roster.person, ORGANISER),
        route(f"{person}/address", "roster.address", roster.address, ORGANISER, "POST"),
        route(f"{person}/wishes", "roster.wishes", roster.wishes, ORGANISER, "POST"),
    ]


def _committee() -> list[Route]:
    one = "/committee/rounds/<slug>"
    return [
        route("/committee/", "committee.home", committee.home, COMMITTEE),
        route("/secretary/", "secretary.home", secretary.home, SECRETARY),
        route(one, "committee.round", committee.board, COMMITTEE),
        route(f"{one}/print", "committee.print", committee.print_view, COMMITTEE),
        route(f"{one}/projection", "committee.project", committee.project, COMMITTEE),
        route(f"{one}/xlsx", "committee.download", committee.download, COMMITTEE, "POST"),
    ]


def _admin() -> list[Route]:
    one = "/admin/users/<id:user_id>"
    return [
        route("/admin/users", "admin.users", admin.users, ADMIN, "GET POST"),
        route(one, "admin.user", admin.user, ADMIN),
        route(f"{one}/roles", "admin.grant", admin.grant, ADMIN, "POST"),
        route(f"{one}/roles/<id:grant_id>/revoke", "admin.revoke", admin.revoke, ADMIN, "POST"),
        route(f"{one}/link", "admin.make_link", admin.make_link, ADMIN, "POST"),
        route(f"{one}/send-link", "admin.send_link", admin.send_link, ADMIN, "POST"),
        route(f"{one}/close", "admin.close", admin.close, ADMIN, "POST"),
        route(f"{one}/reopen", "admin.reopen", admin.reopen, ADMIN, "POST"),
    ]


def _account() -> list[Route]:
    return [
        route("/account", "account.show", account.show, STAFF),
        route("/account/language", "account.choose_locale", account.choose_locale, STAFF, "POST"),
        route("/account/password", "account.password", account.password, STAFF, "GET POST"),
        route("/account/leave", "account.leave", account.sign_out_everywhere, STAFF, "POST"),
    ]


def _questions() -> list[Route]:
    all_sets = "/organiser/questions"
    one = f"{all_sets}/<slug>"
    retire = f"{one}/versions/<id:version_id>/retire"
    export = f"{one}/export/<to>"
    return [
        route(all_sets, "questions.index", questions.index, ORGANISER),
        route(f"{all_sets}/new", "questions.new", questions.new, ORGANISER, "GET POST"),
        route(f"{all_sets}/blank", "questions.blank", questions.blank, ORGANISER, "POST"),
        route(one, "questions.show", questions.show, ORGANISER),
        route(f"{one}/header", "questions.header", questions.header, ORGANISER, "GET POST"),
        route(f"{one}/edit", "questions.edit", editor.edit, ORGANISER, "GET POST"),
        route(f"{one}/undo", "questions.undo", editor.undo, ORGANISER, "POST"),
        route(f"{one}/preview", "questions.preview", editor.preview, ORGANISER),
        route(f"{one}/approve", "questions.approve", questions.approve, ORGANISER, "GET POST"),
        route(f"{one}/draft", "questions.new_draft", questions.new_draft, ORGANISER, "POST"),
        route(f"{one}/discard", "questions.discard", questions.discard, ORGANISER, "GET POST"),
        route(retire, "questions.retire", questions.retire, ORGANISER, "POST"),
        route(export, "questions.export", questions.export, ORGANISER),
    ]


def _trial() -> list[Route]:
    return [
        route("/demo", "demo.show", demo.show, TRIAL),
        route("/demo/clock", "demo.turn", demo.turn, TRIAL, "POST", csrf=False),
        route("/demo/clear", "demo.clear", demo.clear, TRIAL, "GET POST", csrf=False),
        route("/demo/<key>", "demo.role", demo.role, TRIAL),
        route("/demo/<key>", "demo.become", demo.become, TRIAL, "POST", csrf=False),
    ]


def _who_looks() -> Actor | None:
    """Return who is signed in. Error pages ask too: for a database in trouble nobody is."""
    try:
        return current_actor()
    except SQLAlchemyError:
        return None


def install_page_context(app: Flask) -> None:
    """Tell every template who is looking, and visitors whom they may call."""

    @app.context_processor
    def context() -> dict[str, Any]:
        actor = _who_looks()
        contact = None if actor else CurrentContact()
        return {"current_actor": actor, "nav_items": nav_items(actor), "contact": contact}
