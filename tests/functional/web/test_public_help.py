"""Whoever is lost finds whom to call, and an address copied with a comma still works."""

import pytest
from sqlalchemy import event

from tests.factories_rounds import make_campaign

PHONE = "0912 000 001"


@pytest.fixture
def campaign(app, db):
    with db.writing() as session:
        make_campaign(session)


def test_public_pages_and_errors_say_whom_to_call(client, campaign):
    pages = [client.get(path) for path in ("/lost-link", "/no-such-page", "/sign-in", "/i/abc")]
    pages.append(client.post("/lost-link", data={"email": "a@so-mau.example"}))
    pages.append(client.post("/lost-link", data={"email": "a"}))
    for page in pages:
        assert PHONE in page.text, page.request.path


def test_without_a_campaign_there_is_nobody_to_name(client, app):
    assert "Cần giúp, xin gọi" not in client.get("/lost-link").text


def test_what_prints_no_contact_does_not_ask_for_it(client, campaign, db):
    asked = []
    event.listen(db.read_engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    client.get("/healthz")
    assert not [sql for sql in asked if "contact_phone" in sql]


@pytest.mark.parametrize(
    "typed", ["a@so-mau.example,", " a@so-mau.example. ", "<a@so-mau.example>;", "a@so-mau.example"]
)
def test_punctuation_around_an_address_is_dropped(client, campaign, typed):
    page = client.post("/lost-link", data={"email": typed})
    assert page.status_code == 200
    assert "Nếu a@so-mau.example có trong danh sách" in page.text


@pytest.mark.parametrize("typed", ["", "a", "a@", "@b.vn", "a b@so.vn", "a@b.vn, c@d.vn", ",.@"])
def test_what_is_no_address_is_said_at_once(client, campaign, typed):
    page = client.post("/lost-link", data={"email": typed})
    assert page.status_code == 422
    assert "Xin ghi đủ địa chỉ thư" in page.text
