"""The board on the wall: rates of cells of ten people or more, the rest together, no names."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from survey_app import clock
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import Round
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
    page = wall({"Chi bộ Một": ("dddddnnnnnx", "dn"), "Chi bộ Hai": ("ddddddnnnnnn", "")})
    assert "Số liệu lúc 09 giờ 00 thứ Tư, ngày 18/9/2024" in page
    assert "Đến 09 giờ 00 hôm nay, 11/22 đảng viên (50,0 %) đã thi; 0/2 chi bộ" in page
    assert "Chi bộ Một 50,0 % 5/10 Chi bộ Hai 50,0 % 6/12" in page
    assert "Quần chúng, CCVCLĐ: 1/2 (50,0 %) đã thi." in page


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
    assert "Chi bộ Lớn 80,0 % 8/10 2 chi bộ dưới 10 người 27,3 % 3/11" in page
    assert "Nhỏ" not in page
    assert "Bé" not in page
    assert "Chưa gắn" not in page


def test_nine_are_not_ten(wall: Callable[..., str]) -> None:
    """The exempt do not count: ten invited with one exempt are nine."""
    page = wall({"Chi bộ Vừa": ("dnnnnnnnnx", ""), "Chi bộ Lớn": ("d" * 10, "")})
    assert "Vừa" not in page
    assert "1 chi bộ dưới 10 người đã tính trong số chung" in page
    assert "11,1" not in page
    assert "1/9" not in page


def test_people_of_no_cell_alone_get_no_figures(wall: Callable[..., str]) -> None:
    page = wall({"Chi bộ Lớn": ("d" * 10, ""), "": ("dn", "")})
    assert "Chưa gắn chi bộ đã tính trong số chung" in page


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
def test_columns(lines: int, columns: list[int]) -> None:
    rows = [CellRow(n, f"Chi bộ {n}", "party_member", None, Counts(10, n)) for n in range(lines)]
    now = clock.now()
    board = Participation(1, "tuan-1", "Tuần 1", "open", now, now, tuple(rows))
    slide = projection.slide(board, 1)
    assert [len(column) for column in slide.columns] == columns
