"""The organiser's side of a period: cells, figures, letting one in again, paper, the sheet."""

from datetime import date, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from survey_app.accounts.models import User
from survey_app.accounts.scope import ALL_CELLS
from survey_app.audit.models import AuditEvent
from survey_app.cell_reports.duties import duties_of_round
from tests.conftest import TestClock
from tests.factories import csrf_of, make_user, sign_in_as
from tests.functional.cell_reports.conftest import (
    FULL,
    NAMES,
    ONE,
    REPORT,
    SLUG,
    TWO,
    Period,
    post_report,
    seen_of,
    typed,
)
from tests.page import assert_page
from tests.smtp_sink import SmtpSink

PAGE = f"/organiser/rounds/{SLUG}"
CELL, OTHER = f"{PAGE}/cells/{ONE}", f"{PAGE}/cells/{TWO}"
WORDS = [*NAMES, "Báo cáo tháng 8–9, kỳ 1", "Báo cáo của chi bộ", "Trần Thị Mẫu", "Lê Thị Mẫu"]
REOPEN = {"until_day": "25/9/2024", "until_hour": "17:00", "reason": "Bí thư đi công tác."}


@pytest.fixture
def organiser(period: Period) -> FlaskClient:
    client = period.app.test_client()
    user = make_user(period.db, "organiser", email="to-chuc@so-mau.example", name="Vi Văn Tổ Chức")
    sign_in_as(client, user)
    return client


def again(client: FlaskClient, period: Period, email: str) -> None:
    """Sign in again: a session is over after some hours."""
    with period.db.reading() as session:
        user_id = session.scalars(select(User.id).where(User.email == email)).one()
    sign_in_as(client, user_id)


def post(client: FlaskClient, path: str, data: dict[str, str], page: str = ""):
    shown = client.get(page or path)
    values = {"csrf_token": csrf_of(shown), **data}
    if 'name="seen"' in shown.text and "seen" not in values:
        values["seen"] = seen_of(shown)
    return client.post(path, data=values)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_round_s_page_tells_cells_and_figures_and_never_0_for_nothing(
    secretary: FlaskClient, organiser: FlaskClient, period: Period, language: str
) -> None:
    post_report(secretary, FULL)
    organiser.set_cookie("lang", language)
    page = organiser.get(PAGE)
    words = [*WORDS, "Vi Văn Tổ Chức"]
    assert_page(page.text, page.headers, content=words, locale=language)
    if language == "vi":
        assert "1/3 chi bộ đã gửi báo cáo" in page.text
        assert "Chi bộ Hai, Chi bộ Ba" in page.text, "they have no secretary"
        row = page.text.split("Giao lưu: số lượt người</th>")[1].split("</tr>")[0]
        assert (
            "1.240" in row
            and ">1/3<" in row
            and row.count("chưa báo cáo") == 2
            and ">0<" not in row
        )
        told = page.text.split("Hoạt động khác: số cuộc</th>")[1].split("</tr>")[0]
        assert ">0<" in told, "a 0 that was told is a 0"
        untold = page.text.split("Tọa đàm: số cuộc</th>")[1].split("</tr>")[0]
        assert untold.count("chưa báo cáo") == 3 and "<strong>" not in untold
    cell = organiser.get(CELL)
    content = [*words, "Tổ đo đạc số 2.", "Không có.", "Thăm nhà lưu niệm."]
    assert_page(cell.text, cell.headers, content=content, locale=language)


def test_a_draft_of_the_secretary_is_not_the_organiser_s_to_read(
    secretary: FlaskClient, organiser: FlaskClient, period: Period
) -> None:
    post_report(secretary, typed(kien_nghi="Chưa nghĩ xong."), "draft")
    for path in (PAGE, CELL, f"{CELL}/enter"):
        assert "Chưa nghĩ xong." not in organiser.get(path).text


def test_one_cell_is_let_in_again_and_counts_as_late(
    secretary: FlaskClient,
    organiser: FlaskClient,
    period: Period,
    time: TestClock,
    smtp: SmtpSink,
) -> None:
    period.work()
    early = post(organiser, f"{CELL}/reopen", REOPEN, CELL)
    assert early.status_code == 409
    time.move(days=3)
    period.work()
    again(organiser, period, "to-chuc@so-mau.example")
    for wrong in ({"reason": " "}, {"until_day": "20/9/2024"}, {"until_hour": "sáng"}):
        page = post(organiser, f"{CELL}/reopen", {**REOPEN, **wrong}, CELL)
        assert (page.status_code == 422 and 'value="17:00"' in page.text) or "sáng" in page.text
        assert_page(page.text, page.headers, content=[*WORDS, "Vi Văn Tổ Chức"])
    assert post(organiser, f"{CELL}/reopen", REOPEN, CELL).status_code == 303
    period.work()
    mail = smtp.received[-1]
    assert mail.recipient == "bi-thu@so-mau.example" and "25/9/2024" in mail.text
    sign_in_as(secretary, period.secretary)
    assert "Bí thư đi công tác." in secretary.get(REPORT).text
    assert post_report(secretary, FULL).status_code == 303
    with period.db.reading() as session:
        lines = duties_of_round(session, period.round_id, scope=ALL_CELLS)
        assert [line.state for line in lines] == ["late", "missing", "missing"]
        events = select(AuditEvent).where(AuditEvent.subject_kind == "duty").order_by(AuditEvent.id)
        opened, sent = session.scalars(events).all()
        assert opened.action == "duty.reopened" and "25" in opened.details["until"]
        assert sent.details["late"] is True
    (row,) = period.revisions()
    assert row.reason == "Bí thư đi công tác."
    assert "1 muộn" in organiser.get(PAGE).text
    time.set(datetime.fromisoformat("2024-09-25T10:00:00+00:00"))
    sign_in_as(secretary, period.secretary)
    assert "<textarea" not in secretary.get(REPORT).text


def test_a_report_on_paper_is_entered_with_its_reason_and_a_draft_stays(
    secretary: FlaskClient, organiser: FlaskClient, period: Period
) -> None:
    post_report(secretary, typed(tin_bai="2"), "draft")
    assert post(organiser, f"{CELL}/enter", FULL).status_code == 422, "no reason"
    given = {**FULL, "reason": "Chi bộ nộp bản giấy."}
    wrong = post(organiser, f"{CELL}/enter", {**given, **typed(tin_bai="vài")})
    assert wrong.status_code == 422 and "Chi bộ nộp bản giấy." in wrong.text
    assert post(organiser, f"{CELL}/enter", given).status_code == 303
    rows = [(row.number, row.state, row.source) for row in period.revisions()]
    assert rows == [(1, "submitted", "paper"), (2, "draft", "secretary")]
    assert period.revisions()[0].reason == "Chi bộ nộp bản giấy."
    page = organiser.get(CELL)
    assert "Chi bộ nộp bản giấy." in page.text and "nhập từ bản giấy" in page.text
    assert "nhập từ bản giấy" in organiser.get(PAGE).text
    again_ = {**given, **typed(tin_bai="8")}
    assert post(organiser, f"{CELL}/enter", {**again_, "seen": "0"}).status_code == 409
    assert period.revisions()[0].answers["tin-bai"] == 4


def test_paper_for_a_cell_without_secretary_after_the_closing_is_late(
    organiser: FlaskClient, period: Period, time: TestClock
) -> None:
    time.move(days=3)
    period.work()
    again(organiser, period, "to-chuc@so-mau.example")
    given = {**FULL, "reason": "Chi bộ nộp bản giấy."}
    assert post(organiser, f"{OTHER}/enter", given).status_code == 303
    with period.db.reading() as session:
        lines = duties_of_round(session, period.round_id, scope=ALL_CELLS)
        assert [(line.state, line.source) for line in lines][1] == ("late", "paper")


def test_the_sheet_has_typed_cells_and_words_for_nothing(
    secretary: FlaskClient, organiser: FlaskClient, period: Period
) -> None:
    post_report(secretary, {**FULL, **typed(kien_nghi="=1+1")})
    post(organiser, f"{OTHER}/enter", {**typed(tin_bai="10"), "reason": "Bản giấy."})
    answer = post(organiser, f"{PAGE}/cells/xlsx", {}, PAGE)
    assert answer.status_code == 200
    book = CalamineWorkbook.from_filelike(BytesIO(answer.data))
    figures, texts = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    heads = figures[3]
    lines = {row[1]: dict(zip(heads, row, strict=True)) for row in figures[4:]}
    one, two, three = (lines[name] for name in NAMES)
    day = one["Chi bộ tổ chức triển khai, quán triệt Kế hoạch vào ngày nào?"]
    assert day == date(2024, 3, 20)
    assert one["Giao lưu: số lượt người"] == 1240
    assert one["Hoạt động khác: số cuộc"] == 0
    assert one["Tọa đàm: số cuộc"] == "chưa báo cáo"
    articles = next(head for head in heads if head.startswith("Bao nhiêu bài viết"))
    assert [row[articles] for row in (one, two, three)] == [4, 10, "chưa báo cáo"]
    assert 0 not in three.values() and three["Gửi lần đầu"] == "chưa báo cáo"
    total = lines["Cộng các chi bộ đã báo cáo"]
    assert total[articles] == 14 and total["Tọa đàm: số cuộc"] == ""
    assert "=1+1" in [cell for row in texts for cell in row]
    with ZipFile(BytesIO(answer.data)) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if "worksheets/" in name]
    assert all("<f>" not in sheet and 'topLeftCell="C5"' in sheet for sheet in sheets)
    with period.db.reading() as session:
        kinds = set(session.scalars(select(AuditEvent.action)))
        assert "participation.exported" in kinds


def test_organisers_pages_are_closed_to_the_committee(period: Period) -> None:
    client = period.app.test_client()
    sign_in_as(client, make_user(period.db, "committee_reviewer"))
    for path in (PAGE, CELL, f"{CELL}/enter", "/organiser/recognition", REPORT):
        assert client.get(path).status_code == 403, path
