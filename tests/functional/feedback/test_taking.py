"""A member's way through a form: the words first, then the form, then sent once and for all."""

import threading
from datetime import UTC, datetime
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select, update

from survey_app.database import Database
from survey_app.feedback.models import Ballot, Urn
from survey_app.feedback.sealing import unseal
from survey_app.invitations.models import EntryMeans
from tests.conftest import TestClock
from tests.factories_forms import cabinet_of, launched_form
from tests.factories_rounds import CLOSES
from tests.faults.checker import checksum
from tests.functional.feedback.conftest import Guest, ballots_in, guests_of
from tests.functional.quizzes.conftest import counted_statements

ANSWERS = {"q1": "tot", "q2": "c1", "q3": "c2", "q5.r1": "kha", "q6": "90", "q7": "Đổi giờ họp."}


def test_the_whole_way_without_javascript(guest: Guest) -> None:
    page = guest.client.get(guest.link)
    words = (
        "Phiếu này không ghi tên",
        f"kính mời đồng chí {guest.name()} góp ý",
        "nhóm dưới 5 phiếu không hiện kết quả",
        "Góp ý là tự nguyện, không bắt buộc",
        "Chúng tôi không che được: người đang nắm máy chủ khi nhận phiếu",
        "17 giờ 00, thứ Sáu, ngày 20/9/2024",
    )
    assert all(text in page.text for text in words)
    assert page.text.index(words[0]) < page.text.index('name="who"')
    assert "<b>7</b> câu hỏi" in page.text and "<b>3</b> phút" in page.text
    assert "Chi bộ Một" not in page.text and "checked" not in page.text
    form = guest.begin()
    assert form.text.count('class="question"') == 7
    assert "Nếu câu 2 là “Có”, xin trả lời:" in form.text
    assert "Câu 3 chỉ hỏi khi câu 2 là “Có”." in form.text
    assert "Tên ở đầu trang chỉ để đồng chí biết mình mở đúng liên kết" in form.text
    done = guest.send(ANSWERS)
    assert "Đã ghi nhận phiếu của đồng chí" in done.text
    assert "Cảm ơn đồng chí." in done.text
    assert "Đổi giờ họp" not in done.text
    assert guest.is_sent() and guest.ballots() == 1


def test_what_is_sent_is_what_the_urn_keeps(app: Flask, db: Database, guest: Guest) -> None:
    guest.begin()
    guest.send({**ANSWERS, "q4": ["c1", "c3"], "q4.other": "Mời nhân chứng"})
    with db.reading() as session:
        urn = session.get_one(Urn, guest.round_id)
        sealed = session.scalars(select(Ballot.sealed)).one()
    key = cabinet_of(app).find(urn.public_key)
    assert key is not None
    ballot = unseal(key, sealed)
    assert ballot.answers == {**ANSWERS, "q4": ["c1", "c3"], "q4.other": "Mời nhân chứng"}


def test_words_beside_other_tick_it_for_whoever_has_no_script(
    app: Flask, db: Database, guest: Guest
) -> None:
    guest.begin()
    guest.send({"q4": ["c1"], "q4.other": "Mời nhân chứng"})
    with db.reading() as session:
        urn = session.get_one(Urn, guest.round_id)
        sealed = session.scalars(select(Ballot.sealed)).one()
    key = cabinet_of(app).find(urn.public_key)
    assert key is not None
    assert unseal(key, sealed).answers == {"q4": ["c1", "c3"], "q4.other": "Mời nhân chứng"}


def test_looking_changes_nothing_and_sets_no_cookie(guest: Guest) -> None:
    for method in (guest.client.get, guest.client.head):
        response = method(guest.link)
        assert response.status_code == 200
        assert "Set-Cookie" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "strict-origin"
    assert not guest.is_sent()


def test_nothing_is_stored_before_it_is_sent(db: Database, guest: Guest) -> None:
    before = checksum(db)
    guest.client.get(guest.link)
    guest.begin()
    guest.post(ANSWERS, "stay", lang="en")
    guest.post({**ANSWERS, "q6": "nhiều"})
    guest.client.post("/respond/leave")
    assert checksum(db) == before
    guest.begin()
    guest.send(ANSWERS)
    after = checksum(db)
    assert {name for name in after if before[name] != after[name]} == {"receipt", "ballot"}


def test_the_link_tells_nobody_whether_a_form_was_sent(guests: list[Guest]) -> None:
    sent, silent = guests[0], guests[8]
    assert sent.name() == silent.name()
    before = sent.client.get(sent.link).text
    sent.begin()
    sent.send(ANSWERS)
    after, other = sent.client.get(sent.link).text, silent.client.get(silent.link).text
    assert before == after
    assert after.replace(sent.link, "") == other.replace(silent.link, "")


def test_the_choice_is_asked_for_again(guest: Guest) -> None:
    asked = guest.client.post(guest.link, data={}, follow_redirects=True)
    assert "Xin chọn một trong hai câu trả lời." in asked.text
    denied = guest.client.post(guest.link, data={"who": "not_me"}, follow_redirects=True)
    assert "chưa có gì được ghi lại" in denied.text
    assert guest.client.get(guest.form_url).status_code == 403


def test_a_second_send_says_kindly_that_one_is_recorded(guest: Guest) -> None:
    guest.begin()
    guest.send(ANSWERS)
    again = guest.send({"q1": "kha"})
    assert "Trước lần gửi này đã có một phiếu được ghi nhận." in again.text
    assert "không biết phiếu nào là của ai" in again.text
    assert guest.ballots() == 1
    guest.client.post(guest.link, data={"who": "me"})
    assert "Đã ghi nhận phiếu của đồng chí" in guest.open_form().text


@pytest.mark.parametrize("action", ["send", "stay", "clear:q1"])
def test_what_a_browser_posts_again_after_sending_is_not_shown(guest: Guest, action: str) -> None:
    guest.begin()
    guest.send(ANSWERS)
    again = guest.post({"q6": "nhiều", "q7": "Đổi giờ họp."}, action)
    assert again.status_code == 303
    guest.client.delete_cookie("session")
    page = guest.post({"q6": "nhiều", "q7": "Đổi giờ họp."}, action)
    assert "Trước lần gửi này" in page.text and "Đổi giờ họp" not in page.text


def test_two_tabs_send_one_form(guest: Guest) -> None:
    guest.begin()
    second = guest.ticket
    guest.open_form()
    guest.post(ANSWERS)
    guest.ticket = second
    assert "Trước lần gửi này" in guest.send({"q1": "kha"}).text
    assert guest.ballots() == 1


def test_fifty_sends_at_once_count_once(app: Flask, guest: Guest) -> None:
    guest.begin()
    data = {"ticket": guest.ticket, "action": "send", "q_q1": "tot"}
    start, found = threading.Barrier(50), []

    def send() -> None:
        client = app.test_client()
        start.wait()
        found.append(client.post(guest.form_url, data=data))

    threads = [threading.Thread(target=send) for _one in range(50)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    texts = [page.text for page in found]
    assert len(texts) == 50
    assert sum("Mỗi người được tính một phiếu; phiếu đã gửi" in text for text in texts) == 1
    assert sum("Trước lần gửi này đã có một phiếu" in text for text in texts) == 49
    assert guest.ballots() == 1


def test_sent_after_the_cookie_was_lost(guest: Guest) -> None:
    guest.begin()
    guest.client.delete_cookie("session")
    done = guest.post(ANSWERS)
    assert done.status_code == 200
    assert "Đã ghi nhận phiếu" in done.text
    assert guest.name() not in done.text and "Đổi giờ họp" not in done.text
    assert guest.is_sent() and guest.ballots() == 1
    assert guest.client.get(guest.form_url).status_code == 403


@pytest.mark.parametrize("ticket", ["", "x" * 46, None], ids=["none", "forged", "other"])
def test_without_its_ticket_a_form_is_not_taken(guests: list[Guest], ticket: str | None) -> None:
    mine, other = guests[:2]
    mine.begin()
    other.begin()
    mine.ticket = other.ticket if ticket is None else ticket
    assert mine.post(ANSWERS).status_code == 403
    assert not mine.is_sent() and not other.is_sent() and mine.ballots() == 0


def test_two_people_at_one_browser_are_not_mixed_up(guests: list[Guest]) -> None:
    first, second = guests[:2]
    second.client = first.client
    first.begin()
    second.begin()
    page = first.client.get(first.form_url)
    assert page.status_code == 409
    assert "Trình duyệt này đang mở trang khác" in page.text
    assert first.name() not in page.text
    first.post({"q1": "tot"})
    assert first.is_sent() and not second.is_sent()


def test_a_revoked_link_gives_back_what_was_written(db: Database, guest: Guest) -> None:
    old = guest.link
    guest.begin()
    with db.writing() as session:
        mine = EntryMeans.invitation_id == guest.invitation_id
        session.execute(update(EntryMeans).where(mine).values(version=2))
    assert guest.client.get(old).status_code == 410
    refused = guest.post(ANSWERS)
    assert refused.status_code == 410
    assert "Xin mở thư mời mới nhất" in refused.text and "Đổi giờ họp." in refused.text
    assert not guest.is_sent()
    guest.begin()
    guest.send(ANSWERS)
    assert guest.is_sent()


def test_an_empty_form_is_refused(guest: Guest) -> None:
    guest.begin()
    for empty in ({}, {"q1": "", "q4": "", "q5.r1": "", "q6": " ", "q7": "  \n "}):
        refused = guest.post(empty)
        assert refused.status_code == 422
        assert "Phiếu chưa có câu trả lời nào" in refused.text
        assert "Những gì đã nhập vẫn còn nguyên" not in refused.text
    assert not guest.is_sent() and guest.ballots() == 0
    assert guest.post({"q2": "c2", "q3": "c1"}).status_code == 303


def test_wrong_answers_are_shown_again_with_what_was_typed(guest: Guest) -> None:
    guest.begin()
    page = guest.post({"q1": "tot", "q6": "nhiều", "q7": "Giữ lại câu này"})
    assert page.status_code == 422
    assert '<a href="#q-6">Câu 6: Xin ghi một số, ví dụ 90.</a>' in page.text
    assert "Giữ lại câu này" in page.text and 'value="nhiều"' in page.text
    assert "Những gì đã nhập vẫn còn nguyên" in page.text
    assert 'value="tot" checked' in page.text
    assert not guest.is_sent() and guest.ballots() == 0


@pytest.mark.parametrize(
    "answers",
    [
        {"q1": "rat-te"},
        {"q1": ["tot", "kha"]},
        {"q4": ["c1", "c9"]},
        {"q5.r9": "tot"},
        {"q5": "tot"},
        {"q9": "x"},
        {"q7": "x" * 1001},
        {"q7": "x" * 10**6},
        {"q4.other": "ế" * 10**6},
        {"q6": "9" * 10**6},
        {"q6": "1e9"},
        {"q2": "<script>"},
    ],
    ids=lambda answers: str(answers)[:24],
)
def test_what_no_page_of_ours_sends_is_refused(guest: Guest, answers: dict[str, str]) -> None:
    guest.begin()
    page = guest.post({"q1": "tot", **answers})
    assert page.status_code == 422
    assert "Cần sửa:" in page.text
    assert len(page.text) < 60_000
    assert not guest.is_sent() and guest.ballots() == 0


def test_strange_fields_files_and_other_shapes_are_refused(guest: Guest) -> None:
    guest.begin()
    assert guest.post({"q1": "tot"}, name="An").status_code == 422
    sends = {"ticket": guest.ticket, "action": "send"}
    with_file = {**sends, "q_q1": (BytesIO(b"tot"), "a.txt")}
    assert guest.client.post(guest.form_url, data=with_file).status_code == 422
    json = {**sends, "q_q1": "tot"}
    assert guest.client.post(guest.form_url, json=json).status_code == 403
    assert guest.client.post(guest.form_url, data="\xff" * 99).status_code == 403
    assert guest.ballots() == 0


def test_another_site_cannot_send(guest: Guest) -> None:
    guest.begin()
    data = {"ticket": guest.ticket, "action": "send", "q_q1": "tot"}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert guest.client.post(guest.form_url, data=data, headers=headers).status_code == 403
    assert guest.ballots() == 0


def test_the_language_can_be_switched_with_answers_in_the_form(guest: Guest) -> None:
    guest.begin()
    page = guest.post({"q1": "kha", "q7": "Giữ lại câu này"}, "stay", lang="en")
    assert page.status_code == 200
    assert '<html lang="en"' in page.text and "Send the form" in page.text
    assert 'value="kha" checked' in page.text and "Giữ lại câu này" in page.text
    assert not guest.is_sent()
    assert 'id="q-7" tabindex="-1" autofocus' in page.text  # where they were, not at the top
    assert page.text.count(" autofocus") == 1
    assert '<html lang="en"' in guest.open_form().text


def test_a_choice_can_be_taken_back_without_a_script(guest: Guest) -> None:
    guest.begin()
    page = guest.post({"q1": "kha", "q5.r1": "tot"}, "clear:q5.r1")
    assert 'value="kha" checked' in page.text
    assert page.text.count(" checked") == 1
    assert " autofocus" not in page.text  # the button says where to come back to
    for place, key in (("q-1", "q1"), ("q-5-1", "q5.r1"), ("q-5-2", "q5.r2")):
        back = f'formaction="#{place}" name="action" value="clear:{key}"'
        assert back in page.text and page.text.count(f' id="{place}"') == 1
    assert not guest.is_sent()


def test_too_late_gives_back_what_was_written(guest: Guest, time: TestClock) -> None:
    guest.begin()
    time.set(CLOSES)
    page = guest.post({**ANSWERS, "q4": ["c3"], "q4.other": "Mời nhân chứng"})
    assert page.status_code == 410
    assert "Đợt góp ý đã kết thúc" in page.text
    for words in ("1. Nội dung thiết thực\n→ Tốt", "→ Đổi giờ họp.", "→ Ý khác; Mời nhân chứng"):
        assert words in page.text
    assert "5. Công tác tổ chức – Thời gian\n→ Khá" in page.text
    assert "đồng chí chưa gửi phiếu" in page.text
    assert not guest.is_sent() and guest.ballots() == 0


def test_the_personal_page_tells_after_closing_what_is_recorded(
    guests: list[Guest], time: TestClock
) -> None:
    sent, silent = guests[:2]
    for one in (sent, silent):
        one.begin()
    sent.send(ANSWERS)
    time.set(CLOSES)
    link = silent.client.get(silent.link)
    assert "đã kết thúc" in link.text and "gửi phiếu" not in link.text
    assert "Hệ thống ghi nhận: đồng chí đã gửi phiếu." in sent.begin().text
    assert "Hệ thống ghi nhận: đồng chí chưa gửi phiếu." in silent.begin().text


def test_before_it_opens(app: Flask) -> None:
    opens = datetime(2024, 9, 19, 1, 0, tzinfo=UTC)
    guest = guests_of(app, launched_form(app, opens_at=opens))[0]
    page = guest.client.get(guest.link)
    assert page.status_code == 200
    assert "mở lúc 08 giờ 00, thứ Năm, ngày 19/9/2024" in page.text
    asked = guest.client.post(guest.link, data={"who": "me"})
    assert "Phiếu chưa mở" in asked.text


@pytest.mark.parametrize(
    ("urn", "status", "words"),
    [
        ({"problem": "key_missing"}, 200, "tạm thời chưa nhận được"),
        ({"state": "lost"}, 410, "khóa của hòm phiếu đã mất"),
    ],
)
def test_an_urn_in_trouble_is_told(
    db: Database, guest: Guest, urn: dict[str, str], status: int, words: str
) -> None:
    guest.begin()
    with db.writing() as session:
        session.execute(update(Urn).values(**urn))
    for page in (guest.client.get(guest.link), guest.client.get(guest.form_url)):
        assert (page.status_code, words in page.text) == (status, True)
    refused = guest.post(ANSWERS)
    assert words in refused.text and "Đổi giờ họp." in refused.text
    assert not guest.is_sent() and guest.ballots() == 0


def test_the_page_after_sending_is_as_large_for_everyone(guests: list[Guest]) -> None:
    first, second = guests[0], guests[8]
    for one in (first, second):
        one.begin()
    posts = [first.post(ANSWERS), second.post({"q1": "tot"})]
    sizes = {len(page.get_data()) for page in posts}
    pages = [one.client.get(one.form_url) for one in (first, second)]
    assert len(sizes) == 1
    assert len({len(page.get_data()) for page in pages}) == 1
    for page in pages:
        assert page.headers["Cache-Control"] == "no-store"


def test_the_statements_of_a_form(db: Database, guest: Guest) -> None:
    link = guest.link
    guest.client.get(link)  # the version is read once per process
    with counted_statements(db) as statements:
        assert guest.client.get(link).status_code == 200
    assert len(statements) <= 2, statements
    with counted_statements(db) as statements:
        assert guest.client.post(link, data={"who": "me"}).status_code == 303
    assert len(statements) <= 2, statements
    with counted_statements(db) as statements:
        assert guest.open_form().status_code == 200
    assert len(statements) <= 2, statements
    with counted_statements(db) as statements:
        assert guest.post(ANSWERS).status_code == 303
    assert len(statements) <= 6, statements
    with counted_statements(db) as statements:
        assert "Đã ghi nhận phiếu" in guest.open_form().text
    assert len(statements) <= 2, statements


def test_nothing_of_a_form_is_logged(
    guest: Guest, db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(0):
        guest.begin()
        guest.post({"q1": "tot", "q6": "nhiều", "q7": "Đổi giờ họp."})
        guest.send(ANSWERS)
        guest.client.get(guest.link)
    public_id = guest.form_url.rpartition("/")[2]
    for line in caplog.messages:
        assert "Đổi giờ họp" not in line and public_id not in line and guest.ticket not in line
    assert ballots_in(db, guest.round_id) == 1


def test_after_the_end_the_page_speaks_of_no_quiz(guest: Guest) -> None:
    guest.begin()
    page = guest.client.post("/respond/leave")
    assert "Trên máy này không còn lưu gì của người vừa mở trang." in page.text
    assert "bài" not in page.text.partition("<main")[2]
