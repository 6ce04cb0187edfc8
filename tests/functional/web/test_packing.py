"""Stylesheets and scripts travel compressed, to whoever takes them so, and change when they do."""

import gzip

import pytest
from flask.testing import FlaskClient

from tests.conftest import ROOT

STATIC = ROOT / "survey_app" / "static"


@pytest.mark.parametrize("name", sorted(path.name for path in STATIC.iterdir()))
def test_every_static_file_arrives_whole_packed_or_not(client: FlaskClient, name: str) -> None:
    content = (STATIC / name).read_bytes()
    plain = client.get(f"/static/{name}?v=1")
    packed = client.get(f"/static/{name}?v=1", headers={"Accept-Encoding": "br, gzip;q=0.8"})
    assert plain.data == content
    assert "Content-Encoding" not in plain.headers
    for answer in (plain, packed):
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "max-age=31536000" in answer.headers["Cache-Control"]
        assert answer.mimetype == plain.mimetype
    if name.endswith((".css", ".js")):
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.data) == content
        assert len(packed.data) < len(content)
        assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    else:
        assert packed.data == content


def test_what_is_known_already_is_not_sent_again(client: FlaskClient) -> None:
    takes = {"Accept-Encoding": "gzip"}
    first = client.get("/static/app.css", headers=takes)
    again = client.get("/static/app.css", headers={**takes, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    head = client.head("/static/app.css", headers=takes)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == first.headers["Content-Length"]


def test_who_refuses_gzip_and_who_posts_are_left_to_others(client: FlaskClient) -> None:
    refused = client.get("/static/app.css", headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in refused.headers
    assert client.post("/static/app.css", headers={"Accept-Encoding": "gzip"}).status_code >= 400
    assert client.get("/static/none.css", headers={"Accept-Encoding": "gzip"}).status_code == 404
