"""Every mail against the rules that Gmail on a phone, Outlook and old Zimbra ask for.

`tests/browser/test_mails.py` looks at the same mails in a browser.
"""

import html
import re
import unicodedata
from collections import Counter
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests import every_mail as people
from tests.smtp_sink import Received

KINDS = {"invitation": 14, "reminder": 3, "result": 3, "notice": 4, "digest": 2}
KINDS |= {"security": 2, "test": 2}
HREF = re.compile(r'href="([^"]*)"')
URL = re.compile(r"https?://\S+")
# Said in one part only: the head's name stands in every subject, and a text has no button.
ONLY_HTML = (
    "70 năm đảng bộ khối",
    "70 years of the party organisation",
    "nếu không bấm được nút",
    "if the button does not work",
)

TABLE_HEAD = ("Theo chi bộ (", "Per cell (")  # a sentence where HTML has the heads of columns


@pytest.fixture(scope="module")
def mails(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Received]:
    return people.every_mail(sqlite_template, tmp_path_factory.mktemp("mails"))


def kind_of(mail: Received) -> str:
    return str(mail.mail["X-Survey-Message"])


def body_of(mail: Received) -> str:
    """Return the HTML without head, comments and what only a list of mails shows."""
    body = re.sub(r"<!--.*?-->", "", mail.html[mail.html.index("<body") :], flags=re.S)
    return re.sub(r'<div style="display:none.*?</div>', "", body, flags=re.S)


def pieces(markup: str) -> list[str]:
    """Return what stands between the tags, piece by piece."""
    texts = (html.unescape(text) for text in re.split(r"<[^>]*>", markup))
    return [" ".join(text.split()) for text in texts if text.strip()]


def folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def test_every_kind_is_here(mails: list[Received]) -> None:
    assert Counter(map(kind_of, mails)) == KINDS


def test_one_action_and_one_link_of_another_purpose(mails: list[Received]) -> None:
    for mail in mails:
        action, again, *others = HREF.findall(body_of(mail))
        assert action == again, mail.html
        stop = [mail.mail["List-Unsubscribe"].strip("<>")] if mail.mail["List-Unsubscribe"] else []
        assert others == stop
        assert bool(stop) == (kind_of(mail) in {"invitation", "reminder"})
        assert URL.findall(mail.text) == [action, *stop]


def test_mails_to_staff_lead_behind_the_sign_in(mails: list[Received]) -> None:
    staff = {*dict(people.SECRETARIES), people.COMMITTEE, people.ENGLISH_COMMITTEE}
    told = [mail for mail in mails if parseaddr(mail.mail["To"])[1] in staff]
    told = [mail for mail in told if kind_of(mail) in {"notice", "digest"}]
    assert len(told) == 4
    for mail in told:
        paths = {urlsplit(url).path for url in URL.findall(mail.text)}
        assert all(path.split("/")[1] in {"secretary", "committee"} for path in paths), paths


def test_nothing_is_fetched_and_nothing_runs(mails: list[Received]) -> None:
    for mail in mails:
        assert not re.search(
            r"<(img|script|link|iframe|object|form|input|video|svg)\b|@import|url\(|\bsrc=|"
            r"\bbackground=|\bon\w+=|\bsrcset=",
            mail.html,
        )
        outside = re.sub(r'href="[^"]*"', "", URL.sub("", mail.html))
        assert "://" not in outside and "cid:" not in outside
        leaves = [part for part in mail.mail.walk() if not part.is_multipart()]
        assert [part.get_content_type() for part in leaves] == ["text/plain", "text/html"]
        assert not any(part.get_filename() for part in leaves)


def test_the_look_stands_in_the_elements_themselves(mails: list[Received]) -> None:
    """Old webmail drops the style element: it may only better what is complete without it."""
    for mail in mails:
        styles = re.findall(r"<style>(.*?)</style>", mail.html, re.S)
        assert sum(map(len, styles)) < 8_192  # Gmail drops them all beyond that
        assert len(mail.html.encode()) < 30_000  # and cuts a mail at 102 kB
        used = {
            name for names in re.findall(r'class="([^"]*)"', mail.html) for name in names.split()
        }
        known = set(re.findall(r"\.([a-z]+)\b", " ".join(styles)))
        assert used <= known
        body = body_of(mail)
        for tag in re.findall(r"<(?:td|th|a|body)\b[^>]*>", body):
            assert 'style="' in tag, tag
        for tag in re.findall(r'<[^>]*class="[^"]*\b(?:ink|soft|link|score)\b[^>]*>', body):
            assert re.search(r"color:#[0-9a-f]{6};", tag), tag
        assert not re.search(r"display:\s*(flex|grid)|position:|float:|margin:\s*-|rem;|em;", body)


def test_one_column_that_outlook_keeps_narrow_too(mails: list[Received]) -> None:
    for mail in mails:
        assert "max-width:600px" in mail.html
        assert '<!--[if mso]><table role="presentation" width="600"' in mail.html
        widths = [
            int(width) for width in re.findall(r"(?<![-\w])width[:=]\"?(\d+)\b(?!%)", mail.html)
        ]
        assert max(widths, default=0) <= 600
        assert "mso-padding-alt" in mail.html  # a button without room around its words otherwise


def test_dark_mode_is_declared_to_each_that_asks(mails: list[Received]) -> None:
    for mail in mails:
        assert '<meta name="color-scheme" content="light dark">' in mail.html
        assert '<meta name="supported-color-schemes" content="light dark">' in mail.html
        assert "@media (prefers-color-scheme: dark)" in mail.html
        # Pure black and white are what clients turn round by themselves.
        assert not re.search(r"#(fff|000|ffffff|000000)\b", mail.html, re.I)


def test_both_parts_say_the_same(mails: list[Received]) -> None:
    for mail in mails:
        text, shown = folded(mail.text), folded(" ".join(pieces(body_of(mail))))
        for piece in map(folded, pieces(body_of(mail))):
            for words in piece.split(" · "):
                if not words.startswith(ONLY_HTML):
                    assert words in text, (kind_of(mail), words)
        for line in mail.text.splitlines():
            if line.startswith(TABLE_HEAD):
                continue
            for words in re.split(r"[:()]| · |, – |^- |^--$|(?<=\d), (?=\d)", URL.sub("", line)):
                assert folded(words) in shown, (kind_of(mail), words)


def test_what_a_list_shows_is_no_secret(mails: list[Received]) -> None:
    """Preheader and subject stand on a locked phone: they name no score."""
    for mail in mails:
        found = re.search(
            r'<div style="display:none;[^"]*mso-hide:all;[^"]*">(.*?)</div>', mail.html
        )
        if kind_of(mail) == "test" and found is None:
            continue
        assert found and found[1].strip(), kind_of(mail)
        preheader, subject = html.unescape(found[1]), str(mail.mail["Subject"])
        if kind_of(mail) in {"result", "notice"}:
            assert "8/10" not in preheader + subject
        for words in preheader.split(" · "):
            assert folded(words) in folded(mail.text)


def test_subjects_fit_a_phone_and_tell_rounds_apart(mails: list[Received]) -> None:
    by_person: dict[str, list[str]] = {}
    for mail in mails:
        subject = str(mail.mail["Subject"])
        assert len(subject) <= 60 and subject == unicodedata.normalize("NFC", subject)
        assert "!" not in subject and subject != subject.upper()
        if kind_of(mail) not in {"security", "test"}:
            assert subject.startswith("[70 năm Đảng bộ Khối] ")
        if kind_of(mail) in {"invitation", "reminder", "result", "notice"}:
            assert re.match(r"(Vòng 1|Tìm hiểu Kế hoạch…|Báo cáo của[^–]*…) – ", subject[22:])
        by_person.setdefault(f"{mail.mail['To']}", []).append(subject)
    mine = by_person["Nguyễn Văn An <an@so-mau.example>"]
    assert mine == [
        "[70 năm Đảng bộ Khối] Vòng 1 – mời thi đến 20/9",
        "[70 năm Đảng bộ Khối] Tìm hiểu Kế hoạch… – mời thi đến 18/9",
        "[70 năm Đảng bộ Khối] Vòng 1 – kết quả của đồng chí",
        "[70 năm Đảng bộ Khối] Vòng 1 – đồng chí đã nộp bài",
        "[70 năm Đảng bộ Khối] Tìm hiểu Kế hoạch… – mời thi đến 18/9",
    ]


def test_lines_are_short_and_plain_on_the_wire(mails: list[Received]) -> None:
    for mail in mails:
        assert max(map(len, mail.data.split(b"\r\n"))) <= 200
        assert mail.data.isascii()
        for part in (part for part in mail.mail.walk() if not part.is_multipart()):
            assert part["Content-Transfer-Encoding"] == "quoted-printable"
        assert mail.mail["Auto-Submitted"] == "auto-generated"
        assert mail.text == unicodedata.normalize("NFC", mail.text)


def test_each_is_spoken_to_in_their_own_way(mails: list[Received]) -> None:
    for mail in mails:
        address, text = mail.recipient, mail.text
        if address in {people.ENGLISH_MEMBER, people.ENGLISH_OTHER, people.ENGLISH_COMMITTEE}:
            assert text.startswith("Dear ") and "đồng chí" not in text
            assert '<html lang="en">' in mail.html
        elif address == people.OTHER:
            assert text.startswith("Kính gửi anh/chị Hoàng Thị Thanh Bình,")
            assert "đồng chí" not in text
        elif address == people.SHARED:
            name = re.search(r"(đồng chí|ông) (Nông Thị Dung|Vi Văn Dũng),", text)
            assert name and f"chỉ dành cho {name[1]} {name[2]}." in text
            assert f"riêng cho {name[1]}," in text


def test_a_shared_mailbox_learns_no_score(mails: list[Received]) -> None:
    by_reader = {mail.recipient: mail for mail in mails if kind_of(mail) == "result"}
    own, shared = by_reader[people.MEMBER], by_reader[people.SHARED]
    for part in (own.text, own.html):
        assert "8/10" in part
    for part in (shared.text, shared.html):
        assert "8/10" not in part and "không ghi điểm" in part


def test_no_one_is_called_by_a_word_of_the_machine(mails: list[Received]) -> None:
    for mail in mails:
        for part in (mail.text, " ".join(pieces(body_of(mail)))):
            assert not re.search(r"\b(None|True|False|Undefined)\b|\{\{|%\(|&lt;|&amp;", part)
            assert "  " not in part.replace("\n", "")
