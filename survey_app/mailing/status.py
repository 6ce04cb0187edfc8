"""What happened to a mail, in words an organiser understands."""

import re
from datetime import datetime

from survey_app.formatting import moment
from survey_app.i18n import _


def status_words(
    state: str, reason: str | None, last_reply: str | None = None, at: datetime | None = None
) -> str:
    """Say what became of a mail; `at` is when it was settled, or when it is due."""
    if state == "sent":
        return _sent(at)
    if state == "failed":
        return _failed(reason, last_reply)
    if state == "unknown":
        return _unknown(reason)
    if state == "skipped":
        return _("Không gửi: %(why)s", why=skip_words(reason))
    if state == "cancelled":
        return _("Đã huỷ, không gửi")
    if state == "sending":
        return _("Đang giao cho máy chủ thư")
    return _waiting(reason, at)


def short_words(state: str) -> str:
    """Return the name of a state, for a column or a filter."""
    names = {
        "pending": _("Chờ gửi"),
        "claimed": _("Chờ gửi"),
        "sending": _("Đang gửi"),
        "sent": _("Đã giao"),
        "failed": _("Không giao được"),
        "unknown": _("Không rõ"),
        "skipped": _("Không cần gửi"),
        "cancelled": _("Đã huỷ"),
    }
    return names.get(state, state)


def skip_words(reason: str | None) -> str:
    """Say why a mail was not wanted any more. Composers use these codes."""
    reasons = {
        "answered": _("đã làm xong"),
        "closed": _("đợt đã đóng"),
        "round_cancelled": _("đợt đã huỷ"),
        "exempt": _("được miễn tham gia"),
        "not_open": _("đợt chưa mở"),
        "left": _("không còn trong danh sách"),
        "no_address": _("chưa có địa chỉ thư"),
        "bad_address": _("địa chỉ thư không dùng được"),
        "opted_out": _("người nhận không muốn nhận thư nhắc"),
        "expired": _("liên kết đã hết hạn"),
        "superseded": _("đã có thư mới hơn"),
    }
    return reasons.get(reason or "", _("không còn cần nữa"))


def _sent(at: datetime | None) -> str:
    if at is None:
        return _("Đã giao cho máy chủ thư")
    return _("Đã giao cho máy chủ thư lúc %(moment)s", moment=moment(at))


def _waiting(reason: str | None, at: datetime | None) -> str:
    why = {
        "unreachable": _("Chưa gửi được: không kết nối được máy chủ thư, sẽ tự thử lại"),
        "no_tls": _("Chưa gửi được: không lập được kết nối an toàn với máy chủ thư"),
        "no_sign_in": _("Chưa gửi được: máy chủ thư không nhận tên đăng nhập hoặc mật khẩu"),
    }
    if reason in why:
        return why[reason]
    if reason in {"later", "line_lost"}:
        if at is None:
            return _("Máy chủ thư tạm từ chối, sẽ tự thử lại")
        return _("Máy chủ thư tạm từ chối, sẽ thử lại lúc %(moment)s", moment=moment(at))
    return _("Chờ gửi") if at is None else _("Chờ gửi lúc %(moment)s", moment=moment(at))


def _unknown(reason: str | None) -> str:
    if reason == "worker_died":
        return _("Không rõ đã tới chưa: chương trình gửi thư dừng đột ngột khi đang giao")
    if reason == "restored":
        return _(
            "Không rõ đã gửi chưa: hệ thống được khôi phục từ bản sao lưu cũ hơn, "
            "thư này có thể đã gửi trước đó"
        )
    return _("Không rõ đã tới chưa: mất kết nối sau khi gửi")


def _failed(reason: str | None, last_reply: str | None) -> str:
    own = {
        "no_composer": _("Không soạn được thư: hệ thống không biết loại thư này"),
        "compose_error": _("Không soạn được thư: lỗi của hệ thống, xin báo người quản trị"),
        "bad_address": _("Địa chỉ thư viết sai, không gửi được"),
        "gave_up": _("Đã thử nhiều lần, máy chủ thư vẫn tạm từ chối"),
    }
    if reason in own:
        return own[reason]
    return _("Máy chủ từ chối: %(why)s", why=_reply_words(last_reply or "", reason))


def _reply_words(reply: str, reason: str | None) -> str:
    found = re.match(r"(\d{3})(?: ([245]\.\d{1,3}\.\d{1,3}))?", reply)
    code, extended = found.groups() if found else ("", "")
    extended = extended or ""
    if extended == "5.2.2" or code == "552":
        return _("hộp thư đã đầy")
    if extended == "5.2.1":
        return _("hộp thư đã ngừng hoạt động")
    if extended in {"5.1.2", "5.1.10"}:
        return _("tên miền của địa chỉ không tồn tại")
    if extended.startswith("5.1.") or reason == "refused_address":
        return _("hộp thư không tồn tại")
    if extended.startswith("5.7."):
        return _("bị chặn theo quy định của máy chủ nhận (%(reply)s)", reply=reply)
    return reply or _("không nói lý do")
