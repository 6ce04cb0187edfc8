"""The form of the campaign. What is typed is read here; rules live in the services."""

from datetime import date
from typing import Any

from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from survey_app.accounts.forms import StaffForm
from survey_app.campaigns import when
from survey_app.campaigns.document_styles import LABELS, style_choices
from survey_app.campaigns.models import Campaign
from survey_app.campaigns.settings import CampaignSettings, campaign_settings
from survey_app.errors import Invalid
from survey_app.i18n import lazy
from survey_app.vietnamese import nfc, tidy


class DayField(StringField):
    """A day as people write it; `day` is what it means."""

    day: date | None = None

    def pre_validate(self, form: Any) -> None:
        """Read the day, or say how to write it."""
        self.day = None
        if self.data and tidy(self.data):
            try:
                self.day = when.parse_day(self.data)
            except Invalid as error:
                raise ValidationError(error.message) from None


class CampaignForm(StaffForm):
    """The campaign's visible settings."""

    title = TextAreaField(
        lazy("Tên chiến dịch"), [InputRequired(lazy("Xin ghi tên chiến dịch.")), Length(max=2000)]
    )
    tag = StringField(
        lazy("Nhãn ngắn"),
        [
            InputRequired(lazy("Xin ghi nhãn ngắn.")),
            Length(max=30, message=lazy("Nhãn dài nhất 30 ký tự, vì đứng đầu tên mọi thư.")),
        ],
    )
    issuer = StringField(
        lazy("Cơ quan tổ chức"), [InputRequired(lazy("Xin ghi cơ quan tổ chức.")), Length(max=300)]
    )
    theme = TextAreaField(lazy("Chủ đề"), [Length(max=2000)])
    contact_name = StringField(lazy("Người phụ trách"), [Length(max=100)])
    contact_phone = StringField(
        lazy("Số điện thoại"), [Length(max=40)], render_kw={"inputmode": "tel"}
    )
    plan_number = StringField(lazy("Số, ký hiệu kế hoạch"), [Length(max=60)])
    plan_date = DayField(lazy("Ngày ban hành kế hoạch"))
    basis = TextAreaField(lazy("Căn cứ"), [Length(max=2000)])
    base_plan_number = StringField(lazy("Số kế hoạch cấp trên"), [Length(max=60)])
    base_plan_date = DayField(lazy("Ngày kế hoạch cấp trên"))
    base_plan_date_confirmed = BooleanField(lazy("Đã xem bản gốc, ngày này đúng"))
    anniversary_date = DayField(lazy("Ngày kỷ niệm"))
    starts_on = DayField(lazy("Chiến dịch bắt đầu"))
    ends_on = DayField(lazy("Chiến dịch kết thúc"))
    report_due_on = DayField(lazy("Hạn gửi báo cáo lên cấp trên"))
    outstanding_target = IntegerField(
        lazy("Quần chúng ưu tú cần giới thiệu"),
        [Optional(), NumberRange(0, 9999, lazy("Xin ghi từ 0 đến 9999."))],
    )
    outstanding_target_scope = RadioField(
        lazy("Tính cho"),
        [Optional()],
        choices=[("whole", lazy("Toàn Đảng bộ")), ("each_cell", lazy("Mỗi chi bộ"))],
        default="whole",
    )
    participation_target = IntegerField(
        lazy("Tỷ lệ tham gia cần đạt, phần trăm"),
        [Optional(), NumberRange(1, 100, lazy("Xin ghi từ 1 đến 100."))],
    )
    weekly_digest = BooleanField(lazy("Gửi thư tổng hợp vào sáng thứ Hai"))
    recipients = TextAreaField(lazy("Nơi nhận báo cáo"), [Length(max=4000)])
    superior_name = StringField(lazy("Tên cấp trên trực tiếp"), [Length(max=300)])
    document_place = StringField(lazy("Địa danh"), [Length(max=100)])
    document_symbol = StringField(lazy("Ký hiệu văn bản"), [Length(max=40)])
    signing_authority = StringField(lazy("Thay mặt ai ký"), [Length(max=100)])
    signer_role = StringField(lazy("Chức vụ người ký"), [Length(max=100)])
    signer_name = StringField(lazy("Họ tên người ký"), [Length(max=100)])
    document_style = SelectField(
        lazy("Thể thức mặc định"), choices=style_choices, validate_choice=False
    )
    retention_months = IntegerField(
        lazy("Giữ dữ liệu cá nhân (tháng)"),
        [InputRequired(), NumberRange(1, 120, lazy("Xin ghi từ 1 đến 120 tháng."))],
    )
    second_reader = BooleanField(lazy("Câu hỏi phải do người thứ hai duyệt"))

    def show(self, campaign: Campaign) -> None:
        """Fill in the campaign as it is."""
        settings = campaign_settings(campaign.settings)
        for name in (*_TEXTS, "base_plan_date_confirmed", "retention_months", "second_reader"):
            getattr(self, name).data = getattr(campaign, name)
        for name in _DAYS:
            day = getattr(campaign, name)
            getattr(self, name).data = f"{day.day}/{day.month}/{day.year}" if day else ""
        due = settings.report_due_on
        for name in _OF_FIGURES:
            getattr(self, name).data = getattr(settings, name)
        self.report_due_on.data = f"{due.day}/{due.month}/{due.year}" if due else ""
        self.recipients.data = "\n".join(campaign.recipients)
        for name in DOCUMENT:
            getattr(self, name).data = getattr(settings, name)

    def values(self, campaign: Campaign) -> dict[str, Any]:
        """Return the columns as typed; an emptied optional text becomes none."""
        settings: CampaignSettings = campaign_settings(campaign.settings)
        document = {name: tidy(getattr(self, name).data or "") for name in DOCUMENT}
        if document["document_style"] not in LABELS:
            document["document_style"] = settings.document_style
        of_figures = {name: getattr(self, name).data for name in _OF_FIGURES}
        of_figures["outstanding_target_scope"] = self.outstanding_target_scope.data or "whole"
        of_figures["weekly_digest"] = bool(self.weekly_digest.data)
        of_figures["report_due_on"] = self.report_due_on.day
        chosen = settings.model_copy(update={**document, **of_figures})
        typed = {name: getattr(self, name).data or "" for name in _TEXTS}
        texts = {
            name: nfc(text).strip() if name in _LINES else tidy(text)
            for name, text in typed.items()
        }
        return {
            **{name: texts[name] or (None if name in _OPTIONAL else "") for name in _TEXTS},
            **{name: getattr(self, name).day for name in _DAYS},
            "base_plan_date_confirmed": bool(self.base_plan_date_confirmed.data),
            "retention_months": self.retention_months.data,
            "second_reader": bool(self.second_reader.data),
            "recipients": [
                line for line in map(tidy, (self.recipients.data or "").splitlines()) if line
            ],
            "settings": chosen.plain(),
        }


_OF_FIGURES = (
    "outstanding_target",
    "outstanding_target_scope",
    "participation_target",
    "weekly_digest",
)
_OPTIONAL = ("contact_name", "contact_phone", "plan_number", "base_plan_number")
_TEXTS = (*_OPTIONAL, "title", "tag", "issuer", "theme", "basis")
_LINES = ("title", "theme", "basis")  # text areas: their line breaks stay
DOCUMENT = (  # the form of the report upward
    "superior_name",
    "document_place",
    "document_symbol",
    "signing_authority",
    "signer_role",
    "signer_name",
    "document_style",
)
_DAYS = ("plan_date", "base_plan_date", "anniversary_date", "starts_on", "ends_on")
