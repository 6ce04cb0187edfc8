"""The pages of the ledger: decided with a reason, explained without names, each told where next."""

import re
from datetime import date

import pytest
from sqlalchemy import select

from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import Round
from survey_app.invitations import ledger, tally
from survey_app.invitations.models import DeclinedProposal, Invitation, LedgerEntry
from survey_app.people import changes
from survey_app.people.models import Person
from tests.factories import sign_in, submit
from tests.factories_forms import launched_form
from tests.factories_rounds import (
    launch_round,
    make_cell,
    make_person,
    make_round,
)
from tests.functional.ledger.books import why
from tests.page import problems_of

TODAY = date(2024, 9, 18)
LEDGER = "/organiser/ledger"


@pytest.fixture
def organiser(client):
    client.user_id = sign_in(client, name="Vũ Thị Tổ Chức")
    return client


@pytest.fixture
def moved(app, db):
    """A round of three people of one cell, two of whom belong to another by now."""
    with app.app_context(), db.writing() as session:
        cell, other = make_cell(session, "Chi bộ Một"), make_cell(session, "Chi bộ Hai")
        people = [
            make_person(session, name, cell)
            for name in ("Lý Thị Ảnh", "Nông Thị Dung", "Đoàn Văn Hòa")
        ]
        made = make_round(session, title="Vòng 1", slug="vong-1")
        launch_round(session, made)
        for one in people[:2]:
            changes.move_to_cell(session, one.id, other.id, TODAY, reason="QĐ 9", actor=CLI)
        return [one.public_id for one in people]


def keys_on(page, act="accept"):
    return re.findall(rf'name="do" value="{act}:([^"]+)"', page.text)


def entered(db):
    with db.reading() as session:
        return [
            (entry.kind, entry.reason, entry.entered_by)
            for entry in session.scalars(select(LedgerEntry).order_by(LedgerEntry.id))
        ]


def test_all_of_a_kind_are_entered_with_one_reason_counted_on_the_button(organiser, db, moved):
    page = organiser.get(LEDGER)
    assert "2 đề xuất cho các vòng đang chạy" in page.text
    assert "Ghi sổ: chuyển cả 2 người" in page.text and "Chi bộ Hai (đảng viên)" in page.text
    data = {"kind": "transfer", "seen": "2", "do": "accept", "transfer-reason": "Theo QĐ 9"}
    done = submit(organiser, LEDGER, data)
    assert (done.status_code, done.headers["Location"]) == (303, LEDGER)
    assert entered(db) == [("transfer", "Theo QĐ 9", organiser.user_id)] * 2
    after = organiser.get(LEDGER).text
    assert "Đã ghi 2 dòng vào sổ biến động." in after
    assert "Các vòng đang chạy khớp với danh sách" in after


def test_without_a_reason_nothing_happens_and_the_field_says_so(organiser, db, moved):
    key = keys_on(organiser.get(LEDGER))[0]
    page = submit(organiser, LEDGER, {"kind": "transfer", "seen": "2", "do": f"accept:{key}"})
    assert page.status_code == 422 and "Xin ghi lý do" in page.text
    assert 'href="#transfer-reason"' in page.text
    assert entered(db) == []


def test_one_is_entered_and_one_declined_and_taken_back(organiser, db, moved):
    first, second = keys_on(organiser.get(LEDGER))
    data = {"kind": "transfer", "seen": "2", "transfer-reason": "Theo QĐ 9"}
    assert submit(organiser, LEDGER, {**data, "do": f"accept:{first}"}).status_code == 303
    assert submit(organiser, LEDGER, {**data, "do": f"decline:{second}"}).status_code == 303
    assert len(entered(db)) == 1
    page = organiser.get(LEDGER)
    assert "1 đề xuất đã quyết định không ghi" in page.text and not keys_on(page)
    again = submit(organiser, LEDGER, {**data, "do": f"accept:{first}"})
    assert again.status_code == 409 and "không còn" in again.text
    with db.reading() as session:
        declined = session.scalars(select(DeclinedProposal.id)).one()
    back = submit(organiser, LEDGER, to=f"{LEDGER}/declined/{declined}/take-back")
    assert back.status_code == 303
    assert keys_on(organiser.get(LEDGER)) == [second]


def test_a_number_that_changed_since_stops_accepting_all(app, organiser, db, moved):
    data = {"kind": "transfer", "seen": "3", "do": "accept", "transfer-reason": "Theo QĐ 9"}
    page = submit(organiser, LEDGER, data)
    assert page.status_code == 409
    assert "trước là 3, nay là 2" in page.text and 'value="Theo QĐ 9"' in page.text
    assert entered(db) == []


def test_a_filter_narrows_what_accepting_all_enters(organiser, db, moved):
    page = organiser.get(LEDGER, query_string={"q": "anh"})
    assert len(keys_on(page)) == 1
    data = {"kind": "transfer", "seen": "1", "do": "accept", "transfer-reason": "x", "q": "anh"}
    assert submit(organiser, LEDGER, data).status_code == 303
    assert len(entered(db)) == 1
    assert "Không có đề xuất nào" in organiser.get(LEDGER, query_string={"q": "hoa"}).text


def test_entries_about_one_person_are_made_on_their_page(organiser, db, moved):
    of_round = "/organiser/rounds/vong-1/ledger"
    assert "Sổ chưa có dòng nào" in organiser.get(of_round).text
    found = organiser.get(of_round, query_string={"q": "hoa"}).text
    path = f"{of_round}/{moved[2]}"
    assert f'href="{path}"' in found and "Ghi một việc cho ai?" in found
    wrong = submit(organiser, path, {"cell": "-"})
    assert wrong.status_code == 422 and "Xin chọn một việc." in wrong.text
    done = submit(organiser, path, {"act": "exemption", "cell": "-", "reason": "Ốm dài ngày"})
    assert (done.status_code, done.headers["Location"]) == (303, of_round)
    page = organiser.get(of_round).text
    for text in (
        "Đoàn Văn Hòa",
        "miễn",
        "Ốm dài ngày",
        "Vũ Thị Tổ Chức",
        "09 giờ 00 thứ Tư 18/9/2024",
    ):
        assert text in page
    assert "Thôi miễn" in organiser.get(path).text
    twice = submit(organiser, path, {"act": "kind:party_member", "cell": "-", "reason": "x"})
    assert twice.status_code == 422  # no such choice for a member


def test_entries_are_sorted_by_given_name_and_found_without_marks(organiser, db, moved):
    with db.writing() as session:
        made = session.scalars(select(Invitation)).first().round_id
        for one in session.scalars(select(Person).order_by(Person.sort_name.desc())).all():
            ledger.exempt(session, made, one.id, why())
    page = "/organiser/rounds/vong-1/ledger"
    names = ("Lý Thị Ảnh", "Nông Thị Dung", "Đoàn Văn Hòa")

    def order(**query):
        text = organiser.get(page, query_string=query).text
        return sorted((n for n in names if n in text), key=text.index)

    assert order(sort="name") == list(names)
    assert order() == list(names)  # entered last: Ảnh
    only = organiser.get(page, query_string={"q": "dung"}).text
    assert "1 dòng trong sổ" in only


def test_the_committee_reads_figures_and_neither_reason_nor_name(app, db, client, moved):
    with app.app_context(), db.writing() as session:
        made = session.scalars(select(Invitation)).first().round_id
        one, two, three = session.scalars(select(Person).order_by(Person.id)).all()
        hai = changes.home_of(session, one).cell_id
        for row in session.scalars(select(Invitation).where(Invitation.person_id == one.id)):
            tally.set_flags(session, row.id, is_done=True)
        ledger.transfer(session, made, one.id, hai, why("Đồng chí LÝ THỊ ẢNH theo QĐ 9"))
        ledger.exempt(session, made, three.id, why("Nghỉ thai sản"))
        assert two.full_name
    sign_in(client, "committee_reviewer")
    for path in ("ledger", "ledger/print"):
        page = client.get(f"/committee/rounds/vong-1/{path}").text
        assert "Chi bộ Một: chốt 3, chuyển đi 1, miễn 1 → tính trên 1; đã làm 0" in page
        assert "Chi bộ Hai: chốt 0, chuyển đến 1 → tính trên 1; đã làm 1 (dưới 5 người" in page
        assert "Miễn" in page or "miễn" in page
        # A reason is free text: it may call somebody by a nickname, or name somebody else.
        assert "Nghỉ thai sản" not in page and "theo QĐ 9" not in page
        for name in ("Ảnh", "ẢNH", "Nông Thị Dung", "Đoàn Văn Hòa"):
            assert name not in page
    assert client.get(LEDGER).status_code == 403
    assert client.get("/organiser/rounds/vong-1/ledger").status_code == 403
    assert 'href="/committee/rounds/vong-1/ledger"' in client.get("/committee/rounds/vong-1").text


def test_cells_of_nobody_and_of_one_are_explained(app, db, client):
    with app.app_context(), db.writing() as session:
        make_cell(session, "Chi bộ Rỗng")
        make_person(session, "Lý Thị Ảnh", make_cell(session, "Chi bộ Đơn"))
        make_person(session, "Ma Thị Hoa")  # of no cell
        launch_round(session, make_round(session, slug="vong-1"))
    sign_in(client, "committee_reviewer")
    page = client.get("/committee/rounds/vong-1/ledger").text
    assert "Tất cả: chốt 2, không đổi → tính trên 2; đã làm 0" in page
    assert "Mọi chi bộ vẫn như lúc chốt." in page and "Chưa gắn chi bộ" in page


def test_forms_and_drafts_say_why_there_is_no_ledger(app, db, organiser):
    form = launched_form(app)
    with app.app_context(), db.writing() as session:
        slug = session.get_one(Round, form).slug
        make_round(session, slug="nhap")
    said = organiser.get(f"/organiser/rounds/{slug}/ledger")
    assert said.status_code == 409 and "ẩn danh" in said.text
    assert organiser.get("/organiser/rounds/nhap/ledger").status_code == 409
    assert organiser.get(f"/committee/rounds/{slug}/ledger").status_code == 404


def test_a_move_is_stored_and_leads_to_what_would_follow(app, db, organiser):
    with app.app_context(), db.writing() as session:
        cell, other = make_cell(session, "Chi bộ Một"), make_cell(session, "Chi bộ Hai")
        person = make_person(session, "Lý Thị Ảnh", cell)
        public_id, number = person.public_id, other.id
        launch_round(session, make_round(session))
    path = f"/organiser/roster/people/{public_id}"
    for what in ("move", "kind", "leave"):
        assert f'href="{path}/{what}"' in organiser.get(path).text
    typed = {"cell": str(number), "day": "30/2/2024", "reason": "QĐ 9"}
    wrong = submit(organiser, f"{path}/move", typed)
    assert wrong.status_code == 422 and 'value="30/2/2024"' in wrong.text
    late = submit(organiser, f"{path}/move", {**typed, "day": "19/9/2024"})
    assert late.status_code == 422 and "chưa tới" in late.text
    done = submit(organiser, f"{path}/move", {**typed, "day": "18/9/2024"})
    assert done.headers["Location"] == f"{LEDGER}?person={public_id}"
    assert "Lý Thị Ảnh: 1 đề xuất" in organiser.get(done.headers["Location"]).text
    page = organiser.get(path).text
    assert "Chi bộ Một → Chi bộ Hai. QĐ 9" in page and "Vũ Thị Tổ Chức" in page
    again = submit(organiser, f"{path}/move", {**typed, "day": "18/9/2024"})
    assert again.status_code == 409 and "đang ở chi bộ này" in again.text
    left = submit(organiser, f"{path}/leave", {"day": "18/9/2024", "reason": "Nghỉ hưu"})
    assert left.status_code == 303
    page = organiser.get(path).text
    assert "Đã thôi sinh hoạt" in page and f"{path}/leave" not in page


def test_a_kind_is_changed_from_the_same_page(app, db, organiser):
    with app.app_context(), db.writing() as session:
        cell = make_cell(session, "Chi bộ Một")
        public_id = make_person(session, "Ma Thị Hoa", cell, kind="non_member").public_id
    path = f"/organiser/roster/people/{public_id}"
    typed = {"kind": "probationary", "day": "18/9/2024", "reason": "QĐ kết nạp"}
    done = submit(organiser, f"{path}/kind", typed)
    assert done.headers["Location"] == path  # no round runs: back to the person
    assert "quần chúng → đảng viên dự bị. QĐ kết nạp" in organiser.get(path).text


def test_two_entries_are_compared_before_they_are_merged(app, db, organiser):
    with app.app_context(), db.writing() as session:
        first = make_person(session, "Lý Thị Ảnh")
        second = make_person(session, "Lý Thị Ảnh", birth_year=1960)
        make_person(session, "Ma Thị Hoa")
        launch_round(session, make_round(session, title="Vòng 2"))
        ids = first.public_id, second.public_id
    path = f"/organiser/roster/people/{ids[0]}/merge"
    found = organiser.get(path).text
    assert f"{path}?other={ids[1]}" in found and "Ma Thị Hoa" not in found
    page = organiser.get(path, query_string={"other": ids[1]}).text
    assert "Vòng 2 mời cả hai" in page and "1960" in page
    wrong = submit(organiser, f"{path}?other={ids[1]}", {"other": ids[1]}, to=path)
    assert wrong.status_code == 422 and "Xin ghi lý do" in wrong.text
    typed = {"other": ids[1], "reason": "Ghi hai lần"}
    done = submit(organiser, f"{path}?other={ids[1]}", typed, to=path)
    assert done.status_code == 303
    assert (
        "Dòng này đã gộp vào dòng khác" in organiser.get(f"/organiser/roster/people/{ids[1]}").text
    )
    again = submit(organiser, "/organiser/roster", typed, to=path)
    assert again.status_code == 409
    with db.reading() as session:
        counted = select(Invitation).where(Invitation.superseded_by_id.is_(None))
        assert len(session.scalars(counted).all()) == 2


def test_the_task_list_and_the_import_lead_there(organiser, db, moved):
    home = organiser.get("/organiser/").text
    assert "2 đề xuất chờ quyết định" in home and f'href="{LEDGER}"' in home
    assert organiser.get("/organiser/roster/imported").headers["Location"] == LEDGER
    assert (
        'href="/organiser/rounds/vong-1/ledger"' in organiser.get("/organiser/rounds/vong-1").text
    )


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_every_page_is_sound(organiser, db, moved, locale):
    if locale == "en":
        submit(organiser, LEDGER, {"locale": "en"}, to="/language")
    with db.writing() as session:
        made = session.scalars(select(Invitation)).first().round_id
        ledger.exempt(session, made, invitations_of_id(session, made), why())
    person = f"/organiser/roster/people/{moved[0]}"
    for path in (
        LEDGER,
        "/organiser/rounds/vong-1/ledger?q=a",
        f"/organiser/rounds/vong-1/ledger/{moved[0]}",
        "/committee/rounds/vong-1/ledger",
        f"{person}/move",
        f"{person}/kind",
        f"{person}/leave",
        f"{person}/merge",
        f"{person}/merge?other={moved[1]}",
    ):
        page = organiser.get(path)
        assert page.status_code == 200, path
        assert not problems_of(page.text), path


def invitations_of_id(session, round_id):
    query = select(Invitation.person_id).where(Invitation.round_id == round_id)
    return session.scalars(query.order_by(Invitation.id)).first()
