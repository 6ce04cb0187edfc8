"""Domain errors, HTTP errors and crashes become pages here, once, in the reader's language."""

import logging

from flask import Flask, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from survey_app import crashes
from survey_app.errors import (
    Conflict,
    DomainError,
    Expired,
    Invalid,
    NotAllowed,
    NotFound,
    Problem,
    Throttled,
)
from survey_app.i18n import _
from survey_app.web.resend import resend_page

log = logging.getLogger(__name__)

_COME_AGAIN_SECONDS = 5

STATUS: dict[type[DomainError], int] = {
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    Expired: 410,
    Invalid: 422,
    Throttled: 429,
}


def status_of(error: DomainError) -> int:
    """Return the HTTP status of a domain error."""
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)


def _page(status: int, title: str, message: str, problems: tuple[Problem, ...] = ()) -> Response:
    if request.is_json:
        response = make_response({"message": message, "title": title}, status)
    else:
        response = make_response(
            render_template(
                "errors/error.html", status=status, title=title, message=message, problems=problems
            ),
            status,
        )
    return response


def _titles() -> dict[int, tuple[str, str]]:
    return {
        400: (
            _("Yêu cầu không đọc được"),
            _("Xin quay lại trang trước và thử lại. Dữ liệu đã lưu không bị mất."),
        ),
        403: (
            _("Không có quyền xem trang này"),
            _("Tài khoản đang dùng không có quyền này. Xin hỏi ban tổ chức nếu cần."),
        ),
        404: (
            _("Không tìm thấy trang này"),
            _("Có thể liên kết bị cắt mất một phần. Xin mở lại từ thư, hoặc về trang đầu."),
        ),
        405: (
            _("Trang này không mở được theo cách đó"),
            _("Xin về trang đầu và bắt đầu lại. Dữ liệu đã lưu không bị mất."),
        ),
        413: (
            _("Tệp quá lớn"),
            _("Tệp tải lên vượt quá 20 MB. Xin chỉ giữ lại bảng danh sách rồi tải lên lại."),
        ),
    }


def _told(error: DomainError) -> Response:
    """Say why what the user asked for cannot be done."""
    status = status_of(error)
    titles = {
        403: _("Không có quyền"),
        404: _("Không tìm thấy"),
        409: _("Việc này hiện không làm được"),
        410: _("Đã quá hạn"),
        422: _("Thông tin chưa dùng được"),
        429: _("Xin đợi một lát"),
    }
    response = _page(status, titles.get(status, ""), error.message, error.problems)
    if isinstance(error, Throttled):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def _come_again() -> Response:
    """The database takes nothing just now: say so, and keep what was typed."""
    title = _("Máy chủ đang bận")
    if request.method in {"GET", "HEAD"}:
        message = _("Những gì đã lưu vẫn còn. Xin đợi một lát rồi mở lại trang.")
    else:
        message = _(
            "Lần này có thể chưa lưu được. Xin đợi một lát rồi gửi lại; "
            "gửi lại không bị tính hai lần."
        )
    if request.method == "POST" and not request.is_json:
        response = resend_page(503, title, message)
    else:
        response = _page(503, title, message)
    response.headers["Retry-After"] = str(_COME_AGAIN_SECONDS)
    return response


def install(app: Flask) -> None:
    """Register the handlers on `app`."""

    @app.errorhandler(DomainError)
    def domain_error(error: DomainError) -> ResponseReturnValue:
        return _told(error)

    @app.errorhandler(CSRFError)
    def stale_form(_error: CSRFError) -> ResponseReturnValue:
        return resend_page(
            400,
            _("Trang này đã mở quá lâu"),
            _("Vì an toàn, biểu mẫu chỉ dùng được trong một thời gian, rồi phải gửi lại lần nữa."),
        )

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error.get_response()
        title, message = _titles().get(error.code, _titles()[400])
        response = _page(error.code, title, message)
        for name, value in error.get_headers():
            if name in {"Allow", "Retry-After"}:
                response.headers[name] = value
        return response

    @app.errorhandler(SQLAlchemyError)
    def refused_by_the_database(error: SQLAlchemyError) -> ResponseReturnValue:
        if crashes.is_lost_race(error):
            return _told(Conflict(crashes.lost_race_message()))
        if crashes.is_unavailable(error):
            log.error("no database in %s\n%s", request.endpoint, crashes.report(error))
            return _come_again()
        return crash(error)

    @app.errorhandler(Exception)
    def crash(error: Exception) -> ResponseReturnValue:
        # The path of a personal link is a secret: the endpoint's name is enough to find the fault.
        log.error("crash in %s\n%s", request.endpoint, crashes.report(error))
        if app.testing:
            raise error
        return _page(
            500,
            _("Máy chủ gặp lỗi"),
            _(
                "Lỗi này đã được ghi lại. Những gì đã lưu vẫn còn. "
                "Xin thử lại sau ít phút, hoặc gọi người phụ trách."
            ),
        )
