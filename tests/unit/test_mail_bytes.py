"""A mail's bytes read back as what was said, whatever was said."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from typing import cast

from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.config import MailSettings
from survey_app.mailing import building
from survey_app.mailing.composing import Mail

NOW = datetime(2024, 9, 18, 2, 0, tzinfo=UTC)
# What a composed mail can hold: no lone surrogates, and line ends are all the same on the line.
ODD_LINE_ENDS = "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters=ODD_LINE_ENDS))
# The machine is busy with other tests, and what is tested here is no speed.
unhurried = settings(deadline=None, max_examples=60)


class _Settings:
    mail = MailSettings(default_sender="Đảng ủy Sở (mẫu) <khao-sat@so-mau.example>")


def built(**values: str) -> bytes:
    app = Flask(__name__)
    app.extensions["survey.settings"] = _Settings
    mail = Mail(
        **{
            "to": "an@so.example",
            "to_name": "Nguyễn Văn Ẩn",
            "subject": "[Thử] Thư",
            "text": "Chữ\n",
            "html": "<p>Chữ</p>\n",
            **values,
        },
        unsubscribe_url=None,
        kind="invitation",
    )
    return building.build(app, mail, message_id="<1@so-mau.example>", date=NOW)


def read(data: bytes) -> EmailMessage:
    return cast(EmailMessage, message_from_bytes(data, policy=policy.default))


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


@unhurried
@given(TEXTS, TEXTS)
def test_bodies_come_back_as_they_were(text: str, html: str) -> None:
    data = built(text=text, html=html)
    mail = read(data)
    assert not mail.defects
    assert part(mail, "plain").rstrip("\n") == text.rstrip("\n")
    assert part(mail, "html").rstrip("\n") == html.rstrip("\n")
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert data.isascii() and not any(b"\n" in line or b"\r" in line for line in lines)


@unhurried
@given(TEXTS, TEXTS)
def test_headers_come_back_on_one_line_and_smuggle_nothing(name: str, subject: str) -> None:
    data, shown = built(to_name=name, subject=subject), building._one_line(name)
    mail = read(data)
    assert [header.lower() for header in mail] == [
        "subject",
        "from",
        "to",
        "date",
        "auto-submitted",
        "x-survey-message",
        "message-id",
        "mime-version",
        "content-type",
    ]
    assert mail["Subject"] == building._one_line(subject)
    to = decode_header(message_from_bytes(data)["To"])
    assert " ".join(str(make_header(to)).split()) == (
        f"{shown} <an@so.example>" if shown else "an@so.example"
    )


def test_a_long_vietnamese_subject_is_cut_between_characters() -> None:
    subject = "Đảng bộ Khối các cơ quan tỉnh " * 8
    data = built(subject=subject)
    head = data.partition(b"\r\nFrom:")[0].split(b"\r\n")
    assert len(head) > 4
    assert all(len(line) <= 76 for line in head)
    assert read(data)["Subject"] == subject.strip()
