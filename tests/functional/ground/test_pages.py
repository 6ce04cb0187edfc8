"""What every response carries, and what every error says."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey_app.web.language import safe_path


def test_security_headers_are_on_every_response(client: FlaskClient) -> None:
    for path in ("/", "/healthz", "/i/abc", "/no-such-page", "/organiser/", "/sign-in"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        expected = "strict-origin" if path.startswith("/i/") else "same-origin"
        assert headers["Referrer-Policy"] == expected


def test_a_nonce_is_used_once(client: FlaskClient) -> None:
    first, second = (client.get("/sign-in").headers["Content-Security-Policy"] for _n in "ab")
    assert ("nonce" not in first) or first != second


def test_static_files_are_kept_for_a_year_under_a_name_of_their_content(
    client: FlaskClient,
) -> None:
    import re

    css = re.search(r'href="(/static/app\.css\?v=[0-9a-f]{12})"', client.get("/sign-in").text)
    assert css
    response = client.get(css[1])
    assert response.status_code == 200
    assert "max-age=31536000" in response.headers["Cache-Control"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_an_unknown_page_is_kind_in_both_languages(client: FlaskClient) -> None:
    page = client.get("/khong-co")
    assert page.status_code == 404
    assert "Không tìm thấy trang này" in page.text
    client.post("/language", data={"lang": "en", "next": "/"})
    assert "There is no such page" in client.get("/khong-co").text


def test_a_crash_is_told_without_its_cause(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def broken(**_values: object) -> str:
        raise RuntimeError("geheim")

    monkeypatch.setitem(app.view_functions, "front.show", broken)
    page = app.test_client().get("/")
    assert page.status_code == 500
    assert "geheim" not in page.text
    assert "Máy chủ gặp lỗi" in page.text


@pytest.mark.parametrize(
    "target, expected",
    [
        ("/organiser/", "/organiser/"),
        ("https://evil.example/", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
        ("/\t/evil.example", "/"),
        ("/\x00/evil.example", "/"),
        ("/ /evil.example", "/"),
        ("///evil.example", "/"),
        ("//[evil", "/"),
        ("/a?b=https://c.example/&d=//e", "/a?b=https://c.example/&d=//e"),
        (None, "/"),
    ],
)
def test_nobody_is_led_to_another_site(target: str | None, expected: str) -> None:
    assert safe_path(target) == expected


def test_the_language_switch_is_remembered_and_says_nothing_else(client: FlaskClient) -> None:
    response = client.post("/language", data={"lang": "en", "next": "/sign-in"})
    assert response.status_code == 303
    assert response.location == "/sign-in"
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("lang=en;")
    assert "HttpOnly" in cookie
    assert client.post("/language", data={"lang": "xx"}).headers.get("Set-Cookie") is None
