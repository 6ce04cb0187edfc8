"""Kind pages about papers: what happened, that nothing is lost, whom to ask."""

from flask.typing import ResponseReturnValue

from survey_app import formatting
from survey_app.i18n import _
from survey_app.invitations.entries import Entry

# What any kind of round says is said from here, too.
from survey_app.invitations.messages import Contact as Contact
from survey_app.invitations.messages import broken_link as broken_link
from survey_app.invitations.messages import contact_of as contact_of
from survey_app.invitations.messages import message as message
from survey_app.invitations.messages import not_me as not_me
from survey_app.invitations.messages import send_again as _send_again
from survey_app.invitations.messages import you as you


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
