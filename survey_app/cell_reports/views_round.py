"""The organiser's pages of a period: checks, launch, how the cells stand, closing.

`rounds.*` hands rounds that ask cells to these (see `invitations.kinds.CellsKind`).
"""

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.doors import signed_in
from survey_app.campaigns import services
from survey_app.campaigns.access import organisers_scope
from survey_app.campaigns.models import Round
from survey_app.campaigns.queries import LAUNCHED
from survey_app.campaigns.settings import round_settings
from survey_app.cell_reports import figures
from survey_app.cell_reports.duties import board_of_duties, secretaries_of
from survey_app.cell_reports.notices import NOTICE
from survey_app.cell_reports.wording import in_own_language
from survey_app.database import reading, writing
from survey_app.errors import NotFound
from survey_app.extensions import current_settings
from survey_app.formatting import moment, remaining, today
from survey_app.i18n import _, _n
from survey_app.invitations.asking import FrozenCell, cells_of_round
from survey_app.invitations.launch import launch
from survey_app.invitations.readiness import blockers, readiness
from survey_app.mailing import queries as mailing
from survey_app.questions import library
from survey_app.questions.models import QuestionSet
from survey_app.web.refusing import form_number

ACTIONS = ("launch", "close", "cancel")


def show(round_: Round) -> ResponseReturnValue:
    """A draft shows its checks; a launched period how the cells stand and what they say."""
    now = clock.now()
    values: dict[str, Any] = {"round": round_, "now": now, **_about(round_, now)}
    with reading() as session:
        values["question_set"] = session.get_one(QuestionSet, round_.question_set_id)
        if round_.state == "draft":
            checks = readiness(session, round_, now=now, mail=current_settings().mail)
            values.update(
                checks=checks,
                blocked=bool(blockers(checks)),
                cells=_cells_asked(session, round_, now),
            )
        elif round_.state in LAUNCHED:
            values.update(_launched(session, round_, now))
    return render_template("cell_reports/round.html", **values)


def _about(round_: Round, now: datetime) -> dict[str, Any]:
    return {
        "settings": round_settings(round_.settings),
        "left": remaining(round_.closes_at, now) if now < round_.closes_at else "",
    }


def _launched(session: Session, round_: Round, now: datetime) -> dict[str, Any]:
    scope = organisers_scope(round_)
    board = board_of_duties(session, round_, now, scope=scope)
    assert round_.version_id is not None  # it is launched
    document = in_own_language(library.approved(session, round_.version_id).document)
    ids = [line.cell_id for line in board.lines]
    known = secretaries_of(session, round_.campaign_id, ids)
    return {
        "board": board,
        "table": figures.table_of(session, board, document, scope=scope),
        "without": [line for line in board.lines if line.cell_id not in known],
        "mail_counts": mailing.counts(session, ("round", round_.id), kind=NOTICE),
    }


def _cells_asked(session: Session, round_: Round, now: datetime) -> list[FrozenCell]:
    settings = round_settings(round_.settings)
    return list(cells_of_round(session, settings, today(now), []).values())


def confirm(round_: Round, action: str) -> ResponseReturnValue:
    """Ask once; before the launch everything is looked at once more."""
    _refuse_unknown(action)
    now = clock.now()
    with reading() as session:
        if action != "launch":
            return render_template("cell_reports/confirm.html", round=round_, action=action)
        checks = readiness(session, round_, now=now, mail=current_settings().mail)
        cells = _cells_asked(session, round_, now)
        known = secretaries_of(
            session, round_.campaign_id, [cell.id for cell in cells if cell.id is not None]
        )
    if blockers(checks):
        return redirect(url_for("rounds.show", slug=round_.slug), code=303)
    return render_template(
        "cell_reports/launch.html",
        round=round_,
        checks=checks,
        cells=cells,
        mails=len({user.id for users in known.values() for user in users}),
        now=now,
        **_about(round_, now),
    )


def act(round_: Round, action: str) -> ResponseReturnValue:
    """Launch, close or cancel."""
    _refuse_unknown(action)
    actor, now = signed_in(), clock.now()
    with writing() as session:
        if action == "launch":
            expected = form_number("cells", -1)
            result = launch(session, round_.id, actor, now, expected_people=expected)
            done = _n("Đã phát động cho %(n)s chi bộ.", result.cells)
            if result.first_mail_at is not None:
                when = moment(result.first_mail_at)
                sent = _n("%(n)s thư báo cho bí thư, đi lúc %(when)s.", result.mails, when=when)
                done = f"{done} {sent}"
        elif action == "close":
            services.close_early(session, round_.id, actor, now)
            done = _("Đã đóng kỳ báo cáo. Chi bộ nào cần ghi tiếp thì mở lại riêng cho chi bộ ấy.")
        else:
            services.cancel_round(session, round_.id, actor)
            done = _("Đã hủy kỳ báo cáo. Chi bộ không phải báo cáo kỳ này nữa.")
    flash(done, "good")
    return redirect(url_for("rounds.show", slug=round_.slug), code=303)


def _refuse_unknown(action: str) -> None:
    if action not in ACTIONS:
        raise NotFound(_("Kỳ báo cáo hỏi các chi bộ, không mời từng người."))
