"""A report as blocks, made of one snapshot and the office's own sentences. Pure.

The Word file and the page for printing are both made of what `compose` returns, so they say the
same, and the same snapshot gives the same report whenever it is made again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from survey_app.i18n import _, speaking
from survey_app.reports import wording, wording_rounds
from survey_app.reports.annex import annex
from survey_app.reports.counting import Table, main_round, opened
from survey_app.reports.document import Figures
from survey_app.reports.masthead import (
    name_of_office,
    number_line,
    opening,
    place_and_date,
    recipient_lines,
    reference_line,
    subject_line,
)
from survey_app.reports.places import BY_CODE
from survey_app.reports.tables import Grid, round_table, short_table

END_MARK = "./."


@dataclass(frozen=True)
class Terms:
    """How a report is to be made.

    `kind` is interim or final, `language` vi or en, `texts` the own sentences by place, `replaces`
    the sentence on the report this one replaces.
    """

    kind: str
    style: str
    snapshot_number: int
    checksum: str
    language: str = "vi"
    texts: Mapping[str, str] | None = None
    is_draft: bool = True
    replaces: str = ""


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is a section, level 2 a part of it."""

    level: int
    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph of figures, or of the office's own words."""

    text: str
    is_own: bool = False


@dataclass(frozen=True)
class Prompt:
    """What a person has still to write."""

    place: str
    text: str


Block = Heading | Text | Prompt | Grid


@dataclass(frozen=True)
class Annex:
    """One annex: what stands over its table, the table, and all the notes at its foot."""

    name: str
    reference: str
    grid: Grid
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Composed:
    """The whole document in the order of its parts."""

    terms: Terms
    party: str
    superior: str
    issuer: str
    number: str
    place_and_date: str
    type_name: str
    subject: str
    opening: str
    body: tuple[Block, ...]
    recipients_title: str
    recipients: tuple[str, ...]
    signing: tuple[str, str, str]
    annexes: tuple[Annex, ...]
    foot: tuple[str, ...]
    watermark: str
    title: str


def compose(figures: Figures, terms: Terms) -> Composed:
    """Return the report in the language of `terms`."""
    with speaking(terms.language):
        return _compose(figures, terms)


def _compose(figures: Figures, terms: Terms) -> Composed:
    campaign = figures.campaign
    table = Table(figures, main_round(figures))
    foot = _foot(figures, terms)
    subject = subject_line(campaign, terms.kind)
    return Composed(
        terms=terms,
        party=_("ĐẢNG CỘNG SẢN VIỆT NAM"),
        superior=name_of_office(campaign.superior_name, campaign.document_place),
        issuer=name_of_office(campaign.issuer, campaign.document_place),
        number=number_line(campaign),
        place_and_date=place_and_date(figures),
        type_name=_("BÁO CÁO"),
        subject=subject,
        opening=opening(figures),
        body=_body(table, terms),
        recipients_title=_("Nơi nhận:"),
        recipients=recipient_lines(campaign.recipients),
        signing=(
            campaign.signing_authority,
            campaign.signer_role,
            campaign.signer_name or (_("[Họ và tên người ký]") if terms.is_draft else ""),
        ),
        annexes=_annexes(table, foot),
        foot=foot,
        watermark=_("DỰ THẢO") if terms.is_draft else "",
        title=f"{_('Báo cáo')} {subject}",
    )


def _foot(figures: Figures, terms: Terms) -> tuple[str, ...]:
    first = " ".join(terms.checksum[at : at + 4] for at in range(0, 16, 4))
    return (
        *wording.how_counted(figures),
        _(
            "Bản chốt số liệu số %(number)s, mã kiểm tra %(checksum)s….",
            number=terms.snapshot_number,
            checksum=first,
        ),
    )


def _body(table: Table, terms: Terms) -> tuple[Block, ...]:
    body = [*_sections(table, terms)]
    if terms.replaces:
        body.insert(0, Text(terms.replaces))
    last = body[-1]
    if isinstance(last, Text | Prompt):
        body[-1] = replace(last, text=last.text.rstrip(" .") + END_MARK)
    return tuple(body)


def _sections(table: Table, terms: Terms) -> list[Block]:
    own = _Own(terms)
    figures = table.figures
    rounds = [text for r in opened(figures) for text in wording_rounds.quiz(r)]
    forms = [text for form in figures.forms for text in wording_rounds.form(form)]
    told = wording.activities(table, wording.EDUCATION) + wording.publicity(table)
    return [
        Heading(1, _("I- CÔNG TÁC LÃNH ĐẠO, CHỈ ĐẠO, TRIỂN KHAI")),
        *own.part("leadership", wording.rolled_out(table) + wording.returns_sent(table)),
        Heading(1, _("II- KẾT QUẢ THỰC HIỆN")),
        Heading(2, _("1. Tuyên truyền, giáo dục truyền thống")),
        *own.part("education", told + rounds),
        short_table(table),
        Heading(2, _("2. Phong trào thi đua; giới thiệu quần chúng ưu tú")),
        *own.part(
            "emulation", wording.activities(table, ("emulation",)) + wording.candidates(table)
        ),
        Heading(2, _("3. Sinh hoạt chuyên đề")),
        *own.part("study", wording_rounds.study(table) + forms),
        Heading(2, _("4. Văn hóa, văn nghệ, thể dục, thể thao")),
        *own.part("culture", wording.activities(table, ("culture_sport",))),
        Heading(2, _("5. Biểu dương, khen thưởng")),
        *own.part("recognition", wording.recognitions(table)),
        Heading(1, _("III- ĐÁNH GIÁ CHUNG")),
        Heading(2, _("1. Ưu điểm")),
        *own.part("merits"),
        Heading(2, _("2. Hạn chế")),
        *own.part("limits"),
        Heading(2, _("3. Nguyên nhân")),
        *own.part("causes"),
        Heading(1, _("IV- NHIỆM VỤ THỜI GIAN TỚI; KIẾN NGHỊ, ĐỀ XUẤT")),
        Heading(2, _("1. Nhiệm vụ thời gian tới")),
        *own.part("tasks"),
        Heading(2, _("2. Kiến nghị, đề xuất")),
        *own.part("proposals"),
    ]


@dataclass(frozen=True)
class _Own:
    """Puts the office's own sentences, or the prompt for them, beside the figures of a part."""

    terms: Terms

    def part(self, code: str, told: list[str] | None = None) -> list[Block]:
        """Figures first, then own words; the prompt where words must be or nothing else is."""
        blocks: list[Block] = [Text(text) for text in told or ()]
        lines = (self.terms.texts or {}).get(code, "").splitlines()
        own = [Text(line.strip(), is_own=True) for line in lines if line.strip()]
        place = BY_CODE[code]
        if own:
            return [*blocks, *own]
        if place.must or not blocks:
            return [*blocks, Prompt(code, _("[Người soạn viết: %(what)s]", what=place.ask))]
        return blocks


def _annexes(table: Table, foot: tuple[str, ...]) -> tuple[Annex, ...]:
    others = [r for r in opened(table.figures) if r is not table.round]
    grids = [annex(table), *(round_table(table, r) for r in others)]
    reference = reference_line(table.figures)
    annexes = []
    for place, grid in enumerate(grids, 1):
        name = _("Phụ lục %(n)s", n=place) if len(grids) > 1 else _("Phụ lục")
        # Each annex is a sheet that may be read alone, so each says of when its figures are.
        told = foot if place in (1, len(grids)) else foot[-1:]
        notes = tuple(dict.fromkeys((*grid.notes, *told)))
        annexes.append(Annex(name, reference, grid, notes))
    return tuple(annexes)
