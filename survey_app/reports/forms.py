"""The forms of reports: beginning one, and writing in its draft."""

from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import Length

from survey_app.accounts.forms import StaffForm
from survey_app.campaigns.document_styles import DEFAULT, style_choices
from survey_app.i18n import lazy
from survey_app.reports.places import LONGEST, PLACES

NOW = "now"


class _Choices(StaffForm):
    """What kind of report, in which form and language."""

    kind = RadioField(
        lazy("Loại báo cáo"),
        choices=[("interim", lazy("Sơ kết")), ("final", lazy("Tổng kết"))],
        default="interim",
    )
    style = SelectField(lazy("Thể thức"), choices=style_choices, default=DEFAULT)
    language = RadioField(
        lazy("Ngôn ngữ của văn bản"),
        choices=[("vi", "Tiếng Việt"), ("en", "English")],
        default="vi",
    )


class BeginForm(_Choices):
    """A new report, from a snapshot or from one taken now."""

    snapshot = SelectField(lazy("Lấy số liệu từ"))


class DraftForm(_Choices):
    """The draft: its choices, and one box for each place where a person writes."""

    def texts(self) -> dict[str, str]:
        """Return everything typed, by the names the draft uses."""
        typed = {place.code: self[place.code].data or "" for place in PLACES}
        chosen = {name: self[name].data or "" for name in ("kind", "style", "language")}
        return typed | chosen


for _place in PLACES:
    setattr(
        DraftForm,
        _place.code,
        TextAreaField(
            _place.section,
            [Length(max=LONGEST)],
            description=_place.ask,
            render_kw={"rows": 4},
        ),
    )
