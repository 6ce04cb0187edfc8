"""Kind pages for members of any kind of round: what happened, what is kept, whom to ask."""

from dataclasses import dataclass

from flask import make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from survey_app.i18n import _
from survey_app.invitations.entries import Entry
from survey_app.people.wording import you_word


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
        "invitations/message.html",
        title=title,
        paragraphs=paragraphs,
        ask=contact_of(entry),
        action=action,
        brand=entry.campaign_tag if entry else None,
        forget=forget,
    )
    return make_response(page, status)


def send_again() -> Action:
    """Return the way for whoever has no good link at hand."""
    return Action(_("Gửi lại liên kết cho tôi"), url_for("lost_link.ask"))


def broken_link() -> ResponseReturnValue:
    """The link was cut, mistyped or is not ours."""
    return message(
        404,
        _("Liên kết này không đúng"),
        _("Có thể liên kết bị cắt mất một phần khi sao chép. Xin mở lại từ thư mời."),
        _("Không thấy thư mời, xin bấm nút dưới đây hoặc gọi người phụ trách."),
        action=send_again(),
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
