"""Where the percentages of a round come from, for the committee: figures and reasons, no names."""

from flask import render_template
from flask.typing import ResponseReturnValue

from survey_app import clock
from survey_app.accounts.doors import scope_in
from survey_app.campaigns.models import Round
from survey_app.campaigns.queries import LAUNCHED, campaign_of, round_by_slug
from survey_app.database import reading
from survey_app.errors import NotFound
from survey_app.i18n import _
from survey_app.invitations import ledger_words, participation_xlsx
from survey_app.invitations.ledger_queries import Explained, explained
from survey_app.invitations.views_committee import READERS


def page(slug: str) -> ResponseReturnValue:
    """Per cell: at launch, came, went, exempt, now; each as a sentence too."""
    return _rendered("ledger/explained.html", slug)


def print_view(slug: str) -> ResponseReturnValue:
    """The same on paper."""
    return _rendered("ledger/explained_print.html", slug)


def _rendered(template: str, slug: str) -> str:
    with reading() as session:
        round_ = round_by_slug(session, slug)
        scope = scope_in(round_.campaign_id, *READERS)
        _refuse(round_)
        found = explained(session, round_, scope=scope)
        campaign = campaign_of(session, round_)
    return render_template(
        template,
        round=round_,
        campaign=campaign,
        found=found,
        sections=_sections(found),
        as_of=clock.now(),
        rule=participation_xlsx.rule_text(),
        words=ledger_words,
        forgotten=round_.state == "archived",
    )


def _refuse(round_: Round) -> None:
    if round_.kind != "quiz":
        raise NotFound(
            _(
                "Chỉ vòng thi có sổ biến động; nhóm của phiếu ẩn danh và chi bộ phải báo cáo cố "
                "định từ khi phát động."
            )
        )
    if round_.state not in LAUNCHED:
        raise NotFound(_("Vòng này chưa phát động nên chưa có số liệu tham gia."))


def _sections(found: Explained) -> list[tuple[str, str]]:
    titles = {"party_member": _("Đảng viên"), "non_member": _("Quần chúng, CCVCLĐ")}
    return [(kind, title) for kind, title in titles.items() if found.of(kind)]
