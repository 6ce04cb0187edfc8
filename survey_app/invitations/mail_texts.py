"""What invitations and reminders say. Each sentence once, for the text and the HTML part alike."""

from datetime import datetime
from typing import Any

from survey_app import formatting
from survey_app.i18n import _, _n
from survey_app.invitations.addressees import Reader, RoundFacts


def invitation_texts(
    reader: Reader, facts: RoundFacts, link: str, no_reminders: str | None, now: datetime
) -> dict[str, Any]:
    """Return the values of `templates/mail/invitation`; speak the reader's locale first."""
    invited = _(
        "%(issuer)s mời %(you)s tham gia bài thi tìm hiểu “%(title)s”.",
        issuer=facts.issuer,
        you=reader.you,
        title=facts.title,
    )
    subject = _(
        "[%(tag)s] Mời thi tìm hiểu, hạn %(day)s",
        tag=facts.tag,
        day=formatting.day(facts.closes_at),
    )
    return {
        **_frame(reader, facts, link, no_reminders),
        "subject": subject,
        "before": [*_alone(reader), invited, *filter(None, [facts.settings.intro])],
        "facts": _about(facts, now),
        "action_label": _("Vào thi tại đây"),
        "after": [_helped(reader)],
    }


def reminder_texts(
    reader: Reader,
    facts: RoundFacts,
    link: str,
    no_reminders: str | None,
    now: datetime,
    *,
    started: bool,
) -> dict[str, Any]:
    """Return the values of `templates/mail/reminder`; speak the reader's locale first."""
    if started:
        news = _(
            "Bài thi “%(title)s” của %(you)s đang làm dở, chưa nộp.",
            title=facts.title,
            you=reader.you,
        )
    else:
        news = _(
            "Đến %(now)s, hệ thống chưa nhận được bài thi “%(title)s” của %(you)s.",
            now=formatting.moment(now),
            title=facts.title,
            you=reader.you,
        )
    check = _("Nếu %(you)s đã nộp bài, xin báo lại để chúng tôi kiểm tra.", you=reader.you)
    return {
        **_frame(reader, facts, link, no_reminders),
        "subject": _("[%(tag)s] Nhắc: %(what)s", tag=facts.tag, what=_time_left(facts, now)),
        "before": [*_alone(reader), news],
        "facts": [_deadline(facts, now)],
        "action_label": _("Làm bài tại đây"),
        "after": [check],
    }


def _frame(
    reader: Reader, facts: RoundFacts, link: str, no_reminders: str | None
) -> dict[str, Any]:
    return {
        "you": reader.you,
        "to_name": reader.name,
        "brand": facts.tag,
        "organisation": facts.issuer,
        "action_url": link,
        "private": True,
        "contact": {"name": facts.contact_name or "…", "phone": facts.contact_phone},
        "unsubscribe_url": no_reminders,
    }


def _alone(reader: Reader) -> list[str]:
    if not reader.shared_mailbox:
        return []
    return [
        _(
            "Hộp thư này có nhiều người dùng chung. Thư này chỉ dành cho %(you)s %(name)s.",
            you=reader.you,
            name=reader.name,
        )
    ]


def _about(facts: RoundFacts, now: datetime) -> list[tuple[str, str]]:
    limit, attempts = facts.settings.time_limit_minutes, facts.settings.attempts_allowed
    count = _n("%(n)s câu", facts.question_count)
    minutes = _n("%(n)s phút, tính từ lúc bắt đầu", limit) if limit else _("không giới hạn")
    if attempts is None:
        tries = _("làm nhiều lượt được; hệ thống lấy lượt tốt nhất")
    elif attempts == 1:
        tries = _("mỗi người một lượt")
    else:
        tries = _n("mỗi người %(n)s lượt; hệ thống lấy lượt tốt nhất", attempts)
    about = [
        (_("Số câu hỏi"), count),
        (_("Thời gian làm bài"), minutes),
        (_("Số lượt"), tries),
        (_("Hạn cuối"), formatting.moment(facts.closes_at)),
    ]
    if facts.opens_at > now:
        about.insert(3, (_("Mở từ"), formatting.moment(facts.opens_at)))
    return about


def _deadline(facts: RoundFacts, now: datetime) -> tuple[str, str]:
    moment, left = formatting.moment(facts.closes_at), formatting.remaining(facts.closes_at, now)
    return _("Hạn cuối"), f"{moment} ({left})"


def _helped(reader: Reader) -> str:
    if reader.kind == "party_member":
        return _(
            "Nếu không dùng được máy tính hoặc điện thoại, "
            "%(you)s báo bí thư chi bộ để được hỗ trợ.",
            you=reader.you,
        )
    return _(
        "Nếu không dùng được máy tính hoặc điện thoại, %(you)s báo số điện thoại dưới đây.",
        you=reader.you,
    )


def _time_left(facts: RoundFacts, now: datetime) -> str:
    left = facts.closes_at - now
    if left.days >= 1:
        return _n("còn %(n)s ngày để làm bài thi", left.days)
    hours = int(left.total_seconds() // 3600)
    if hours >= 1:
        return _n("còn %(n)s giờ để làm bài thi", hours)
    return _("sắp hết hạn làm bài thi")
