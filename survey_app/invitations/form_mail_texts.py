"""What the mails of a form say: nobody is told, nobody is blamed, whoever has sent may skip it."""

from datetime import datetime
from typing import Any

from survey_app import formatting
from survey_app.i18n import _, _n
from survey_app.invitations.addressees import Reader, RoundFacts
from survey_app.invitations.mail_texts import (
    ask,
    deadline,
    frame,
    greeting,
    in_short,
    private,
    when,
)
from survey_app.mailing.composing import subject_about


def form_invitation_texts(
    reader: Reader, facts: RoundFacts, link: str, no_reminders: str | None, now: datetime
) -> dict[str, Any]:
    """Return the values of `templates/mail/invitation` for a form; speak the reader's locale."""
    invited = _(
        "%(issuer)s mời %(you)s góp ý qua phiếu “%(title)s”.",
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
                "[%(tag)s] %(title)s, đến %(day)s", tag=facts.tag, title=title, day=day
            ),
            lambda title: f"[{facts.tag}] {title}",
        ),
        "preheader": in_short(*times, *about),
        "before": [
            *greeting(reader),
            invited,
            *filter(None, [facts.settings.intro]),
            _nameless(reader),
            _("Góp ý là tự nguyện, không bắt buộc. Câu nào cũng có thể bỏ qua."),
        ],
        "facts": times,
        "details": about,
        "action_label": _("Mở phiếu tại đây"),
        "after": [private(reader), ask(facts)],
    }


def form_reminder_texts(
    reader: Reader, facts: RoundFacts, link: str, no_reminders: str | None, now: datetime
) -> dict[str, Any]:
    """Return the values of `templates/mail/reminder` for a form; speak the reader's locale.

    It goes to all who were invited and is the same for all: who has sent is asked of nobody.
    """
    until, day = deadline(facts, now), formatting.day_and_month(facts.closes_at)
    news = _(
        "Phiếu “%(title)s” còn nhận đến %(moment)s.",
        title=facts.title,
        moment=formatting.moment(facts.closes_at),
    )
    free = _("Nếu đã gửi, xin bỏ qua thư này; không bắt buộc.")
    to_all = _("Thư này gửi cho tất cả những người được mời.")
    return {
        **frame(reader, facts, link, no_reminders),
        "subject": subject_about(
            facts.title,
            lambda title: _(
                "[%(tag)s] Nhắc: %(title)s, đến %(day)s", tag=facts.tag, title=title, day=day
            ),
            lambda title: _("[%(tag)s] Nhắc: %(title)s", tag=facts.tag, title=title),
        ),
        "preheader": free,
        "before": [*greeting(reader), news, free, to_all, _nameless(reader)],
        "facts": [until],
        "action_label": _("Mở phiếu tại đây"),
        "after": [private(reader), ask(facts)],
    }


def _nameless(reader: Reader) -> str:
    """Say what is recorded, so that it holds for who has sent and for who has not."""
    return _(
        "Phiếu không ghi tên. Khi %(you)s gửi, hệ thống chỉ ghi việc đã gửi, để không ai gửi hai "
        "lần. Không ai xem được ai đã gửi, ai chưa.",
        you=reader.you,
    )


def _about(facts: RoundFacts) -> list[tuple[str, str]]:
    return [
        (_("Số câu hỏi"), _n("%(n)s câu", facts.question_count)),
        (_("Thời gian trả lời"), _n("khoảng %(n)s phút", facts.minutes)),
    ]
