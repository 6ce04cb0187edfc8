"""The board's page: charts, comparison, filter, order, and looking again without a new page."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import Engine, event, select, update

from survey_app import clock
from survey_app.campaigns.models import Campaign, Round, RoundCell
from survey_app.campaigns.settings import CampaignSettings
from survey_app.database import Database
from survey_app.invitations import tally
from survey_app.invitations.models import RoundDay
from survey_app.people.models import Cell
from survey_app.quizzes.models import ScoreCount
from tests.conftest import TestClock
from tests.factories import csrf_of, make_user, sign_in, sign_in_as
from tests.factories_rounds import invitations_of, make_campaign
from tests.functional.participation.boards import round_of

ONE = "/committee/rounds/tuan-2"
LIVE = f"{ONE}/live"
CELLS = {
    "Chi bộ Văn phòng": ("dddddnnnnn", "dn"),
    "Chi bộ Đất đai": ("dddddddnnn", "dddnn"),
    "Chi bộ Ảnh viễn thám": ("dnnnnnnnnn", ""),
    "": ("", "d"),
}


@pytest.fixture
def rounds(app: Flask, db: Database) -> tuple[int, int]:
    """Two rounds of the same cells; the members were better in the first."""
    with app.app_context(), db.writing() as session:
        campaign = make_campaign(session)
        first = round_of(session, CELLS, campaign=campaign, slug="tuan-1", title="Tuần 1")
        second = round_of(session, {}, campaign=campaign, slug="tuan-2", title="Tuần 2")
        first.opens_at -= timedelta(days=7)
        first.state = "finalised"
        people = invitations_of(session, second)
        for number, one in enumerate(people):
            if number % 3 == 0:
                tally.set_flags(session, one.id, is_done=True, is_started=True)
        session.flush()
        return first.id, second.id


@pytest.fixture
def reviewer(rounds: tuple[int, int], client: FlaskClient) -> FlaskClient:
    sign_in(client, "committee_reviewer")
    return client


@contextmanager
def every_statement() -> Iterator[list[str]]:
    """Collect the statements sent over any connection, BEGIN and its like apart."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SET")):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)


def names(page: str) -> list[str]:
    """The cells of the bars of the party members, in order."""
    return re.findall(r'data-key="party_member-\w+"><p class="bars-name"><span>([^<{]+?) ?<', page)


def test_it_stands_against_the_last_round_in_a_sentence(reviewer: FlaskClient) -> None:
    page = reviewer.get(ONE).text
    # 13 of 30 then, 12 of 30 now: as printed, 43.3 and 40.0
    so_far = "vòng còn mở; so với lúc vòng trước kết thúc,"
    assert f"Đảng viên: {so_far} còn kém 3,3 điểm %." in page
    assert f"Quần chúng: {so_far}" in page and "giảm" not in page
    assert "vòng trước kết thúc" not in reviewer.get("/committee/rounds/tuan-1").text
    reviewer.set_cookie("lang", "en")
    page = reviewer.get(ONE).text
    said = "the round is still open; against the end of the last one it is 3.3 percentage points"
    assert said in page


def test_the_comparison_says_that_small_cells_are_left_out(
    reviewer: FlaskClient, rounds: tuple[int, int], db: Database
) -> None:
    """A reader who counts the lower bars must know why the sentence counts fewer."""
    with db.writing() as session:
        session.get_one(Round, rounds[1]).state = "finalised"  # of an open one no cells are counted
    page = reviewer.get(ONE).text
    members, others = re.findall(r"(?:Đảng viên|Quần chúng) so với vòng trước[^<]*", page)
    assert "không kể" not in members  # every cell has ten
    assert others.endswith("chi bộ giảm (không kể chi bộ dưới 5 người).")  # one has two


def test_cells_are_found_without_accents_and_totals_stay_whole(reviewer: FlaskClient) -> None:
    page = reviewer.get(ONE, query_string={"q": "dat dai"}).text
    assert names(page) == ["Chi bộ Đất đai"]
    assert "chỉ những chi bộ có tên chứa “dat dai”" in page
    assert "Đảng viên: 12/30" in page
    assert "Cộng các dòng trên" in page
    assert "Cả vòng" in page
    assert 'value="dat dai"' in page
    nothing = reviewer.get(ONE, query_string={"q": "không có đâu"}).text
    assert names(nothing) == []
    assert "Không có chi bộ nào có tên như vậy" in nothing
    hostile = reviewer.get(ONE, query_string={"q": '"><script>alert(1)</script>'})
    assert "<script>alert" not in hostile.text


def test_the_order_is_the_committees_or_by_rate_or_by_name(
    reviewer: FlaskClient, db: Database
) -> None:
    committees = ["Chi bộ Văn phòng", "Chi bộ Đất đai", "Chi bộ Ảnh viễn thám"]
    assert names(reviewer.get(ONE).text) == committees
    assert names(reviewer.get(f"{ONE}?sort=khong-co").text) == committees
    by_name = ["Chi bộ Ảnh viễn thám", "Chi bộ Đất đai", "Chi bộ Văn phòng"]
    assert names(reviewer.get(f"{ONE}?sort=name").text) == by_name
    with db.reading() as session:
        rows = session.scalars(select(RoundCell).join(Round).where(Round.slug == "tuan-2"))
        rate = {row.name: row.done / row.invited for row in rows if row.kind == "party_member"}
    shown = names(reviewer.get(f"{ONE}?sort=rate").text)
    assert [rate[name] for name in shown] == sorted(rate.values(), reverse=True)


def test_print_and_sheet_have_what_is_shown_and_say_so(reviewer: FlaskClient) -> None:
    chosen = {"q": "t", "sort": "name"}
    page = reviewer.get(ONE, query_string=chosen)
    assert "sort=name" in re.search(r'href="([^"]+/print[^"]*)"', page.text)[1]
    sheet = reviewer.get(f"{ONE}/print", query_string=chosen).text
    printed = re.findall(r'<tr><th scope="row">(Chi bộ [^<]+?) ?<', sheet)
    assert printed == ["Chi bộ Ảnh viễn thám", "Chi bộ Đất đai", "Chi bộ Đất đai"]
    assert "xếp theo tên chi bộ" in sheet
    answer = reviewer.post(f"{ONE}/xlsx", data={"csrf_token": csrf_of(page), **chosen})
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert "xếp theo tên chi bộ" in rows[2][0]
    cells = [row[1] for row in rows[5:]]
    assert cells[0] == "Chi bộ Ảnh viễn thám"
    assert not {"Chưa gắn chi bộ", "Chi bộ Văn phòng"} & set(cells)
    sums = {
        (row[1], row[2]): row[3] for row in rows[5:] if row[1] in {"Cả vòng", "Cộng các dòng trên"}
    }
    assert sums["Cộng các dòng trên", "Tất cả"] == 25
    assert sums["Cả vòng", "Tất cả"] == 38


def test_the_days_and_the_target_are_drawn_with_their_table(
    app: Flask, reviewer: FlaskClient, db: Database, rounds: tuple[int, int]
) -> None:
    with db.writing() as session:
        round_ = session.get_one(Round, rounds[1])
        round_.opens_at -= timedelta(days=2)
        cell = session.scalars(
            select(RoundCell).where(
                RoundCell.round_id == rounds[1], RoundCell.kind == "party_member"
            )
        ).first()
        assert cell is not None
        today = clock.now().date()
        tally.note_day(session, cell.id, today - timedelta(days=2), 3)
        tally.note_day(session, cell.id, today, 4)
    page = reviewer.get(ONE).text
    assert "Số người đã làm mỗi ngày. 16/9: 3; 17/9: 0; 18/9: 4" in page
    assert "Cộng dồn đến hết ngày. 16/9: 3; 17/9: 3; 18/9: 7" in page
    assert '<th scope="row">thứ Hai, ngày 16/9/2024</th><td class="num">3</td>' in page
    assert "columns-target" not in page
    with db.writing() as session:
        campaign = session.get_one(Round, rounds[1]).campaign_id
        settings = CampaignSettings(participation_target=90).plain()
        session.execute(update(Campaign).where(Campaign.id == campaign).values(settings=settings))
    page = reviewer.get(ONE).text
    assert "Chỉ tiêu 90\u00a0%: còn thiếu 15 người." in page
    assert "Vạch ngang: chỉ tiêu 90\u00a0%, là 27 người" in page
    assert "columns-target" in page


def test_of_a_handful_of_people_no_day_is_told(
    app: Flask, db: Database, client: FlaskClient
) -> None:
    with app.app_context(), db.writing() as session:
        made = round_of(session, {"Một": ("ddddd", "dnn")}, slug="tuan-2")
        cells = session.scalars(select(RoundCell).where(RoundCell.round_id == made.id))
        for cell in cells:
            tally.note_day(session, cell.id, clock.now().date(), cell.done)
    sign_in(client, "committee_reviewer")
    page = client.get(ONE).text
    assert page.count("Số người đã làm mỗi ngày.") == 1  # of the five members only


def test_the_funnel_counts_people_and_never_attempts(
    reviewer: FlaskClient, db: Database, rounds: tuple[int, int]
) -> None:
    with db.writing() as session:
        session.execute(
            update(RoundCell)
            .where(RoundCell.round_id == rounds[1], RoundCell.kind == "party_member")
            .values(mailed=RoundCell.invited - 1, attempts=99)
        )
    page = reviewer.get(ONE).text
    funnel = page[page.index("Từ thư mời đến bài nộp: Đảng viên") :]
    steps = re.findall(r"<span>([^<]+)</span> <span class=\"nowrap\"><b>(\d+)</b>", funnel)[:4]
    assert steps == [
        ("Được mời", "30"),
        ("Máy chủ thư đã nhận thư mời", "27"),
        ("Đã trả lời câu đầu", "12"),
        ("Đã nộp bài", "12"),
    ]


def test_results_come_when_the_round_is_final_in_bands_of_five(
    reviewer: FlaskClient, db: Database, rounds: tuple[int, int]
) -> None:
    counts = {1: 1, 2: 4, 7: 6, 10: 2}
    with db.writing() as session:
        for round_id in rounds:
            for right, people in counts.items():
                session.add(
                    ScoreCount(
                        round_id=round_id, right_count=right, question_count=10, people=people
                    )
                )
    assert "Kết quả của cả vòng" not in reviewer.get(ONE).text
    page = reviewer.get("/committee/rounds/tuan-1").text
    assert "Lần làm tốt nhất của 13 người" in page
    table = page[page.index("Bảng số theo số câu đúng") :]
    bands = re.findall(r'<th scope="row">([\d–]+)</th><td class="num">(\d+)</td>', table)
    assert sum(int(people) for _label, people in bands) == 13
    assert all(int(people) == 0 or int(people) >= 5 for _label, people in bands)
    assert len(bands) > 1


def test_looking_again_costs_one_statement_and_no_page(
    reviewer: FlaskClient, db: Database, rounds: tuple[int, int]
) -> None:
    shown = re.search(r'data-version="(\w+)" data-live="([^"]+)"', reviewer.get(ONE).text)
    assert shown is not None
    version, url = shown.groups()
    assert url == LIVE
    with every_statement() as statements:
        same = reviewer.get(LIVE, headers={"If-None-Match": f'"{version}"'})
    assert (same.status_code, same.data) == (304, b"")
    about_rounds = [one for one in statements if "round_cell" in one]
    assert len(statements) <= 2 + 1, statements  # who is asking, and how the round stands
    assert len(about_rounds) == 1
    with db.writing() as session:
        someone = next(
            one
            for one in invitations_of(session, session.get_one(Round, rounds[1]))
            if not one.is_done
        )
        tally.set_flags(session, someone.id, is_started=True)
    other = reviewer.get(LIVE, headers={"If-None-Match": f'"{version}"'})
    assert other.status_code == 200
    assert len(other.data) < 100
    assert other.json["version"] != version
    assert f'data-version="{other.json["version"]}"' in reviewer.get(ONE).text


def test_looking_again_changes_nothing(
    reviewer: FlaskClient, db: Database, rounds: tuple[int, int]
) -> None:
    def everything() -> list[object]:
        with db.reading() as session:
            return [
                session.execute(select(table.__table__)).all()
                for table in (Round, RoundCell, RoundDay, Cell)
            ]

    def page() -> str:
        return re.sub(r'nonce="[^"]+"|name="csrf_token" value="[^"]+"', "", reviewer.get(ONE).text)

    before, shown = everything(), page()
    version = reviewer.get(LIVE).json["version"]
    for _look in range(20):
        assert reviewer.get(LIVE, headers={"If-None-Match": f'"{version}"'}).status_code == 304
    assert everything() == before
    assert page() == shown


def test_a_round_that_closes_is_other_figures_and_is_not_looked_at_any_more(
    reviewer: FlaskClient, time: TestClock
) -> None:
    version = reviewer.get(LIVE).json["version"]
    time.move(days=3)
    sign_in_as(
        reviewer,
        make_user(
            reviewer.application.extensions["survey.database"],
            "committee_reviewer",
            email="sau@so-mau.example",
        ),
    )
    assert reviewer.get(LIVE).json["version"] != version
    assert "data-live" not in reviewer.get(ONE).text


def test_nobody_else_can_look(client: FlaskClient, rounds: tuple[int, int]) -> None:
    assert client.get(LIVE).status_code == 303
    sign_in(client, "question_approver")
    assert client.get(LIVE).status_code == 403
    assert client.get("/committee/rounds/khong-co/live").status_code == 403
    sign_in(client, "committee_reviewer", email="xem@so-mau.example")
    assert client.get("/committee/rounds/khong-co/live").status_code == 404
