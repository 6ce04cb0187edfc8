"""The campaign itself: imported from a file, changed on its page."""

import re
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.scope import CLI
from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.campaigns.campaign_file import CampaignInFile, read_campaign
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.queries import current_campaign
from survey_app.campaigns.seen import refuse_changed
from survey_app.campaigns.services import RoundPlan, create_round
from survey_app.campaigns.settings import CampaignSettings
from survey_app.errors import Conflict, Invalid, Problem
from survey_app.i18n import _
from survey_app.vietnamese import slugify, tidy

LARGEST_FILE = 500_000
_PHONE = re.compile(r"[0-9 +.()-]+")


def import_campaign(session: Session, path: Path, actor: Actor = CLI) -> Campaign:
    """Store the campaign of a YAML file with its rounds as drafts.

    Importing again fills in what is still empty and adds new rounds. It overwrites nothing: what
    stands there may have been put right on the page.

    Raises:
        Invalid: the file cannot be read; `problems` names each mistake with its line.
        Conflict: a round of another campaign has the same slug.
    """
    in_file = read_campaign(_text(path))
    if in_file.contact_phone and not _is_phone(in_file.contact_phone):
        raise Invalid(_phone_rule())
    campaign = session.scalar(select(Campaign).where(Campaign.slug == in_file.slug))
    if campaign is None:
        campaign = Campaign(created_at=clock.now(), is_sample=False, **in_file.columns())
        session.add(campaign)
        session.flush()
        record(
            session, Action.CAMPAIGN_IMPORTED, actor, ("campaign", campaign.id), slug=campaign.slug
        )
    else:
        change_campaign(session, campaign.id, _still_empty(campaign, in_file), actor)
    _add_rounds(session, campaign, in_file, actor)
    return campaign


def blank_campaign() -> Campaign:
    """Return a campaign of which nothing is known yet; it is not stored."""
    return Campaign(
        slug="",
        title="",
        tag="",
        theme="",
        issuer="",
        basis="",
        base_plan_date_confirmed=False,
        recipients=[],
        retention_months=12,
        second_reader=False,
        settings=CampaignSettings().plain(),
        is_sample=False,
        created_at=clock.now(),
    )


def create_campaign(session: Session, values: dict[str, Any], actor: Actor) -> Campaign:
    """Store the installation's first campaign.

    Raises:
        Conflict: there is one by now.
        Invalid: as for `change_campaign`.
    """
    if current_campaign(session):
        raise Conflict(_("Vừa có người tạo chiến dịch. Xin mở lại trang này để xem và sửa."))
    campaign = blank_campaign()
    campaign.slug = slugify(values["tag"]) or "chien-dich"
    session.add(campaign)
    session.flush()
    record(session, Action.CAMPAIGN_CREATED, actor, ("campaign", campaign.id), slug=campaign.slug)
    return change_campaign(session, campaign.id, values, actor)


def change_campaign(
    session: Session, campaign_id: int, values: dict[str, Any], actor: Actor, *, seen: str = ""
) -> Campaign:
    """Set columns of a campaign; the log says which.

    Raises:
        Conflict: `seen`, the fingerprint of what the form showed, does not hold any more.
        Invalid: a needed text is empty, the end lies before the start, the phone is none, or the
            contact is taken away while people may need it.
    """
    campaign = session.get_one(Campaign, campaign_id, with_for_update=True)
    refuse_changed(campaign, seen)
    changed = sorted(name for name, value in values.items() if getattr(campaign, name) != value)
    for name in changed:
        setattr(campaign, name, values[name])
    problems = [
        Problem("empty", _("Mục này không được để trống."), name)
        for name in ("title", "tag", "issuer")
        if not tidy(getattr(campaign, name) or "")
    ]
    if campaign.starts_on and campaign.ends_on and campaign.ends_on < campaign.starts_on:
        problems.append(Problem("window", _("Ngày kết thúc phải sau ngày bắt đầu."), "ends_on"))
    problems += _contact_problems(session, campaign, changed)
    if problems:
        raise Invalid(_("Chiến dịch chưa lưu được."), problems=problems)
    if changed:
        record(session, Action.CAMPAIGN_CHANGED, actor, ("campaign", campaign.id), fields=changed)
    return campaign


def _contact_problems(session: Session, campaign: Campaign, changed: list[str]) -> list[Problem]:
    """What is wrong with a contact that was changed; people are told to call it."""
    problems = []
    phone = campaign.contact_phone or ""
    if "contact_phone" in changed and phone and not _is_phone(phone):
        problems.append(Problem("bad_phone", _phone_rule(), "contact_phone"))
    emptied = [
        name
        for name in ("contact_name", "contact_phone")
        if name in changed and not getattr(campaign, name)
    ]
    if emptied and _has_round_under_way(session, campaign.id):
        message = _("Đang có vòng thi nên không bỏ trống được: người thi cần biết gọi cho ai.")
        problems += [Problem("contact_needed", message, name) for name in emptied]
    return problems


def _phone_rule() -> str:
    return _("Số điện thoại chỉ gồm chữ số, dấu cách và + . ( ) -, ít nhất 8 chữ số.")


def _is_phone(text: str) -> bool:
    return _PHONE.fullmatch(text) is not None and len(re.findall("[0-9]", text)) >= 8


def _has_round_under_way(session: Session, campaign_id: int) -> bool:
    launched = select(Round.id).where(
        Round.campaign_id == campaign_id, Round.state.in_(("scheduled", "open"))
    )
    with session.no_autoflush:
        return session.scalar(launched.limit(1)) is not None


def _still_empty(campaign: Campaign, in_file: CampaignInFile) -> dict[str, Any]:
    columns = in_file.columns()
    new = columns.pop("settings")
    values = {name: value for name, value in columns.items() if _empty(getattr(campaign, name))}
    own = campaign.settings
    values["settings"] = {**own, **{name: new[name] for name in new if _empty(own.get(name))}}
    return values


def _empty(value: object) -> bool:
    return value is None or value == "" or value == []


def _add_rounds(
    session: Session, campaign: Campaign, in_file: CampaignInFile, actor: Actor
) -> None:
    own = select(Round.slug).where(Round.campaign_id == campaign.id)
    known = set(session.scalars(own))
    for item in in_file.rounds:
        if item.slug in known:
            continue
        plan = RoundPlan(
            title=item.title,
            question_set=item.questions,
            opens_at=item.opens,
            closes_at=item.closes,
            settings=item.settings,
            slug=item.slug,
        )
        create_round(session, campaign.id, plan, actor)


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError:
        raise Invalid(_("Không mở được tệp %(name)s.", name=path.name)) from None
    if len(data) > LARGEST_FILE:
        raise Invalid(_("Tệp %(name)s quá lớn cho một chiến dịch.", name=path.name))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(_("Tệp %(name)s không phải UTF-8.", name=path.name)) from None
