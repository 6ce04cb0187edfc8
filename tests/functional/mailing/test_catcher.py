"""The local inbox: keeps every mail as a file, shows it, finds it by name without marks."""

import html
import os
import re
import smtplib
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from email.header import Header
from pathlib import Path

import pytest

from survey_app.mailing.catcher import Catcher
from survey_app.mailing.transport import Reply
from tests.smtp_sink import free_port

MAIL = """\
From: {sender} <khao-sat@so-mau.example>
To: {name} <{address}>
{date}Subject: {subject}
X-Survey-Message: {kind}
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
    catcher = Catcher(
        smtp_port=free_port(),
        web_port=free_port(),
        folder=tmp_path / "inbox",
        refuse_domains=("het.example",),
        app_url="http://127.0.0.1:8000/",
    )
    catcher.open()
    yield catcher
    catcher.close()


def mail_with(
    subject: str = "[70 năm] Mời thi tìm hiểu",
    name: str = "Nguyễn Thị Ánh",
    *,
    address: str = "anh@so.example",
    kind: str = "invitation",
    date: str = "",
) -> str:
    words = {"sender": "Ban tổ chức", "name": name, "subject": subject}
    coded = {key: Header(text, "utf-8").encode() for key, text in words.items()}
    date = f"Date: {date}\n" if date else ""
    return MAIL.format(address=address, kind=kind, date=date, **coded)


def send(catcher: Catcher, mail: str = "", to: str = "anh@so.example") -> None:
    data = (mail or mail_with()).replace("\n", "\r\n").encode()
    with smtplib.SMTP("127.0.0.1", catcher._smtp.port) as line:
        line.sendmail("a@b.example", [to], data)


def get(catcher: Catcher, path: str, cookie: str = "") -> tuple[str, str]:
    url = f"http://127.0.0.1:{catcher._web.server_port}{path}"
    request = urllib.request.Request(url, headers={"Cookie": cookie})
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode(), answer.headers["Content-Security-Policy"]


def listed(catcher: Catcher, **asked: object) -> list[str]:
    """Return the subjects of a list page, in its order."""
    page, _ = get(catcher, f"/?{urllib.parse.urlencode(asked)}")
    return re.findall(r'class="subject"[^>]*>([^<]*)<', page)


def test_a_mail_is_kept_and_shown(catcher: Catcher) -> None:
    assert "Chưa có thư nào" in get(catcher, "/")[0]
    send(catcher)
    (mail,) = catcher.inbox.mails()
    page, _ = get(catcher, "/")
    assert "Nguyễn Thị Ánh" in page
    assert "Mời thi tìm hiểu" in page
    page, policy = get(catcher, f"/mail/{mail.name}/")
    assert '<a href="http://127.0.0.1:8000/i/abc" target="_blank"' in page
    assert "&lt;script&gt;" in page
    assert "X-Survey-Message: invitation" in page
    assert page.count("<iframe") == 2
    assert "script-src" not in policy and "default-src 'none'" in policy
    framed, policy = get(catcher, f"/mail/{mail.name}/html")
    assert '<head><base target="_blank">' in framed
    assert policy.startswith("default-src 'none'")
    assert "All mails" in get(catcher, f"/mail/{mail.name}/", "lang=en")[0]


@pytest.mark.parametrize(
    ("view", "shown"),
    [("phone", (2, True)), ("desktop", (2, True)), ("text", (0, True)), ("headers", (0, False))],
)
def test_one_view_at_a_time(catcher: Catcher, view: str, shown: tuple[int, bool]) -> None:
    send(catcher)
    page, _ = get(catcher, f"/mail/{catcher.inbox.mails()[0].name}/?view={view}")
    assert (page.count("<iframe"), "Vào thi tại đây" in page) == shown
    assert ("X-Survey-Message" in page) == (view != "text")
    assert f'?view={view}" aria-current="true"' in page
    assert (f"show-{view}" in page) == (view in ("phone", "desktop"))


def test_a_mail_can_be_made_to_see_a_dark_screen(catcher: Catcher) -> None:
    style = "<style>@media (max-width: 9px) and (prefers-color-scheme: dark) {}</style>"
    send(catcher, mail_with().replace("<title>", f"{style}<title>"))
    path = f"/mail/{catcher.inbox.mails()[0].name}/"
    asked = "(prefers-color-scheme: dark)"
    assert asked in get(catcher, f"{path}html")[0]
    assert asked in get(catcher, f"{path}html?look=odd")[0]
    for look, instead in (("dark", "(min-width: 0)"), ("light", "(max-width: 0)")):
        framed, _ = get(catcher, f"{path}html?frame=phone&look={look}")
        assert f"(max-width: 9px) and {instead}" in framed and asked not in framed
        page, _ = get(catcher, f"{path}?look={look}")
        assert page.count(f"look={look}") >= 4  # both frames, and the ways to the other views


def test_a_full_stop_after_a_link_is_not_part_of_it(catcher: Catcher) -> None:
    send(catcher, mail_with().replace("/i/abc <script>", "/i/abc."))
    page, _ = get(catcher, f"/mail/{catcher.inbox.mails()[0].name}/?view=text")
    assert '<a href="http://127.0.0.1:8000/i/abc" ' in page


def test_names_are_found_without_marks(catcher: Catcher) -> None:
    send(catcher)
    send(catcher, mail_with(name="Vi Văn Dũng", address="dung@so.example"))
    for words in ("nguyen thi", "nguyễn thị", "ANH@so", "anh moi thi"):
        assert len(listed(catcher, q=words)) == 1, words
    assert "Không có thư nào khớp" in get(catcher, "/?q=binh")[0]


def test_two_people_of_one_mailbox_are_two(catcher: Catcher) -> None:
    send(catcher, mail_with("Một"))
    send(catcher, mail_with("Hai"))
    send(catcher, mail_with("Ba", "Vi Văn Dũng"))
    assert sorted(listed(catcher, person="Nguyễn Thị Ánh <anh@so.example>")) == ["Hai", "Một"]
    page, _ = get(catcher, "/")
    chosen = re.findall(r'class="who" href="([^"]*)"', page)
    assert len(chosen) == 3
    assert all("Thư của mọi người" in get(catcher, html.unescape(path))[0] for path in chosen)
    page, _ = get(catcher, f"/mail/{catcher.inbox.mails('mot')[0].name}/")
    assert "Hai</a>" in page and "Ba</a>" not in page


def test_kinds_are_counted_and_chosen(catcher: Catcher) -> None:
    for number, kind in enumerate(("invitation", "invitation", "result")):
        send(catcher, mail_with(f"Thư số {number}", kind=kind))
    page, _ = get(catcher, "/")
    assert re.findall(r"(\S+) <span>(\d+)</span>", page) == [
        ("cả", "3"),
        ("mời", "2"),
        ("quả", "1"),
    ]
    assert listed(catcher, kind="result") == ["Thư số 2"]
    assert "Tất cả <span>3</span>" in get(catcher, "/?kind=result")[0]


def test_newest_first_by_their_own_date_and_by_the_day_of_the_screen(catcher: Catcher) -> None:
    """The trial's clock stands elsewhere, and 18:30 in London is the next day in Lạng Sơn."""
    send(catcher, mail_with("Sau", date="Wed, 18 Sep 2024 18:30:00 +0000"))
    send(catcher, mail_with("Trước", date="Wed, 18 Sep 2024 09:00:00 +0700"))
    send(catcher, mail_with("Cùng lúc, tới sau", date="Wed, 18 Sep 2024 02:00:00 -0000"))
    send(catcher, mail_with("Hỏng", date="hôm qua"))
    assert listed(catcher) == ["Hỏng", "Sau", "Cùng lúc, tới sau", "Trước"]
    page, _ = get(catcher, "/?q=t")
    days = re.findall(r"<h2>([^<]*\S) <small>(\d+) thư", page)
    assert days[1:] == [("thứ Năm, ngày 19/9/2024", "1"), ("thứ Tư, ngày 18/9/2024", "2")]
    assert "01:30" in page


def test_many_mails_come_in_pages_and_fast(catcher: Catcher) -> None:
    for number in range(620):
        text = mail_with(f"Thư số {number}", date=f"Wed, 18 Sep 2024 {number // 60:02}:00:00 +0700")
        (catcher.inbox.folder / f"{number:04}.eml").write_text(text, encoding="utf-8")
    assert len(listed(catcher)) == 50
    start = time.perf_counter()
    pages = [listed(catcher, page=page) for page in range(1, 14)]
    # Each takes 5 ms; ten times that, so that a busy machine fails nobody.
    assert (time.perf_counter() - start) / len(pages) < 0.1
    assert [len(page) for page in pages] == [*[50] * 12, 20]
    assert len({subject for page in pages for subject in page}) == 620
    assert pages[0][0] == "Thư số 619"
    for odd in ("0", "99", "-1", "x", "²", "9" * 30):
        assert listed(catcher, page=odd) in (pages[0], pages[-1])


def test_the_list_tells_its_script_that_something_came(catcher: Catcher) -> None:
    before, _ = get(catcher, "/state")
    page, policy = get(catcher, "/")
    assert f'data-state="{before}"' in page
    assert "script-src 'self'" in policy and "unsafe-inline" not in policy
    send(catcher)
    after, _ = get(catcher, "/state")
    assert before != after and f'data-state="{after}"' in get(catcher, "/")[0]
    assert "fetch(" in get(catcher, "/catcher.js")[0]
    assert "--gold" in get(catcher, "/catcher.css")[0]


def test_the_inbox_survives_a_restart(catcher: Catcher, tmp_path: Path) -> None:
    send(catcher)
    send(catcher, mail_with("[70 năm] Nhắc thi tìm hiểu"))
    again = Catcher(smtp_port=free_port(), web_port=free_port(), folder=tmp_path / "inbox")
    assert [one.subject for one in again.inbox.mails()] == [
        "[70 năm] Nhắc thi tìm hiểu",
        "[70 năm] Mời thi tìm hiểu",
    ]
    (tmp_path / "inbox" / f"{again.inbox.mails()[0].name}.eml").unlink()
    assert [one.subject for one in again.inbox.mails()] == ["[70 năm] Mời thi tìm hiểu"]
    again._web.server_close()


def test_a_refused_domain_has_nobody_and_the_others_everybody(catcher: Catcher) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(catcher, to="ai@HET.example")
    code, said = refused.value.recipients["ai@HET.example"]
    # As the application reads it: the address is dead, not the line or the sender.
    assert Reply(code, said.decode()).blames_address
    assert catcher.inbox.mails() == []
    send(catcher, to="ai@con.het.example")
    assert len(catcher.inbox.mails()) == 1


def test_the_way_back_to_the_application(catcher: Catcher, tmp_path: Path) -> None:
    send(catcher)
    for path in ("/", f"/mail/{catcher.inbox.mails()[0].name}/"):
        assert '<a class="back" href="http://127.0.0.1:8000/demo">' in get(catcher, path)[0]
    alone = Catcher(smtp_port=free_port(), web_port=free_port(), folder=tmp_path)
    alone.open()
    assert "/demo" not in get(alone, "/")[0]
    alone.close()


@pytest.mark.parametrize("path", ["/mail/..%2f..%2fetc%2fpasswd/", "/mail/none/", "/x", "/mail/"])
def test_what_is_not_there(catcher: Catcher, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        get(catcher, path)
    assert error.value.code == 404


@pytest.mark.parametrize(
    "broken",
    [
        "Subject: Không mã hoá\nTo:\n\nKhông phải thư\n",
        "Subject: Không mã hoá\nDate: \nTo: =?utf-8?b?%%%?= <>\n\n",
        "Subject: Không mã hoá =?no-such?q?=C3=A1?=\nDate: Mon, 99 Foo 1 1:1:1\n",
    ],
)
def test_mail_that_is_broken_still_has_a_page(catcher: Catcher, broken: str) -> None:
    send(catcher, broken)
    (mail,) = catcher.inbox.mails()
    assert "Không mã hoá" in get(catcher, "/")[0]
    assert get(catcher, f"/mail/{mail.name}/")[0]
    assert get(catcher, f"/mail/{mail.name}/html")[0]


def test_without_a_date_the_file_tells_when_it_came(catcher: Catcher) -> None:
    send(catcher)
    (mail,) = catcher.inbox.mails()
    os.utime(mail.path, (1726624800, 1726624800))
    again = Catcher(smtp_port=free_port(), web_port=free_port(), folder=mail.path.parent)
    assert f"{again.inbox.mails()[0].at:%Y-%m-%d %H:%M}" == "2024-09-18 02:00"
    again._web.server_close()


ODD = {
    "a word that is no base64": ("Subject: =?utf-8?b?a?=", None),
    "a name that is no base64": ("To: =?utf-8?b?a?= <anh@so.example>", None),
    "the end of all days": ("Date: Fri, 31 Dec 9999 23:59:59 +0000", None),
    "half a quotation": ('To: "', None),
    "a charset nobody knows": ("Content-Type: text/html; charset=thu-nghiem", "<p>Chữ</p>"),
    "half a type": ("Content-Type: ;;;=;", "Chữ"),
}


@pytest.mark.parametrize("what", ODD)
def test_an_odd_mail_does_not_take_the_others_along(catcher: Catcher, what: str) -> None:
    send(catcher)
    header, body = ODD[what]
    others = mail_with().split("\n\n", 1)[0].split("\n")
    name = header.partition(":")[0]
    kept = [line for line in others if body is None or not line.startswith(("MIME", "Content"))]
    head = [header, *(line for line in kept if not line.startswith(f"{name}:"))]
    send(catcher, "\n".join(head) + "\n\n" + (body or "Chữ\n"))
    assert len(listed(catcher)) == 2
    for mail in catcher.inbox.mails():
        assert get(catcher, f"/mail/{mail.name}/")[0]
        assert get(catcher, f"/mail/{mail.name}/html")[0]


def test_a_foreign_name_that_leads_here_reads_no_mail(catcher: Catcher) -> None:
    send(catcher)
    url = f"http://127.0.0.1:{catcher._web.server_port}/"
    request = urllib.request.Request(url, headers={"Host": "xau.example:8025"})
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(request)


def test_nobody_else_on_the_machine_reads_the_mails(catcher: Catcher) -> None:
    send(catcher)
    (file,) = catcher.inbox.folder.glob("*.eml")
    assert (file.stat().st_mode & 0o777, catcher.inbox.folder.stat().st_mode & 0o777) == (
        0o600,
        0o700,
    )
