"""The organiser's way through the pages: from three choices to a launched round and its people."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.settings import round_settings
from survey_app.invitations import tally
from survey_app.invitations.models import EntryMeans, Invitation
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.people.models import Person
from tests.factories import sign_in, sign_in_as, submit
from tests.factories_rounds import (
    CLOSES,
    NAMES,
    invitations_of,
    launched_round,
    make_campaign,
    make_people,
    make_person,
    make_round,
    make_version,
)
from tests.page import problems_of

CONTENT = (
    *NAMES,
    "70 năm Đảng bộ Khối",
    "Kỷ niệm 70 năm Ngày thành lập Đảng bộ Khối (mẫu)",
    "Phát huy truyền thống vẻ vang 70 năm",
    "Đảng ủy Sở Tài nguyên và Môi trường",
    "Tìm hiểu truyền thống",
    "Thực hiện Kế hoạch số 156-KH/ĐUK",
    "Các chi bộ trực thuộc",
    "Trần Thị Mẫu",
    "Lê Thị Mẫu",
    "422-KH/ĐUS",
    "Chi bộ mẫu số",
    "Vòng 1",
    "VI",
    "Đảng ủy Sở (mẫu)",
)
CHOICES = {
    "question_set": "bo-1",
    "cells": "all",
    "closes_day": "20/9/2024",
    "closes_hour": "17:00",
    "attempts": "2",
    "kinds": ["party_member", "non_member"],
    "show_score": "at_once",
    "show_key": "after_close",
    "shuffle_questions": "y",
}


@pytest.fixture
def organiser(client):
    client.user_id = sign_in(client)
    return client


def problems_in(page):
    """What the error summary of a page says."""
    return re.findall(r'class="summary".*?</div>', page, re.DOTALL)


def events(db, action):
    with db.reading() as session:
        return session.scalars(select(AuditEvent).where(AuditEvent.action == action)).all()


def test_three_choices_checks_preview_confirm_launch(organiser, db):
    with db.writing() as session:
        make_campaign(session)
        make_version(session, slug="bo-1")
        make_people(session, 3)
    made = submit(organiser, "/organiser/rounds/new", CHOICES)
    assert made.status_code == 303, problems_in(made.text)
    assert made.headers["Location"] == "/organiser/rounds/tim-hieu-truyen-thong"
    page = organiser.get(made.headers["Location"]).text
    assert "Gửi thư mời cho 3 người" in page
    assert "17 giờ 00, thứ Sáu, ngày 20/9/2024 (còn 2 ngày 8 giờ)" in page
    with db.reading() as session:
        settings = round_settings(session.scalars(select(Round)).one().settings)
        assert (settings.attempts_allowed, settings.shuffle_choices) == (2, False)
        assert session.scalar(select(func.count(OutboxItem.id))) == 0
    launch = f"{made.headers['Location']}/launch"
    assert "ngay khi bấm nút" in organiser.get(launch).text
    done = submit(organiser, launch, {"people": "3"}, follow_redirects=True).text
    assert "3 thư mời, thư đầu đi lúc 09 giờ 00, thứ Tư, ngày 18/9/2024" in done
    assert submit(organiser, "/organiser/rounds/new", {"people": "3"}, to=launch).status_code == 409
    with db.reading() as session:
        assert session.scalar(select(func.count(OutboxItem.id))) == 3


def test_a_draft_without_an_opening_time_opens_when_it_is_launched(organiser, db, time):
    with db.writing() as session:
        make_campaign(session)
        make_version(session, slug="bo-1")
        make_people(session, 3)
    page = submit(organiser, "/organiser/rounds/new", CHOICES).headers["Location"]
    time.move(hours=3)
    assert "ngay khi phát động" in organiser.get(page).text
    assert "ngay khi phát động" in organiser.get("/organiser/rounds").text
    assert "mở ngay khi phát động" in organiser.get("/organiser/").text
    assert 'name="opens_day" type="text" value=""' in organiser.get(f"{page}/edit").text
    assert submit(organiser, f"{page}/launch", {"people": "3"}).status_code == 303
    with db.reading() as session:
        round_ = session.scalars(select(Round)).one()
    assert (round_.state, round_.opens_at) == ("open", time())


def test_closing_early_warns_of_invitations_that_still_wait(organiser, db):
    with db.writing() as session:
        round_ = launched_round(session, people=3)
    page = f"/organiser/rounds/{round_.slug}"
    assert "3 thư mời còn chờ gửi" in organiser.get(f"{page}/close").text
    assert "còn chờ gửi" not in organiser.get(f"{page}/cancel").text


def test_a_number_that_no_longer_holds_stops_the_launch(organiser, db):
    with db.writing() as session:
        people = make_people(session, 3)
        round_ = make_round(session)
    launch = f"/organiser/rounds/{round_.slug}/launch"
    organiser.get(launch)
    with db.writing() as session:
        make_person(session, "Người Mới")
    answer = submit(organiser, launch, {"people": str(len(people))})
    assert answer.status_code == 409
    assert "trước là 3 người, nay là 4" in answer.text
    assert submit(organiser, launch, {}).status_code == 409


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"closes_day": "31/9/2024"}, "Ngày chưa đúng"),
        ({"closes_hour": "25:00"}, "Giờ chưa đúng"),
        ({"closes_day": "", "closes_hour": ""}, "Xin ghi ngày và giờ đóng"),
        ({"closes_day": "17/9/2024"}, "sau lúc này"),
        ({"opens_day": "21/9/2024", "opens_hour": "8:00"}, "Giờ đóng phải sau giờ mở"),
        ({"cells": "some"}, "ít nhất một chi bộ"),
        ({"kinds": []}, "ít nhất một nhóm"),
        ({"time_limit": "nhanh"}, "Xin ghi một số nguyên"),
        ({"time_limit": "0"}, "từ 1 đến 600"),
        ({"attempts": "x"}, "có trong danh sách"),
    ],
)
def test_a_wrong_choice_is_said_at_its_field_and_nothing_is_lost(organiser, db, wrong, words):
    with db.writing() as session:
        make_campaign(session)
        make_version(session, slug="bo-1")
    answer = submit(
        organiser, "/organiser/rounds/new", {**CHOICES, "title": "Tên tôi đặt", **wrong}
    )
    assert answer.status_code == 422
    assert words in answer.text
    assert "Tên tôi đặt" in answer.text
    with db.reading() as session:
        assert session.scalar(select(func.count(Round.id))) == 0


def test_the_preview_shows_a_chosen_person_and_only_a_trial_link(organiser, db, settings):
    with db.writing() as session:
        make_people(session, 4)
        worker = make_person(session, "Đặng Thị Ánh", kind="non_member")
        round_ = make_round(session)
    base = f"/organiser/rounds/{round_.slug}/preview"
    found = organiser.get(f"{base}?q=dang+anh").text
    assert "Kính gửi anh/chị Đặng Thị Ánh," in found
    html = organiser.get(f"{base}.html?person={worker.public_id}")
    assert "Kính gửi anh/chị Đặng Thị Ánh," in html.text
    policy = html.headers["Content-Security-Policy"]
    assert "script-src" not in policy and "default-src 'none'" in policy
    submit(
        organiser, base, {"person": worker.public_id}, to=f"/organiser/rounds/{round_.slug}/test"
    )
    with db.reading() as session:
        (item,) = session.scalars(select(OutboxItem))
        assert (item.kind, item.recipient_kind, item.recipient_id) == (
            "test_invitation",
            "user",
            organiser.user_id,
        )
        assert session.scalar(select(func.count(Invitation.id))) == 0


@pytest.fixture
def running(db):
    """An open round of eight: one done, one without address, one refused mail."""
    with db.writing() as session:
        people = make_people(session, 8)
        people[1].email, people[1].address_state = None, "missing"
        session.flush()
        round_ = launched_round(session, people=0, slug="vong-1", closes_at=CLOSES)
        first = invitations_of(session, round_)[0]
        tally.set_flags(session, first.id, is_done=True)
        message = OutboxMessage(
            kind="invitation",
            recipient_kind="person",
            recipient_id=people[2].id,
            subject_kind="round",
            subject_id=round_.id,
            state="failed",
            reason="refused_address",
            last_reply="550 5.1.1 no such user",
            message_id="<x@so-mau.example>",
            not_before=round_.opens_at,
            created_at=round_.opens_at,
            sent_to="sai@so-mau.example",
        )
        session.add(message)
        session.flush()
        return {"lost": people[1].public_id, "failed": message.id, "person": people[2].public_id}


def test_home_says_what_needs_doing(organiser, running, time):
    assert "Nhắc 6 người" not in organiser.get("/organiser/").text  # invited an hour ago
    time.move(hours=24)
    sign_in_as(organiser, organiser.user_id)
    page = organiser.get("/organiser/").text
    for words in (
        "1 người không nhận được thư",
        "1 thư không giao được",
        "Nhắc 6 người chưa làm bài",
    ):
        assert words in page


def test_reminding_is_confirmed_once_and_counted(organiser, db, running):
    page = "/organiser/rounds/vong-1/remind"
    assert "Nhắc 6 người" in organiser.get(page).text
    with db.reading() as session:
        assert session.scalars(select(OutboxItem.kind).distinct()).all() == ["invitation"]
    assert "Đang nhắc 6 người" in submit(organiser, page, follow_redirects=True).text
    assert organiser.get(page).status_code == 409


def test_names_open_by_a_button_that_is_logged(organiser, db, running, time):
    path = "/organiser/rounds/vong-1/people"
    closed = organiser.get(path).text
    assert "Nguyễn Văn An" not in closed
    assert "Mở danh sách 8 người" in closed
    opened = submit(organiser, path, follow_redirects=True).text
    names = [name for name in NAMES if name in opened]
    assert sorted(names, key=opened.index) == list(NAMES)  # NAMES stand in given-name order
    (event,) = events(db, "people.list_opened")
    assert event.details == {"list": "states", "count": 8}
    assert "Nguyễn Văn An" in organiser.get(f"{path}?state=done").text
    assert "Trần Thị An" not in organiser.get(f"{path}?state=done").text
    assert "Hoàng Văn Đạt" in organiser.get(f"{path}?q=hoang+dat").text
    time.move(minutes=31)
    assert "Nguyễn Văn An" not in organiser.get(path).text


def test_opening_the_names_keeps_what_they_were_narrowed_to(organiser, running):
    path = "/organiser/rounds/vong-1/people"
    assert 'name="state" value="undeliverable"' in organiser.get(f"{path}?state=undeliverable").text
    opened = submit(organiser, path, {"state": "undeliverable", "q": "hoang dat"})
    assert opened.headers["Location"].endswith("/people?state=undeliverable&q=hoang+dat")


def test_the_outbox_says_in_words_what_became_of_each_mail(organiser, db, running):
    path = "/organiser/rounds/vong-1/mail"
    page = organiser.get(f"{path}?state=failed").text
    assert "hộp thư không tồn tại" in page
    retried = submit(organiser, path, {"message": running["failed"]}, to=f"{path}/retry")
    assert retried.status_code == 303
    with db.reading() as session:
        assert session.get_one(OutboxMessage, running["failed"]).state == "pending"
    submit(organiser, path, {"message": running["failed"]}, to=f"{path}/cancel")
    with db.reading() as session:
        assert session.get_one(OutboxMessage, running["failed"]).state == "cancelled"
    strange = submit(organiser, path, {"message": "999"}, to=f"{path}/retry")
    assert strange.status_code == 404


def test_another_rounds_mail_cannot_be_touched_from_here(organiser, db, running):
    with db.writing() as session:
        other = launched_round(session, people=0, slug="vong-2")
        assert other.state == "open"
    path = "/organiser/rounds/vong-2/mail"
    refused = submit(organiser, path, {"message": running["failed"]}, to=f"{path}/retry")
    assert refused.status_code == 404
    with db.reading() as session:
        assert session.get_one(OutboxMessage, running["failed"]).state == "failed"


def test_a_waiting_mail_is_stopped_before_it_is_formed(organiser, db, running):
    path = "/organiser/rounds/vong-1/mail"
    with db.reading() as session:
        item = session.scalars(select(OutboxItem.id).order_by(OutboxItem.id)).first()
    assert submit(organiser, path, {"item": item}, to=f"{path}/cancel").status_code == 303
    with db.reading() as session:
        state = select(OutboxMessage.state).where(OutboxMessage.id != running["failed"])
        assert session.scalars(state).all() == ["cancelled"]


def test_correcting_an_address_invites_and_counts_again(organiser, db, running):
    path = f"/organiser/rounds/vong-1/people/{running['lost']}"
    wrong = submit(organiser, path, {"email": "lan@"}, to=f"{path}/address")
    assert wrong.status_code == 422 and 'value="lan@"' in wrong.text
    right = submit(
        organiser,
        path,
        {"email": "moi@so-mau.example"},
        to=f"{path}/address",
        follow_redirects=True,
    )
    assert "đang gửi lại thư kèm liên kết" in right.text
    with db.reading() as session:
        person = session.scalars(select(Person).where(Person.public_id == running["lost"])).one()
        invitation = select(Invitation).where(Invitation.person_id == person.id)
        assert not session.scalars(invitation).one().is_undeliverable


def test_the_link_is_shown_only_on_asking_and_revoked(organiser, db, running):
    path = f"/organiser/rounds/vong-1/people/{running['person']}"
    assert "/i/" not in organiser.get(path).text
    shown = submit(organiser, path, to=f"{path}/show-link").text
    assert "/i/" in shown
    assert len(events(db, "invitation.link_shown")) == 1
    submit(organiser, path, to=f"{path}/revoke")
    with db.reading() as session:
        assert sorted(session.scalars(select(EntryMeans.version)))[-1] == 2


@pytest.mark.parametrize("action", ["close", "cancel"])
def test_ending_a_round_asks_once(organiser, db, running, action):
    path = f"/organiser/rounds/vong-1/{action}"
    organiser.get(path)
    with db.reading() as session:
        assert session.scalars(select(Round.state)).one() == "open"
    submit(organiser, path)
    with db.reading() as session:
        expected = {"close": "closed", "cancel": "cancelled"}[action]
        assert session.scalars(select(Round.state)).one() == expected


def test_the_campaign_page_shows_what_is_empty_and_saves_the_contact(organiser, db):
    with db.writing() as session:
        make_campaign(session, contact_name=None, contact_phone=None)
    page = organiser.get("/organiser/campaign")
    assert "Còn thiếu người phụ trách" in page.text
    fields = {
        "title": "Kỷ niệm",
        "tag": "70 năm",
        "issuer": "Đảng ủy Sở",
        "contact_name": "Lê Thị Mẫu",
        "contact_phone": "0912 000 001",
        "retention_months": "12",
    }
    wrong = submit(organiser, "/organiser/campaign", {**fields, "starts_on": "32/1/2024"})
    assert wrong.status_code == 422 and "Ngày chưa đúng" in wrong.text
    assert submit(organiser, "/organiser/campaign", fields).status_code == 303
    with db.reading() as session:
        campaign = session.scalars(select(Campaign)).one()
        assert (campaign.contact_phone, campaign.starts_on) == ("0912 000 001", None)


@pytest.mark.parametrize("role", ["question_approver", "committee_reviewer", "campaign_monitor"])
def test_others_neither_see_rounds_people_nor_invite(client, db, running, role):
    sign_in(client, role)
    for path in ("", "/people", "/mail", "/launch", "/preview"):
        assert client.get(f"/organiser/rounds/vong-1{path}").status_code == 403


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_page_is_whole_and_in_one_language(organiser, db, running, lang):
    with db.writing() as session:
        session.execute(Campaign.__table__.update().values(contact_name="Lê Thị Mẫu"))
        make_round(session, slug="nhap", title="Vòng 1", opens_at=CLOSES - timedelta(days=1))
    organiser.set_cookie("lang", lang)
    submit(organiser, "/organiser/rounds/vong-1/people")
    one = "/organiser/rounds/vong-1"
    paths = ["/organiser/", "/organiser/campaign", "/organiser/rounds", "/organiser/rounds/new"]
    paths += [one, f"{one}/people", f"{one}/mail", f"{one}/remind", f"{one}/close", f"{one}/cancel"]
    paths += [f"{one}/people/{running['person']}", "/organiser/rounds/nhap"]
    paths += ["/organiser/rounds/nhap/launch", "/organiser/rounds/nhap/edit"]
    for path in paths:
        page = organiser.get(path)
        assert page.status_code == 200, path
        found = problems_of(page.text, page.headers, content=CONTENT, locale=lang)
        assert found == [], path
