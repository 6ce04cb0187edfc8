"""Large pages are compressed for those who take them so, small ones and searches are not."""

import gzip

from tests.functional.quizzes.conftest import Member, member, members

__all__ = ["member", "members"]
GZIP = {"Accept-Encoding": "gzip, br"}


def test_a_paper_travels_compressed(member: Member) -> None:
    member.begin()
    plain = member.client.get(member.paper_url)
    zipped = member.client.get(member.paper_url, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.headers["Vary"] == "Accept-Encoding, Cookie"
    assert len(zipped.data) < len(plain.data) / 3
    assert "Câu hỏi mẫu số 10?" in gzip.decompress(zipped.data).decode()
    assert int(zipped.headers["Content-Length"]) == len(zipped.data)


def test_small_pages_and_pages_with_a_query_are_not(member: Member) -> None:
    assert "Content-Encoding" not in member.client.get(member.link, headers=GZIP).headers
    member.begin()
    asked = member.client.get(f"{member.paper_url}?q=x", headers=GZIP)
    assert "Content-Encoding" not in asked.headers
