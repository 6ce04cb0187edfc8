"""The forms of the ledger's pages."""

from wtforms import RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from survey_app.accounts.forms import StaffForm
from survey_app.i18n import lazy
from survey_app.people.changes import LONGEST_REASON


class ReasonForm(StaffForm):
    """Why something is entered."""

    reason = StringField(
        lazy("Lý do"),
        [
            InputRequired(lazy("Xin ghi lý do, ví dụ số quyết định; sau này ai xem cũng hiểu.")),
            Length(max=LONGEST_REASON, message=lazy("Lý do dài nhất 200 ký tự.")),
        ],
        description=lazy(
            "Ngắn gọn, ví dụ: Theo QĐ số 12. Cấp ủy đọc được lý do nên xin không ghi tên người."
        ),
        render_kw={"autocomplete": "off", "maxlength": str(LONGEST_REASON)},
    )


class EntryForm(ReasonForm):
    """One entry about one person."""

    act = RadioField(
        lazy("Ghi gì vào sổ?"),
        [InputRequired(lazy("Xin chọn một việc."))],
        validate_choice=True,
    )
    cell = SelectField(
        lazy("Tính ở chi bộ"),
        description=lazy("Chỉ xét khi thêm, chuyển chi bộ hoặc đổi đối tượng."),
    )
