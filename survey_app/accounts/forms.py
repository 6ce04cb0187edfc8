"""Forms of the sign-in, account and user pages. CSRF is checked for every post of the app."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from survey_app.i18n import LOCALES, lazy
from survey_app.web.form_words import FormWords


class StaffForm(FlaskForm):
    """Base of the forms here; the token is checked once, for the whole app, by `CSRFProtect`."""

    class Meta:
        """Settings of WTForms."""

        csrf = False

        def get_translations(self, form: Any) -> FormWords:
            """Let WTForms' own messages speak the reader's language."""
            del form
            return FormWords()

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)  # type: ignore[no-untyped-call]


class SignInForm(StaffForm):
    """E-mail and password."""

    email = EmailField(
        lazy("Địa chỉ thư"),
        [InputRequired(lazy("Xin ghi địa chỉ thư.")), Length(max=254)],
        render_kw={"autocomplete": "username", "inputmode": "email"},
    )
    password = PasswordField(
        lazy("Mật khẩu"),
        [InputRequired(lazy("Xin ghi mật khẩu.")), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class MailLinkForm(StaffForm):
    """The address to which a link is sent."""

    email = EmailField(
        lazy("Địa chỉ thư"),
        [InputRequired(lazy("Xin ghi địa chỉ thư.")), Length(max=254)],
        render_kw={"autocomplete": "username", "inputmode": "email"},
    )


class PasswordForm(StaffForm):
    """A new password, and the present one where it has to be shown again."""

    current = PasswordField(
        lazy("Mật khẩu hiện nay"),
        [Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        lazy("Mật khẩu mới"),
        [InputRequired(lazy("Xin ghi mật khẩu mới.")), Length(max=1000)],
        render_kw={"autocomplete": "new-password", "minlength": "12"},
    )


class NewUserForm(StaffForm):
    """A new account with its first role."""

    email = EmailField(
        lazy("Địa chỉ thư"), [InputRequired(lazy("Xin ghi địa chỉ thư.")), Length(max=254)]
    )
    name = StringField(
        lazy("Họ và tên"),
        [
            InputRequired(lazy("Xin ghi họ tên.")),
            Length(max=100, message=lazy("Họ tên dài nhất 100 ký tự.")),
        ],
    )
    role = SelectField(lazy("Vai trò"), [InputRequired(lazy("Xin chọn vai trò."))])
    cell = SelectField(lazy("Chi bộ"))


class RoleForm(StaffForm):
    """One more role for an account."""

    role = SelectField(lazy("Vai trò"), [InputRequired(lazy("Xin chọn vai trò."))])
    cell = SelectField(lazy("Chi bộ"))


class LocaleForm(StaffForm):
    """The language of pages and mails."""

    locale = SelectField(
        lazy("Ngôn ngữ"), choices=[("vi", "Tiếng Việt"), ("en", "English")], default=LOCALES[0]
    )
