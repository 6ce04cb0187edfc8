"""The forms that change what is known about a person, each with its reason and its day."""

from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired

from survey_app.campaigns.forms import DayField
from survey_app.i18n import lazy
from survey_app.invitations.ledger_forms import ReasonForm


class MoveForm(ReasonForm):
    """Another cell from a day on."""

    cell = SelectField(lazy("Chi bộ mới"), [InputRequired(lazy("Xin chọn chi bộ mới."))])
    day = DayField(
        lazy("Từ ngày"),
        [InputRequired(lazy("Xin ghi ngày, như 20/9/2024."))],
        description=lazy("Ngày đầu tiên ở chi bộ mới; không ghi ngày chưa tới."),
    )


class KindForm(ReasonForm):
    """Member (full or probationary), or not."""

    kind = RadioField(
        lazy("Từ nay là"),
        [InputRequired(lazy("Xin chọn một trong các đối tượng."))],
        choices=[
            ("probationary", lazy("Đảng viên dự bị (vừa được kết nạp)")),
            ("full", lazy("Đảng viên chính thức")),
            ("non_member", lazy("Quần chúng, CCVCLĐ")),
        ],
    )
    day = DayField(
        lazy("Từ ngày"),
        [InputRequired(lazy("Xin ghi ngày, như 20/9/2024."))],
        description=lazy("Ngày kết nạp hoặc ngày quyết định có hiệu lực; không ghi ngày chưa tới."),
    )


class LeaveForm(ReasonForm):
    """The last day."""

    day = DayField(
        lazy("Ngày cuối cùng"),
        [InputRequired(lazy("Xin ghi ngày, như 20/9/2024."))],
        description=lazy("Sau ngày này không còn thư nào gửi cho người ấy; quá trình cũ vẫn giữ."),
    )
