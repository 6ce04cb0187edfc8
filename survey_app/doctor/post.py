"""The mail server: connect, greet, encrypt, sign in; no mail is sent."""

from collections.abc import Iterator

from survey_app.config import MailSettings, Settings
from survey_app.doctor.checks import Check, ok, problem, warning
from survey_app.i18n import _
from survey_app.mailing.transport import Line, LineDown

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def look(settings: Settings) -> Iterator[Check]:
    """Yield whether mail could be handed over now, and whether on a safe line."""
    mail = settings.mail
    where = f"{mail.server}:{mail.port}"
    line = Line(mail, settings.mail_domain)
    try:
        line.open()
    except LineDown as down:
        yield problem("mail.server", _advice(down, settings), where)
        return
    finally:
        line.close()
    yield ok("mail.server", _("Máy chủ thư nhận kết nối (không gửi thư nào)."), where)
    yield _safety(mail, where)


def _safety(mail: MailSettings, where: str) -> Check:
    if mail.use_tls or mail.use_ssl:
        text = _("Đường tới máy chủ thư được mã hóa, chứng thư đúng.")
        return ok("mail.encryption", text, where)
    if mail.server in _LOOPBACK:
        return ok("mail.encryption", _("Máy chủ thư ở ngay trên máy này."), where)
    if mail.username:
        text = _(
            "Mật khẩu của máy chủ thư đi qua mạng không mã hóa. Xin đặt SURVEY_MAIL_USE_TLS=1."
        )
        return problem("mail.encryption", text, "SURVEY_MAIL_USE_TLS")
    text = _(
        "Thư, cùng liên kết cá nhân trong thư, đi qua mạng không mã hóa. Nếu máy chủ thư cho phép, "
        "xin đặt SURVEY_MAIL_USE_TLS=1."
    )
    return warning("mail.encryption", text, "SURVEY_MAIL_USE_TLS")


def _advice(down: LineDown, settings: Settings) -> str:
    """Say what to do; the server's own words may hold a user's name and stay out."""
    if down.phase == "auth":
        return _(
            "Máy chủ thư không cho đăng nhập. "
            "Xin kiểm tra SURVEY_MAIL_USERNAME và SURVEY_MAIL_PASSWORD."
        )
    if down.phase == "tls" or settings.mail.use_ssl:
        return _(
            "Không lập được kết nối an toàn. Xin kiểm tra tên máy chủ, chứng thư của máy chủ, "
            "SURVEY_MAIL_USE_TLS và SURVEY_MAIL_USE_SSL."
        )
    if settings.development:
        return _(
            "Không kết nối được hộp thư của bản dùng thử. Xin chạy bản dùng thử trước: make run"
        )
    return _(
        "Không kết nối được %(server)s, cổng %(port)s. Xin kiểm tra SURVEY_MAIL_SERVER, "
        "SURVEY_MAIL_PORT và tường lửa.",
        server=settings.mail.server,
        port=settings.mail.port,
    )
