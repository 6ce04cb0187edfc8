"""The secretary's pages of study sessions: own cells only, whole pages saved, nothing lost."""

import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.accounts.scope import CLI
from survey_app.accounts.services import grant_role
from survey_app.campaigns.queries import current_campaign
from survey_app.cell_reports.models import Attendance, StudySession
from survey_app.database import Database
from survey_app.people.models import Cell, Person
from tests.factories import sign_in, submit
from tests.factories_rounds import join_cell, make_campaign, make_cell, make_person
from tests.functional.cell_reports.test_attendance import FACTS, make_session
from tests.page import assert_page

ROOT = "/secretary/sessions"
TYPED = {
    "held_on": "4/9/2024",
    "begins": "14 giờ 30",
    "place": "Hội trường Sở",
    "presenter": "Lê Thị Mẫu",
    "topic": "Truyền thống 70 năm",
    "with_others": "y",
}


@pytest.fixture
def cells(app: Flask, db: Database) -> dict[str, int]:
    """Cell 7 with two members and a non-member, cell 6 with one member."""
    with db.writing() as session:
        make_campaign(session)
        own, other = (make_cell(session, f"Chi bộ mẫu {number}") for number in ("Bảy", "Sáu"))
        make_person(session, "Vi Văn Dũng", own)
        make_person(session, "Trần Thị An", own)
        make_person(session, "Ma Thị Hoa", own, kind="non_member")
        make_person(session, "Nông Thị Khác", other)
        return {"own": own.id, "other": other.id}


@pytest.fixture
def secretary(client: FlaskClient, cells: dict[str, int]) -> FlaskClient:
    sign_in(client, "cell_secretary", cell_id=cells["own"])
    return client


def session_of(db: Database, cell_id: int) -> int:
    with db.writing() as session:
        campaign = current_campaign(session)
        assert campaign
        return make_session(session, session.get_one(Cell, cell_id), campaign).id


def person(db: Database, given: str) -> str:
    with db.reading() as session:
        return session.scalars(
            select(Person.public_id).where(Person.full_name.endswith(given))
        ).one()


def ticks(db: Database, session_id: int) -> dict[str, tuple[str | None, date | None]]:
    with db.reading() as session:
        rows = session.execute(
            select(Person.full_name, Attendance.state, Attendance.reflection_on)
            .join(Attendance, Attendance.person_id == Person.id)
            .where(Attendance.session_id == session_id)
        )
        return {name.split()[-1]: (state, day) for name, state, day in rows}


def shown(page: str) -> dict[str, str]:
    """Return what an untouched page posts."""
    fields = dict(re.findall(r'name="(seen-[^"]+)" value="([^"]*)"', page))
    fields |= dict(re.findall(r'name="(state-[^"]+)" value="([^"]*)" checked', page))
    fields |= dict.fromkeys(
        re.findall(r'name="(reflection-[^"]+)" value="yes" checked', page), "yes"
    )
    day = re.search(r'name="handed_in_on" value="([^"]*)"', page)
    return {**fields, "handed_in_on": day[1] if day else ""}


def test_from_nothing_to_a_ticked_list(secretary: FlaskClient, db: Database) -> None:
    empty = secretary.get(ROOT)
    assert_page(empty.text, empty.headers)
    assert "Chưa ghi buổi nào" in empty.text
    form = secretary.get(f"{ROOT}/new")
    assert 'value="Phát huy truyền thống vẻ vang 70 năm"' in form.text
    done = submit(secretary, f"{ROOT}/new", TYPED)
    assert done.status_code == 303
    page = secretary.get(done.location)
    assert_page(page.text, page.headers)
    assert "14 giờ 30" in page.text and "thứ Tư, ngày 4/9/2024" in page.text
    assert page.text.index("Trần Thị An") < page.text.index("Vi Văn Dũng")
    assert page.text.index("Vi Văn Dũng") < page.text.index("Ma Thị Hoa")
    assert "Nông Thị Khác" not in page.text
    values = shown(page.text)
    values[f"state-{person(db, 'Dũng')}"] = "on_duty"
    values[f"reflection-{person(db, 'An')}"] = "yes"
    saved = submit(
        secretary,
        done.location,
        {**values, "handed_in_on": "6/9/2024", "rest": "present"},
        to=f"{done.location}/attendance",
    )
    assert saved.status_code == 303
    session_id = int(done.location.rpartition("/")[2])
    assert ticks(db, session_id) == {
        "An": ("present", date(2024, 9, 6)),
        "Dũng": ("on_duty", None),
        "Hoa": ("present", None),
    }
    listed = secretary.get(ROOT)
    assert "Có mặt 2/3 (66,7\u00a0%)" in listed.text and "1 bản thu hoạch" in listed.text


def test_two_pages_saved_one_after_the_other(
    secretary: FlaskClient, cells: dict[str, int], db: Database
) -> None:
    session_id = session_of(db, cells["own"])
    path = f"{ROOT}/{session_id}"
    first, second = shown(secretary.get(path).text), shown(secretary.get(path).text)
    an, dung = person(db, "An"), person(db, "Dũng")
    first[f"state-{an}"] = "present"
    second[f"state-{dung}"] = "absent"
    for values in (first, second):
        assert submit(secretary, path, values, to=f"{path}/attendance").status_code == 303
    assert ticks(db, session_id)["An"][0] == "present"
    assert ticks(db, session_id)["Dũng"][0] == "absent"

    third = {**second, f"state-{an}": "excused", f"state-{person(db, 'Hoa')}": "present"}
    refused = submit(secretary, path, third, to=f"{path}/attendance")
    assert refused.status_code == 409
    assert_page(refused.text)
    assert "người khác vừa ghi: Có mặt" in refused.text
    assert ticks(db, session_id)["An"][0] == "present", "nothing is written over unseen"
    again = shown(refused.text)
    assert again[f"state-{an}"] == "excused" and again[f"seen-{an}"] == "present,"
    assert again[f"state-{dung}"] == "absent", "what was not touched shows what stands there"
    assert submit(secretary, path, again, to=f"{path}/attendance").status_code == 303
    told = {name: state for name, (state, _day) in ticks(db, session_id).items()}
    assert told == {"An": "excused", "Dũng": "absent", "Hoa": "present"}


def test_a_wrong_day_of_reflections_loses_no_tick(
    secretary: FlaskClient, cells: dict[str, int], db: Database
) -> None:
    session_id = session_of(db, cells["own"])
    path = f"{ROOT}/{session_id}"
    values = shown(secretary.get(path).text)
    an = person(db, "An")
    values |= {f"state-{an}": "present", f"reflection-{an}": "yes"}
    for day in ("32/9/2024", "1/9/2024", "20/9/2024", ""):
        refused = submit(secretary, path, {**values, "handed_in_on": day}, to=f"{path}/attendance")
        assert refused.status_code == 422
        again = shown(refused.text)
        assert again[f"state-{an}"] == "present" and again[f"reflection-{an}"] == "yes"
    assert ticks(db, session_id)["An"] == (None, None)


def test_a_secretary_reaches_no_other_cell_by_any_path(
    secretary: FlaskClient, cells: dict[str, int], db: Database
) -> None:
    own, other = session_of(db, cells["own"]), session_of(db, cells["other"])
    assert secretary.get(f"{ROOT}/{own}").status_code == 200
    stranger = {"person": person(db, "Khác"), "action": "add"}
    for tail in ("", "/edit", "/remove"):
        answer = secretary.get(f"{ROOT}/{other}{tail}")
        assert answer.status_code == 404 and "Khác" not in answer.text
    for tail, data in (
        ("/edit", TYPED),
        ("/remove", {}),
        ("/list", stranger),
        ("/list", {**stranger, "action": "take_off"}),
        ("/attendance", {f"seen-{person(db, 'Khác')}": ",", "handed_in_on": "4/9/2024"}),
    ):
        answer = submit(secretary, f"{ROOT}/{own}", data, to=f"{ROOT}/{other}{tail}")
        assert answer.status_code == 404, tail
    answer = submit(secretary, f"{ROOT}/{own}", stranger, to=f"{ROOT}/{own}/list")
    assert answer.status_code == 404
    with db.reading() as session:
        slug = session.get_one(Cell, cells["other"]).slug
    assert secretary.get(f"{ROOT}/new?cell={slug}").status_code == 404
    refused = submit(secretary, f"{ROOT}/new", {**TYPED, "cell": slug})
    assert refused.status_code == 404
    assert "Khác" not in secretary.get(ROOT).text
    # One's own page cannot tick a stranger either.
    values = {f"seen-{person(db, 'Khác')}": ",", f"state-{person(db, 'Khác')}": "absent"}
    submit(
        secretary,
        f"{ROOT}/{own}",
        {**values, "handed_in_on": "4/9/2024"},
        to=f"{ROOT}/{own}/attendance",
    )
    assert "Khác" not in ticks(db, own) and ticks(db, other)["Khác"] == (None, None)


def test_other_roles_have_no_business_here(client: FlaskClient, cells: dict[str, int]) -> None:
    sign_in(client, "committee_reviewer")
    assert client.get(ROOT).status_code == 403


def test_a_secretary_of_two_cells_chooses(
    client: FlaskClient, cells: dict[str, int], db: Database
) -> None:
    user_id = sign_in(client, "cell_secretary", cell_id=cells["own"])
    with db.writing() as session:
        grant_role(session, user_id, "cell_secretary", actor=CLI, cell_id=cells["other"])
        slug = session.get_one(Cell, cells["other"]).slug
    page = client.get(ROOT)
    assert "Chi bộ mẫu Bảy" in page.text and "Chi bộ mẫu Sáu" in page.text
    assert f'value="{slug}" selected' in client.get(f"{ROOT}/new?cell={slug}").text
    done = submit(client, f"{ROOT}/new", {**TYPED, "cell": slug})
    assert list(ticks(db, int(done.location.rpartition("/")[2]))) == ["Khác"]


def test_what_is_typed_wrong_stays_and_is_explained(
    secretary: FlaskClient, cells: dict[str, int], db: Database
) -> None:
    for wrong, said in (
        ({"held_on": "32/9/2024"}, "Ngày chưa đúng"),
        ({"held_on": "25/9/2024"}, "chưa tới"),
        ({"begins": "chiều"}, "Giờ chưa đúng"),
        ({"topic": " "}, "Xin ghi chuyên đề"),
    ):
        page = submit(secretary, f"{ROOT}/new", {**TYPED, **wrong})
        assert page.status_code == 422 and said in page.text
        assert_page(page.text)
        assert 'value="Hội trường Sở"' in page.text
    assert submit(secretary, f"{ROOT}/new", TYPED).status_code == 303
    twice = submit(secretary, f"{ROOT}/new", TYPED)
    assert twice.status_code == 409 and "đã ghi một buổi" in twice.text


def test_editing_asks_whether_somebody_else_did(
    secretary: FlaskClient, cells: dict[str, int], db: Database
) -> None:
    path = f"{ROOT}/{session_of(db, cells['own'])}/edit"
    old = re.search(r'name="seen" value="([^"]+)"', secretary.get(path).text)
    assert old
    first = {**TYPED, "place": "Phòng họp 1", "seen": old[1]}
    assert submit(secretary, path, first).status_code == 303
    second = submit(secretary, path, {**TYPED, "place": "Phòng họp 2", "seen": old[1]})
    assert second.status_code == 409 and 'value="Phòng họp 2"' in second.text
    with db.reading() as session:
        assert session.scalars(select(StudySession.place)).one() == "Phòng họp 1"


def test_removing_asks_first(secretary: FlaskClient, cells: dict[str, int], db: Database) -> None:
    path = f"{ROOT}/{session_of(db, cells['own'])}/remove"
    asked = secretary.get(path)
    assert_page(asked.text)
    assert "Điểm danh của 3 người cũng mất" in asked.text
    with db.reading() as session:
        assert session.scalars(select(StudySession)).all()
    assert submit(secretary, path).status_code == 303
    with db.reading() as session:
        assert not session.scalars(select(StudySession)).all()


def test_somebody_is_added_and_taken_off(
    secretary: FlaskClient, cells: dict[str, int], db: Database
) -> None:
    session_id = session_of(db, cells["own"])
    path = f"{ROOT}/{session_id}"
    with db.writing() as session:
        own = session.get_one(Cell, cells["own"])
        join_cell(session, make_person(session, "Lý Thị Muộn"), own, starts_on=date(2024, 9, 10))
    late = person(db, "Muộn")
    added = submit(secretary, path, {"person": late, "action": "add"}, to=f"{path}/list")
    assert added.status_code == 303
    assert ticks(db, session_id)["Muộn"] == ("present", None)
    page = secretary.get(path).text
    offered = page.split('id="take-off"')[1].split("</select>")[0]
    assert "Muộn" in offered and "Dũng" not in offered
    stays = {"person": person(db, "Dũng"), "action": "take_off"}
    refused = submit(secretary, path, stays, to=f"{path}/list")
    assert refused.status_code == 409 and "thuộc chi bộ hôm ấy" in refused.text
    submit(secretary, path, {"person": late, "action": "take_off"}, to=f"{path}/list")
    assert "Muộn" not in ticks(db, session_id)


def test_nothing_here_leads_to_a_form(
    secretary: FlaskClient, cells: dict[str, int], db: Database
) -> None:
    """Attendance has names; who has sent a form, or what it says, is nowhere near."""
    path = f"{ROOT}/{session_of(db, cells['own'])}"
    for page in (ROOT, f"{ROOT}/new", path, f"{path}/edit", f"{path}/remove"):
        text = secretary.get(page).text
        assert not re.search(r"góp ý|/respond/|/results|receipt|ballot", text, re.IGNORECASE), page


def test_the_pages_speak_english(client: FlaskClient, cells: dict[str, int], db: Database) -> None:
    sign_in(client, "cell_secretary", cell_id=cells["own"], locale="en")
    path = f"{ROOT}/{session_of(db, cells['own'])}"
    client.set_cookie("lang", "en")
    names = ["Trần Thị An", "Vi Văn Dũng", "Ma Thị Hoa", "Trần Thị Mẫu", "Lê Thị Mẫu"]
    content = [*names, FACTS.topic, FACTS.place, FACTS.presenter, "Chi bộ mẫu Bảy"]
    content += ["Phát huy truyền thống vẻ vang 70 năm"]
    for page in (ROOT, f"{ROOT}/new", path, f"{path}/edit", f"{path}/remove"):
        assert_page(client.get(page).text, content=content, locale="en")
