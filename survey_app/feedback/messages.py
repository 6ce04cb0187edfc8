"""Kind pages about forms. None of them tells anyone but the person whether a form was sent."""

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from survey_app import formatting
from survey_app.feedback.entries import FormEntry, Standing
from survey_app.i18n import _
from survey_app.invitations.entries import Entry
from survey_app.invitations.messages import contact_of, message, send_again, you

Told = tuple[str, str]  # a question's number and words, and what was answered


def revoked(entry: Entry, told: list[Told]) -> ResponseReturnValue:
    """A newer link was issued; `told` is what was posted with the old one."""
    title = _("Liên kết này đã được thay bằng liên kết mới")
    if told:
        return _not_taken(
            entry, 410, title, _("Phiếu chưa được gửi. Xin mở thư mời mới nhất."), told
        )
    return message(410, title, _("Xin mở thư mời mới nhất."), entry=entry, action=send_again())


def in_the_way(
    standing: Standing, found: FormEntry, told: list[Told], *, seated: bool
) -> ResponseReturnValue:
    """Say why no form can be filled in now; `told` is what was just posted and not taken.

    Whether one's own form was sent is told to who confirmed to be the person, after the closing.
    """
    status, title, *lines = _why(standing, found)
    if standing == "closed" and seated:
        lines.append(_recorded(found))
    if told:
        return _not_taken(found.entry, status, title, " ".join(lines), told)
    return message(status, title, *lines, entry=found.entry)


def _why(standing: Standing, found: FormEntry) -> tuple[int, str, *tuple[str, ...]]:
    entry = found.entry
    if standing == "cancelled":
        stopped = _("Ban tổ chức đã dừng đợt góp ý này. Phiếu đã gửi đều được bỏ, không ai đọc.")
        return 410, _("Đợt góp ý này không còn mở"), stopped
    if standing == "not_yet":
        opens = formatting.moment(entry.opens_at)
        when = _("“%(title)s” mở lúc %(moment)s.", title=entry.title, moment=opens)
        return 200, _("Phiếu chưa mở"), when, _("Khi đó xin mở lại chính liên kết này.")
    if standing == "stuck":
        return (
            200,
            _("Phiếu này tạm thời chưa nhận được"),
            _("Hòm phiếu đang gặp trục trặc, người phụ trách đã được báo."),
            _("Xin mở lại liên kết này sau."),
        )
    if standing == "lost":
        return (
            410,
            _("Đợt góp ý này không có kết quả"),
            _("Máy chủ gặp sự cố và khóa của hòm phiếu đã mất, nên không ai mở được các phiếu."),
            _("Nếu ban tổ chức mở đợt mới, %(you)s sẽ nhận được thư khác.", you=you(entry)),
        )
    over = _(
        "“%(title)s” đã đóng lúc %(moment)s.",
        title=entry.title,
        moment=formatting.moment(entry.closes_at),
    )
    return 410, _("Đợt góp ý đã kết thúc"), over


def _recorded(found: FormEntry) -> str:
    if found.is_sent:
        return _("Hệ thống ghi nhận: %(you)s đã gửi phiếu.", you=you(found.entry))
    return _("Hệ thống ghi nhận: %(you)s chưa gửi phiếu.", you=you(found.entry))


def sent(entry: Entry, draft: str, *, before: bool) -> ResponseReturnValue:
    """A form is recorded. With `before`, one was recorded before the one just sent."""
    page = render_template(
        "feedback/sent.html",
        title=_("Đã ghi nhận phiếu của %(you)s", you=you(entry)),
        paragraphs=_after_sending(entry, before=before),
        ask=contact_of(entry),
        brand=entry.campaign_tag,
        forget=draft,
        end_url=url_for("respond.leave"),
    )
    return make_response(page, 200)


def _after_sending(entry: Entry, *, before: bool) -> list[str]:
    if before:
        return [
            _("Cảm ơn %(you)s. Trước lần gửi này đã có một phiếu được ghi nhận.", you=you(entry)),
            _("Mỗi người được tính một phiếu. Hệ thống không biết phiếu nào là của ai."),
        ]
    return [
        _("Cảm ơn %(you)s.", you=you(entry)),
        _("Mỗi người được tính một phiếu; phiếu đã gửi không ai sửa hay lấy lại được."),
    ]


def stranger(entry: Entry, *, elsewhere: bool) -> ResponseReturnValue:
    """This browser was not confirmed for this person, or was for somebody else since."""
    if elsewhere:
        return message(
            409,
            _("Trình duyệt này đang mở trang khác"),
            _("Để không lẫn phiếu và bài của hai người, xin mở lại liên kết trong thư của mình."),
            entry=entry,
        )
    return message(
        403,
        _("Xin mở lại liên kết trong thư"),
        _("Trình duyệt không còn nhớ ai đang mở phiếu. Mở lại liên kết trong thư là được."),
        entry=entry,
        action=send_again(),
    )


def tried() -> ResponseReturnValue:
    """A trial run was sent: nothing is stored."""
    return message(
        200,
        _("Phiếu thử dùng được"),
        _("Đây là bản thử. Không có gì được gửi hay lưu lại."),
        _("Người được mời sẽ thấy ở đây: “Đã ghi nhận phiếu của đồng chí.”"),
    )


def _not_taken(
    entry: Entry, status: int, title: str, why: str, told: list[Told]
) -> ResponseReturnValue:
    """Refuse a form, and give back what was written in it to whoever just sent it."""
    page = render_template(
        "feedback/not_taken.html",
        title=title,
        why=why,
        told="\n\n".join(f"{question}\n→ {answer}" for question, answer in told),
        ask=contact_of(entry),
        brand=entry.campaign_tag,
    )
    return make_response(page, status)
