"""The sign-in mail, written from the link's public id at the moment of sending."""

from flask import Flask
from sqlalchemy.orm import Session

from survey_app.accounts import links
from survey_app.accounts.models import User
from survey_app.extensions import current_settings
from survey_app.i18n import _, speaking
from survey_app.mailing.composing import Mail, Skip, register, render_mail
from survey_app.mailing.models import OutboxItem, OutboxMessage

KIND = "security"


def compose_sign_in(
    session: Session, message: OutboxMessage, items: list[OutboxItem]
) -> Mail | Skip:
    """Write the mail with the newest link that still opens something."""
    user = session.get(User, message.recipient_id)
    if user is None or not user.is_active:
        return Skip("left")
    settings = current_settings()
    for item in reversed(items):
        token = links.token_of(settings.link_key, item.payload["link"])
        if links.is_live(session, token):
            break
    else:
        return Skip("expired")
    with speaking(user.locale):
        words = _words(user.name)
    subject, text, html = render_mail(
        "sign_in", user.locale, None, action_url=f"{settings.base_url}/sign-in/{token}", **words
    )
    return Mail(user.email, user.name, subject, text, html, unsubscribe_url=None, kind=KIND)


def _words(name: str) -> dict[str, str | list[str]]:
    news = _(
        "Đây là liên kết đăng nhập mới được yêu cầu cho tài khoản này. Liên kết dùng một "
        "lần, trong 24 giờ."
    )
    return {
        "preheader": news,
        "before": [_("Kính gửi %(name)s,", name=name), news],
        "action_label": _("Đăng nhập"),
        "after": [
            _(
                "Nếu không ai yêu cầu, xin bỏ qua thư này: chưa bấm nút thì chưa có gì thay đổi. "
                "Xin đừng chuyển thư này cho người khác."
            )
        ],
    }


def install(app: Flask) -> None:
    """Hand the composer to the mail package; somebody waits for this mail, so it overtakes."""
    register(app, KIND, compose_sign_in, urgent=True)
