"""Kind pages: what happened, that nothing is lost, whom to ask. Shared by all member's views."""

from dataclasses import dataclass

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from survey_app import formatting
from survey_app.i18n import _
from survey_app.people.wording import you_word
from survey_app.quizzes.queries import Entry


@dataclass(frozen=True)
class Contact:
    """Whom to ask."""

    name: str | None
    phone: str | None


@dataclass(frozen=True)
class Action:
    """The one thing to do next."""

    label: str
    url: str
    post: bool = False


def contact_of(entry: Entry | None) -> Contact | None:
    """Return the campaign's contact."""
    if entry is None or not entry.contact_name:
        return None
    return Contact(entry.contact_name, entry.contact_phone)


def you(entry: Entry) -> str:
    """Return how the person is addressed."""
    return you_word(entry.form_of_address, entry.person_kind)


def message(
    status: int,
    title: str,
    *paragraphs: str,
    entry: Entry | None = None,
    action: Action | None = None,
    forget: bool = False,
) -> ResponseReturnValue:
    """Answer with a kind page."""
    page = render_template(
        "quizzes/message.html",
        title=title,
        paragraphs=paragraphs,
        ask=contact_of(entry),
        action=action,
        brand=entry.campaign_tag if entry else None,
        forget=forget,
    )
    return make_response(page, status)


def _send_again() -> Action:
    """Return the way for whoever has no good link at hand."""
    return Action(_("Gửi lại liên kết cho tôi"), url_for("lost_link.ask"))


def broken_link() -> ResponseReturnValue:
    """The link was cut, mistyped or is not ours."""
    return message(
        404,
        _("Liên kết này không đúng"),
        _("Có thể liên kết bị cắt mất một phần khi sao chép. Xin mở lại từ thư mời."),
        _("Không thấy thư mời, xin bấm nút dưới đây hoặc gọi người phụ trách."),
        action=_send_again(),
    )


def revoked(entry: Entry) -> ResponseReturnValue:
    """A newer link was issued."""
    return message(
        410,
        _("Liên kết này đã được thay bằng liên kết mới"),
        _("Xin mở thư mời mới nhất. Bài đã làm vẫn còn nguyên."),
        entry=entry,
        action=_send_again(),
    )


def cancelled(entry: Entry) -> ResponseReturnValue:
    """The round does not take place."""
    return message(
        410,
        _("Vòng thi này không còn mở"),
        _("Ban tổ chức đã dừng vòng thi này."),
        entry=entry,
    )


def not_yet(entry: Entry) -> ResponseReturnValue:
    """The round opens later; the same link will do."""
    return message(
        200,
        _("Vòng thi chưa mở"),
        _("“%(title)s” mở lúc %(moment)s.", title=entry.title, moment=_moment(entry, "opens")),
        _("Khi đó xin mở lại chính liên kết này."),
        entry=entry,
    )


def closed(entry: Entry) -> ResponseReturnValue:
    """The round is over, and this person has no result in it."""
    return message(
        410,
        _("Vòng thi đã kết thúc"),
        _(
            "“%(title)s” đã đóng lúc %(moment)s.",
            title=entry.title,
            moment=_moment(entry, "closes"),
        ),
        _("Cảm ơn %(you)s đã quan tâm.", you=you(entry)),
        entry=entry,
    )


def not_me(entry: Entry, link: str) -> ResponseReturnValue:
    """The reader says the link is somebody else's; `link` asks again those who slipped."""
    return message(
        200,
        _("Cảm ơn, chưa có gì được ghi lại"),
        _(
            "Liên kết này dành riêng cho %(name)s, xin không chuyển tiếp.",
            name=entry.name,
        ),
        _("Nếu thư đến nhầm hộp thư, xin báo người phụ trách để sửa địa chỉ."),
        entry=entry,
        action=Action(_("Bấm nhầm, quay lại chọn"), link),
        forget=True,
    )


def other_person(entry: Entry) -> ResponseReturnValue:
    """Two people use this browser; nothing is mixed up."""
    return message(
        409,
        _("Trình duyệt này đang mở bài của người khác"),
        _("Để không lẫn bài của hai người, xin mở lại liên kết trong thư của chính mình."),
        _("Câu trả lời đã lưu của cả hai người vẫn còn nguyên."),
        entry=entry,
    )


def other_round(entry: Entry, other: Entry) -> ResponseReturnValue:
    """The same person went on to another round in this browser."""
    return message(
        409,
        _("Trang này thuộc vòng thi khác"),
        _(
            "Trình duyệt đang mở “%(other)s”. Muốn quay lại “%(title)s”, "
            "xin mở lại liên kết trong thư mời của vòng ấy.",
            other=other.title,
            title=entry.title,
        ),
        _("Câu trả lời đã lưu của cả hai vòng vẫn còn nguyên."),
        entry=entry,
    )


def handed_in_without_session(entry: Entry) -> ResponseReturnValue:
    """The paper was taken, but this browser was not confirmed: no score, no name."""
    return message(
        200,
        _("Bài đã được nộp"),
        _("Xin mở lại liên kết trong thư để xem kết quả và số biên nhận."),
        entry=entry,
        forget=True,
    )


def session_lost(entry: Entry, *, kept: bool, handed_in: bool = False) -> ResponseReturnValue:
    """The cookie is gone (or was never there)."""
    if handed_in:
        return message(
            403,
            _("Xin mở lại liên kết trong thư"),
            _("Bài đã được nộp."),
            _("Mở lại liên kết trong thư là xem được kết quả."),
            entry=entry,
            action=_send_again(),
        )
    first = (
        _("Câu trả lời vừa gửi đã được lưu.") if kept else _("Câu trả lời đã lưu vẫn còn nguyên.")
    )
    return message(
        200 if kept else 403,
        _("Xin mở lại liên kết trong thư"),
        first,
        _("Trình duyệt không còn nhớ ai đang làm bài. Mở lại liên kết trong thư là làm tiếp được."),
        entry=entry,
        action=_send_again(),
    )


def time_over(entry: Entry) -> ResponseReturnValue:
    """The deadline has passed and the result is about to be made."""
    return message(
        410,
        _("Đã hết giờ làm bài"),
        _("Những câu đã lưu được tính, không cần nộp. Kết quả có sau ít phút, ở liên kết này."),
        _("Nếu chưa có câu nào được lưu thì lượt này không tính."),
        entry=entry,
    )


def ended(entry: Entry, *, kept: bool) -> ResponseReturnValue:
    """The person pressed "Kết thúc"."""
    forgotten = _("Trên máy này không còn lưu gì của %(you)s.", you=you(entry))
    if not kept:
        return message(200, _("Đã kết thúc"), forgotten, entry=entry, forget=True)
    limited = entry.rules.time_limit_minutes is not None
    return message(
        200,
        _("Đã rời khỏi bài làm"),
        _("Bài chưa nộp. Câu đã chọn vẫn còn, và đồng hồ vẫn chạy.")
        if limited
        else _(
            "Bài chưa nộp. Câu đã chọn vẫn còn; làm tiếp được đến %(moment)s.",
            moment=_moment(entry, "closes"),
        ),
        forgotten,
        # No button leads back: the next person at a shared computer would press it.
        _("Mở lại liên kết trong thư để làm tiếp và nộp bài."),
        entry=entry,
        action=_send_again(),
        forget=True,
    )


def _moment(entry: Entry, which: str) -> str:
    return formatting.moment(entry.opens_at if which == "opens" else entry.closes_at)
