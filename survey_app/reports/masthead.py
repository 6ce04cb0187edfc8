"""What stands round the body of a document: number, place, subject, basis, recipients. Pure."""

from survey_app.i18n import _
from survey_app.reports.document import CampaignFacts, Figures
from survey_app.reports.phrases import paper_day, paper_moment
from survey_app.vietnamese import search_key

GAP = "\u00a0" * 6  # what the clerk writes in by hand


def number_line(campaign: CampaignFacts) -> str:
    """Return `Số      -BC/ĐUS`: the number is the clerk's to write."""
    symbol = campaign.document_symbol.lstrip("-")
    return _("Số%(gap)s-%(symbol)s", gap=GAP, symbol=symbol) if symbol else _("Số") + GAP


def subject_line(campaign: CampaignFacts, kind: str) -> str:
    """Return what the report is about: sơ kết or tổng kết, and the campaign."""
    title = campaign.title
    if title[1:2].islower():  # the first word only; abbreviations keep their capitals
        title = title[:1].lower() + title[1:]
    if kind == "final":
        return _("tổng kết %(title)s", title=title)
    return _("sơ kết %(title)s", title=title)


def place_and_date(figures: Figures) -> str:
    """Return the line of place and date; day and month are written in by hand."""
    place = figures.campaign.document_place or GAP
    gap = "\u00a0" * 5
    return _(
        "%(place)s, ngày%(gap)stháng%(gap)snăm %(year)s",
        place=place,
        gap=gap,
        year=figures.as_of.year,
    )


def opening(figures: Figures) -> str:
    """Return the sentence with the basis; a date of the base plan only when it is confirmed."""
    campaign = figures.campaign
    until = paper_moment(figures.as_of)
    basis = _basis(campaign)
    if not basis:
        return _(
            "%(issuer)s báo cáo kết quả đến %(until)s như sau:",
            issuer=campaign.issuer,
            until=until,
        )
    return _(
        "%(basis)s, %(issuer)s báo cáo kết quả đến %(until)s như sau:",
        basis=basis,
        issuer=campaign.issuer,
        until=until,
    )


def _basis(campaign: CampaignFacts) -> str:
    own = _plan(campaign)
    given = _dated(campaign).strip().rstrip(".;,")
    if given and own:
        return _("%(basis)s và %(plan)s", basis=given, plan=own)
    if given:
        return given
    return _("Thực hiện %(plan)s", plan=own) if own else ""


def _plan(campaign: CampaignFacts) -> str:
    if not campaign.plan_number or campaign.plan_number in campaign.basis:
        return ""
    if campaign.plan_date is None:
        return _("Kế hoạch số %(number)s", number=campaign.plan_number)
    return _(
        "Kế hoạch số %(number)s, ngày %(day)s",
        number=campaign.plan_number,
        day=paper_day(campaign.plan_date),
    )


def _dated(campaign: CampaignFacts) -> str:
    """The basis as typed, with the base plan's date behind its number when that is confirmed."""
    number, when = campaign.base_plan_number, campaign.base_plan_date
    if not campaign.basis and number:
        plain = _("Thực hiện Kế hoạch số %(number)s", number=number)
    else:
        plain = campaign.basis
    if number is None or when is None or f"{number}, " in plain:
        return plain
    dated = _("%(number)s, ngày %(day)s", number=number, day=paper_day(when))
    return plain.replace(number, dated, 1)


def recipient_lines(given: tuple[str, ...]) -> tuple[str, ...]:
    """One line each; the last one is the archive's and ends with a full stop."""
    keep = [line.rstrip(" .;,") for line in given if line.strip(" .;,-")]
    archive = [line for line in keep if _is_archive(line)] or [_("Lưu")]
    others = [line for line in keep if not _is_archive(line)]
    lines = [*(f"- {line};" for line in (*others, *archive[:-1])), f"- {archive[-1]}."]
    return tuple(lines)


def _is_archive(line: str) -> bool:
    """Whether it names the archive ("Lưu …")."""
    return search_key(line).split()[:1] == ["luu"]
