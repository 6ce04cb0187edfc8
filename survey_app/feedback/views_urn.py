"""The urn of a form for its organiser: what it is, whether its key is there, and giving it up."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.doors import signed_in
from survey_app.campaigns.access import organised_round
from survey_app.campaigns.models import Round
from survey_app.database import reading, writing
from survey_app.errors import Conflict, NotFound
from survey_app.feedback import turnout, urns
from survey_app.i18n import _


def show(slug: str) -> ResponseReturnValue:
    """The urn in words, and what happens when its key is lost."""
    with reading() as session:
        round_ = _form(session, slug)
        facts, line = turnout.facts(session, round_, ()), turnout.urn_line(session, round_)
    return render_template("feedback/urn.html", round=round_, facts=facts, line=line)


def confirm_lost(slug: str) -> ResponseReturnValue:
    """Ask once before an urn is given up, with how many forms go."""
    with reading() as session:
        round_ = _form(session, slug)
        facts, line = turnout.facts(session, round_, ()), turnout.urn_line(session, round_)
    if line is None or not facts.trouble:
        raise Conflict(_("Hòm phiếu này không có gì trục trặc nên không khai báo mất được."))
    return render_template("feedback/urn_lost.html", round=round_, facts=facts, line=line)


def declare_lost(slug: str) -> ResponseReturnValue:
    """Give the urn up."""
    with writing() as session:
        round_id = _form(session, slug).id
        urns.declare_lost(session, round_id, signed_in(), clock.now())
    flash(_("Đã khai báo mất hòm phiếu. Đợt góp ý này không có kết quả."), "good")
    return redirect(url_for("rounds.show", slug=slug), code=303)


def _form(session: Session, slug: str) -> Round:
    round_ = organised_round(session, slug)
    if round_.kind != "feedback":
        raise NotFound(_("Chỉ phiếu góp ý ẩn danh mới có hòm phiếu."))
    return round_
