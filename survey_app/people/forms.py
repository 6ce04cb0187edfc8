"""Forms of the roster pages."""

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, EmailField, RadioField, SelectField, StringField
from wtforms.validators import Length

from survey_app.accounts.forms import StaffForm
from survey_app.i18n import lazy

FILE_TYPES = ".xlsx,.xls,.ods,.csv,.txt"


class UploadForm(StaffForm):
    """A roster file and what it does not say itself."""

    file = FileField(
        lazy("Tệp danh sách"),
        [FileRequired(lazy("Xin chọn một tệp."))],
        description=lazy("Excel (.xlsx, .xls), OpenDocument (.ods) hoặc CSV, nhiều nhất 20 MB."),
        render_kw={"accept": FILE_TYPES},
    )
    kind = RadioField(
        lazy("Ai có trong danh sách này?"),
        choices=[
            ("", lazy("Tệp ghi rõ từng người, hoặc ghi ở tiêu đề")),
            ("party_member", lazy("Tất cả là đảng viên")),
            ("non_member", lazy("Tất cả là quần chúng, CCVCLĐ")),
        ],
        default="",
    )
    sheet = StringField(
        lazy("Tên trang tính (không bắt buộc)"),
        [Length(max=100, message=lazy("Tên trang tính dài nhất 100 ký tự."))],
        description=lazy("Chỉ cần khi tệp có nhiều danh sách; để trống thì đọc trang dài nhất."),
    )


class AddressForm(StaffForm):
    """A new mail address; empty means: none."""

    email = EmailField(
        lazy("Địa chỉ thư"),
        [Length(max=254, message=lazy("Địa chỉ thư dài nhất 254 ký tự."))],
        description=lazy("Để trống nếu người này không có địa chỉ thư."),
        render_kw={"autocomplete": "off", "inputmode": "email"},
    )


class WishesForm(StaffForm):
    """How somebody is spoken to."""

    form_of_address = StringField(
        lazy("Cách xưng hô trong thư"),
        [Length(max=40, message=lazy("Cách xưng hô dài nhất 40 ký tự."))],
        description=lazy("Ví dụ: đồng chí, anh, chị, bác. Để trống thì theo mặc định."),
    )
    locale = SelectField(
        lazy("Ngôn ngữ của thư"), choices=[("vi", "Tiếng Việt"), ("en", "English")], default="vi"
    )
    wants_reminders = BooleanField(lazy("Nhận thư nhắc khi chưa làm bài"))
