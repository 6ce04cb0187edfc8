"""The sample: the shipped campaign with invented people, staff accounts and one open round.

Loading it again changes nothing that stands there and fills in what is missing, so `make run` does
it at every start. It is refused where there are real people, and outside development: the sample
sends mail to addresses that exist only in the local inbox.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts import links
from survey_app.accounts import services as accounts
from survey_app.accounts.models import User
from survey_app.accounts.scope import CLI
from survey_app.campaigns import campaign_services as campaigns
from survey_app.campaigns import services as rounds
from survey_app.campaigns.models import Campaign, Round
from survey_app.config import Settings
from survey_app.database import Database, current_database
from survey_app.errors import NotAllowed
from survey_app.extensions import current_settings
from survey_app.formatting import local, today
from survey_app.i18n import _
from survey_app.invitations import launch, tokens
from survey_app.invitations.models import EntryMeans, Invitation
from survey_app.people import services as people
from survey_app.people.models import Person
from survey_app.people.roster import read_roster
from survey_app.questions import services as questions
from survey_app.terminal import help_text

ROOT = Path(__file__).resolve().parent.parent
QUIZZES = ROOT / "quizzes"
CAMPAIGN = QUIZZES / "campaigns" / "ke-hoach-422.yaml"
SAMPLE = Path(__file__).parent / "people" / "sample"
ROSTERS = (("dang-vien.csv", "party_member"), ("quan-chung.csv", "non_member"))
QUESTION_SET = "ke-hoach-422"
ROUND_TITLE = "Tìm hiểu Kế hoạch 422-KH/ĐUS (vòng mẫu)"
ROUND_DAYS = 7
MEMBER_LINKS = 3
CONTACT = {"contact_name": "Nguyễn Văn Mẫu (dữ liệu mẫu)", "contact_phone": "0900 000 000"}


@dataclass(frozen=True)
class Account:
    """A staff account of the sample, and how it is introduced in both languages."""

    email: str
    name: str
    label: str
    roles: tuple[str, ...]


ACCOUNTS = (
    Account(
        "to-chuc@so-mau.example",
        "Người tổ chức (mẫu)",
        "Người tổ chức · Organiser",
        ("organiser", "question_approver"),
    ),
    Account(
        "cap-uy@so-mau.example",
        "Cấp ủy theo dõi (mẫu)",
        "Cấp ủy · Committee",
        ("committee_reviewer", "campaign_monitor"),
    ),
    Account(
        "quan-tri@so-mau.example",
        "Quản trị (mẫu)",
        "Quản trị · Administrator",
        ("administrator",),
    ),
)


def load(database: Database, settings: Settings) -> None:
    """Load what is missing of the sample, each part in its own unit of work.

    Raises:
        NotAllowed: this is no development installation, or it has real people.
    """
    _refuse_production(settings)
    with database.reading() as session:
        _refuse_real_people(session)
    for part in (_questions, _campaign, _roster, _accounts, _round):
        with database.writing() as session:
            part(session)


def _refuse_production(settings: Settings) -> None:
    if not settings.development:
        raise NotAllowed(_("Dữ liệu mẫu chỉ dùng cho bản thử: đặt SURVEY_ENV=development."))


def _refuse_real_people(session: Session) -> None:
    if _some_are_real(session):
        raise NotAllowed(_("Đã có danh sách người thật ở đây nên không nạp dữ liệu mẫu."))


def _some_are_real(session: Session) -> bool:
    real = select(Person.id).where(Person.is_sample.is_(False))
    return session.scalar(real.limit(1)) is not None


def has_real_people(database: Database) -> bool:
    """Whether this database, which may be older than we are or empty, names anyone not invented."""
    with database.reading() as session:
        return inspect(session.connection()).has_table("person") and _some_are_real(session)


def _questions(session: Session) -> None:
    for path in sorted(QUIZZES.glob("*.yaml")):
        questions.ship(session, path, actor=CLI)


def _campaign(session: Session) -> None:
    campaign = campaigns.import_campaign(session, CAMPAIGN, CLI)
    missing = {name: value for name, value in CONTACT.items() if not getattr(campaign, name)}
    campaigns.change_campaign(session, campaign.id, missing, CLI)


def _roster(session: Session) -> None:
    if session.scalar(select(Person.id).limit(1)) is not None:
        return
    day = today(clock.now())
    for name, kind in ROSTERS:
        roster = read_roster((SAMPLE / name).read_bytes(), name, kind=kind)
        plan = people.plan_import(session, roster, kind, today=day)
        people.apply_import(session, plan, CLI, day, is_sample=True)


def _accounts(session: Session) -> None:
    known = set(session.scalars(select(User.email)))
    for account in ACCOUNTS:
        if account.email in known:
            continue
        user = accounts.create_user(
            session, account.email, account.name, actor=CLI, source="demo", is_sample=True
        )
        for role in account.roles:
            accounts.grant_role(session, user.id, role, actor=CLI)


def _round(session: Session) -> None:
    """Launch a round, unless one is open: a newcomer always finds something to answer."""
    now = clock.now()
    if open_round(session, now) is not None:
        return
    campaign = session.scalars(select(Campaign).order_by(Campaign.id).limit(1)).one()
    evening = local(now + timedelta(days=ROUND_DAYS)).replace(hour=17, minute=0)
    plan = rounds.RoundPlan(
        title=ROUND_TITLE,
        question_set=QUESTION_SET,
        opens_at=now.replace(second=0, microsecond=0),
        closes_at=evening.replace(second=0, microsecond=0),
    )
    made = rounds.create_round(session, campaign.id, plan, CLI)
    launch.launch(session, made.id, CLI, now)


def open_round(session: Session, now: datetime) -> Round | None:
    """Return the newest launched round that still takes answers."""
    return session.scalar(
        select(Round)
        .where(Round.state.in_(("scheduled", "open")), Round.closes_at > now)
        .order_by(Round.id.desc())
        .limit(1)
    )


@dataclass(frozen=True)
class Link:
    """One thing to open."""

    label: str
    path: str


def fresh_links(session: Session, settings: Settings) -> Iterator[Link]:
    """Make sign-in links for the sample's staff; find those of members who have not answered."""
    yield Link("Trang đầu · Front page", "/")
    labels = {account.email: account.label for account in ACCOUNTS}
    staff = session.scalars(select(User).where(User.is_sample, User.is_active).order_by(User.id))
    for user in staff:
        made = links.make(session, settings.link_key, user, actor=CLI, source="demo")
        yield Link(labels.get(user.email, user.name), made.path)
    yield from _member_links(session, settings)


def _member_links(session: Session, settings: Settings) -> Iterator[Link]:
    found = open_round(session, clock.now())
    rows = session.execute(
        select(Person.full_name, Invitation.public_id, EntryMeans.version)
        .join(Invitation, Invitation.person_id == Person.id)
        .join(EntryMeans, EntryMeans.invitation_id == Invitation.id)
        .where(
            Invitation.round_id == (found.id if found else None),
            Invitation.is_done.is_(False),
            EntryMeans.kind == "link",
            Person.is_sample.is_(True),
        )
        .order_by(Invitation.is_started, Invitation.id)
        .limit(MEMBER_LINKS)
    )
    for name, public_id, version in rows:
        token = tokens.link_token(settings.link_key, public_id, version)
        yield Link(f"{name} · Member", f"/i/{token}")


def links_to_open(database: Database, settings: Settings) -> list[str]:
    """Return what to open as lines, with fresh sign-in links, labelled in both languages.

    Raises:
        NotAllowed: this is no development installation.
    """
    _refuse_production(settings)
    with database.writing() as session:
        found = list(fresh_links(session, settings))
    return [line(link.label, settings.base_url + link.path) for link in found]


def line(label: str, url: str) -> str:
    """Return one line of what to open."""
    return f"  {label:<36}{url}"


demo = AppGroup("demo", help=help_text("Dữ liệu mẫu của bản thử."))


@demo.command("load", help=help_text("Nạp chiến dịch, danh sách mẫu và một vòng thi đang mở."))
def load_command() -> None:
    """Load the sample; what is there stays."""
    load(current_database(), current_settings())
    click.echo(_("Đã có dữ liệu mẫu."))


@demo.command("links", help=help_text("In các địa chỉ để mở, với liên kết đăng nhập mới."))
def links_command() -> None:
    """Print what to open, with fresh sign-in links, labelled in both languages."""
    for printed in links_to_open(current_database(), current_settings()):
        click.echo(printed)
