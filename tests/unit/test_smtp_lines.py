"""Bytes as they go over the line, and what a server's answer means."""

from datetime import UTC, datetime, timedelta

import pytest

from survey_app.mailing.composing import short_subject, subject_about
from survey_app.mailing.pace import RESTS, Pace, window
from survey_app.mailing.transport import Reply, stuffed

NOW = datetime(2024, 9, 18, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (b"a\nb", b"a\r\nb\r\n"),
        (b"a\r\n.\r\nb\r\n", b"a\r\n..\r\nb\r\n"),
        (b".\n", b"..\r\n"),
        (b"\r.x\r\n", b"\r\n..x\r\n"),
        (b"", b"\r\n"),
    ],
)
def test_no_line_of_a_mail_ends_it(given: bytes, sent: bytes) -> None:
    assert stuffed(given) == sent


@pytest.mark.parametrize(
    ("code", "text", "blames"),
    [
        (550, "5.1.1 No such user", True),
        (550, "No such user", True),
        (550, "5.2.1 Disabled", True),
        (551, "User not local", True),
        (550, "5.4.4 Host not found", True),
        (550, "5.1.8 Bad sender", False),
        (550, "5.2.0 Mailbox trouble", False),
        (550, "5.7.1 Relaying denied", False),
        (550, "5.2.2 Over quota", False),
        (554, "Blocked", False),
        (530, "5.7.0 Must issue a STARTTLS command first", False),
    ],
)
def test_whom_a_refusal_blames(code: int, text: str, blames: bool) -> None:
    assert Reply(code, text).blames_address is blames


def test_a_long_subject_is_cut_at_a_word() -> None:
    subject = short_subject(
        "[70 năm Đảng bộ Khối] Mời thi\n tìm hiểu lịch sử Đảng bộ Khối các cơ quan"
    )
    assert subject == "[70 năm Đảng bộ Khối] Mời thi tìm hiểu lịch sử Đảng bộ Khối…"
    assert len(subject) <= 60


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("Vòng 1", "[Thẻ] Vòng 1 – mời thi đến 20/9"),
        (
            "Tìm hiểu lịch sử Đảng bộ Khối các cơ quan",
            "[Thẻ] Tìm hiểu lịch sử Đảng bộ Khối các… – mời thi đến 20/9",
        ),
        ("Tìm " * 20, "[Thẻ] Tìm Tìm Tìm Tìm Tìm Tìm Tìm Tìm… – mời thi đến 20/9"),
    ],
)
def test_a_title_gives_way_so_that_the_subject_is_whole(title: str, subject: str) -> None:
    made = subject_about(title, lambda title: f"[Thẻ] {title} – mời thi đến 20/9")
    assert made == subject
    assert len(made) <= 60


def test_a_title_stays_recognisable_behind_a_long_tag() -> None:
    made = subject_about("Vòng một, Vòng hai", lambda title: f"[{'Thẻ dài ' * 8}] {title} – hạn")
    assert "Vòng một" in made


def test_behind_a_long_tag_a_shorter_subject_leaves_room_for_the_title() -> None:
    tag = "Đảng ủy Khối các cơ quan tỉnh"
    made = subject_about(
        "Góp ý nơi làm việc",
        lambda title: f"[{tag}] {title} – nhắc lần cuối, đến 20/9",
        lambda title: f"[{tag}] {title}",
    )
    assert made == f"[{tag}] Góp ý nơi làm việc"


@pytest.mark.parametrize("rate", [1, 7, 25, 30, 100, 6000])
def test_windows_never_add_up_to_more_than_the_rate(rate: int) -> None:
    span, most = window(rate)
    assert most >= 1
    assert most * (60 / span.total_seconds()) <= rate


def test_the_line_rests_longer_each_time_and_starts_afresh_when_it_works() -> None:
    pace, now = Pace(), NOW
    for rest in (*RESTS, RESTS[-1]):
        pace.down(now)
        assert pace.resting(now)
        now += rest
        assert not pace.resting(now)
    pace.worked()
    pace.down(now)
    assert not pace.resting(now + RESTS[0])


def test_a_clock_set_back_does_not_prolong_the_rest() -> None:
    pace = Pace()
    pace.down(NOW)
    assert not pace.resting(NOW - timedelta(hours=1))
