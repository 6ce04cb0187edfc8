"""Who has not done a quiz: for the own secretary and the monitor, opened and logged, never more."""

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey_app.accounts.scope import CLI
from survey_app.accounts.services import grant_role
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import Campaign, Round, RoundCell
from survey_app.database import Database
from survey_app.invitations import tally
from survey_app.invitations.models import Invitation
from survey_app.mailing.models import OutboxItem
from survey_app.people.models import Person
from tests.conftest import TestClock
from tests.factories import sign_in, sign_in_as, submit
from tests.factories_rounds import (
    CLOSES,
    launch_round,
    make_campaign,
    make_cell,
    make_person,
    make_round,
)
from tests.page import assert_page

# Name -> flags; of cell 7 all five states, of cell 6 one person.
SEVEN = {
    "Nguyễn Văn Xong": {"is_started": True, "is_done": True},
    "Trần Thị Dở": {"is_started": True},
    "Lý Thị Ảnh": {},
    "Vi Văn Chưa": {},
    "Ma Thị Miễn": {"is_exempt": True},
    "Hoàng Văn Lạc": {"is_undeliverable": True},
}


@pytest.fixture
def world(app: Flask, db: Database) -> dict[str, Any]:
    with db.writing() as session:
        campaign = make_campaign(session)
        seven, six = make_cell(session, "Chi bộ mẫu Bảy"), make_cell(session, "Chi bộ mẫu Sáu")
        people = {
            name: make_person(
                session, name, seven, phone="+84912000007" if name.endswith("Chưa") else None
            )
            for name in SEVEN
        }
        people["Nông Thị Khác"] = make_person(session, "Nông Thị Khác", six)
        people["Đoàn Văn Lẻ"] = make_person(session, "Đoàn Văn Lẻ", None, kind="non_member")
        round_ = make_round(session, campaign=campaign, slug="vong-mau")
        launch_round(session, round_)
        for name, flags in SEVEN.items():
            invitation = session.scalars(
                select(Invitation).where(Invitation.person_id == people[name].id)
            ).one()
            if flags:
                tally.set_flags(session, invitation.id, **flags)
        return {
            "seven": seven.id,
            "six": six.id,
            "slugs": {"seven": seven.slug, "six": six.slug},
            "round": round_.id,
            "people": {name: one.public_id for name, one in people.items()},
        }


OWN = "/secretary/rounds/vong-mau/people"
ANY = "/committee/rounds/vong-mau/people"


@pytest.fixture
def secretary(client: FlaskClient, world: dict[str, Any]) -> FlaskClient:
    sign_in(client, "cell_secretary", cell_id=world["seven"])
    return client


def names(page: TestResponse) -> list[str]:
    return re.findall(r'<th scope="row">([^<]+)</th>', page.text)


def opened(client: FlaskClient, path: str = OWN, **data: str) -> TestResponse:
    page = path + (f"?cell={data['cell']}" if data else "")
    answer = submit(client, page, data, to=path)
    assert answer.status_code == 303
    return client.get(answer.location)


def openings(db: Database) -> list[dict[str, Any]]:
    with db.reading() as session:
        events = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "people.list_opened")
        )
        return [event.details for event in events]


def test_it_opens_by_a_post_that_is_logged_for_half_an_hour(
    secretary: FlaskClient, world: dict[str, Any], db: Database, time: TestClock
) -> None:
    closed = secretary.get(OWN)
    assert_page(closed.text, closed.headers)
    assert not any(name in closed.text for name in SEVEN)
    assert "Mở danh sách 4 người" in closed.text and openings(db) == []
    page = opened(secretary)
    assert_page(page.text)
    expected = ["Lý Thị Ảnh", "Vi Văn Chưa", "Trần Thị Dở", "Hoàng Văn Lạc"]
    assert names(page) == expected, "by given name; nobody who is done or exempt"
    assert openings(db) == [{"list": "not_yet", "count": 4, "cell_id": world["seven"]}]
    assert 'href="tel:+84912000007"' in page.text
    assert "Đang làm" in page.text and "Thư không đến" in page.text
    time.move(minutes=31)
    assert names(secretary.get(OWN)) == []


def test_filter_without_marks_and_by_state(secretary: FlaskClient, world: dict[str, Any]) -> None:
    opened(secretary)
    slug = world["slugs"]["seven"]
    assert names(secretary.get(f"{OWN}?cell={slug}&q=anh")) == ["Lý Thị Ảnh"]
    assert names(secretary.get(f"{OWN}?state=undeliverable")) == ["Hoàng Văn Lạc"]
    for nosy in ("done", "exempt"):
        found = names(secretary.get(f"{OWN}?state={nosy}"))
        assert "Nguyễn Văn Xong" not in found and "Ma Thị Miễn" not in found


def test_no_score_is_anywhere(secretary: FlaskClient, world: dict[str, Any]) -> None:
    text = opened(secretary).text
    assert not re.search(r"\bđiểm\b(?! và)|\d+/10\b|câu đúng", text.replace("bài làm và điểm", ""))


def test_of_another_cell_nothing_by_any_path(
    secretary: FlaskClient, world: dict[str, Any], db: Database
) -> None:
    other = world["slugs"]["six"]
    opened(secretary)
    for path in (f"{OWN}?cell={other}", f"{OWN}?cell=-"):
        answer = secretary.get(path)
        assert answer.status_code == 404
        assert "Khác" not in answer.text and "Lẻ" not in answer.text
    assert submit(secretary, OWN, {"cell": other}).status_code == 404
    assert secretary.get(ANY).status_code == 403
    assert secretary.get(f"/secretary/?cell={other}").status_code == 404
    stranger = f"/secretary/addresses/{world['people']['Nông Thị Khác']}"
    assert secretary.get(stranger).status_code == 404
    page = f"/secretary/addresses/{world['people']['Lý Thị Ảnh']}"
    refused = submit(secretary, page, {"email": "x@so-mau.example"}, to=stranger)
    assert refused.status_code == 404
    assert "Khác" not in secretary.get("/secretary/addresses?all=yes").text
    assert "Khác" not in secretary.get("/secretary/addresses?q=khac").text
    with db.reading() as session:
        person = session.scalars(select(Person).where(Person.full_name == "Nông Thị Khác")).one()
        assert person.email != "x@so-mau.example"


def test_a_round_has_no_such_list_once_it_is_over(
    client: FlaskClient, world: dict[str, Any], time: TestClock
) -> None:
    time.set(CLOSES - timedelta(minutes=5))
    sign_in(client, "cell_secretary", cell_id=world["seven"])
    assert len(names(opened(client))) == 4
    time.move(minutes=6)
    answer = client.get(OWN)
    assert answer.status_code == 409 and "Ảnh" not in answer.text


def test_a_form_has_no_such_list(
    secretary: FlaskClient, world: dict[str, Any], db: Database
) -> None:
    opened(secretary)
    with db.writing() as session:
        session.get_one(Round, world["round"]).kind = "feedback"
    answer = secretary.get(OWN)
    assert answer.status_code == 404 and "Ảnh" not in answer.text


def test_reviewers_are_refused_with_the_reason(client: FlaskClient, world: dict[str, Any]) -> None:
    for role in ("committee_reviewer", "organiser"):
        sign_in(client, role)
        answer = client.get(f"{ANY}?cell={world['slugs']['seven']}")
        assert answer.status_code == 403
        assert "theo dõi, đôn đốc" in answer.text and "Ảnh" not in answer.text


def test_the_monitor_opens_cell_by_cell(
    client: FlaskClient, world: dict[str, Any], db: Database
) -> None:
    sign_in(client, "campaign_monitor")
    cells = client.get(ANY)
    assert_page(cells.text)
    assert "Chi bộ mẫu Bảy" in cells.text and not any(name in cells.text for name in SEVEN)
    page = opened(client, ANY, cell=world["slugs"]["six"])
    assert names(page) == ["Nông Thị Khác"]
    assert "/secretary/" not in page.text
    nowhere = opened(client, ANY, cell="-")
    assert names(nowhere) == ["Đoàn Văn Lẻ"]
    closed = client.get(f"{ANY}?cell={world['slugs']['six']}")
    assert names(closed) == [], "opening one list closes the other"
    assert [one["count"] for one in openings(db)] == [1, 1]
    assert openings(db)[0]["cell_id"] == world["six"] and "cell_id" not in openings(db)[1]
    assert client.get(f"{ANY}?cell=khong-co").status_code == 404


def test_a_monitor_in_another_campaign_only_sees_nothing(
    client: FlaskClient, world: dict[str, Any], db: Database
) -> None:
    user_id = sign_in(client, "committee_reviewer")
    with db.writing() as session:
        other = make_campaign(session)
        grant_role(
            session, user_id, "campaign_monitor", actor=CLI, cell_id=None, campaign_id=other.id
        )
    sign_in_as(client, user_id)
    assert client.get(ANY).status_code == 403


def test_an_address_put_right_invites_again(
    secretary: FlaskClient, world: dict[str, Any], db: Database
) -> None:
    with db.writing() as session:
        lost = session.scalars(select(Person).where(Person.full_name == "Hoàng Văn Lạc")).one()
        lost.email, lost.address_state = "sai@so-mau.example", "bad"
        person_id = lost.id
    listed = secretary.get("/secretary/addresses")
    assert_page(listed.text, listed.headers)
    assert "Hoàng Văn Lạc" in listed.text and "Lý Thị Ảnh" not in listed.text
    path = f"/secretary/addresses/{world['people']['Hoàng Văn Lạc']}"
    wrong = submit(secretary, path, {"email": "không phải thư"})
    assert wrong.status_code == 422 and 'value="không phải thư"' in wrong.text
    assert_page(wrong.text)

    def invitations() -> int:
        with db.reading() as session:
            found = session.scalars(
                select(OutboxItem).where(
                    OutboxItem.kind == "invitation", OutboxItem.recipient_id == person_id
                )
            )
            return len(found.all())

    before = invitations()
    assert submit(secretary, path, {"email": "lac@so-mau.example"}).status_code == 303
    with db.reading() as session:
        person = session.get_one(Person, person_id)
        assert (person.email, person.address_state) == ("lac@so-mau.example", "ok")
        row = session.scalars(select(RoundCell).where(RoundCell.cell_id == world["seven"])).one()
        assert row.undeliverable == 0
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "person.address_corrected")
        ).one()
        assert event.actor_kind == "user"
        waiting = session.scalars(
            select(OutboxItem).where(
                OutboxItem.recipient_id == person_id, OutboxItem.outbox_message_id.is_(None)
            )
        ).all()
    assert invitations() > before or waiting


def test_the_answer_to_an_address_tells_nobody_who_is_done(
    secretary: FlaskClient, world: dict[str, Any]
) -> None:
    """The list of names is logged; putting an address right must not be a way around it."""
    said = set()
    for name in ("Nguyễn Văn Xong", "Vi Văn Chưa"):
        path = f"/secretary/addresses/{world['people'][name]}"
        done = submit(secretary, path, {"email": f"{world['people'][name]}@so-mau.example"})
        page = secretary.get(done.location).text
        flash = re.search(r"Đã lưu địa chỉ[^<]*", page)
        assert flash
        said.add(flash[0].replace(name, ""))
    assert len(said) == 1


def test_the_pages_speak_english(client: FlaskClient, world: dict[str, Any], db: Database) -> None:
    with db.reading() as session:
        campaign = session.scalars(select(Campaign)).one()
        round_title = session.get_one(Round, world["round"]).title
    content = [*SEVEN, "Chi bộ mẫu Bảy", "Trần Thị Mẫu", "Lê Thị Mẫu", round_title, campaign.tag]
    sign_in(client, "cell_secretary", cell_id=world["seven"], locale="en")
    client.set_cookie("lang", "en")
    assert_page(opened(client).text, content=content, locale="en")
    address = f"/secretary/addresses/{world['people']['Vi Văn Chưa']}"
    for path in ("/secretary/", "/secretary/addresses?all=yes", address):
        assert_page(client.get(path).text, content=content, locale="en")
