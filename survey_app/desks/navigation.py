"""The rail of the staff pages: what this user may open."""

from flask import current_app, request, url_for

from survey_app.accounts.scope import Actor
from survey_app.i18n import _

Item = tuple[str, str, bool]


def nav_items(actor: Actor | None) -> list[Item]:
    """Return (label, url, is current) for the pages behind this user's doors."""
    if actor is None:
        return []
    known = current_app.view_functions
    return [
        (label, url_for(endpoint), _is_here(endpoint))
        for label, endpoint, roles in _pages()
        if endpoint in known and actor.has(*roles)
    ]


def _pages() -> list[tuple[str, str, tuple[str, ...]]]:
    rounds = ("organiser", "administrator")
    writers = (*rounds, "question_approver")
    committee = ("committee_reviewer", "campaign_monitor", *rounds)
    return [
        (_("Việc cần làm"), "organiser.home", writers),
        (_("Vòng thi"), "rounds.list", rounds),
        (_("Bộ câu hỏi"), "questions.index", writers),
        (_("Danh sách người"), "roster.people", rounds),
        (_("Sổ biến động"), "ledger.show", rounds),
        (_("Chiến dịch"), "rounds.campaign", rounds),
        (_("Số liệu tham gia"), "committee.home", committee),
        (_("Chi bộ báo cáo"), "duties.board", committee),
        (_("Tiến độ"), "timeline.show", committee),
        (_("Biểu dương"), "recognition.list", ("campaign_monitor", *rounds)),
        (_("Chốt số liệu, báo cáo"), "reports.list", committee),
        (_("Chi bộ của tôi"), "secretary.home", ("cell_secretary",)),
        (_("Báo cáo của chi bộ"), "secretary_duties.list", ("cell_secretary",)),
        (_("Sinh hoạt chuyên đề"), "study_sessions.list", ("cell_secretary",)),
        (_("Người dùng"), "admin.users", ("administrator",)),
        (
            _("Tài khoản của tôi"),
            "account.show",
            (*committee, "question_approver", "cell_secretary"),
        ),
    ]


def _is_here(endpoint: str) -> bool:
    here = request.endpoint or ""
    if endpoint == "rounds.campaign" or here == "rounds.campaign":
        return here == endpoint
    return here.partition(".")[0] == endpoint.partition(".")[0]
