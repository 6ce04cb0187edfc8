"""From a blank installation each page of the organiser's way says what comes next."""

import pytest
from sqlalchemy import select

from survey_app.accounts.scope import CLI
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.campaign_services import create_campaign
from survey_app.campaigns.models import Campaign
from survey_app.errors import Conflict
from tests.factories import sign_in, submit
from tests.factories_rounds import make_campaign, make_version

FIRST_CAMPAIGN = {
    "title": "Tìm hiểu truyền thống",
    "tag": "Truyền thống",
    "issuer": "Đảng ủy Sở",
    "contact_name": "Lê Thị Mẫu",
    "contact_phone": "0912 000 001",
    "recipients": "Các chi bộ",
    "retention_months": "12",
}


@pytest.fixture
def organiser(client):
    sign_in(client)
    return client


def test_the_first_campaign_is_made_on_its_page(organiser, db):
    home = organiser.get("/organiser/").text
    assert "Chưa có chiến dịch" in home and "Tạo chiến dịch" in home
    assert "Chưa có danh sách người" in home  # the next tasks are told already
    assert "Ghi hai nhóm đầu là đủ" in organiser.get("/organiser/campaign").text
    assert submit(organiser, "/organiser/campaign", {"title": "Thiếu"}).status_code == 422
    bad_phone = {**FIRST_CAMPAIGN, "contact_phone": "gọi tôi"}
    assert submit(organiser, "/organiser/campaign", bad_phone).status_code == 422
    with db.reading() as session:
        assert session.scalars(select(Campaign)).all() == []
    made = submit(organiser, "/organiser/campaign", FIRST_CAMPAIGN)
    assert made.location == "/organiser/"
    assert "Chưa có chiến dịch" not in organiser.get("/organiser/").text
    with db.reading() as session:
        campaign = session.scalars(select(Campaign)).one()
        assert (campaign.slug, campaign.issuer) == ("truyen-thong", "Đảng ủy Sở")
        assert (campaign.retention_months, campaign.recipients) == (12, ["Các chi bộ"])
        query = select(AuditEvent).where(AuditEvent.action == "campaign.created")
        event = session.scalars(query).one()
        assert event.details == {"slug": "truyen-thong"}
    assert submit(organiser, "/organiser/campaign", FIRST_CAMPAIGN).location.endswith("/campaign")


def test_two_who_make_the_first_campaign_make_one(organiser, db):
    with db.writing() as session, pytest.raises(Conflict):
        make_campaign(session)
        create_campaign(session, {"tag": "Hai"}, CLI)


def test_without_approved_questions_the_next_step_is_offered(organiser, db):
    with db.writing() as session:
        make_campaign(session)
    page = organiser.get("/organiser/rounds/new").text
    assert "Chưa có bộ câu hỏi nào được duyệt" in page
    assert 'class="button primary" href="/organiser/questions"' in page


def test_home_leads_to_a_draft_that_waits_for_approval(organiser, db):
    with db.writing() as session:
        make_campaign(session)
        make_version(session, questions=3, state="draft", slug="de")
    page = organiser.get("/organiser/").text
    assert "Bản nháp có 3 câu" in page
    assert 'href="/organiser/questions/de"' in page


def test_a_contact_that_was_missing_leads_back_to_the_tasks(organiser, db):
    with db.writing() as session:
        make_campaign(session, contact_name=None, contact_phone=None)
    assert submit(organiser, "/organiser/campaign", FIRST_CAMPAIGN).location == "/organiser/"


@pytest.mark.parametrize(("role", "offered"), [("organiser", True), ("question_approver", False)])
def test_an_approved_set_leads_to_its_round(client, db, role, offered):
    with db.writing() as session:
        make_campaign(session)
        make_version(session, slug="de")
    sign_in(client, role)
    page = client.get("/organiser/questions/de").text
    assert ('href="/organiser/rounds/new?questions=de"' in page) is offered
