"""Every mail the product sends, as different people get it: for checks of how mails look and read.

The people and what happens to them are made with the product's own services, and everything leaves
through its own sender. How mails look depends on no database, so one sending serves a whole module.
"""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock, create_app
from survey_app.accounts import sign_in
from survey_app.accounts.models import User
from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import Campaign
from survey_app.config import load_settings
from survey_app.database import Database
from survey_app.invitations import reaching, reminding
from survey_app.invitations.mails import TEST
from survey_app.invitations.models import Invitation
from survey_app.mailing import outbox
from survey_app.people.models import Cell, Person
from survey_app.questions.formats import read
from survey_app.quizzes import queries, services
from survey_app.quizzes.saving import Write
from survey_app.reports.closing import freeze_and_tell
from tests.factories import make_user
from tests.factories_rounds import (
    launch_round,
    make_campaign,
    make_cell,
    make_person,
    make_round,
    make_version,
)
from tests.installation import environ_of
from tests.sending import send_all
from tests.smtp_sink import Received, SmtpSink, free_port

NOW = datetime(2024, 9, 18, 2, 0, tzinfo=UTC)
LONG_TITLE = "Tìm hiểu Kế hoạch 422-KH/ĐUS và lịch sử Đảng bộ Khối các cơ quan tỉnh"
INTRO = "Bài thi gồm những câu hỏi về truyền thống 70 năm; mỗi câu đều có nguồn để đọc thêm."
MEMBER, OTHER = "an@so-mau.example", "binh@so-mau.example"
ENGLISH_MEMBER, ENGLISH_OTHER = "mai@so-mau.example", "hoa@so-mau.example"
SHARED = "van-phong@so-mau.example"
ORGANISER, COMMITTEE = "to-chuc@so-mau.example", "cap-uy@so-mau.example"
SECRETARIES = (("bi-thu@so-mau.example", "vi"), ("secretary@so-mau.example", "en"))
REPORT_FORM = Path(__file__).parents[1] / "quizzes" / "bao-cao-chi-bo.yaml"
REPORT_TITLE = "Báo cáo của chi bộ về đợt kỷ niệm, kỳ 1"
ENGLISH_ORGANISER, ENGLISH_COMMITTEE = "organiser@so-mau.example", "committee@so-mau.example"


def every_mail(template: Path, folder: Path) -> list[Received]:
    """Send every mail of an installation in `folder` (`template`: an empty database), at 09:00 on
    Wednesday 18/9/2024, and return them as they arrived.
    """
    shutil.copy(template, folder / "survey.sqlite")
    sink = SmtpSink(free_port()).start()
    clock.use_source(lambda: NOW)
    url = f"sqlite:///{folder / 'survey.sqlite'}"
    app = create_app(load_settings(environ_of(folder, url, sink.port)))
    database: Database = app.extensions["survey.database"]
    try:
        send_every_mail(app, database)
        return list(sink.received)
    finally:
        database.dispose()
        clock.use_source(None)
        sink.stop()


def send_every_mail(app: Flask, db: Database) -> None:
    """Send every mail of a campaign with a round of two attempts and one that closes in hours.

    Of the first round go invitations to everybody, results to three (one shares a mailbox), the
    link again to the two who asked after handing in, reminders to the rest; tests and sign-in links
    to two organisers; of the second round invitations, and the committee's mail. Two
    secretaries are asked for their cells' reports.
    """
    for address, locale in ((ORGANISER, "vi"), (ENGLISH_ORGANISER, "en")):
        make_user(db, "organiser", email=address, locale=locale)
    for address, locale in ((COMMITTEE, "vi"), (ENGLISH_COMMITTEE, "en")):
        make_user(db, "committee_reviewer", email=address, locale=locale)
    with app.app_context():
        with db.writing() as session:
            first, second = _launch_two_rounds(session, clock.now())
        send_all(app)
        _ask_cells(db)
        with db.writing() as session:
            for name in ("Nguyễn Văn An", "Ma Thị Hoa", "Nông Thị Dung"):
                _hand_in(session, first, name)
        with db.writing() as session:
            reminding.remind(session, first, CLI, clock.now())
            reaching.resend_to_mailbox(session, MEMBER, clock.now())
            reaching.resend_to_mailbox(session, ENGLISH_OTHER, clock.now())
            _tests_and_links(session, app.extensions["survey.settings"].link_key, first)
            # As if it had closed a while ago: the figures have settled, the mail may leave.
            freeze_and_tell(session, second, clock.now() - timedelta(minutes=5))
        send_all(app)


def _ask_cells(db: Database) -> None:
    """Launch a period of cell reports for the cells of two secretaries."""
    with db.reading() as session:
        cells = list(session.scalars(select(Cell.id).order_by(Cell.id)))
    for cell_id, (address, locale) in zip(cells, SECRETARIES, strict=True):
        make_user(db, "cell_secretary", email=address, locale=locale, cell_id=cell_id)
    with db.writing() as session:
        document = read(REPORT_FORM.read_bytes()).to_document()
        version = make_version(session, document=document)
        campaign = session.scalars(select(Campaign)).one()
        closes_at = clock.now() + timedelta(days=2, hours=8)
        period = make_round(
            session, campaign=campaign, version=version, title=REPORT_TITLE, closes_at=closes_at
        )
        launch_round(session, period)


def _launch_two_rounds(session: Session, now: datetime) -> tuple[int, int]:
    cells = [make_cell(session, "Chi bộ Văn phòng"), make_cell(session, "Chi bộ Đo đạc và Bản đồ")]
    for number, (name, email, values) in enumerate(
        [
            ("Nguyễn Văn An", MEMBER, {}),
            ("Hoàng Thị Thanh Bình", OTHER, {"kind": "non_member"}),
            ("Trần Thị Mai", ENGLISH_MEMBER, {"locale": "en"}),
            ("Ma Thị Hoa", ENGLISH_OTHER, {"kind": "non_member", "locale": "en"}),
            ("Nông Thị Dung", SHARED, {}),
            ("Vi Văn Dũng", SHARED, {"form_of_address": "ông"}),
        ]
    ):
        make_person(session, name, cells[number % 2], email=email, **values)
    campaign = make_campaign(session)
    first = make_round(
        session,
        campaign=campaign,
        title="Vòng 1",
        closes_at=now + timedelta(days=2, hours=8),
        attempts_allowed=2,
        intro=INTRO,
    )
    second = make_round(
        session, campaign=campaign, title=LONG_TITLE, closes_at=now + timedelta(hours=9)
    )
    for round_ in (first, second):
        launch_round(session, round_)
    return first.id, second.id


def _hand_in(session: Session, round_id: int, name: str) -> None:
    public_id = session.scalars(
        select(Invitation.public_id)
        .join(Person, Person.id == Invitation.person_id)
        .where(Invitation.round_id == round_id, Person.full_name == name)
    ).one()
    entry = queries.entry(session, public_id, lock=True)
    assert entry
    attempt_id = services.begin(session, entry, [], now=clock.now())
    found = queries.attempt(session, attempt_id, lock=True)
    assert found
    answers = {f"q{i}": [f"c{i}-{'a' if i < 9 else 'b'}"] for i in range(1, 11)}
    services.submit(session, *found, Write(answers), received=clock.now())


def _tests_and_links(session: Session, key: bytes, round_id: int) -> None:
    person = session.scalars(select(Person.id).where(Person.email == MEMBER)).one()
    for address in (ORGANISER, ENGLISH_ORGANISER):
        user = session.scalars(select(User.id).where(User.email == address)).one()
        sign_in.mail_link(session, key, address, "127.0.0.1")
        outbox.enqueue(
            session,
            TEST,
            recipient=("user", user),
            subject=("round", round_id),
            dedupe_key=f"test:{user}",
            payload={"person": person},
        )
