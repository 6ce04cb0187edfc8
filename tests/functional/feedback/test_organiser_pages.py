"""A round of forms for its organiser: made, looked at, reminded once, its urn lost and given up."""

import pytest
from sqlalchemy import func, select

from survey_app import clock, jobs
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import Round
from survey_app.feedback.models import Ballot, Urn
from survey_app.invitations.models import Receipt
from survey_app.mailing.models import OutboxItem
from survey_app.people.models import Person
from tests.factories import sign_in, submit
from tests.factories_forms import (
    CELLS,
    cabinet_of,
    form_document,
    invitation_ids,
    launched_form,
    make_form_round,
    send_form,
)
from tests.factories_rounds import NAMES, make_campaign, make_cell, make_person, make_version
from tests.page import problems_of

ONE = "/organiser/rounds/gop-y"


@pytest.fixture
def organiser(app, client):
    sign_in(client, "organiser")
    return client


@pytest.fixture
def opened(app, db):
    """The id of an open form called gop-y, which nine of forty have sent."""
    round_id = launched_form(app, slug="gop-y")
    with db.reading() as session:
        people = invitation_ids(session, round_id)
    for person in people[:9]:
        send_form(app, person, {"q1": "tot"})
    return round_id


def people_in_cells(session):
    for name, people in CELLS.items():
        cell = make_cell(session, name)
        for number in range(people):
            make_person(session, NAMES[number % len(NAMES)], cell)


def test_a_form_is_opened_without_a_word_of_a_quiz(db, organiser):
    with db.writing() as session:
        make_campaign(session)
        people_in_cells(session)
        make_version(session, document=form_document())
    assert "Mở phiếu góp ý" in organiser.get("/organiser/rounds").text
    new = "/organiser/rounds/new?kind=feedback"
    page = organiser.get(new).text
    for word in ("Vòng thi", "vòng thi", "lượt", "đáp án", "Thời gian làm bài", "Rút ngẫu nhiên"):
        assert word not in page.split("<main")[1], word
    typed = {
        "question_set": page.split('name="question_set" value="')[1].split('"')[0],
        "cells": "all",
        "kinds": ["party_member"],
        "closes_day": "20/9/2024",
        "closes_hour": "17:00",
        "group_floor": "12",
        "small_group": "6",
    }
    wrong = submit(organiser, new, {**typed, "small_group": "3"})
    assert wrong.status_code == 422 and "Xin ghi từ 5 đến 50 phiếu." in wrong.text
    made = submit(organiser, new, typed)
    assert made.status_code == 303
    with db.reading() as session:
        round_ = session.scalars(select(Round)).one()
        assert (round_.kind, round_.state) == ("feedback", "draft")
        assert (round_.settings["small_group"], round_.settings["group_floor"]) == (6, 12)
        slug = round_.slug
    edit = organiser.get(f"/organiser/rounds/{slug}/edit").text
    assert "Sửa đợt góp ý" in edit and 'value="12"' in edit
    assert submit(organiser, f"/organiser/rounds/{slug}/edit", typed).status_code == 303


def test_a_draft_shows_the_groups_before_anybody_is_asked(app, db, organiser):
    with db.writing() as session:
        people_in_cells(session)
        make_form_round(session, slug="gop-y")
    page = organiser.get(ONE).text
    assert "Chưa có khóa" in page
    assert "Chi bộ Ba, Chi bộ Bốn" in page and "nên đứng chung" in page
    jobs.work(app, clock.now())
    page = organiser.get(ONE).text
    assert "Đã có khóa, chưa nhận phiếu." in page
    launch = organiser.get(f"{ONE}/launch").text
    assert "Chi bộ Ba, Chi bộ Bốn" in launch and "đứng riêng" in launch
    done = submit(organiser, f"{ONE}/launch", {"people": "40"})
    assert done.status_code == 303
    page = organiser.get(ONE).text
    assert "Các nhóm đã chốt khi phát động." in page and "dưới 5 trong số 40" in page
    assert "Đang giữ phiếu niêm phong" in page


def test_pages_hold_what_all_pages_hold_in_both_languages(app, db, organiser, opened):
    with db.writing() as session:
        session.get_one(Urn, opened).problem = "counts_differ"
    content = [*CELLS, "Góp ý chuyên đề quý III", "Góp ý buổi sinh hoạt chuyên đề", *NAMES]
    content += ["Kỷ niệm 70 năm Ngày thành lập Đảng bộ Khối (mẫu)"]
    staff = ["", "/people", "/mail", "/urn", "/urn/lost", "/remind", "/close", "/cancel"]
    pages = [ONE + place for place in staff]
    board = "/committee/rounds/gop-y"
    pages += [board, f"{board}/print", f"{board}/projection", "/committee/"]
    pages += ["/organiser/", "/organiser/rounds"]
    for locale in ("vi", "en"):
        organiser.post("/language", data={"language": locale, "locale": locale})
        for path in pages:
            answer = organiser.get(path, headers={"Accept-Language": locale})
            assert answer.status_code == 200, path
            found = problems_of(answer.text, answer.headers, content=content)
            assert found == [], (path, locale)


def test_people_of_a_form_are_a_list_of_the_invited(db, organiser, opened):
    with db.writing() as session:
        one = session.scalars(select(Person).order_by(Person.id)).first()
        one.email, one.address_state = None, "missing"
        public_id = one.public_id
    page = organiser.get(f"{ONE}/people").text
    assert page.count('<th scope="row">') == 40
    for word in ("Chưa làm", "Đang làm", "Đã làm", "Tình trạng"):
        assert word not in page, word
    for state in ("done", "started", "not_started"):
        same = organiser.get(f"{ONE}/people?state={state}").text
        assert same.count('<th scope="row">') == 40, "no filter by how far somebody is"
    person = organiser.get(f"{ONE}/people/{public_id}").text
    assert "Tình trạng</dt>" not in person and "Hiện liên kết" not in person


def test_a_personal_link_is_shown_to_nobody_else(db, organiser, opened):
    """Whoever opened it would read whether its person has sent the form."""
    with db.reading() as session:
        public_id = session.scalars(select(Person.public_id).order_by(Person.id)).first()
    one = f"{ONE}/people/{public_id}"
    refused = submit(organiser, one, to=f"{one}/show-link")
    assert refused.status_code == 409
    assert "/i/" not in refused.text
    again = submit(organiser, one, to=f"{one}/resend")
    assert again.status_code in {303, 409}


def test_the_reminder_goes_to_all_and_once(db, time, organiser, opened):
    time.move(hours=25)
    sign_in(organiser, "organiser", email="hai@so-mau.example")
    page = organiser.get(ONE).text
    assert "Gửi thư nhắc cho tất cả 40 người (phiếu ẩn danh" in page
    assert "Có thể gửi thư nhắc một lần" in organiser.get("/organiser/").text
    asked = organiser.get(f"{ONE}/remind").text
    assert "Gửi thư nhắc cho tất cả 40 người?" in asked
    assert submit(organiser, f"{ONE}/remind").status_code == 303
    with db.reading() as session:
        query = select(func.count()).select_from(OutboxItem).where(OutboxItem.kind == "reminder")
        assert session.scalar(query) == 40, "those who have sent one too"
    time.move(hours=20)
    sign_in(organiser, "organiser", email="ba@so-mau.example")
    assert "không nhắc thêm" in organiser.get(ONE).text
    assert organiser.get(f"{ONE}/remind").status_code == 409
    assert submit(organiser, "/organiser/rounds", to=f"{ONE}/remind").status_code in {400, 409}


def test_a_lost_key_is_told_and_the_urn_given_up(app, db, organiser, opened):
    refused = organiser.get(f"{ONE}/urn/lost")
    assert refused.status_code == 409, "nothing is wrong with it"
    with db.reading() as session:
        public_key = session.get_one(Urn, opened).public_key
    cabinet_of(app).destroy(public_key)
    jobs.work(app, clock.now())
    for path in (ONE, f"{ONE}/urn"):
        assert "Mất khóa thì không ai mở được phiếu của đợt này." in organiser.get(path).text
    assert "Hòm phiếu có trục trặc" in organiser.get("/organiser/").text
    asked = organiser.get(f"{ONE}/urn/lost").text
    assert "ít nhất 5/40" in asked and "9/40" not in asked
    assert submit(organiser, f"{ONE}/urn/lost").status_code == 303
    with db.reading() as session:
        urn = session.get_one(Urn, opened)
        assert (urn.state, urn.sent, urn.invited) == ("lost", 9, 40)
        assert session.scalar(select(func.count()).select_from(Ballot)) == 0
        assert session.scalar(select(func.count()).select_from(Receipt)) == 40
        told = select(AuditEvent).where(AuditEvent.action == "urn.lost")
        assert session.scalars(told).one().actor_kind == "user"
    page = organiser.get(ONE).text
    assert "Hòm phiếu đã mất" in page and "9/40 người" in page
    again = submit(organiser, ONE, to=f"{ONE}/copy")
    assert again.status_code == 303 and again.headers["Location"].endswith("/edit")


def test_the_command_asks_twice(app, db, opened):
    run = app.test_cli_runner().invoke
    refused = run(args=["rounds", "urn-lost", "gop-y"])
    assert refused.exit_code == 1 and "--yes" in refused.stderr
    nothing_wrong = run(args=["rounds", "urn-lost", "gop-y", "--yes"])
    assert nothing_wrong.exit_code == 1
    with db.writing() as session:
        session.get_one(Urn, opened).problem = "damaged"
    assert "Có phiếu không mở được" in run(args=["rounds", "urn", "gop-y"]).stdout
    assert run(args=["rounds", "urn-lost", "gop-y", "--yes"]).exit_code == 0
    with db.reading() as session:
        assert session.get_one(Urn, opened).state == "lost"


def test_before_its_hour_an_urn_can_be_given_up_too(app, db):
    from datetime import timedelta

    from survey_app.accounts.scope import CLI
    from survey_app.feedback import urns

    round_id = launched_form(app, opens_at=clock.now() + timedelta(hours=3))
    with db.writing() as session:
        session.get_one(Urn, round_id).problem = "key_missing"
        session.flush()
        urns.declare_lost(session, round_id, CLI, clock.now())
    with db.reading() as session:
        assert session.get_one(Round, round_id).state == "finalised"


def test_a_cancelled_form_says_what_became_of_the_forms(app, db, organiser, opened):
    assert "Phiếu đã nhận bị bỏ, không ai đọc." in organiser.get(f"{ONE}/cancel").text
    assert submit(organiser, f"{ONE}/cancel").status_code == 303
    jobs.work(app, clock.now())
    assert "Phiếu đã nhận bị bỏ" in organiser.get(ONE).text
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ballot)) == 0
        assert session.get_one(Urn, opened).state == "discarded"
