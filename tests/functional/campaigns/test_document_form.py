"""The form of the report upward, as the campaign's page keeps it."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from survey_app.campaigns.models import Campaign
from survey_app.campaigns.settings import campaign_settings
from survey_app.database import Database
from tests.factories import sign_in, submit
from tests.factories_rounds import make_campaign

PAGE = "/organiser/campaign"
TYPED = {
    "title": "Kỷ niệm 70 năm",
    "tag": "70 năm",
    "issuer": "Đảng ủy Sở",
    "contact_name": "Nguyễn Văn Mẫu",
    "contact_phone": "0900 000 000",
    "retention_months": "12",
}
DOCUMENT = {
    "superior_name": "Đảng bộ  Khối",
    "document_place": "Lạng Sơn",
    "document_symbol": "BC/ĐUS",
    "signing_authority": "K/T BÍ THƯ",
    "signer_role": "PHÓ BÍ THƯ",
    "signer_name": "Hoàng Văn Mẫu",
}


def test_who_signs_and_in_which_form(client: FlaskClient, app: Flask, db: Database) -> None:
    with app.app_context(), db.writing() as session:
        make_campaign(session)
    sign_in(client, "organiser")
    answer = submit(client, PAGE, {**TYPED, **DOCUMENT, "document_style": "so-tay-khoi"})
    assert answer.status_code == 303
    page = client.get(PAGE).text
    assert 'value="Hoàng Văn Mẫu"' in page
    assert '<option selected value="so-tay-khoi">' in page
    submit(client, PAGE, {**TYPED, **DOCUMENT, "document_style": "no-such-form"})
    with db.reading() as session:
        stored = campaign_settings(session.scalars(select(Campaign)).one().settings)
    assert (stored.superior_name, stored.document_style) == ("Đảng bộ Khối", "so-tay-khoi")
