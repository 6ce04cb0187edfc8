"""The mails of a form, and its trial run: the same for whoever has sent and whoever has not."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from survey_app import clock
from survey_app.campaigns.models import Campaign, Round
from survey_app.database import Database
from survey_app.feedback.models import Ballot
from survey_app.invitations import mails, tokens
from survey_app.invitations.addressees import Reader, round_facts
from survey_app.invitations.launch import INVITATION, REMINDER
from survey_app.invitations.models import Invitation, Receipt
from survey_app.mailing.composing import Mail
from survey_app.mailing.models import OutboxMessage
from survey_app.questions.minutes import minutes_of
from tests.factories import make_user
from tests.factories_forms import form_document, make_form_round
from tests.functional.feedback.conftest import KEY, Guest

RECORDED = (
    "Khi đồng chí gửi, hệ thống chỉ ghi việc đã gửi, để không ai gửi hai lần.",
    "Không ai xem được ai đã gửi, ai chưa.",
)


def composed(app: Flask, guest: Guest, kind: str) -> Mail:
    """Compose a mail to a guest as it would leave now."""
    with app.app_context(), guest.db.reading() as session:
        person_id = session.get_one(Invitation, guest.invitation_id).person_id
        message = OutboxMessage(subject_id=guest.round_id, recipient_id=person_id)
        if kind == REMINDER:
            mail = mails.compose_reminder(session, message, [])
        else:
            mail = mails.compose_invitation(
                session, message, [], for_the_done=lambda *_args: pytest.fail("nobody is done")
            )
    assert isinstance(mail, Mail)
    return mail


def test_the_invitation_of_a_form(app: Flask, guest: Guest) -> None:
    mail = composed(app, guest, INVITATION)
    assert mail.subject == "[70 năm Đảng bộ Khối] Góp ý chuyên đề quý III, đến 20/9"
    for part in (mail.text, mail.html):
        for words in (
            "mời đồng chí góp ý qua phiếu “Góp ý chuyên đề quý III”",
            "Phiếu không ghi tên.",
            *RECORDED,
            "không bắt buộc",
            "khoảng 3 phút",
            "17 giờ 00, thứ Sáu, ngày 20/9/2024",
            guest.link,
        ):
            assert words in part
        assert "bài thi" not in part and "lượt" not in part
        assert "chỉ ghi rằng" not in part


def test_the_reminder_is_the_same_for_whoever_has_sent(app: Flask, guest: Guest) -> None:
    before = composed(app, guest, REMINDER)
    guest.begin()
    guest.send({"q1": "tot"})
    assert guest.is_sent()
    assert composed(app, guest, REMINDER) == before
    assert "Nếu đã gửi, xin bỏ qua thư này; không bắt buộc." in before.text
    assert "gửi cho tất cả những người được mời" in before.text
    assert before.subject == "[70 năm Đảng bộ Khối] Nhắc: Góp ý chuyên đề quý…, đến 20/9"
    in_short = re.findall(r'<div style="display:none[^>]*>([^<]*)</div>', before.html)
    assert in_short == ["Nếu đã gửi, xin bỏ qua thư này; không bắt buộc."]
    for part in (before.text, before.html):
        assert all(words in part for words in RECORDED)
        # It is as true of those who have not sent one.
        assert "chỉ ghi rằng" not in part
    assert "chưa nhận được" not in before.text
    assert composed(app, guest, INVITATION).text.count(guest.link) == 1


@pytest.mark.parametrize("tag", ["70 năm Đảng bộ Khối", "Đảng ủy Khối các cơ quan tỉnh L"])
@pytest.mark.parametrize("kind", [INVITATION, REMINDER])
def test_two_open_forms_are_told_apart_in_a_list_of_mails(
    app: Flask, guest: Guest, kind: str, tag: str
) -> None:
    subjects = set()
    for title in ("Góp ý buổi lễ kỷ niệm 70 năm", "Góp ý buổi họp cuối năm 2024"):
        with guest.db.writing() as session:
            session.execute(update(Campaign).values(tag=tag))
            session.get_one(Round, guest.round_id).title = title
        subjects.add(composed(app, guest, kind).subject)
    assert len(subjects) == 2
    assert all(len(one) <= 60 and one.startswith(f"[{tag}] ") for one in subjects)
    assert all(("Nhắc: " in one) is (kind == REMINDER) for one in subjects)


def test_a_quiz_link_does_not_open_a_form_nor_the_other_way(guest: Guest) -> None:
    public_id = guest.form_url.rpartition("/")[2]
    assert guest.client.get(f"/i/{tokens.link_token(KEY, public_id, 1)}").status_code == 404
    assert guest.client.get(f"/i/{tokens.form_token(KEY, public_id, 1)}").status_code == 200


@pytest.fixture
def trial(app: Flask, db: Database) -> str:
    """The path of an organiser's trial of a draft form."""
    user_id = make_user(db, "organiser")
    with app.app_context(), db.writing() as session:
        round_ = make_form_round(session)
        facts = round_facts(session, round_.id)
        assert facts is not None
        reader = Reader(name="Nguyễn Văn An", locale="vi", form_of_address="đồng chí")
        text = mails.preview(reader, facts, user_id, clock.now(), marked=True)[1]
    return "/i/" + text.split("/i/")[1].split()[0]


def test_a_trial_run_stores_nothing(app: Flask, db: Database, trial: str) -> None:
    client = app.test_client()
    page = client.get(trial)
    assert "Đây là bản thử" in page.text and "Phiếu này không ghi tên" in page.text
    form_url = client.post(trial, data={"who": "me"}).location
    form = client.get(form_url)
    assert form.text.count('class="question"') == 7 and "Đây là bản thử" in form.text
    answers: dict[str, Any] = {"q_q1": "tot", "q_q6": "nhiều", "action": "send"}
    assert client.post(form_url, data=answers).status_code == 422
    again = client.post(form_url, data={**answers, "action": "stay"}).text
    assert 'value="tot" checked' in again and 'id="q-6" tabindex="-1" autofocus' in again
    done = client.post(form_url, data={**answers, "q_q6": "90"})
    assert "Không có gì được gửi hay lưu lại" in done.text
    with db.reading() as session:
        assert session.query(Ballot).count() == 0 and session.query(Receipt).count() == 0


def test_a_trial_is_for_organisers_only(app: Flask, db: Database) -> None:
    user_id = make_user(db, "committee_reviewer")
    with app.app_context(), db.writing() as session:
        round_id = make_form_round(session).id
    token = tokens.form_trial_token(KEY, round_id, user_id)
    for path in (f"/i/{token}", f"/trial/{token}"):
        assert app.test_client().get(path).status_code == 404


def test_minutes_are_those_of_all_its_questions() -> None:
    # 12 + 12 + 12 + 18 + 2 × 12 + 15 + 30 seconds
    assert minutes_of(form_document()) == 3
