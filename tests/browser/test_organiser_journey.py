"""An organiser's way: sign in, import the people, paste a paper, open a round, send."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from survey_app import clock
from survey_app.campaigns.models import Round
from survey_app.mailing.models import OutboxMessage
from survey_app.people.models import Person
from tests.browser import staff, steps
from tests.browser.conftest import Open
from tests.factories_rounds import make_people, make_round, make_version
from tests.live import World
from tests.mailbox import Mailbox, links_of, text_of

pytestmark = pytest.mark.timeout(240)


@pytest.mark.parametrize(
    ("database_url", "screen", "js", "dark"),
    [
        ("sqlite", "desktop", True, False),
        ("sqlite", "desktop", False, True),
        ("sqlite", "phone", True, True),
        ("postgresql", "phone", False, False),
    ],
    indirect=["database_url"],
)
def test_from_nothing_to_an_open_round(
    surf: Open, world: World, mailbox: Mailbox, screen: str, js: bool, dark: bool
) -> None:
    with world.app.app_context(), world.db.writing() as session:
        staff.load_campaign(session)
    surfer = surf(screen, js=js, dark=dark)
    staff.sign_in(surfer, "organiser", "question_approver")
    staff.import_roster(surfer)
    with world.db.reading() as session:
        people = list(session.scalars(select(Person)))
        mails = sum(one.address_state == "ok" for one in people)
    assert len(people) > 20

    staff.paste_paper(surfer)
    surfer.press("Xem như người làm bài")
    surfer.page.go_back()
    surfer.press("Xem lại và duyệt")
    surfer.press("Duyệt 3 câu")

    staff.create_round(surfer)
    assert "Kiểm tra trước khi gửi" in surfer.text()
    surfer.press("Xem thư mời như người nhận thấy")
    assert "422-KH/ĐUS" in surfer.text() or "70 năm" in surfer.text()
    surfer.press("Gửi thư thử")
    world.send_mails()
    (trial,) = mailbox.mails
    assert "[THỬ]" in str(trial["Subject"])

    with world.db.reading() as session:
        slug = session.scalars(select(Round.slug)).one()
    surfer.open(f"/organiser/rounds/{slug}")
    surfer.press(f"Gửi thư mời cho {mails} người")
    surfer.press(f"Gửi thư mời cho {mails} người")
    with world.db.reading() as session:
        assert session.scalars(select(Round.state)).one() in {"open", "scheduled"}
    world.send_mails()
    assert len(mailbox.mails) == 1 + mails
    for path in ("", "/mail", "/people", "/preview", "/remind"):
        surfer.open(f"/organiser/rounds/{slug}{path}")
    assert world.attempts() == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_link_of_a_test_mail_opens_a_trial_that_stores_nothing(
    surf: Open, world: World, mailbox: Mailbox
) -> None:
    with world.app.app_context(), world.db.writing() as session:
        make_people(session)
        campaign = staff.load_campaign(session)
        round_ = make_round(
            session,
            campaign=campaign,
            version=make_version(session),
            closes_at=clock.now() + timedelta(days=2),
        )
        slug = round_.slug
    surfer = surf()
    staff.sign_in(surfer, "organiser", axe=False)
    surfer.open(f"/organiser/rounds/{slug}", axe=False)
    surfer.press("Gửi thư thử cho tôi", axe=False)
    world.send_mails()
    (mail,) = mailbox.mails
    link = next(url for url in links_of(mail) if "/i/" in url)
    member = surf("phone")
    steps.confirm(member, link)
    assert "bản làm thử" in member.text()
    for number in range(1, 11):
        steps.choose(member, number, "A")
    steps.wait_saved(member)
    steps.review(member)
    member.press("Nộp bài 10 câu")
    assert "Không có gì được tính" in member.text() or "không được lưu" in member.text()
    assert world.attempts() == []
    assert world.gradings() == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_invitation_mails_lead_to_the_quiz(surf: Open, world: World, mailbox: Mailbox) -> None:
    world.launch(people=1, cells=1)
    world.send_mails()
    (mail,) = mailbox.mails
    assert world.names()[0] in text_of(mail)
    link = next(url for url in links_of(mail) if "/i/" in url)
    stop = next(url for url in links_of(mail) if "no-reminders" in url)
    surfer = surf()
    steps.confirm(surfer, link, axe=False)
    steps.choose_right(surfer, 1)
    steps.review(surfer, axe=False)
    surfer.press("Nộp bài, bỏ trống 9 câu", axe=False)
    world.send_mails()
    result = mailbox.mails[-1]
    assert "1/10" in text_of(result)
    surfer.open(stop)
    surfer.page.locator(".choice", has_text="Không nhận thư nhắc nữa").click()
    surfer.press("Ghi lại")
    with world.db.reading() as session:
        assert not session.scalars(select(Person.wants_reminders)).one()
        states = set(session.scalars(select(OutboxMessage.state)))
    assert states == {"sent"}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("js", [True, False])
def test_the_editor_keeps_what_is_written(surf: Open, world: World, js: bool) -> None:
    with world.app.app_context(), world.db.writing() as session:
        staff.load_campaign(session)
    surfer = surf("desktop", js=js)
    staff.sign_in(surfer, "organiser", "question_approver", axe=False)
    staff.paste_paper(surfer)
    surfer.press("Sửa câu hỏi")
    surfer.page.get_by_label("Nội dung câu hỏi").fill("Đảng bộ Khối thành lập vào ngày nào?")
    surfer.press("Lưu câu này")
    surfer.open(surfer.page.url)
    assert "Đảng bộ Khối thành lập vào ngày nào?" in surfer.page.content()
