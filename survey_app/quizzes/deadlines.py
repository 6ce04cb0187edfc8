"""When an attempt ends, and what is said of answers that come after it."""

from datetime import datetime, timedelta

from survey_app.i18n import _
from survey_app.quizzes.queries import Entry, Try

# Answers received before the deadline may still be on their way into the database.
FINALISING_DELAY = timedelta(seconds=15)


def deadline_of(attempt: Try, entry: Entry) -> datetime:
    """Return the moment from which nothing more is taken: also a round closed early ends it."""
    grace = timedelta(seconds=entry.rules.grace_seconds)
    return min(attempt.deadline, entry.closes_at + grace)


def was_ended_by_clock(attempt: Try, entry: Entry) -> bool:
    """Whether the attempt was handed in by its deadline, not by the person: theirs is earlier."""
    return attempt.submitted_at is not None and attempt.submitted_at >= deadline_of(attempt, entry)


def why_too_late(attempt: Try, entry: Entry) -> str:
    """Return the sentence for answers to an attempt that takes none any more."""
    if attempt.state == "submitted" and not was_ended_by_clock(attempt, entry):
        return _("Bài này đã nộp rồi. Câu trả lời đã nộp được giữ nguyên.")
    if deadline_of(attempt, entry) >= entry.closes_at:
        return _("Vòng thi đã đóng; những câu đã lưu được tính.")
    return _("Đã hết giờ làm bài. Những câu đã lưu vẫn được tính.")


def is_running(attempt: Try, entry: Entry, now: datetime) -> bool:
    """Whether the attempt still takes answers."""
    return attempt.state == "open" and now < deadline_of(attempt, entry)


def is_settling(attempt: Try, entry: Entry, now: datetime) -> bool:
    """Whether the attempt has run out but not for so long that it may be finished."""
    over = deadline_of(attempt, entry)
    return attempt.state == "open" and over <= now < over + FINALISING_DELAY
