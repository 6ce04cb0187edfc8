"""The committee's first page and the pages of frozen figures."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from survey_app import clock
from survey_app.accounts.models import RoleGrant
from survey_app.campaigns.models import Campaign, RoundCell
from survey_app.campaigns.settings import CampaignSettings
from survey_app.database import Database
from survey_app.reports.models import Snapshot
from tests.factories import csrf_of, make_user, sign_in, sign_in_as, submit
from tests.functional.reports.everything import cell_ids, everything

HOME, LIST = "/committee/", "/committee/figures"
NAME = "Nguyễn Văn Giấu Tên"


@pytest.fixture
def campaign_id(app: Flask, client: FlaskClient) -> int:
    made = everything(app)
    sign_in(client, "campaign_monitor")
    return made


def target(db: Database, campaign_id: int, **settings: object) -> None:
    with db.writing() as session:
        campaign = session.get_one(Campaign, campaign_id)
        campaign.settings = CampaignSettings(**settings).plain()  # type: ignore[arg-type]


def test_the_state_of_the_campaign_in_one_sentence(client: FlaskClient, campaign_id: int) -> None:
    page = client.get(HOME).text
    assert (
        "Đến 09 giờ 00 hôm nay, 10/40 đảng viên (25,0\u00a0%) đã thi; 1/2 chi bộ đã gửi "
        "“Báo cáo 9” (còn mở đến 17 giờ 00, thứ Sáu, ngày 20/9/2024); 1/4 chi bộ "
        "đã sinh hoạt chuyên đề." in page
    )


def test_the_cells_of_the_current_round_stand_on_the_first_page(
    client: FlaskClient, campaign_id: int
) -> None:
    page = client.get(HOME).text
    assert page.count('<svg class="bar" role="img"') == 5  # the whole, and four cells
    assert "Chi bộ Một" in page and 'href="/committee/rounds/vong-1"' in page
    assert "Cần hỗ trợ" in page
    assert NAME not in page


def test_silent_cells_are_named_and_never_counted_as_none(
    client: FlaskClient, campaign_id: int
) -> None:
    page = client.get(HOME).text
    assert "2/3 chi bộ đã báo cáo, trong đó 1 muộn. Chưa báo cáo: Chi bộ Ba." in page
    assert "2 buổi đã ghi nhận; 29/32 lượt người có mặt (90,6\u00a0%)." in page
    assert "Chưa ghi buổi nào: Chi bộ Hai, Chi bộ Ba, Chi bộ Bốn." in page
    assert "3 đề nghị biểu dương, khen thưởng: 1 chờ xét, 2 được ủng hộ" in page


def test_candidates_against_the_target_of_the_whole(
    client: FlaskClient, db: Database, campaign_id: int
) -> None:
    assert "Đã giới thiệu 1 quần chúng ưu tú.</dd>" in client.get(HOME).text
    target(db, campaign_id, outstanding_target=1)
    assert "Mục tiêu: toàn Đảng bộ ít nhất 01. Đã đạt." in client.get(HOME).text
    target(db, campaign_id, outstanding_target=2)
    assert "Mục tiêu: toàn Đảng bộ ít nhất 02. Chưa đạt." in client.get(HOME).text


def test_candidates_against_the_target_of_each_cell(
    client: FlaskClient, db: Database, campaign_id: int
) -> None:
    target(db, campaign_id, outstanding_target=1, outstanding_target_scope="each_cell")
    page = client.get(HOME).text
    assert "Mục tiêu: mỗi chi bộ ít nhất 01. 1/4 chi bộ đã đạt." in page


def test_the_share_to_be_reached_stands_there_when_it_is_set(
    client: FlaskClient, db: Database, campaign_id: int
) -> None:
    assert "Mục tiêu tham gia" not in client.get(HOME).text
    target(db, campaign_id, participation_target=90)
    assert "Mục tiêu tham gia 90\u00a0%: còn thiếu 26 đảng viên." in client.get(HOME).text
    target(db, campaign_id, participation_target=25)
    assert "Đã đạt mục tiêu tham gia 25\u00a0%." in client.get(HOME).text


def test_of_many_cells_the_page_shows_where_help_would_count(
    app: Flask, client: FlaskClient, db: Database, campaign_id: int
) -> None:
    from tests.factories_rounds import launched_round

    with app.app_context(), db.writing() as session:
        campaign = session.get_one(Campaign, campaign_id)
        launched_round(session, people=120, cells=24, campaign=campaign, title="Vòng 2")
    page = client.get(HOME).text
    assert "Nơi cần hỗ trợ" in page
    assert page.count('<svg class="bar" role="img"') <= 20 + 2


def test_the_whole_table_says_what_was_not_reported(client: FlaskClient, campaign_id: int) -> None:
    page = client.get("/committee/print").text
    assert "landscape" in page
    row = page[page.index("Chi bộ Ba</th>") :]
    row = row[: row.index("</tr>")]
    assert row.count("chưa báo cáo") == 4  # state, day, items, candidates
    assert "chưa ghi" in row
    total = page[page.index("Tổng cộng</th>") :]
    assert "10/40 (25,0\u00a0%)" in total


def test_a_snapshot_is_taken_from_the_first_page_and_once(
    client: FlaskClient, db: Database, campaign_id: int
) -> None:
    token = csrf_of(client.get(HOME))
    data = {"csrf_token": token, "after": "0"}
    answers = [client.post(LIST, data=data) for _tap in range(2)]
    assert [answer.headers["Location"] for answer in answers] == [f"{LIST}/1"] * 2
    page = client.get(f"{LIST}/1").text
    assert "Vừa kiểm tra: khớp với số liệu." in page
    assert "Đến 09 giờ 00, thứ Tư, ngày 18/9/2024, 10/40 đảng viên" in page
    assert "Lần 1" in client.get(HOME).text
    with db.reading() as session:
        checksum = session.scalars(select(Snapshot.checksum)).one()
    assert f"{checksum[:4]} {checksum[4:8]}" in page


def figures_on(client: FlaskClient) -> list[str]:
    return re.findall(r"[0-9]+/[0-9]+[^<]*", client.get(f"{LIST}/1").text)


def test_the_frozen_page_does_not_move(client: FlaskClient, db: Database, campaign_id: int) -> None:
    submit(client, LIST, {"after": "0", "note": "Trước họp"})
    before = figures_on(client)
    with db.writing() as session:
        row = session.scalars(select(RoundCell).where(RoundCell.done == 10)).one()
        row.done, row.started = 12, 0
    assert "12/40" in client.get(HOME).text
    assert figures_on(client) == before
    assert "10/40" in "".join(before)
    assert "10/40" in client.get(f"{LIST}/1/print").text


def test_a_correction_says_what_differs_and_keeps_the_old_page(
    client: FlaskClient, db: Database, campaign_id: int
) -> None:
    submit(client, LIST, {"after": "0"})
    with db.writing() as session:
        row = session.scalars(select(RoundCell).where(RoundCell.done == 10)).one()
        row.done, row.started = 12, 0
    to, page = f"{LIST}/1/correct", f"{LIST}/1"
    refused = submit(client, page, {"after": "1", "reason": " "}, to=to)
    assert refused.status_code == 422
    assert "Xin ghi vì sao phải đính chính" in refused.text
    made = submit(client, page, {"after": "1", "reason": "Hai bài nộp chậm"}, to=to)
    assert made.headers["Location"] == f"{LIST}/2"
    text = client.get(f"{LIST}/2").text
    assert "Đính chính lần 1" in text and "Hai bài nộp chậm" in text
    assert "Vòng 1, Chi bộ Một: đã thi 10 → 12" in text
    assert "Vòng 1, Chi bộ Một: đang làm 2 → 0" in text
    old = client.get(f"{LIST}/1").text
    assert "Lần này đã được đính chính" in old and "10/40" in old


def test_a_tampered_one_shows_no_figure(
    client: FlaskClient, db: Database, campaign_id: int
) -> None:
    submit(client, LIST, {"after": "0"})
    with db.writing() as session:
        row = session.scalars(select(Snapshot)).one()
        row.document = {**row.document, "quizzes": []}
    page = client.get(f"{LIST}/1")
    assert page.status_code == 409
    assert "không còn khớp mã kiểm tra" in page.text
    assert "10/40" not in page.text
    assert client.get(f"{LIST}/1/print").status_code == 409


def test_reviewers_read_and_do_not_take(
    client: FlaskClient, db: Database, campaign_id: int
) -> None:
    submit(client, LIST, {"after": "0"})
    token = csrf_of(client.get(LIST))
    sign_in_as(client, make_user(db, "committee_reviewer"))
    page = client.get(f"{LIST}/1")
    assert page.status_code == 200
    assert "Chốt số liệu đính chính" not in page.text
    for path in (LIST, f"{LIST}/1/correct"):
        data = {"csrf_token": token, "reason": "Nhầm", "after": "1"}
        assert client.post(path, data=data).status_code == 403
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Snapshot)) == 1


def test_who_may_see_one_cell_sees_no_other_in_frozen_figures(
    client: FlaskClient, db: Database, campaign_id: int
) -> None:
    submit(client, LIST, {"after": "0"})
    user = make_user(db, email="mot-chi-bo@so-mau.example")
    with db.writing() as session:
        two = cell_ids(session)[1]
        role = "committee_reviewer"
        now = clock.now()
        session.add(RoleGrant(user_id=user, role=role, cell_id=two, granted_at=now))
    sign_in_as(client, user)
    for path in (HOME, f"{LIST}/1", "/committee/print"):
        page = client.get(path).text
        assert "Chi bộ Hai" in page
        assert "Chi bộ Một" not in page and "Chi bộ Ba" not in page, path


def test_the_pages_speak_english(client: FlaskClient, campaign_id: int) -> None:
    submit(client, LIST, {"after": "0"})
    client.set_cookie("lang", "en")
    page = client.get(HOME).text
    assert "By 09:00 today, 10 of 40 party members (25.0%) had taken part; 1 of 2 cells" in page
    for path in (LIST, f"{LIST}/1", "/committee/print"):
        assert "chi bộ đã" not in client.get(path).text
