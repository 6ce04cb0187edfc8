"""The organiser's pages of the campaign and of rounds before they are launched."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.doors import signed_in
from survey_app.campaigns import queries, services
from survey_app.campaigns.access import organised_round
from survey_app.campaigns.campaign_services import (
    blank_campaign,
    change_campaign,
    create_campaign,
)
from survey_app.campaigns.forms import CampaignForm
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.round_forms import (
    AnyRoundForm,
    CellReportRoundForm,
    FeedbackRoundForm,
    RoundForm,
)
from survey_app.campaigns.seen import ChangedSince, fingerprint
from survey_app.campaigns.settings import RoundSettings, campaign_settings, round_settings
from survey_app.database import reading, writing
from survey_app.errors import Conflict, DomainError, NotFound
from survey_app.i18n import _
from survey_app.people.cell_choices import cell_choices
from survey_app.questions.models import QuestionSet, QuestionSetVersion
from survey_app.web.error_pages import status_of

_PAGES = {
    "quiz": "campaigns/round_form.html",
    "feedback": "campaigns/feedback_form.html",
    queries.CELL_REPORT: "campaigns/report_form.html",
}


def campaign() -> ResponseReturnValue:
    """The campaign's settings, all of them visible, also the empty ones; the first is made here."""
    with reading() as session:
        stored = queries.current_campaign(session)
    found = stored or blank_campaign()
    form = CampaignForm()
    if request.method == "GET":
        form.show(found)
        return _campaign_page(form, found)
    if not form.validate():
        return _campaign_page(form, found), 422
    try:
        with writing() as session:
            if stored:
                seen = request.form.get("seen", "")
                change_campaign(session, found.id, form.values(found), signed_in(), seen=seen)
            else:
                create_campaign(session, form.values(found), signed_in())
    except ChangedSince as error:
        with reading() as session:
            return _campaign_page(form, _campaign(session), error, again=True), 409
    except DomainError as error:
        return _campaign_page(form, found, error), status_of(error)
    flash(_("Đã lưu chiến dịch."), "good")
    # Who came from the list of tasks to put in the contact goes on with the next task.
    began = not (found.contact_name and found.contact_phone)
    return redirect(url_for("organiser.home" if began else "rounds.campaign"), code=303)


def rounds() -> ResponseReturnValue:
    """All rounds, with their totals."""
    with reading() as session:
        lines = queries.list_rounds(session)
        has_sets = bool(_question_sets(session))
        has_forms = bool(_question_sets(session, kind="feedback"))
        has_reports = bool(_question_sets(session, kind=queries.CELL_REPORT))
    return render_template(
        "campaigns/rounds.html",
        rounds=lines,
        has_sets=has_sets,
        has_forms=has_forms,
        has_reports=has_reports,
        now=clock.now(),
    )


def new() -> ResponseReturnValue:
    """Three choices make a round; `?kind=` makes one of forms or of cell reports."""
    form = _form_of(request.args.get("kind", ""))
    titles = _offer(form)
    if request.method == "GET":
        wanted = request.args.get("questions", "")
        if wanted in titles:
            form.question_set.data = wanted
        form.closes_hour.data = "17:00"
        return _round_page(form, titles)
    now = clock.now()
    if not form.read(now):
        return _round_page(form, titles), 422
    try:
        with writing() as session:
            plan = form.plan(titles, now, RoundSettings())
            made = services.create_round(session, _campaign(session).id, plan, signed_in())
            slug = made.slug
    except DomainError as error:
        return _round_page(form, titles, error=error), status_of(error)
    words = {
        "feedback": _("Đã lưu bản nháp của đợt góp ý. Chưa ai được mời."),
        queries.CELL_REPORT: _("Đã lưu bản nháp của kỳ báo cáo. Chưa chi bộ nào được báo."),
    }
    flash(words.get(form.kind) or _("Đã lưu vòng thi nháp. Chưa ai được mời."), "good")
    return redirect(url_for("rounds.show", slug=slug), code=303)


def edit(slug: str) -> ResponseReturnValue:
    """The same form for a draft."""
    with reading() as session:
        round_ = organised_round(session, slug)
        question_set = session.get_one(QuestionSet, round_.question_set_id).slug
    if round_.state != "draft":
        _refuse_launched(round_)
    form = _form_of(round_.kind)
    titles = _offer(form, also=question_set)
    if request.method == "GET":
        form.show(round_, question_set)
        _offer(form, also=question_set)
        return _round_page(form, titles, round_)
    now = clock.now()
    if not form.read(now):
        return _round_page(form, titles, round_), 422
    try:
        with writing() as session:
            plan = form.plan(titles, now, round_settings(round_.settings))
            seen = request.form.get("seen", "")
            services.change_round(session, round_.id, plan, signed_in(), seen=seen)
    except ChangedSince as error:
        with reading() as session:
            round_ = queries.round_by_slug(session, slug)
        return _round_page(form, titles, round_, error, again=True), 409
    except DomainError as error:
        return _round_page(form, titles, round_, error), status_of(error)
    words = {"feedback": _("Đã lưu đợt góp ý."), queries.CELL_REPORT: _("Đã lưu kỳ báo cáo.")}
    flash(words.get(form.kind) or _("Đã lưu vòng thi."), "good")
    return redirect(url_for("rounds.show", slug=slug), code=303)


def _form_of(kind: str) -> AnyRoundForm:
    forms: dict[str, type[AnyRoundForm]] = {
        "feedback": FeedbackRoundForm,
        queries.CELL_REPORT: CellReportRoundForm,
    }
    return forms.get(kind, RoundForm)()


def _refuse_launched(round_: Round) -> None:
    words = {
        "feedback": _("Đợt góp ý đã phát động nên cài đặt không đổi được nữa."),
        queries.CELL_REPORT: _("Kỳ báo cáo đã mở cho chi bộ nên cài đặt không đổi được nữa."),
    }
    usual = _("Vòng thi đã phát động nên cài đặt không đổi được nữa.")
    raise Conflict(words.get(round_.kind) or usual)


def copy(slug: str) -> ResponseReturnValue:
    """A draft like this round."""
    with writing() as session:
        source = organised_round(session, slug)
        made = services.copy_round(session, source.id, signed_in())
        new_slug, kind = made.slug, made.kind
    words = {
        "feedback": _("Đã sao chép. Xin xem lại giờ mở, giờ đóng của đợt mới."),
        queries.CELL_REPORT: _("Đã sao chép. Xin xem lại giờ mở và hạn gửi của kỳ mới."),
    }
    usual = _("Đã sao chép. Xin xem lại giờ mở, giờ đóng của vòng mới.")
    flash(words.get(kind) or usual, "good")
    return redirect(url_for("rounds.edit", slug=new_slug), code=303)


def _campaign(session: Session) -> Campaign:
    found = queries.current_campaign(session)
    if found is None:
        raise NotFound(_("Chưa có chiến dịch nào. Xin tạo ở mục “Chiến dịch” trước."))
    return found


def _seen(row: Campaign | Round | None, again: bool) -> str:
    """What a page carries: a page shown again keeps what was seen, unless it says what is new."""
    kept = "" if again else request.form.get("seen", "")
    return kept or (fingerprint(row) if row is not None else "")


def _campaign_page(
    form: CampaignForm, found: Campaign, error: DomainError | None = None, *, again: bool = False
) -> str:
    problems = [(item.message, f"#{item.where}") for item in error.problems] if error else []
    if error and not problems:
        problems = [(error.message, "#title")]
    return render_template(
        "campaigns/campaign.html",
        form=form,
        campaign=found,
        settings=campaign_settings(found.settings),
        problems=problems,
        seen=_seen(found if found.id else None, again),
    )


def _round_page(
    form: AnyRoundForm,
    titles: dict[str, str],
    round_: Round | None = None,
    error: DomainError | None = None,
    *,
    again: bool = False,
) -> str:
    problems = [item.message for item in error.problems] or [error.message] if error else []
    return render_template(
        _PAGES[form.kind],
        form=form,
        has_sets=bool(titles),
        many_sets=len(titles) > 1,
        round=round_,
        problems=problems,
        seen=_seen(round_, again),
    )


def _offer(form: AnyRoundForm, also: str = "") -> dict[str, str]:
    """Fill in the choices; return slug -> title of the question sets a round may use."""
    with reading() as session:
        titles = _question_sets(session, also, kind=form.kind)
        form.offer(list(titles.items()), cell_choices(session))
    return titles


def _question_sets(session: Session, also: str = "", *, kind: str = "quiz") -> dict[str, str]:
    approved = select(QuestionSetVersion.question_set_id).where(
        QuestionSetVersion.state == "approved"
    )
    found = session.execute(
        select(QuestionSet.slug, QuestionSet.title)
        .where(QuestionSet.kind == kind)
        .where(QuestionSet.id.in_(approved) | (QuestionSet.slug == also))
        .order_by(QuestionSet.created_at.desc(), QuestionSet.id.desc())
    )
    return {row.slug: row.title for row in found}
