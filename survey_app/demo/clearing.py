"""From the sample to a campaign of one's own: a backup, then everything invented goes.

Question sets stay, those written in the trial too; the campaign stays with its plan, for its page
to be gone through, but without the sample's contact.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import delete, func, inspect, select, update
from sqlalchemy.orm import Session

from survey_app import backups, clock
from survey_app.accounts import services as accounts
from survey_app.accounts.models import RoleGrant, User
from survey_app.accounts.scope import CLI
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import Campaign
from survey_app.config import Settings
from survey_app.database import Database, table_of
from survey_app.demo import cast, has_sample, refuse_production
from survey_app.errors import Conflict, Invalid
from survey_app.feedback.keys import KeyCabinet
from survey_app.feedback.models import Urn
from survey_app.i18n import LOCALES, _, lazy, speaking
from survey_app.people.models import Person
from survey_app.people.services import read_address
from survey_app.questions.models import QuestionSet, QuestionSetVersion
from survey_app.schema import metadata
from survey_app.vietnamese import search_key, tidy

PHRASE: Final = lazy("XÓA DỮ LIỆU MẪU")
FIRST_ROLES = ("administrator", "organiser", "question_approver")
_STAYS = {model.__tablename__ for model in (Campaign, QuestionSet, QuestionSetVersion)}


@dataclass(frozen=True)
class Owner:
    """Who begins their own campaign here: the first account, with every role it takes."""

    email: str
    name: str


def read_owner(phrase: str, email: str, name: str) -> Owner:
    """Check what was typed; marks, capitals and language of the phrase do not matter.

    Raises:
        Invalid: the phrase, the address or the name will not do.
    """
    if search_key(phrase) not in _phrases():
        raise Invalid(_("Để xóa, xin gõ đúng: %(phrase)s", phrase=PHRASE))
    if not 0 < len(tidy(name)) <= 100:
        raise Invalid(_("Xin ghi họ tên của đồng chí."))
    address = read_address(email)
    if address is None:
        raise Invalid(_("Xin ghi đủ địa chỉ thư, ví dụ ten@coquan.example."))
    return Owner(address, tidy(name))


def _phrases() -> set[str]:
    phrases = set()
    for locale in LOCALES:
        with speaking(locale):
            phrases.add(search_key(str(PHRASE)))
    return phrases


def real_people(session: Session) -> int:
    """Return how many people somebody added to the trial; they go with it."""
    return session.scalar(select(func.count(Person.id)).where(Person.is_sample.is_(False))) or 0


def clear(database: Database, settings: Settings, owner: Owner) -> Path:
    """Back up, then take the trial away and open the owner's account; return the backup.

    Raises:
        NotAllowed: this is no development installation.
        Conflict: there is no sample, it cannot be backed up, or somebody changed something since.
    """
    refuse_production(settings)
    if not has_sample(database):
        raise Conflict(_("Ở đây không có dữ liệu mẫu để xóa."))
    path, kept = _backup(database, settings)
    with database.writing() as session:
        _refuse_changed(session, kept)
        urns = session.scalars(select(Urn.public_key)).all()
        _take_away(session)
        _open_account(session, owner)
    # Last: a round of the trial must not meet the real time if anything above fails.
    clock.be_real(settings.instance_path / clock.FILE)
    for mail in (settings.instance_path / "inbox").glob("*.eml"):
        mail.unlink(missing_ok=True)
    for public_key in urns:
        KeyCabinet(settings.keys_path).destroy(public_key)
    return path


def destroy_keys(settings: Settings) -> int:
    """Make the keys gone that the database's urns name; return how many there were.

    Others in their folder are somebody else's and stay; an empty folder goes. The database may be
    empty, or older than urns are.
    """
    database = Database(settings.database_url)
    with database.reading() as session:
        has_urns = inspect(session.connection()).has_table(Urn.__tablename__)
        named = session.scalars(select(Urn.public_key)).all() if has_urns else []
    database.dispose()  # it may be removed next
    cabinet = KeyCabinet(settings.keys_path)
    here = [public_key for public_key in named if cabinet.find(public_key)]
    for public_key in here:
        cabinet.destroy(public_key)
    with suppress(OSError):
        settings.keys_path.rmdir()
    return len(here)


def _backup(database: Database, settings: Settings) -> tuple[Path, backups.Made]:
    folder = settings.instance_path / "backups"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        message = _(
            "Không tạo được thư mục %(name)s để sao lưu, nên chưa xóa gì.", name=folder.name
        )
        raise Conflict(message) from None
    # The machine's time: the trial's clock may stand anywhere.
    path = folder / f"du-lieu-mau-{datetime.now(UTC):%Y%m%d-%H%M%S}.backup"
    return path, backups.make(database, settings, path, CLI)


def _refuse_changed(session: Session, kept: backups.Made) -> None:
    """What staff did after the backup was made is not in it, so it must not go."""
    backups_own_line = 0 if kept.not_noted else 1
    for table, more in ((table_of(AuditEvent), backups_own_line), (table_of(Person), 0)):
        now = session.scalar(select(func.count()).select_from(table))
        if now != kept.manifest.tables[table.name].rows + more:
            raise Conflict(
                _("Trong lúc sao lưu có người vừa thay đổi dữ liệu, nên chưa xóa gì. Xin thử lại.")
            )


def _take_away(session: Session) -> None:
    """Delete every row but the content that stays; children before parents."""
    nobody = {QuestionSetVersion.author_id: None, QuestionSetVersion.approver_id: None}
    session.execute(update(QuestionSetVersion).values(nobody))
    for table in reversed(metadata.sorted_tables):
        if table.name not in _STAYS:
            session.execute(delete(table))
    session.execute(update(Campaign).values(is_sample=False))
    of_sample = Campaign.contact_name == cast.CONTACT["contact_name"]
    session.execute(update(Campaign).where(of_sample).values(dict.fromkeys(cast.CONTACT)))


def _open_account(session: Session, owner: Owner) -> None:
    user = accounts.create_user(session, owner.email, owner.name, actor=CLI, source="demo")
    for role in FIRST_ROLES:
        accounts.grant_role(session, user.id, role, actor=CLI)
    # Nothing of the trial's hours in what begins now.
    real = datetime.now(UTC)
    session.execute(update(User).values(created_at=real))
    session.execute(update(RoleGrant).values(granted_at=real))
    session.execute(update(AuditEvent).values(at=real))


def account_of(session: Session, owner: Owner) -> User:
    """Return the owner's fresh account."""
    return session.scalars(select(User).where(User.email == owner.email)).one()
