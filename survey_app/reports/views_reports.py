"""The pages of reports. The committee reads; organisers and administrators write and issue."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app import clock, formatting
from survey_app.accounts.doors import signed_in
from survey_app.campaigns.models import Campaign
from survey_app.campaigns.queries import current_campaign
from survey_app.campaigns.seen import ChangedSince
from survey_app.campaigns.settings import campaign_settings
from survey_app.database import reading, writing
from survey_app.errors import DomainError
from survey_app.i18n import _
from survey_app.reports import drafting, issuing, snapshots
from survey_app.reports.access import campaign_here, may_write, refuse_part, report_here
from survey_app.reports.drafting import ChangedMeanwhile, Choice
from survey_app.reports.forms import NOW, BeginForm, DraftForm
from survey_app.reports.models import Report, Snapshot
from survey_app.reports.places import PLACES
from survey_app.reports.styles import default_style, style_of
from survey_app.reports.views_files import file_of
from survey_app.web.error_pages import status_of

_SEEN = "seen-"


def index() -> ResponseReturnValue:
    """The reports, and the snapshots from which one can be begun."""
    with reading() as session:
        campaign = current_campaign(session)
        if campaign is not None:
            refuse_part(campaign)
        reports = drafting.all_of(session, campaign.id) if campaign else []
        frozen = snapshots.all_of(session, campaign.id) if campaign else []
    return render_template(
        "reports/list.html",
        campaign=campaign,
        reports=reports,
        snapshots=frozen,
        may_write=may_write(campaign),
    )


def new() -> ResponseReturnValue:
    """Begin a report: `?snapshot=NUMBER` chooses one, `?replaces=ID` takes another's place."""
    form = BeginForm()
    with reading() as session:
        campaign = campaign_here(session)
        found = snapshots.all_of(session, campaign.id)
        replaced = _replaced(session, campaign)
        newest = drafting.newest_id(session, campaign.id)
    offered = [*((str(s.number), _label(s)) for s in found), _now_choice()]
    form.snapshot.choices = offered
    if request.method == "GET":
        wanted = request.args.get("snapshot", "")
        known = {value for value, _text in offered}
        form.snapshot.data = wanted if wanted in known else offered[0][0]
        form.style.data = default_style(campaign_settings(campaign.settings).document_style)
        if replaced is not None:
            form.kind.data, form.style.data = replaced.kind, replaced.style
            form.language.data = replaced.language
    page = {"form": form, "newest": newest, "replaced": replaced}
    if request.method == "GET":
        return render_template("reports/new.html", **page)
    if not form.validate():
        return render_template("reports/new.html", **page), 422
    with writing() as session:
        made = _begin(session, form).id
    flash(_("Đã lập bản nháp. Xin viết những mục phần mềm không viết thay được."), "good")
    return redirect(url_for("reports.show", report_id=made), code=303)


def _begin(session: Session, form: BeginForm) -> Report:
    campaign, now, actor = campaign_here(session), clock.now(), signed_in()
    if form.snapshot.data == NOW:
        known = request.form.get("newest_snapshot", 0, type=int)
        frozen = snapshots.take_once(session, campaign, actor, now, after=known)
    else:
        frozen = snapshots.by_number(session, campaign.id, int(form.snapshot.data))
    choice = Choice(
        kind=form.kind.data,
        style=form.style.data,
        language=form.language.data,
        replaces=_replaced(session, campaign),
    )
    last = request.form.get("newest", type=int)
    return drafting.begin(session, frozen, choice, actor, now, after=last)


def quick() -> ResponseReturnValue:
    """One tap on the committee's page: figures frozen now, a draft begun, its Word file."""
    with writing() as session:
        campaign, now, actor = campaign_here(session), clock.now(), signed_in()
        known = request.form.get("after", 0, type=int)
        frozen = snapshots.take_once(session, campaign, actor, now, after=known)
        style = default_style(campaign_settings(campaign.settings).document_style)
        made = drafting.begin(session, frozen, Choice(style=style), actor, now, after=0).id
    return file_of(made, "docx")


def _replaced(session: Session, campaign: Campaign) -> Report | None:
    wanted = request.values.get("replaces", type=int)
    return drafting.report_of(session, campaign.id, wanted) if wanted else None


def show(report_id: int) -> ResponseReturnValue:
    """The draft with a box for each place to write; an issued report with its files."""
    with reading() as session:
        campaign, report, snapshot = report_here(session, report_id)
        replaced_by = drafting.replaced_by(session, report)
    return _draft_page(campaign, report, snapshot, _showing(report), replaced_by=replaced_by)


def _showing(report: Report) -> DraftForm:
    form = DraftForm()
    for name, value in drafting.values_of(report).items():
        form[name].data = value
    return form


def save(report_id: int) -> ResponseReturnValue:
    """Store what was written, as it was written."""
    form = DraftForm()
    typed = form.texts()
    seen = {
        name.removeprefix(_SEEN): value
        for name, value in request.form.items()
        if name.startswith(_SEEN)
    }
    try:
        with writing() as session:
            campaign = campaign_here(session)
            report = drafting.report_of(session, campaign.id, report_id, lock=True)
            drafting.save(session, report, typed, seen, signed_in(), clock.now())
    except DomainError as error:
        with reading() as session:
            campaign, report, snapshot = report_here(session, report_id)
        if report.state == "issued":
            raise
        theirs = error.theirs if isinstance(error, ChangedMeanwhile) else {}
        marks = None if theirs else seen
        page = _draft_page(
            campaign, report, snapshot, form, error=error, theirs=theirs, marks=marks
        )
        return page, status_of(error)
    flash(_("Đã lưu báo cáo."), "good")
    return redirect(url_for("reports.show", report_id=report_id), code=303)


def _draft_page(
    campaign: Campaign,
    report: Report,
    snapshot: Snapshot,
    form: DraftForm,
    *,
    error: DomainError | None = None,
    theirs: Mapping[str, str] | None = None,
    marks: Mapping[str, str] | None = None,
    replaced_by: Report | None = None,
) -> str:
    problems = [] if error is None else [*(error.problems or [error.message])]
    return render_template(
        "reports/draft.html" if _is_open(campaign, report) else "reports/issued.html",
        report=report,
        snapshot=snapshot,
        form=form,
        places=PLACES,
        missing=drafting.missing(report),
        problems=problems,
        theirs=theirs or {},
        marks=drafting.marks_of(report) if marks is None else marks,
        may_write=may_write(campaign),
        replaced_by=replaced_by,
        style=style_of(report.style),
    )


def _is_open(campaign: Campaign, report: Report) -> bool:
    return report.state == "draft" and may_write(campaign)


def issue(report_id: int) -> ResponseReturnValue:
    """What issuing means, and what is still missing; the post freezes the report."""
    if request.method == "POST":
        return _issue(report_id)
    with reading() as session:
        _at, report, snapshot = report_here(session, report_id)
    if report.state == "issued":
        return redirect(url_for("reports.show", report_id=report_id), code=303)
    return render_template(
        "reports/issue.html",
        report=report,
        snapshot=snapshot,
        missing=drafting.missing(report),
        url_for=_marking(issuing.mark_of(report)),
    )


def _marking(mark: str) -> Callable[..., str]:
    """Return a `url_for` by which the confirming page's button tells which words it confirms."""

    def marked(endpoint: str, **values: Any) -> str:
        if endpoint == "reports.issue":
            values["seen"] = mark
        return url_for(endpoint, **values)

    return marked


def _issue(report_id: int) -> ResponseReturnValue:
    """Freeze the report; who confirmed other words than those of now is shown those of now."""
    seen = request.args.get("seen", "")
    try:
        with writing() as session:
            campaign = campaign_here(session)
            report = drafting.report_of(session, campaign.id, report_id, lock=True)
            issuing.issue(session, report, signed_in(), clock.now(), seen=seen)
    except ChangedSince as error:
        with reading() as session:
            campaign, report, snapshot = report_here(session, report_id)
        page = _draft_page(campaign, report, snapshot, _showing(report), error=error)
        return page, status_of(error)
    flash(_("Đã ban hành. Báo cáo này không đổi nữa."), "good")
    return redirect(url_for("reports.show", report_id=report_id), code=303)


def _label(snapshot: Snapshot) -> str:
    return _(
        "Số liệu chốt lần %(number)s, %(moment)s",
        number=snapshot.number,
        moment=formatting.moment(snapshot.as_of),
    )


def _now_choice() -> tuple[str, str]:
    return NOW, _("Chốt số liệu bây giờ")
