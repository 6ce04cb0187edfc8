"""What is open to everybody, the pages of those who answer, and the doors of the sample."""

from survey_app.accounts import views as sign_in
from survey_app.demo import views as demo
from survey_app.demo.doors import TRIAL
from survey_app.desks import views_link as link
from survey_app.desks import views_public as public
from survey_app.feedback import views_form as forms
from survey_app.invitations import views_reminders as reminders
from survey_app.quizzes import views_answering as answering
from survey_app.quizzes import views_result as results
from survey_app.quizzes import views_stateless as stateless
from survey_app.web import health, language
from survey_app.web.doors import PARTICIPANT, PUBLIC, Route, route


def all_pages() -> list[Route]:
    """Return the routes of this module."""
    return [*_public(), *_member(), *_trial()]


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


def _trial() -> list[Route]:
    return [
        route("/demo", "demo.show", demo.show, TRIAL),
        route("/demo/clock", "demo.turn", demo.turn, TRIAL, "POST", csrf=False),
        route("/demo/clear", "demo.clear", demo.clear, TRIAL, "GET POST", csrf=False),
        route("/demo/<key>", "demo.role", demo.role, TRIAL),
        route("/demo/<key>", "demo.become", demo.become, TRIAL, "POST", csrf=False),
    ]
