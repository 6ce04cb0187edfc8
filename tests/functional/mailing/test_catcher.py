"""The local inbox: keeps every mail as a file, shows it, finds it by name without marks."""

import smtplib
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.header import Header
from pathlib import Path

import pytest

from survey_app.mailing.catcher import Catcher
from tests.smtp_sink import free_port

MAIL = """\
From: {sender} <khao-sat@so-mau.example>
To: {name} <anh@so.example>
Subject: {subject}
X-Survey-Message: invitation
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Vào thi tại đây: http://127.0.0.1:8000/i/abc <script>
--b
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: 8bit

<html><head><title>x</title></head><body><a href="http://127.0.0.1:8000/i/abc">Vào thi</a></body>
--b--
"""


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[Catcher]:
    catcher = Catcher(smtp_port=free_port(), web_port=free_port(), folder=tmp_path / "inbox")
    catcher.open()
    yield catcher
    catcher.close()


def mail_with(subject: str) -> str:
    words = {"sender": "Ban tổ chức", "name": "Nguyễn Thị Ánh", "subject": subject}
    return MAIL.format(**{name: Header(text, "utf-8").encode() for name, text in words.items()})


def send(catcher: Catcher, mail: str = mail_with("[70 năm] Mời thi tìm hiểu")) -> None:
    with smtplib.SMTP("127.0.0.1", catcher._smtp.port) as line:
        line.sendmail("a@b.example", ["anh@so.example"], mail.replace("\n", "\r\n").encode())


def get(catcher: Catcher, path: str, cookie: str = "") -> tuple[str, str]:
    url = f"http://127.0.0.1:{catcher._web.server_port}{path}"
    request = urllib.request.Request(url, headers={"Cookie": cookie})
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode(), answer.headers["Content-Security-Policy"]


def test_a_mail_is_kept_and_shown(catcher: Catcher) -> None:
    assert "Chưa có thư nào" in get(catcher, "/")[0]
    send(catcher)
    (mail,) = catcher.inbox.mails()
    listing, _ = get(catcher, "/")
    assert "Nguyễn Thị Ánh" in listing
    assert "Mời thi tìm hiểu" in listing
    page, policy = get(catcher, f"/mail/{mail.name}/")
    assert '<a href="http://127.0.0.1:8000/i/abc" target="_blank"' in page
    assert "&lt;script&gt;" in page
    assert "X-Survey-Message: invitation" in page
    assert "script-src" not in policy and "default-src 'none'" in policy
    html, policy = get(catcher, f"/mail/{mail.name}/html")
    assert '<head><base target="_blank">' in html
    assert policy.startswith("default-src 'none'")
    assert "All mails" in get(catcher, f"/mail/{mail.name}/", "lang=en")[0]


def test_names_are_found_without_marks(catcher: Catcher) -> None:
    send(catcher)
    assert "Mời thi" in get(catcher, "/?q=nguyen+anh")[0]
    assert "Không có thư nào khớp" in get(catcher, "/?q=binh")[0]


def test_the_inbox_survives_a_restart_newest_first(catcher: Catcher, tmp_path: Path) -> None:
    send(catcher)
    send(catcher, mail_with("[70 năm] Nhắc thi tìm hiểu"))
    again = Catcher(smtp_port=free_port(), web_port=free_port(), folder=tmp_path / "inbox")
    assert [str(one.mail["Subject"]) for one in again.inbox.mails()] == [
        "[70 năm] Nhắc thi tìm hiểu",
        "[70 năm] Mời thi tìm hiểu",
    ]
    again._web.server_close()


@pytest.mark.parametrize("path", ["/mail/..%2f..%2fetc%2fpasswd/", "/mail/none/", "/x"])
def test_what_is_not_there(catcher: Catcher, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        get(catcher, path)
    assert error.value.code == 404


def test_mail_that_is_broken_still_has_a_page(catcher: Catcher) -> None:
    send(catcher, "Subject: Không mã hoá\nTo:\n\nKhông phải thư\n")
    (mail,) = catcher.inbox.mails()
    assert "Không mã hoá" in get(catcher, "/")[0]
    assert get(catcher, f"/mail/{mail.name}/")[0]
    assert get(catcher, f"/mail/{mail.name}/html")[0]
