"""Requests that no database can take are refused kindly, wherever the wrong piece stands."""

import json

import pytest
from flask.testing import FlaskClient

from survey_app.web.refusing import HIGHEST, number_of
from tests.factories import csrf_of, sign_in

TOO_LARGE = "99999999999999999999"
JSON = "application/json"


def assert_kind(page) -> None:
    assert page.status_code == 400, page.text
    assert "Xin" in (page.json["message"] if page.is_json else page.text)


def test_nul_in_an_address(client: FlaskClient) -> None:
    for path in ("/i/a%00b", "/sign-in/a%00", "/?next=%00", "/%00", "/?%00=1"):
        assert_kind(client.get(path))


def test_nul_in_a_form(client: FlaskClient) -> None:
    token = csrf_of(client.get("/sign-in"))
    form = {"csrf_token": token, "email": "a\0b@so-mau.example", "password": "x"}
    assert_kind(client.post("/sign-in", data=form))
    assert_kind(client.post("/lost-link", data={"email": "a\0b@so-mau.example"}))


@pytest.mark.parametrize("text", ["\\u0000", "\\ud800"])
def test_nul_and_half_a_character_in_json(client: FlaskClient, text: str) -> None:
    for body in ('{"a": ["%s"]}', '{"%s": 1}', '{"a": {"b": {"c": "x%sy"}}}'):
        assert_kind(client.post("/respond/x/save", data=body % text, content_type=JSON))


def test_json_without_end_is_refused_and_whole_characters_are_not(client: FlaskClient) -> None:
    assert_kind(client.post("/respond/x/save", data="[" * 100_000, content_type=JSON))
    plain, smile = (
        client.post("/respond/x/save", data=json.dumps({"a": text}), content_type=JSON)
        for text in ("x", "😀")
    )
    assert smile.text == plain.text


def test_rows_with_impossible_numbers_do_not_exist(client: FlaskClient) -> None:
    sign_in(client, "administrator")
    for number in (TOO_LARGE, "9" * 5000, HIGHEST + 1, HIGHEST):
        assert client.get(f"/admin/users/{number}").status_code == 404
        assert client.get(f"/organiser/roster/import/{number}").status_code in {404, 410}


def test_impossible_numbers_in_fields_are_nobodys(client: FlaskClient) -> None:
    sign_in(client, "administrator")
    for number in (TOO_LARGE, "9" * 5000, str(HIGHEST + 1)):
        assert client.get(f"/organiser/roster?page={number}").status_code == 200
    assert number_of(str(HIGHEST)) == HIGHEST
    assert (number_of("-1"), number_of(None), number_of(TOO_LARGE, -1)) == (0, 0, -1)
