"""The secretary's report: drafts, sending, correcting, two who write at once, after the closing."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.accounts.scope import ALL_CELLS, CLI
from survey_app.audit.models import AuditEvent
from survey_app.campaigns import services
from survey_app.cell_reports.duties import counted_revision, duties_of_round
from tests.conftest import TestClock
from tests.factories import make_user, sign_in_as
from tests.functional.cell_reports.conftest import (
    FULL,
    NAMES,
    ONE,
    REPORT,
    SLUG,
    TWO,
    Period,
    post_report,
    post_seen,
    typed,
)
from tests.page import assert_page

LIST = "/secretary/reports"
WORDS = [*NAMES, "Báo cáo tháng 8–9, kỳ 1", "Lê Thị Mẫu", "Trần Thị Mẫu"]


def states(period: Period) -> list[str]:
    with period.db.reading() as session:
        lines = duties_of_round(session, period.round_id, scope=ALL_CELLS)
        return [line.state for line in lines]


def test_the_list_says_what_is_left_and_leads_to_the_report(
    secretary: FlaskClient, period: Period
) -> None:
    page = secretary.get(LIST)
    assert_page(page.text, page.headers, content=WORDS)
    assert "17 giờ 00, thứ Sáu, ngày 20/9/2024" in page.text and REPORT in page.text
    assert "11 mục" in page.text and "Chi bộ Hai" not in page.text
    post_report(secretary, typed(tin_bai="4"), "draft")
    assert "đã ghi 1/11 mục, còn 10 mục để trống" in secretary.get(LIST).text
    post_report(secretary, FULL)
    assert "Đã gửi, đủ các mục" in secretary.get(LIST).text
    assert "Báo cáo của chi bộ" in secretary.get("/secretary/").text  # the rail leads there


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_page_speaks_both_languages(
    secretary: FlaskClient, period: Period, language: str
) -> None:
    secretary.set_cookie("lang", language)
    post_report(secretary, typed(tin_bai="4"), "draft")
    for path in (LIST, REPORT, f"{REPORT}?review=1", f"{REPORT}/history"):
        page = secretary.get(path)
        assert_page(page.text, page.headers, content=WORDS, locale=language)
    page = secretary.get(REPORT).text
    assert ("Roll-out of the plan" in page) is (language == "en")


def test_a_draft_counts_nowhere_and_comes_back_as_it_was_typed(
    secretary: FlaskClient, period: Period
) -> None:
    given = typed(trien_khai_ngay="06-03-2024", hoat_dong__giao_luu__so_nguoi="1.240", tin_bai="0")
    assert post_report(secretary, given, "draft").status_code == 303
    page = secretary.get(REPORT).text
    assert 'value="6/3/2024"' in page and 'value="1240"' in page and 'value="0"' in page
    assert "Bản nháp, chưa gửi" in page
    assert states(period) == ["not_due"] * 3
    (draft,) = period.revisions()
    assert draft.answers == {
        "trien-khai-ngay": "2024-03-06",
        "hoat-dong": {"giao-luu": {"so-nguoi": 1240}},
        "tin-bai": 0,
    }
    with period.db.reading() as session:
        assert counted_revision(session, draft.duty_id) is None


def test_what_is_missing_is_shown_before_sending_and_does_not_block(
    secretary: FlaskClient, period: Period
) -> None:
    answer = post_report(secretary, typed(tin_bai="4"), "send")
    assert answer.status_code == 303 and "review=1" in answer.location
    page = secretary.get(answer.location)
    assert "Còn 10 mục để trống" in page.text and 'href="#q_kien-nghi"' in page.text
    assert states(period)[0] == "not_due"
    assert post_seen(secretary, page, typed(tin_bai="4"), "send_as_is").status_code == 303
    assert states(period)[0] == "on_time"
    assert [(row.number, row.state) for row in period.revisions()] == [(1, "submitted")]


def test_every_report_that_was_sent_stays_and_history_says_what_changed(
    secretary: FlaskClient, period: Period, time: TestClock
) -> None:
    post_report(secretary, FULL)
    time.move(hours=3)
    post_report(secretary, {**FULL, **typed(tin_bai="6", hoat_dong__giao_luu__so_cuoc="2")})
    post_report(secretary, {**FULL, **typed(tin_bai="7")}, "draft")
    rows = period.revisions()
    assert [(row.number, row.state, row.answers["tin-bai"]) for row in rows] == [
        (1, "submitted", 4),
        (2, "submitted", 6),
        (3, "draft", 7),
    ]
    page = secretary.get(f"{REPORT}/history")
    assert_page(page.text, page.headers, content=[*WORDS, "Không có.", "Tổ đo đạc số 2."])
    second = page.text.split('id="version-2"')[1].split("</section>")[0]
    assert "12 giờ 00" in second and "Trần Thị Mẫu" in second
    assert "số cuộc 1, số lượt người 1.240" in second and "số cuộc 2" in second
    assert "Tổ đo đạc" not in second, "only what changed"
    assert "bản được tính là bản đã gửi lúc 12 giờ 00" in secretary.get(REPORT).text
    with period.db.reading() as session:
        counted = counted_revision(session, rows[0].duty_id)
        assert counted is not None and counted.number == 2
        duty = period.duty(session)
        assert duty.submitted_at == time.value - timedelta(hours=3), "the first time stands"
        sent = select(AuditEvent.details).where(AuditEvent.action == "duty.submitted")
        assert [details["revision"] for details in session.scalars(sent)] == [1, 2]


def test_a_double_tap_is_one_report(secretary: FlaskClient, period: Period) -> None:
    page = secretary.get(REPORT)
    for _time in range(2):
        assert post_seen(secretary, page, FULL).status_code == 303
    assert len(period.revisions()) == 1


def test_two_who_write_at_once_lose_nothing(secretary: FlaskClient, period: Period) -> None:
    deputy_id = make_user(
        period.db,
        "cell_secretary",
        cell_id=period.cells[ONE],
        email="pho@so-mau.example",
        name="Hoàng Văn Phó",
    )
    deputy = period.app.test_client()
    sign_in_as(deputy, deputy_id)
    mine, theirs = secretary.get(REPORT), deputy.get(REPORT)
    post_seen(deputy, theirs, typed(tin_bai="9", kien_nghi="Ý của phó bí thư."), "draft")
    refused = post_seen(secretary, mine, typed(tin_bai="4", truc_quan="da"), "draft")
    assert refused.status_code == 409
    for text in ("Hoàng Văn Phó", "Ý của phó bí thư.", 'value="4"', "Đã treo"):
        assert text in refused.text
    assert_page(
        refused.text, refused.headers, content=[*WORDS, "Hoàng Văn Phó", "Ý của phó bí thư."]
    )
    assert period.revisions()[0].answers["tin-bai"] == 9, "nothing was overwritten unseen"
    saved = post_seen(secretary, refused, typed(tin_bai="4", truc_quan="da"), "draft")
    assert saved.status_code == 303
    assert period.revisions()[0].answers == {"tin-bai": 4, "truc-quan": "da"}


def test_two_tabs_of_one_person_are_two_writers(secretary: FlaskClient, period: Period) -> None:
    first, second = secretary.get(REPORT), secretary.get(REPORT)
    post_seen(secretary, first, FULL, "send")
    refused = post_seen(secretary, second, typed(tin_bai="1"), "send_as_is")
    assert refused.status_code == 409 and "Tổ đo đạc số 2." in refused.text
    assert len(period.revisions()) == 1


def test_what_cannot_be_read_is_told_at_its_field_and_stays(
    secretary: FlaskClient, period: Period
) -> None:
    wrong = typed(tin_bai="vài bài", trien_khai_ngay="31/2/2024", kien_nghi="Xin tài liệu.")
    page = post_report(secretary, wrong, "draft")
    assert page.status_code == 422
    for text in ('value="vài bài"', 'value="31/2/2024"', "Xin tài liệu.", 'href="#q_tin-bai"'):
        assert text in page.text
    assert_page(page.text, page.headers, content=[*WORDS, "vài bài", "Xin tài liệu."])
    assert period.revisions() == []


def test_an_empty_report_is_not_sent(secretary: FlaskClient, period: Period) -> None:
    page = post_report(secretary, {}, "send_as_is")
    assert page.status_code == 422 and "chưa có nội dung nào" in page.text
    assert states(period)[0] == "not_due" and period.revisions() == []


def test_after_the_closing_it_is_read_only_and_what_was_typed_comes_back(
    secretary: FlaskClient, period: Period, time: TestClock
) -> None:
    post_report(secretary, FULL)
    time.move(days=2, hours=7, minutes=50)
    sign_in_as(secretary, period.secretary)
    page = secretary.get(REPORT)
    time.move(minutes=10)
    late = post_seen(secretary, page, typed(tin_bai="99", kien_nghi="Viết muộn."))
    assert late.status_code == 409
    assert "Viết muộn." in late.text and "99" in late.text and "Lê Thị Mẫu" in late.text
    assert_page(late.text, late.headers, content=[*WORDS, "Viết muộn."])
    period.work()
    read_only = secretary.get(REPORT)
    assert "đã đóng lúc 17 giờ 00" in read_only.text and "<textarea" not in read_only.text
    assert "Tổ đo đạc số 2." in read_only.text
    assert_page(read_only.text, read_only.headers, content=[*WORDS, "Tổ đo đạc số 2."])
    assert states(period) == ["on_time", "missing", "missing"]
    assert len(period.revisions()) == 1


def test_a_silent_cell_reads_that_it_has_not_reported(
    secretary: FlaskClient, period: Period, time: TestClock
) -> None:
    post_report(secretary, typed(tin_bai="3"), "draft")
    time.move(days=3)
    period.work()
    sign_in_as(secretary, period.secretary)
    page = secretary.get(REPORT)
    assert "chưa gửi báo cáo kỳ này" in page.text and "bản nháp, không được tính" in page.text


def test_a_period_called_off_owes_nothing(secretary: FlaskClient, period: Period) -> None:
    with period.app.app_context(), period.db.writing() as session:
        services.cancel_round(session, period.round_id, CLI)
    assert secretary.get(REPORT).status_code == 404
    assert REPORT not in secretary.get(LIST).text


@pytest.mark.parametrize("cell", [TWO, "khong-co"])
def test_a_secretary_reaches_no_other_cell_by_any_path(
    secretary: FlaskClient, period: Period, cell: str
) -> None:
    page = secretary.get(REPORT)
    foreign = f"/secretary/reports/{SLUG}/{cell}"
    for path in (foreign, f"{foreign}/history"):
        assert secretary.get(path).status_code == 404
    for action in ("draft", "send", "send_as_is", "propose"):
        assert post_seen(secretary, page, FULL, action, foreign).status_code == 404
    assert period.revisions(TWO) == []
    for path in (
        f"/organiser/rounds/{SLUG}",
        f"/organiser/rounds/{SLUG}/cells/{ONE}",
        f"/organiser/rounds/{SLUG}/cells/{ONE}/enter",
        "/organiser/recognition",
    ):
        assert secretary.get(path).status_code == 403
