"""Papers that are answered and forgotten: the public practice quiz, and an organiser's trial run.

Nothing is stored. The paper is drawn from a seed that travels with the form, so that what is marked
is what was shown.
"""

import secrets
from datetime import timedelta
from random import Random

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock, formatting, i18n
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.settings import RoundSettings
from survey_app.database import reading
from survey_app.errors import NotFound
from survey_app.extensions import current_settings
from survey_app.i18n import _
from survey_app.invitations import tokens
from survey_app.invitations.trials import may_try
from survey_app.questions import library
from survey_app.questions.library import ApprovedVersion
from survey_app.questions.models import QuestionSet
from survey_app.questions.versions import newest_approved
from survey_app.quizzes import deadlines, member, messages, results, saving
from survey_app.quizzes.drawing import PaperLine, draw
from survey_app.quizzes.papers import fragments
from survey_app.web.doors import same_site_post

PRACTICE_SLUG = "lam-thu"


def _seed(text: str | None) -> int:
    if text and text.isascii() and text.isdigit() and len(text) <= 10:
        return int(text)
    return secrets.randbelow(10**9)


def _draw(version: ApprovedVersion, settings: RoundSettings, seed: int) -> list[PaperLine]:
    return draw(
        version.document.ready_questions,
        count=settings.questions_drawn,
        shuffle_questions=settings.shuffle_questions,
        shuffle_choices=settings.shuffle_choices,
        random=Random(seed),  # noqa: S311 (nothing depends on it being unguessable)
    )


def find_practice(session: Session) -> ApprovedVersion | None:
    """Return the practice quiz, if one is approved."""
    set_id = session.scalar(select(QuestionSet.id).where(QuestionSet.slug == PRACTICE_SLUG))
    version = newest_approved(session, set_id) if set_id else None
    return library.approved(session, version.id) if version else None


def _practice_version(session: Session) -> ApprovedVersion:
    version = find_practice(session)
    if version is None:
        raise NotFound(_("Chưa có bài làm thử."))
    return version


def practice() -> ResponseReturnValue:
    """The practice quiz, open to anyone; counts nowhere."""
    with reading() as session:
        version = _practice_version(session)
    return _practice_page(version, _seed(request.args.get("seed")))


def _practice_page(
    version: ApprovedVersion, seed: int, chosen: saving.Answers | None = None, error: str = ""
) -> str:
    paper = _draw(version, RoundSettings(), seed)
    picked = {name: list(held["value"]) for name, held in (chosen or {}).items()}
    return render_template(
        "quizzes/practice.html",
        title=_title(version),
        question_count=len(paper),
        questions_html=fragments(version).paper(paper, picked),
        action_url=url_for("practice.mark"),
        seed=seed,
        error=error or None,
    )


def _title(version: ApprovedVersion) -> str:
    translation = version.document.translations.en
    if i18n.current_locale() == "en" and translation and translation.title:
        return translation.title
    return version.document.title


def mark_practice() -> ResponseReturnValue:
    """Mark a practice paper at once, with key, explanation and source."""
    same_site_post()
    with reading() as session:
        version = _practice_version(session)
    seed = _seed(request.form.get("seed"))
    paper = _draw(version, RoundSettings(), seed)
    write = member.posted_answers()
    known = saving.allowed_values(version.document, paper, write)
    merged = saving.merge({}, 0, saving.Write(known))
    if not saving.chosen(merged.answers):
        return _practice_page(
            version, seed, error=_("Xin chọn ít nhất một câu trả lời rồi bấm lại.")
        ), 422
    questions = results.marked(version.document, paper, saving.chosen(merged.answers))
    return render_template(
        "quizzes/practice_result.html",
        title=_title(version),
        score=sum(item.right for item in questions),
        total=len(questions),
        questions=questions,
        reading=results.reading_list(questions),
        again_url=url_for("practice.show"),
    )


class _Trial:
    """The round behind a trial token, as a member would meet it."""

    def __init__(self, session: Session, token: str) -> None:
        known = tokens.read_trial(current_settings().link_key, token)
        if known and not may_try(session, known[1]):
            known = None
        row = (
            known
            and session.execute(
                select(Round, Campaign)
                .join(Campaign, Campaign.id == Round.campaign_id)
                .where(Round.id == known[0])
            ).one_or_none()
        )
        if not row:
            raise NotFound(_("Liên kết thử này không đúng. Xin gửi lại thư thử."))
        self.round, self.campaign = row
        self.settings = RoundSettings.model_validate(self.round.settings)
        newest = newest_approved(session, self.round.question_set_id)
        version_id = self.round.version_id or (newest.id if newest else None)
        if version_id is None:
            raise NotFound(_("Bộ câu hỏi của vòng thi này chưa được duyệt."))
        self.version = library.approved(session, version_id)
        self.token = token
        # The same link shows the same paper, so that a page can be reloaded.
        self.paper = _draw(self.version, self.settings, int.from_bytes(token[-6:].encode(), "big"))

    def common(self) -> dict[str, object]:
        """Return what all its pages show."""
        return {
            "title": self.round.title,
            "name": _("Người xem thử"),
            "trial": True,
            "ticket": "",
            "brand": self.campaign.tag,
            "contact": messages.Contact(self.campaign.contact_name, self.campaign.contact_phone),
        }


def _trial(token: str) -> _Trial:
    with reading() as session:
        return _Trial(session, token)


def trial_link(token: str) -> ResponseReturnValue:
    """The link of a test mail: the page that a member's link shows, marked as a trial."""
    run = _trial(token)
    if request.method == "POST":
        if request.form.get("who") == "me":
            return redirect(url_for("trial.show", token=token), code=303)
        return redirect(url_for("link.open", token=token, who="none"), code=303)
    return render_template(
        "quizzes/open.html",
        **run.common(),
        question_count=len(run.paper),
        limit_minutes=run.settings.time_limit_minutes,
        closes=formatting.moment(run.round.closes_at),
        remaining="",
        attempts_allowed=run.settings.attempts_allowed,
        attempts_used=0,
        form_of_address=_("đồng chí"),
        organiser_name=run.campaign.issuer,
        retention_months=run.campaign.retention_months,
        error=_("Xin chọn một trong hai câu trả lời.") if "who" in request.args else None,
        mode="begin",
        has_result=False,
    )


def trial(token: str) -> ResponseReturnValue:
    """A trial run: the answering page as a member sees it."""
    return _trial_paper(_trial(token), {})


def _trial_paper(run: _Trial, chosen: dict[str, list[str]]) -> str:
    limit = run.settings.time_limit_minutes
    return render_template(
        "quizzes/paper.html",
        **run.common(),
        attempt_id="",
        question_count=len(run.paper),
        questions_html=fragments(run.version).paper(run.paper, chosen),
        revision=0,
        save_url=url_for("trial.save", token=run.token),
        action_url=url_for("trial.post", token=run.token),
        deadline_seconds=limit * 60 if limit else None,
        time_left=None,
    )


def save_trial(token: str) -> ResponseReturnValue:
    """Answer an autosave of a trial run without storing it."""
    _trial(token)
    return {"revision": 0, "saved_at": _("làm thử"), "conflicts": {}}


def post_trial(token: str) -> ResponseReturnValue:
    """Review or mark a trial run. Its answers travel in the page, nowhere else."""
    same_site_post()
    run = _trial(token)
    known = saving.allowed_values(run.version.document, run.paper, member.posted_answers())
    chosen = {name: value for name, value in known.items() if value}
    action = request.form.get("action", "save")
    if action == "end":
        return redirect(url_for("trial.show", token=token), code=303)
    whole = len(chosen) == len(run.paper)
    if (action == "submit" and chosen) or (action == "finish" and whole):
        return _trial_result(run, chosen)
    if action in {"review", "submit", "finish"}:
        return _trial_review(run, chosen, action)
    return _trial_paper(run, chosen)


def _trial_review(run: _Trial, chosen: dict[str, list[str]], action: str) -> str:
    lines = results.given(run.version.document, run.paper, chosen)
    return render_template(
        "quizzes/review.html",
        **run.common(),
        form_of_address=_("đồng chí"),
        question_count=len(lines),
        answered=len(chosen),
        unanswered=[(line.number, line.text) for line in lines if not line.chosen],
        given=[line for line in lines if line.chosen],
        conflicts=[],
        carried=[(f"q_{name}", value) for name, values in chosen.items() for value in values],
        paper_url=url_for("trial.show", token=run.token),
        action_url=url_for("trial.post", token=run.token),
        revision=0,
        time_left=None,
        error=_("Chưa có câu nào được trả lời. Xin chọn ít nhất một câu rồi nộp bài.")
        if action == "submit"
        else None,
        not_handed_in=action == "finish",
        sent=False,
    )


def _trial_result(run: _Trial, chosen: dict[str, list[str]]) -> str:
    questions = results.marked(run.version.document, run.paper, chosen)
    # A test mail can be forwarded: while members answer, it must not give the key away.
    grace = timedelta(seconds=run.settings.grace_seconds)
    over = clock.now() >= run.round.closes_at + grace + deadlines.FINALISING_DELAY
    shows_key = run.round.state == "draft" or over
    return render_template(
        "quizzes/practice_result.html",
        title=run.round.title,
        score=sum(item.right for item in questions),
        total=len(questions),
        questions=questions if shows_key else [],
        reading=results.reading_list(questions) if shows_key else [],
        key_waits=not shows_key,
        again_url=url_for("trial.show", token=run.token),
        trial=True,
    )
