"""The pages of organisers: rounds, forms, roster, question sets."""

from survey_app.accounts.doors import (
    COMMITTEE,
    ORGANISER,
    RECOGNITION,
    ROUNDS,
)
from survey_app.campaigns import views_organiser as drafts
from survey_app.cell_reports import views_cells as duties
from survey_app.cell_reports import views_recognition as recognition
from survey_app.desks import views_changes as changes
from survey_app.desks import views_merge as merging
from survey_app.desks import views_organiser as organiser
from survey_app.feedback import views_paper as paper
from survey_app.feedback import views_results as form_results
from survey_app.feedback import views_texts as form_texts
from survey_app.feedback import views_urn as urn
from survey_app.invitations import views_entry as entry
from survey_app.invitations import views_ledger as ledger
from survey_app.invitations import views_people as round_people
from survey_app.invitations import views_round as rounds
from survey_app.people import views_import as roster_import
from survey_app.people import views_organiser as roster
from survey_app.questions import views_editor as editor
from survey_app.questions import views_organiser as questions
from survey_app.web.doors import Route, route


def all_pages() -> list[Route]:
    """Return the routes of this module."""
    return [*_organiser(), *_roster(), *_ledger(), *_questions()]


def _organiser() -> list[Route]:
    return [
        route("/organiser/", "organiser.home", organiser.home, ORGANISER),
        *_rounds(),
        *_duties(),
        *_recognition(),
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


def _duties() -> list[Route]:
    every = "/organiser/rounds/<slug>/cells"
    one = f"{every}/<cell_slug>"
    return [
        route(f"{every}/xlsx", "duties.download", duties.download, ROUNDS, "POST"),
        route(one, "duties.cell", duties.cell, ROUNDS),
        route(f"{one}/reopen", "duties.reopen", duties.reopen_cell, ROUNDS, "POST"),
        route(f"{one}/enter", "duties.enter", duties.enter_cell, ROUNDS, "GET POST"),
    ]


def _recognition() -> list[Route]:
    every, decide = "/organiser/recognition", recognition.decide
    return [
        route(every, "recognition.list", recognition.list_, RECOGNITION),
        route(f"{every}/<id:proposal_id>", "recognition.decide", decide, RECOGNITION, "POST"),
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
    changing = f"{person}/<any(move,kind,leave):what>"
    return [
        route(root, "roster.people", roster.people, ORGANISER),
        route(f"{root}/cells", "roster.cells", roster.cells, ORGANISER),
        route(f"{root}/template.xlsx", "roster.template", roster.template, ORGANISER),
        route(f"{root}/import", "roster.upload", roster_import.upload, ORGANISER, "GET POST"),
        route(f"{root}/imported", "roster.imported", changes.imported, ROUNDS),
        route(upload, "roster.preview", roster_import.preview, ORGANISER),
        route(f"{upload}/confirm", "roster.confirm", roster_import.confirm, ORGANISER, "POST"),
        route(f"{upload}/discard", "roster.discard", roster_import.discard, ORGANISER, "POST"),
        route(person, "roster.person", roster.person, ORGANISER),
        route(f"{person}/address", "roster.address", roster.address, ORGANISER, "POST"),
        route(f"{person}/wishes", "roster.wishes", roster.wishes, ORGANISER, "POST"),
        route(changing, "roster.change", changes.show, ROUNDS),
        route(changing, "roster.enter_change", changes.enter, ROUNDS, "POST"),
        route(f"{person}/merge", "roster.merge", merging.show, ROUNDS),
        route(f"{person}/merge", "roster.do_merge", merging.merge, ROUNDS, "POST"),
    ]


def _ledger() -> list[Route]:
    root, of_round = "/organiser/ledger", "/organiser/rounds/<slug>/ledger"
    back = f"{root}/declined/<id:declined_id>/take-back"
    one = f"{of_round}/<public_id>"
    return [
        route(root, "ledger.show", ledger.show, ROUNDS),
        route(root, "ledger.decide", ledger.decide, ROUNDS, "POST"),
        route(back, "ledger.take_back", ledger.take_back, ROUNDS, "POST"),
        route(of_round, "ledger.round", ledger.of_round, ROUNDS),
        route(one, "ledger.person", entry.person, ROUNDS),
        route(one, "ledger.act", entry.enter, ROUNDS, "POST"),
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
