"""The committee's pages and sheet: totals that can be projected on the wall, never a name."""

import io
import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from survey_app.audit.models import AuditEvent
from survey_app.database import Database
from survey_app.invitations.participation import Counts
from tests.factories import csrf_of, sign_in
from tests.factories_rounds import make_campaign, make_round
from tests.functional.participation.boards import round_of

NAME = "Nguyễn Văn Giấu Tên"
ONE = "/committee/rounds/tuan-1"
CELLS = {
    "=HYPERLINK(1)": ("ddddnnx", "dn"),
    "Chi bộ Hai": ("ddnnnnnn", "dddnn"),
    "Chi bộ Ba": ("xx", ""),
    "": ("", "d"),
}


@pytest.fixture
def reviewer(app: Flask, client: FlaskClient, db: Database) -> FlaskClient:
    with app.app_context(), db.writing() as session:
        campaign = make_campaign(session)
        round_of(session, CELLS, campaign=campaign, slug="tuan-1", title="Tuần 1")
        make_round(session, campaign=campaign, slug="nhap", title="Còn là nháp")
    sign_in(client, "committee_reviewer")
    return client


def test_home_says_how_every_round_stands(reviewer: FlaskClient) -> None:
    page = reviewer.get("/committee/").text
    assert "Tuần 1" in page
    assert "6/14 đảng viên" in page
    assert "Còn là nháp" not in page


def test_before_the_first_launch_the_page_teaches(client: FlaskClient, db: Database) -> None:
    sign_in(client, "campaign_monitor")
    assert "Chưa có vòng nào được phát động" in client.get("/committee/").text


def test_the_board_has_sentence_bars_and_table(reviewer: FlaskClient) -> None:
    page = reviewer.get(ONE).text
    assert "Đến 09 giờ 00 hôm nay, 6/14 đảng viên (42,9\u00a0%) đã thi; 1/2 chi bộ" in page
    assert page.count('<svg class="bar" role="img"') == 6  # cells in which anybody was invited
    assert "đã làm 4, đang làm 0, chưa làm 2, được miễn 1, thư không đến 0" in page
    assert "mọi người đều được miễn" in page
    assert "Cần hỗ trợ" in page
    assert "Chưa gắn chi bộ" in page
    assert "tính theo danh sách chốt khi phát động" in page.lower()


@pytest.mark.parametrize("path", ["/committee/", ONE, f"{ONE}/print", f"{ONE}/projection"])
def test_nobody_is_named(reviewer: FlaskClient, path: str) -> None:
    page = reviewer.get(path)
    assert page.status_code == 200
    assert NAME not in page.text
    assert "so-mau.example" not in page.text.replace("committee-reviewer@so-mau.example", "")


def test_the_tick_of_the_last_round_stands_where_its_rate_would_end(app: Flask) -> None:
    """Half of four counted people ends at a quarter of a bar that also holds four exempt ones."""
    source = (
        '{% from "components/stacked_bar.html" import stacked_bar with context %}'
        "{{ stacked_bar(row, last=0.5) }}"
    )
    row = Counts(invited=8, done=2, exempt=4)
    with app.test_request_context():
        bar = app.jinja_env.from_string(source).render(row=row)
    assert re.search(r'class="bar-done" x="0.0%" width="25.0%"', bar)
    assert '<line class="bar-tick" x1="25.0%" x2="25.0%"' in bar
    assert "vòng trước 50,0\u00a0%" in bar
    assert bar.index("bar-tick") < bar.index("bar-pill")  # never over a number


def test_english_pages_are_english(reviewer: FlaskClient) -> None:
    reviewer.set_cookie("lang", "en")
    page = reviewer.get(ONE).text
    assert "By 09:00 today, 6 of 14 party members (42.9%) had taken part" in page
    assert "Help would count" in page


def test_a_draft_or_unknown_round_has_no_board(reviewer: FlaskClient) -> None:
    assert reviewer.get("/committee/rounds/nhap").status_code == 404
    assert reviewer.get("/committee/rounds/khong-co").status_code == 404


def test_outsiders_stay_outside(client: FlaskClient) -> None:
    assert client.get("/committee/").status_code == 303
    sign_in(client, "question_approver")
    assert client.get("/committee/").status_code == 403


def test_the_sheet_is_typed_safe_and_logged(reviewer: FlaskClient, db: Database) -> None:
    token = csrf_of(reviewer.get(ONE))
    assert reviewer.get(f"{ONE}/xlsx").status_code == 405
    answer = reviewer.post(f"{ONE}/xlsx", data={"csrf_token": token})
    assert answer.headers["Content-Disposition"].endswith("tham-gia-tuan-1-20240918-0900.xlsx")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[1][0].startswith("Đến 09 giờ 00, thứ Tư, ngày 18/9/2024, 6/14 đảng viên")
    assert "sổ biến động" in rows[2][0]
    assert rows[4][1:4] == ["Chi bộ", "Đối tượng", "Được mời"]
    first = rows[5]
    assert first[1] == "=HYPERLINK(1)"  # the text, not its value
    assert first[3:10] == [7.0, 1.0, 6.0, 4.0, 0.0, 2.0, 0.0]
    assert first[10] == pytest.approx(4 / 6)
    exempt = next(row for row in rows if row[1] == "Chi bộ Ba")
    assert (exempt[10], exempt[12]) == ("–", "mọi người đều được miễn")
    assert [row[1] for row in rows[-3:]] == ["Cộng", "Cộng", "Tổng cộng"]
    assert rows[-1][3] == 25.0
    with db.reading() as session:
        exports = [
            event.details
            for event in session.scalars(select(AuditEvent))
            if event.action == "participation.exported"
        ]
    assert exports == [{"format": "xlsx"}]


def test_the_command_gives_the_same_numbers(app: Flask, reviewer: FlaskClient) -> None:
    run = app.test_cli_runner().invoke
    result = run(args=["participation", "tuan-1", "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["round"] == "tuan-1"
    assert document["total"]["invited"] == 25
    for line in [*document["cells"], document["total"]]:
        states = ("done", "started", "not_started", "exempt", "undeliverable")
        assert line["invited"] == sum(line[name] for name in states)
    assert [line["cell"] for line in document["cells"]][-1] is None
    assert "6/14 đảng viên" in run(args=["participation", "tuan-1"]).stdout
    assert run(args=["participation", "nhap"]).exit_code == 1
    assert run(args=["participation", "khong-co"]).exit_code == 1
