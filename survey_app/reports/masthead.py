"""What stands round the body of a document: number, place, subject, basis, recipients. Pure."""

import re
from collections.abc import Callable
from itertools import combinations, pairwise

from survey_app.formatting import local
from survey_app.i18n import _
from survey_app.reports.document import CampaignFacts, Figures
from survey_app.reports.phrases import paper_day, paper_moment
from survey_app.vietnamese import search_key

GAP = "\u00a0" * 6  # what the clerk writes in by hand
MOST_BREAKS = 3  # a name of more lines is left to the writing program


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
    return f"{place}, {blank_date(figures)}"


def blank_date(figures: Figures) -> str:
    """Return `ngày … tháng … năm 2024`, on one line: the clerk writes over the dots."""
    said = _("ngày … tháng … năm %(year)s", year=local(figures.as_of).year)
    return said.replace(" ", "\u00a0")


def reference_line(figures: Figures) -> str:
    """Return what stands over an annex: the report it belongs to, number and date blank."""
    symbol = figures.campaign.document_symbol.lstrip("-")
    number = f"…-{symbol}" if symbol else "…"
    return _(
        "(Kèm theo Báo cáo số %(number)s %(date)s của %(issuer)s)",
        number=number.replace("-", "\u2011"),
        date=blank_date(figures),
        issuer=figures.campaign.issuer,
    )


# Words of two syllables that names of offices are made of; a line does not end between the two.
_PAIRS = (
    "CHI BỘ",
    "CHÍNH TRỊ",
    "CƠ QUAN",
    "DOANH NGHIỆP",
    "ĐẢNG BỘ",
    "ĐẢNG ỦY",
    "MÔI TRƯỜNG",
    "NÔNG NGHIỆP",
    "NÔNG THÔN",
    "PHÁT TRIỂN",
    "TÀI NGUYÊN",
)


def name_of_office(name: str, place: str) -> str:
    """Return a name in capitals, held together where a line must not end."""
    text = name.upper()
    for held in (*_PAIRS, place.upper()):
        if held:
            text = text.replace(held, held.replace(" ", "\u00a0"))
    return re.sub(r"\b(CÁC|CỦA|TỈNH|VÀ) ", "\\1\u00a0", text)  # they begin a line, never end one


def in_lines(text: str, fits: Callable[[str], bool]) -> str:
    """Return `text` with hard spaces but where a line ends, so that its lines are balanced.

    As few lines as `fits` allows; of these ways the one whose longest line is shortest.
    """
    words = text.split(" ")
    for breaks in range(len(words)):
        ways = [
            [" ".join(words[a:b]) for a, b in pairwise((0, *ends, len(words)))]
            for ends in combinations(range(1, len(words)), breaks)
        ]
        good = [lines for lines in ways if all(fits(line) for line in lines)]
        if good:
            best = min(good, key=lambda lines: max(map(len, lines)))
            return " ".join(line.replace(" ", "\u00a0") for line in best)
        if breaks == MOST_BREAKS:
            break
    return text


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
    last = re.sub(r"^(Lưu):?\s+", r"\1: ", archive[-1])
    lines = [*(f"- {line};" for line in (*others, *archive[:-1])), f"- {last}."]
    return tuple(lines)


def _is_archive(line: str) -> bool:
    """Whether it names the archive: "Lưu …", or "Lưu: …" as plan 422 writes it."""
    return re.match(r"luu\b", search_key(line)) is not None
