"""`flask mail test ADDRESS`: one mail through the configured server, told step by step."""

from email.utils import make_msgid

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from survey_app import clock
from survey_app.config import MailSettings
from survey_app.extensions import current_settings
from survey_app.i18n import _, current_locale
from survey_app.mailing import building
from survey_app.mailing.composing import Mail, render_mail
from survey_app.mailing.transport import Fate, Line, LineDown, Outcome
from survey_app.terminal import help_text, refuse

mail = AppGroup("mail", help=help_text("Thư điện tử."))


@mail.command("test", help=help_text("Gửi một thư thử tới ADDRESS, kể từng bước."))
@click.argument("address")
def send_test(address: str) -> None:
    """Send one mail through the configured server and tell each step."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    settings = current_settings()
    try:
        recipient = building.plain_address(address)
    except building.UnusableAddress:
        refuse(_("%(address)s không phải là địa chỉ thư.", address=address))
    sender = building.sender_address(app)
    data = building.build(
        app,
        _test_mail(recipient, settings.mail, settings.base_url),
        message_id=make_msgid(domain=settings.mail_domain),
        date=clock.now(),
    )
    click.echo(_server_line(settings.mail))
    line = Line(settings.mail, sender.rpartition("@")[2], watch=_tell)
    try:
        line.open()
        outcome = line.offer(sender, recipient) or line.transmit(data)
    except LineDown as down:
        _tell(down.phase, down.detail)
        refuse(_line_advice(down, settings.mail))
    finally:
        line.close()
    if outcome.fate is not Fate.ACCEPTED:
        refuse(_outcome_advice(outcome))
    click.echo(_("Xong: máy chủ thư đã nhận thư gửi %(address)s.", address=recipient))


def _test_mail(recipient: str, settings: MailSettings, base_url: str) -> Mail:
    subject, text, html = render_mail(
        "test",
        current_locale(),
        None,
        server=f"{settings.server}:{settings.port}",
        sent_at=clock.now(),
        action_label=_("Mở trang khảo sát"),
        action_url=base_url + "/",
    )
    return Mail(recipient, "", subject, text, html, unsubscribe_url=None, kind="test")


def _server_line(settings: MailSettings) -> str:
    if settings.use_ssl:
        secured = "SSL/TLS"
    elif settings.use_tls:
        secured = "STARTTLS"
    else:
        secured = _("không mã hoá")
    return _(
        "Máy chủ thư %(server)s, cổng %(port)s (%(secured)s), người gửi %(sender)s",
        server=settings.server,
        port=settings.port,
        secured=secured,
        sender=settings.default_sender,
    )


def _tell(phase: str, said: str) -> None:
    steps = {
        "connect": _("Kết nối"),
        "ehlo": _("Chào hỏi"),
        "tls": _("Mã hoá"),
        "auth": _("Đăng nhập"),
        "mail": _("Người gửi"),
        "rcpt": _("Người nhận"),
        "data": _("Xin chuyển thư"),
        "reply": _("Trả lời"),
    }
    click.echo(f"  {steps.get(phase, phase)}: {said}")


def _line_advice(down: LineDown, settings: MailSettings) -> str:
    if down.phase == "auth":
        return _(
            "Máy chủ thư không cho đăng nhập. "
            "Xin kiểm tra SURVEY_MAIL_USERNAME và SURVEY_MAIL_PASSWORD."
        )
    if down.phase == "tls" or settings.use_ssl:
        return _(
            "Không lập được kết nối an toàn. Xin kiểm tra tên máy chủ, chứng thư của máy chủ, "
            "SURVEY_MAIL_USE_TLS và SURVEY_MAIL_USE_SSL."
        )
    return _(
        "Không kết nối được %(server)s, cổng %(port)s. Xin kiểm tra SURVEY_MAIL_SERVER, "
        "SURVEY_MAIL_PORT và tường lửa.",
        server=settings.server,
        port=settings.port,
    )


def _outcome_advice(outcome: Outcome) -> str:
    if outcome.fate is Fate.UNKNOWN:
        return _("Mất kết nối sau khi gửi: không rõ thư đã tới chưa.")
    if outcome.fate is Fate.LOST:
        return _("Mất kết nối giữa chừng: thư chưa được gửi.")
    if outcome.phase == "mail":
        return _(
            "Máy chủ không nhận người gửi này (%(reply)s). "
            "Xin kiểm tra SURVEY_MAIL_DEFAULT_SENDER.",
            reply=outcome.reply,
        )
    if outcome.fate is Fate.TEMPORARY:
        return _(
            "Máy chủ tạm từ chối (%(reply)s); khi gửi thật, hệ thống tự thử lại.",
            reply=outcome.reply,
        )
    return _("Máy chủ từ chối: %(reply)s", reply=outcome.reply)
