"""The organiser's pages: nothing is stored before somebody confirms what they have seen."""

import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from survey_app.database import Database
from survey_app.people.models import Person, RosterUpload
from survey_app.people.roster import read_roster
from tests.conftest import TestClock
from tests.factories import csrf_of, sign_in, sign_in_as, submit
from tests.factories_rounds import make_cell, make_person
from tests.functional.people.builders import homes, people_named

ROOT = "/organiser/roster"
HEAD = "STT,Họ và tên,Ngày sinh,Chi bộ,Email,Đối tượng\n"
TWO = (
    HEAD
    + "1,Nông Thị Ánh,01/02/1980,Chi bộ Một,anh@so.example,Đảng viên\n"
    + "2,Vi Văn Dũng,23/05/1991,Chi bộ Hai,,Quần chúng\n"
)


@pytest.fixture
def organiser(client: FlaskClient) -> FlaskClient:
    sign_in(client)
    return client


def upload(client: FlaskClient, text: str | bytes, name: str = "ds.csv", **form: Any):
    data = text.encode("utf-8-sig") if isinstance(text, str) else text
    return submit(
        client,
        f"{ROOT}/import",
        {"file": (BytesIO(data), name), "kind": "", "sheet": "", **form},
        content_type="multipart/form-data",
    )


def preview_of(client: FlaskClient, text: str | bytes, name: str = "ds.csv") -> TestResponse:
    done = upload(client, text, name)
    assert done.status_code == 303, done.text
    return client.get(done.location)


def confirm(client: FlaskClient, page: TestResponse, **choices: str) -> TestResponse:
    digest = re.search(r'name="digest" value="([^"]+)"', page.text)
    assert digest
    data = {"csrf_token": csrf_of(page), "digest": digest[1], **choices}
    return client.post(f"{page.request.path}/confirm", data=data)


def people_count(db: Database) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count(Person.id))) or 0


def test_a_roster_is_seen_before_it_is_imported(organiser: FlaskClient, db: Database) -> None:
    page = preview_of(organiser, TWO)
    assert "đọc được 2 người" in page.text
    assert "Xác nhận, nhập 2 người" in page.text
    assert "Chi bộ Một, Chi bộ Hai" in page.text
    assert people_count(db) == 0
    done = confirm(organiser, page)
    assert (done.status_code, done.location) == (303, f"{ROOT}/imported")
    assert organiser.get(done.location).location == ROOT  # no round runs that it changes
    assert "Thêm 2 người." in organiser.get(ROOT).text
    with db.reading() as session:
        assert session.scalar(select(func.count(RosterUpload.id))) == 0
    again = confirm(organiser, page)
    assert again.status_code == 410
    assert people_count(db) == 2


def test_a_discarded_file_leaves_nothing(organiser: FlaskClient, db: Database) -> None:
    page = preview_of(organiser, TWO)
    organiser.post(f"{page.request.path}/discard", data={"csrf_token": csrf_of(page)})
    assert people_count(db) == 0
    assert organiser.get(page.request.path).status_code == 410


def test_a_preview_lives_a_day_and_belongs_to_one(
    app: Flask, client: FlaskClient, time: TestClock
) -> None:
    user_id = sign_in(client)
    page = preview_of(client, TWO)
    other = app.test_client()
    sign_in(other, email="khac@so.example")
    assert other.get(page.request.path).status_code == 410
    time.move(hours=23)
    sign_in_as(client, user_id)
    assert client.get(page.request.path).status_code == 200
    time.move(hours=2)
    assert client.get(page.request.path).status_code == 410


def test_an_asked_row_is_settled_on_the_page(organiser: FlaskClient, db: Database) -> None:
    with db.writing() as session:
        cell = make_cell(session, "Chi bộ Ba")
        known = make_person(session, "Nông Thị Ánh", cell, email="khac@so.example").id
    text = HEAD + "1,Nông Thị Ánh,,Chi bộ Một,anh@so.example,Đảng viên\n"
    page = preview_of(organiser, text)
    assert "1 dòng cần chọn" in page.text
    assert "Cùng một người:" in page.text
    confirm(organiser, page)  # nothing chosen: the row waits
    assert people_count(db) == 1
    confirm(organiser, preview_of(organiser, text), **{"row-2": str(known)})
    with db.reading() as session:
        person = people_named(session, "Nông Thị Ánh")
        assert [one.email for one in person] == ["anh@so.example"]
        assert [home[0] for home in homes(session, "Nông Thị Ánh")] == ["Chi bộ Ba", "Chi bộ Một"]
    text = HEAD + "1,Nông Thị Ánh,,Chi bộ Bốn,moi@so.example,Đảng viên\n"
    confirm(organiser, preview_of(organiser, text), **{"row-2": "new"})
    assert people_count(db) == 2


def test_a_list_that_changed_meanwhile_is_shown_again(organiser: FlaskClient, db: Database) -> None:
    page = preview_of(organiser, TWO)
    confirm(organiser, preview_of(organiser, TWO))
    late = confirm(organiser, page)
    assert late.status_code == 409
    assert "vừa thay đổi" in late.text
    assert people_count(db) == 2


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7 not a sheet", "ds.pdf"),
        (b"PK\x03\x04 broken", "ds.xlsx"),
        ("không,có,cột\n1,2,3\n".encode(), "ds.csv"),
        (b"", "ds.csv"),
    ],
)
def test_what_is_no_roster_is_refused_with_advice(
    organiser: FlaskClient, db: Database, data: bytes, name: str
) -> None:
    refused = upload(organiser, data, name)
    assert refused.status_code == 422
    assert "Cần sửa:" in refused.text
    with db.reading() as session:
        assert session.scalar(select(func.count(RosterUpload.id))) == 0


def test_a_missing_file_and_a_wrong_kind_are_said(organiser: FlaskClient) -> None:
    assert "Xin chọn một tệp." in submit(organiser, f"{ROOT}/import", {"kind": ""}).text
    assert upload(organiser, TWO, kind="hoa").status_code == 422


def test_too_large_a_file_is_refused(organiser: FlaskClient) -> None:
    refused = upload(organiser, b"x" * (22 * 1024 * 1024))
    assert refused.status_code == 413
    assert "20 MB" in refused.text
    assert upload(organiser, b"x" * (20 * 1024 * 1024 + 1)).status_code == 422


def test_row_errors_name_row_and_column(organiser: FlaskClient) -> None:
    page = preview_of(organiser, HEAD + "1,Vi Lan,31/02/1980,Chi bộ Một,sai@@,Đảng viên\n")
    assert "Dòng 2, cột C:" in page.text
    assert "Dòng 2, cột E:" in page.text


def test_people_are_found_without_marks_and_sorted_by_given_name(
    organiser: FlaskClient, db: Database
) -> None:
    names = "Hoàng Văn Đạt|Nguyễn Văn Ánh|Lý Thị Ảnh|Trần Thị An|Nguyễn Văn An|Vi Văn Dũng"
    with db.writing() as session:
        cell = make_cell(session, "Chi bộ Một")
        for name in names.split("|"):
            make_person(session, name, cell)
        make_person(session, "Ma Thị Hoa", None, kind="non_member", email=None)
    shown = re.findall(r'people/[^"]+">([^<]+)</a>', organiser.get(ROOT).text)
    assert shown == [
        "Nguyễn Văn An",
        "Trần Thị An",
        "Lý Thị Ảnh",
        "Nguyễn Văn Ánh",
        "Vi Văn Dũng",
        "Hoàng Văn Đạt",
        "Ma Thị Hoa",
    ]
    found = organiser.get(f"{ROOT}?q=nguyen+anh").text
    assert "Nguyễn Văn Ánh" in found
    assert "Nguyễn Văn An<" not in found
    assert "1 người." in organiser.get(f"{ROOT}?cell=-").text
    assert "1 người." in organiser.get(f"{ROOT}?address=unreachable").text
    assert "6 người." in organiser.get(f"{ROOT}?cell=chi-bo-mot&kind=party_member").text
    assert "Không có ai khớp" in organiser.get(f"{ROOT}?q=%25").text
    assert "Không có ai khớp" in organiser.get(f"{ROOT}?q=example").text
    with db.reading() as session:
        email = session.scalars(select(Person.email).where(Person.email.is_not(None))).first()
    assert "1 người." in organiser.get(f"{ROOT}?q={(email or '').split('@')[0]}@").text
    cells = organiser.get(f"{ROOT}/cells").text
    assert "Chi bộ Một" in cells
    assert "1 người chưa gắn chi bộ nào" in cells


def test_long_lists_are_paged(organiser: FlaskClient, db: Database) -> None:
    with db.writing() as session:
        for number in range(51):
            make_person(session, f"Vi Văn Số{number}")
    assert "Trang 1/2" in organiser.get(ROOT).text
    assert organiser.get(f"{ROOT}?page=2").text.count("/people/") == 1
    assert "Trang 2/2" in organiser.get(f"{ROOT}?page=999999999").text


def test_a_wrong_address_comes_back_with_what_was_typed(
    organiser: FlaskClient, db: Database
) -> None:
    with db.writing() as session:
        person = make_person(session, "Vi Lan", make_cell(session, "Chi bộ Một"))
        make_person(session, "Ma Hoa", email=person.email)
        path = f"{ROOT}/people/{person.public_id}"
    assert "Ma Hoa" in organiser.get(path).text
    wrong = submit(organiser, path, {"email": "sai@"}, to=f"{path}/address")
    assert wrong.status_code == 422
    assert 'value="sai@"' in wrong.text
    right = submit(organiser, path, {"email": "dung@so.example"}, to=f"{path}/address")
    assert right.status_code == 303
    submit(organiser, path, {"form_of_address": "bác", "locale": "en"}, to=f"{path}/wishes")
    with db.reading() as session:
        stored = people_named(session, "Vi Lan")[0]
        assert (stored.email, stored.form_of_address, stored.locale, stored.wants_reminders) == (
            "dung@so.example",
            "bác",
            "en",
            False,
        )


def test_the_template_is_read_back(organiser: FlaskClient) -> None:
    answer = organiser.get(f"{ROOT}/template.xlsx")
    found = read_roster(answer.data, "mau-danh-sach.xlsx", sheet="Danh sách")
    assert set(found.columns.values()) >= {
        "full_name",
        "birth_date",
        "kind",
        "cell",
        "email",
        "phone",
        "member_code",
    }
    assert found.people == ()


@pytest.mark.parametrize("role", ["committee_reviewer", "campaign_monitor", "question_approver"])
def test_others_have_no_business_with_people(client: FlaskClient, role: str) -> None:
    sign_in(client, role)
    for path in (ROOT, f"{ROOT}/cells", f"{ROOT}/import", f"{ROOT}/template.xlsx"):
        assert client.get(path).status_code == 403
