"""What invitations and reminders say. Each sentence once, for the text and the HTML part alike."""

from datetime import datetime
from typing import Any

from survey_app import formatting
from survey_app.i18n import _, _n
from survey_app.invitations.addressees import Reader, RoundFacts
from survey_app.mailing.composing import subject_about


def invitation_texts(
    reader: Reader, facts: RoundFacts, link: str, no_reminders: str | None, now: datetime
) -> dict[str, Any]:
    """Return the values of `templates/mail/invitation`; speak the reader's locale first."""
    invited = _(
        "%(issuer)s mời %(you)s tham gia bài thi “%(title)s”.",
        issuer=facts.issuer,
        you=reader.you,
        title=facts.title,
    )
    day = formatting.day_and_month(facts.closes_at)
    times, about = when(facts, now), _about(facts)
    return {
        **frame(reader, facts, link, no_reminders),
        "subject": subject_about(
            facts.title,
            lambda title: _(
                "[%(tag)s] %(title)s – mời thi đến %(day)s", tag=facts.tag, title=title, day=day
            ),
        ),
        "preheader": in_short(*times, *about[:2]),
        "before": [*greeting(reader), invited, *filter(None, [facts.settings.intro])],
        "facts": times,
        "details": about,
        "action_label": _("Vào thi tại đây"),
        "after": [private(reader), ask(facts), helped(reader)],
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
    check = _(
        "Nếu %(you)s đã nộp bài, xin báo cho %(contact)s, điện thoại %(phone)s, để kiểm tra.",
        you=reader.you,
        contact=facts.contact_name,
        phone=facts.contact_phone,
    )
    left, until = time_left(facts, now), deadline(facts, now)
    return {
        **frame(reader, facts, link, no_reminders),
        "subject": subject_about(
            facts.title,
            lambda title: _(
                "[%(tag)s] %(title)s – nhắc: %(left)s", tag=facts.tag, title=title, left=left
            ),
        ),
        "preheader": in_short(until),
        "before": [*greeting(reader), news],
        "facts": [until],
        "action_label": _("Làm bài tại đây"),
        "after": [private(reader), check],
    }


def frame(reader: Reader, facts: RoundFacts, link: str, no_reminders: str | None) -> dict[str, Any]:
    """Return what every mail about a round has around its own sentences."""
    return {
        "you": reader.you,
        "tag": facts.tag,
        "action_url": link,
        "closing": [_("Trân trọng."), facts.issuer],
        "foot_text": _("Nếu không muốn được nhắc:")
        if no_reminders
        else _("Trong thư thật, chỗ này có liên kết “Không nhận thư nhắc”."),
        "foot_url": no_reminders,
        "foot_label": _("Không nhận thư nhắc"),
    }


def in_short(*facts: tuple[str, str]) -> str:
    """Return what a list of mails shows beside the subject."""
    return " · ".join(f"{label}: {value}" for label, value in facts)


def greeting(reader: Reader) -> list[str]:
    """Return how a mail begins."""
    greeting = [_("Kính gửi %(you)s %(name)s,", you=reader.you, name=reader.name)]
    if reader.shared_mailbox:
        greeting.append(
            _(
                "Hộp thư này có nhiều người dùng chung. Thư này chỉ dành cho %(you)s %(name)s.",
                you=reader.you,
                name=reader.name,
            )
        )
    return greeting


def private(reader: Reader) -> str:
    """Return that the link is the reader's own."""
    return _("Liên kết này dành riêng cho %(you)s, xin không chuyển tiếp.", you=reader.you)


def ask(facts: RoundFacts) -> str:
    """Return whom to call."""
    return _(
        "Nếu gặp khó khăn, xin liên hệ %(contact)s, điện thoại %(phone)s.",
        contact=facts.contact_name or "…",
        phone=facts.contact_phone or "…",
    )


def when(facts: RoundFacts, now: datetime) -> list[tuple[str, str]]:
    """Return from when, if that is to come, and until when."""
    closes = (_("Hạn cuối"), formatting.moment(facts.closes_at))
    if facts.opens_at <= now:
        return [closes]
    return [(_("Mở từ"), formatting.moment(facts.opens_at)), closes]


def _about(facts: RoundFacts) -> list[tuple[str, str]]:
    limit, attempts = facts.settings.time_limit_minutes, facts.settings.attempts_allowed
    if attempts is None:
        tries = _("làm nhiều lượt được; hệ thống lấy lượt tốt nhất")
    elif attempts == 1:
        tries = _("mỗi người một lượt")
    else:
        tries = _n("mỗi người %(n)s lượt; hệ thống lấy lượt tốt nhất", attempts)
    return [
        (_("Số câu hỏi"), _n("%(n)s câu", facts.question_count)),
        (
            _("Thời gian làm bài"),
            _n("%(n)s phút, tính từ lúc bắt đầu", limit) if limit else _("không giới hạn"),
        ),
        (_("Số lượt"), tries),
    ]


def deadline(facts: RoundFacts, now: datetime) -> tuple[str, str]:
    """Return until when, and what is left."""
    moment, left = formatting.moment(facts.closes_at), formatting.remaining(facts.closes_at, now)
    return _("Hạn cuối"), f"{moment} ({left})"


def helped(reader: Reader) -> str:
    """Return what to do without a computer or phone."""
    if reader.kind == "party_member":
        return _(
            "Nếu không dùng được máy tính hoặc điện thoại, "
            "%(you)s báo bí thư chi bộ để được hỗ trợ.",
            you=reader.you,
        )
    return _(
        "Nếu không dùng được máy tính hoặc điện thoại, "
        "%(you)s gọi số điện thoại trên để được hỗ trợ.",
        you=reader.you,
    )


def time_left(facts: RoundFacts, now: datetime) -> str:
    """Return what is left, for a subject."""
    left = facts.closes_at - now
    if left.days >= 1:
        return _n("còn %(n)s ngày", left.days)
    hours = int(left.total_seconds() // 3600)
    if hours >= 1:
        return _n("còn %(n)s giờ", hours)
    return _("sắp hết hạn")
