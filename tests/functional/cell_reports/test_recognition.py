"""Proposals for recognition: made by cells, decided by people, noted and never made by a score."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app import clock
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import Campaign
from survey_app.cell_reports.models import Recognition
from tests.conftest import TestClock
from tests.factories import csrf_of, make_user, sign_in_as
from tests.functional.cell_reports.conftest import (
    NAMES,
    ONE,
    REPORT,
    Period,
    post_report,
    post_seen,
    typed,
)
from tests.functional.cell_reports.periods import launched_period
from tests.page import assert_page

LIST = "/organiser/recognition"
GIVEN = {
    "subject_kind": "person",
    "subject_name": "Nông Thị Gương",
    "subject_reason": "Số hóa hồ sơ, rút ngắn thời gian tra cứu.",
}
WORDS = [*NAMES, *GIVEN.values(), "Trần Thị Mẫu", "Lê Thị Mẫu", "Báo cáo tháng 8–9, kỳ 1"]


@pytest.fixture
def monitor(period: Period) -> FlaskClient:
    client = period.app.test_client()
    sign_in_as(client, make_user(period.db, "campaign_monitor", name="Lộc Văn Dõi"))
    return client


def stored(period: Period) -> list[Recognition]:
    with period.db.reading() as session:
        return list(session.scalars(select(Recognition).order_by(Recognition.id)))


def decide(client: FlaskClient, proposal: Recognition, state: str, note: str = "", seen: str = ""):
    data = {"csrf_token": csrf_of(client.get(LIST)), "state": state, "note": note}
    return client.post(f"{LIST}/{proposal.id}", data={**data, "seen": seen or proposal.state})


def test_a_proposal_is_noted_once_and_keeps_what_stands_in_the_report(
    secretary: FlaskClient, period: Period
) -> None:
    page = secretary.get(REPORT)
    for _time in range(2):
        answer = post_seen(secretary, page, {**GIVEN, **typed(tin_bai="4")}, "propose")
        assert answer.status_code == 303
    (proposal,) = stored(period)
    assert (proposal.state, proposal.subject_name) == ("proposed", "Nông Thị Gương")
    assert proposal.cell_id == period.cells["chi-bo-mot"]
    (draft,) = period.revisions()
    assert (draft.state, draft.answers) == ("draft", {"tin-bai": 4})
    shown = secretary.get(REPORT)
    assert "Mới đề nghị" in shown.text
    assert_page(shown.text, shown.headers, content=WORDS)


def test_a_proposal_stands_under_the_period_in_which_it_was_made(
    secretary: FlaskClient, period: Period, time: TestClock
) -> None:
    post_report(secretary, GIVEN, "propose")
    time.set(clock.now() + timedelta(minutes=90))
    with period.app.app_context(), period.db.writing() as session:
        campaign = session.scalars(select(Campaign)).one()
        launched_period(
            session,
            campaign,
            slug="ky-2",
            title="Kỳ hai",
            closes_at=clock.now() + timedelta(days=9),
        )
    later = f"/secretary/reports/ky-2/{ONE}"
    post_report(secretary, {**GIVEN, "subject_name": "Tổ Đo Đạc"}, "propose", path=later)
    (before, since), (first, second) = (
        secretary.get(page).text.split("<h3>Đã đề nghị trong") for page in (later, REPORT)
    )
    assert "Tổ Đo Đạc" in before and GIVEN["subject_name"] not in before
    assert since.strip().startswith("Báo cáo tháng 8") and GIVEN["subject_name"] in since
    assert GIVEN["subject_name"] in first and second.strip().startswith("Kỳ hai")


def test_a_proposal_alone_makes_no_draft(secretary: FlaskClient, period: Period) -> None:
    assert post_report(secretary, GIVEN, "propose").status_code == 303
    assert len(stored(period)) == 1 and period.revisions() == []


@pytest.mark.parametrize("missing", ["subject_kind", "subject_name", "subject_reason"])
def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    secretary: FlaskClient, period: Period, missing: str
) -> None:
    given = {**GIVEN, missing: " ", **typed(kien_nghi="Xin tài liệu sớm.")}
    page = post_report(secretary, given, "propose")
    assert page.status_code == 422 and f'href="#{missing}"' in page.text
    assert "Xin tài liệu sớm." in page.text
    for name, text in GIVEN.items():
        if name not in {missing, "subject_kind"}:
            assert text in page.text
    assert stored(period) == [] and period.revisions() == []


def test_what_was_begun_beside_a_report_that_is_sent_stays_on_the_page(
    secretary: FlaskClient, period: Period
) -> None:
    page = post_report(secretary, {**GIVEN, **typed(tin_bai="4")}, "send_as_is")
    assert page.status_code == 200
    assert "chưa được ghi" in page.text and "Nông Thị Gương" in page.text
    assert stored(period) == []
    assert period.revisions()[0].state == "submitted"


def test_after_the_closing_nothing_is_proposed(
    secretary: FlaskClient, period: Period, time: TestClock
) -> None:
    time.move(days=2, hours=7, minutes=55)
    sign_in_as(secretary, period.secretary)
    page = secretary.get(REPORT)
    time.move(minutes=10)
    late = post_seen(secretary, page, GIVEN, "propose")
    assert late.status_code == 409 and "Nông Thị Gương" in late.text
    assert stored(period) == []
    assert "subject_name" not in secretary.get(REPORT).text


def test_people_decide_and_the_cell_reads_it(
    secretary: FlaskClient, monitor: FlaskClient, period: Period
) -> None:
    assert "Chưa có đề nghị nào" in monitor.get(LIST).text
    post_report(secretary, GIVEN, "propose")
    (proposal,) = stored(period)
    assert decide(monitor, proposal, "supported", "Trình Đảng ủy.").status_code == 303
    assert decide(monitor, proposal, "declined", "Không.").status_code == 409, "seen is old"
    (supported,) = stored(period)
    refused = decide(monitor, supported, "declined")
    assert refused.status_code == 422 and "ghi lý do" in refused.text
    assert_page(refused.text, refused.headers, content=[*WORDS, "Lộc Văn Dõi", "Trình Đảng ủy."])
    assert decide(monitor, supported, "archived", "x").status_code == 409
    assert decide(monitor, supported, "commended", "QĐ 12").status_code == 303
    (done,) = stored(period)
    assert (done.state, done.decision_note) == ("commended", "QĐ 12")
    page = monitor.get(LIST)
    assert_page(page.text, page.headers, content=[*WORDS, "Lộc Văn Dõi", "QĐ 12"])
    assert "QĐ 12" in secretary.get(REPORT).text
    with period.db.reading() as session:
        events = session.scalars(
            select(AuditEvent)
            .where(AuditEvent.subject_kind == "recognition")
            .order_by(AuditEvent.id)
        ).all()
        assert [(event.action, event.details.get("state")) for event in events] == [
            ("recognition.proposed", None),
            ("recognition.decided", "supported"),
            ("recognition.decided", "commended"),
        ]
        assert "Gương" not in str([event.details for event in events])


@pytest.mark.parametrize(
    ("states", "told"),
    [
        (["declined"], "không được chấp nhận"),
        (["supported"], "được ủng hộ"),
        (["supported", "commended"], "đã được biểu dương"),
    ],
)
def test_the_same_words_again_are_told_what_was_decided(
    secretary: FlaskClient, monitor: FlaskClient, period: Period, states: list[str], told: str
) -> None:
    post_report(secretary, GIVEN, "propose")
    for state in states:
        decide(monitor, stored(period)[0], state, note="Đã xem xét.")
    page = secretary.get(REPORT)
    answer = post_seen(secretary, page, {**GIVEN, **typed(tin_bai="4")}, "propose")
    assert answer.status_code == 422
    assert told in answer.text and GIVEN["subject_reason"] in answer.text
    assert (
        "Đã ghi đề nghị" not in answer.text and "Đã ghi đề nghị" not in secretary.get(REPORT).text
    )
    (proposal,) = stored(period)
    assert proposal.state == states[-1]
    assert period.revisions() == []


def test_only_those_who_decide_may_look(secretary: FlaskClient, period: Period) -> None:
    post_report(secretary, GIVEN, "propose")
    (proposal,) = stored(period)
    token = csrf_of(secretary.get(REPORT))
    for role in ("cell_secretary", "committee_reviewer", "question_approver"):
        client = secretary
        if role != "cell_secretary":
            client = period.app.test_client()
            sign_in_as(client, make_user(period.db, role))
            token = csrf_of(client.get("/account"))
        assert client.get(LIST).status_code == 403
        data = {"csrf_token": token, "state": "commended", "seen": "proposed"}
        assert client.post(f"{LIST}/{proposal.id}", data=data).status_code == 403
    assert stored(period)[0].state == "proposed"
