"""The board on the wall: rates of cells of ten people or more, the rest together, no names.

That no subtraction gives a small group away is held for any board by test_wall_gives_nobody_away.
"""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from survey_app import clock
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import Campaign, Round, RoundCell
from survey_app.database import Database
from survey_app.invitations import projection
from survey_app.invitations.participation import CellRow, Counts, Participation
from tests.factories import sign_in
from tests.factories_rounds import make_campaign, make_round
from tests.functional.participation.boards import round_of

NAME = "Nguyễn Văn Giấu Tên"
ONE = "/committee/rounds/tuan-1/projection"
Launch = Callable[..., None]


@pytest.fixture
def launch(app: Flask, db: Database) -> Launch:
    """Return a function that launches `tuan-1` with these cells."""

    def launched(cells: dict[str, tuple[str, str]]) -> None:
        with app.app_context(), db.writing() as session:
            campaign = make_campaign(session)
            round_of(session, cells, campaign=campaign, slug="tuan-1", title="Tuần 1")
            make_round(session, campaign=campaign, slug="nhap")

    return launched


@pytest.fixture
def wall(client: FlaskClient, launch: Launch) -> Callable[..., str]:
    """Return a function that shows these cells on the wall and returns the page's words."""

    def shown(cells: dict[str, tuple[str, str]], query: str = "") -> str:
        launch(cells)
        sign_in(client, "committee_reviewer")
        answer = client.get(ONE + query)
        assert answer.status_code == 200
        return words(answer.text)

    return shown


def words(page: str) -> str:
    body = page[page.index("<main") :]
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("\u00a0", " ").split())


def test_sentence_time_and_the_rates_of_large_cells(wall: Callable[..., str]) -> None:
    cells = {"Chi bộ Một": ("dddddnnnnnx", "dnnnnnn"), "Chi bộ Hai": ("ddddddnnnnnn", "dddnn")}
    page = wall(cells)
    assert "Số liệu lúc 09 giờ 00 thứ Tư, ngày 18/9/2024" in page
    assert "Đến 09 giờ 00 hôm nay, 11/22 đảng viên (50,0 %) đã thi; 0/2 chi bộ trên một" in page
    assert "Chi bộ Một 50,0 % 5/10 Chi bộ Hai 50,0 % 6/12" in page
    assert "gộp chung" not in page
    assert "Quần chúng, CCVCLĐ: 4/12 (33,3 %) đã thi." in page


def test_nobody_is_named(client: FlaskClient, launch: Launch) -> None:
    launch({"Chi bộ Một": ("d" * 12, "dn"), "Chi bộ Hai": ("dn", "")})
    sign_in(client, "committee_reviewer")
    page = client.get(ONE).text
    assert NAME not in page
    assert ".example" not in page


def test_small_cells_stand_together(wall: Callable[..., str]) -> None:
    page = wall(
        {
            "Chi bộ Nhỏ": ("dnnnnnnnn", ""),
            "Chi bộ Lớn": ("ddddddddnn", ""),
            "Chi bộ Bé": ("dx", ""),
            "": ("d", ""),
        }
    )
    assert "Chi bộ Lớn 80,0 % 8/10 2 chi bộ còn lại và người chưa gắn chi bộ 27,3 % 3/11" in page
    assert "11/21 đảng viên (52,4 %) đã thi; 1/1 chi bộ nêu riêng trên một nửa." in page
    assert "Chi bộ ít người: gộp chung, không kể trong số nêu riêng." in page
    assert "Nhỏ" not in page
    assert "Bé" not in page
    assert "Chưa gắn" not in page


def test_nine_are_not_ten(wall: Callable[..., str]) -> None:
    """The exempt do not count: ten invited with one exempt are nine. The smallest other joins."""
    page = wall(
        {
            "Chi bộ Vừa": ("dnnnnnnnnx", ""),
            "Chi bộ Lớn": ("d" * 12, ""),
            "Chi bộ Đủ": ("d" * 10, ""),
        }
    )
    assert "Chi bộ Lớn 100,0 % 12/12 2 chi bộ còn lại 57,9 % 11/19 Chi bộ ít người" in page
    assert "23/31 đảng viên (74,2 %) đã thi; 1/1 chi bộ nêu riêng trên một nửa." in page
    assert "Vừa" not in page


def test_four_and_ten_are_one_line(wall: Callable[..., str]) -> None:
    """7/14 on top and 6/10 below would say 1/4."""
    page = wall({"Chi bộ Bốn": ("dnnn", ""), "Chi bộ Mười": ("ddddddnnnn", "")})
    assert "7/14 đảng viên (50,0 %) đã thi. Tất cả, gộp chung 50,0 % 7/14" in page
    assert "6/10" not in page


def test_people_of_no_cell_are_few(wall: Callable[..., str]) -> None:
    page = wall({"Chi bộ Lớn": ("d" * 10, ""), "Chi bộ Hai": ("d" * 11, ""), "": ("dn", "")})
    assert "Chi bộ Hai 100,0 % 11/11 1 chi bộ còn lại và người chưa gắn chi bộ" in page
    assert "91,7 % 11/12" in page


def test_others_are_told_from_ten_on(wall: Callable[..., str]) -> None:
    page = wall({"Chi bộ Một": ("d" * 10, "dddddnnnn")})
    assert "10/10 đảng viên" in page
    assert "Quần chúng" not in page


def test_few_party_members_leave_the_wall_to_the_others(wall: Callable[..., str]) -> None:
    page = wall({"Chi bộ Một": ("dnnn", "dddddddnnnn"), "Chi bộ Hai": ("", "dnnnnnnnnn")})
    assert "8/21 quần chúng (38,1 %) đã thi; 1/2 chi bộ trên một nửa." in page
    assert "Chi bộ Một 63,6 % 7/11 Chi bộ Hai 10,0 % 1/10" in page
    assert "đảng viên" not in page


def test_nine_people_have_no_figures(wall: Callable[..., str]) -> None:
    page = wall({"Chi bộ Một": ("dddnn", "ddnnnnnnn"), "Chi bộ Hai": ("dnnn", "")})
    assert "Nhóm dưới 10 người không có số liệu ở đây, để không đoán ra ai." in page
    assert "%" not in page
    assert "Chi bộ" not in page


@pytest.mark.parametrize(("before", "ticks"), [("d" * 9, 0), ("ddddddnnnn", 1)])
def test_a_tick_is_of_ten_people(
    client: FlaskClient, app: Flask, db: Database, before: str, ticks: int
) -> None:
    """What few did in the last round is not told by a cell that has grown since."""
    with app.app_context(), db.writing() as session:
        first = round_of(session, {"Chi bộ Một": (before, ""), "Chi bộ Hai": ("d" * 20, "")})
        first.opens_at -= timedelta(days=7)
        campaign = session.get_one(Campaign, first.campaign_id)
        grown = {"": ("", ""), "Chi bộ Ba": ("d" * 15, "")}
        second = round_of(session, grown, campaign=campaign, slug="tuan-1", title="Tuần 1")
        session.execute(
            update(RoundCell)
            .where(RoundCell.round_id == second.id, RoundCell.name != "Chi bộ Ba")
            .values(invited=12, done=3)
        )
    sign_in(client, "committee_reviewer")
    page = client.get(ONE).text
    assert "Chi bộ Một" in page
    assert page.count('class="bar-tick" x1="60.0%"') == ticks


def test_a_round_of_non_members_shows_theirs(wall: Callable[..., str]) -> None:
    page = wall({"Chi bộ Một": ("", "dddddddnnn")})
    assert "7/10 quần chúng" in page
    assert "Chi bộ Một 70,0 % 7/10" in page


def test_many_cells_take_turns(client: FlaskClient, launch: Launch) -> None:
    launch({f"Chi bộ số {n:02}": ("d" * 10, "") for n in range(1, 14)})
    sign_in(client, "committee_reviewer")
    first, second = client.get(ONE), client.get(f"{ONE}?page=2")
    names = [re.findall(r"Chi bộ số \d\d", page.text) for page in (first, second)]
    assert names[0] + names[1] == [f"Chi bộ số {n:02}" for n in range(1, 14)]
    assert "Trang 1/2" in first.text
    assert f'data-again="{ONE}?page=2"' in first.text
    assert f'data-again="{ONE}?page=1"' in second.text
    for wrong, number in (("99", 2), ("0", 1), ("-3", 1), ("x", 1)):
        assert f"Trang {number}/2" in client.get(f"{ONE}?page={wrong}").text


def test_it_asks_for_itself_again_without_a_script(client: FlaskClient, launch: Launch) -> None:
    launch({"Chi bộ Một": ("d" * 10, "")})
    sign_in(client, "campaign_monitor")
    refresh = re.search(
        r'<noscript><meta http-equiv="refresh" content="(\d+); url=([^"]+)"></noscript>',
        client.get(ONE).text,
    )
    assert refresh
    assert 30 <= int(refresh[1]) <= 60
    assert refresh[2] == ONE


def test_looking_changes_nothing(client: FlaskClient, db: Database, launch: Launch) -> None:
    launch({"Chi bộ Một": ("d" * 10, "")})
    sign_in(client, "committee_reviewer")

    def state() -> tuple[object, ...]:
        with db.reading() as session:
            events = session.scalar(select(func.count()).select_from(AuditEvent))
            rounds = session.execute(select(Round.slug, Round.state, Round.closes_at)).all()
            return events, *rounds

    before = state()
    assert client.get(ONE).status_code == 200
    assert client.post(ONE).status_code == 405
    assert state() == before


def test_the_door(client: FlaskClient, launch: Launch) -> None:
    launch({"Chi bộ Một": ("d" * 10, "")})
    assert client.get(ONE).status_code == 303
    sign_in(client, "question_approver")
    assert client.get(ONE).status_code == 403
    sign_in(client, "committee_reviewer")
    assert client.get("/committee/rounds/nhap/projection").status_code == 404
    assert client.get("/committee/rounds/khong-co/projection").status_code == 404


def test_a_board_without_people_says_so(wall: Callable[..., str]) -> None:
    assert "Chưa có ai được mời" in wall({"Chi bộ Một": ("xx", "")})


@pytest.mark.parametrize(("lines", "columns"), [(1, [1]), (7, [7]), (8, [4, 4]), (11, [6, 5])])
def test_columns(app: Flask, lines: int, columns: list[int]) -> None:
    rows = [CellRow(n, f"Chi bộ {n}", "party_member", None, Counts(10, n)) for n in range(lines)]
    now = clock.now()
    board = Participation(1, "tuan-1", "Tuần 1", "open", now, now, tuple(rows))
    with app.app_context():
        slide = projection.wall(board).slide(1)
    assert [len(column) for column in slide.columns] == columns
