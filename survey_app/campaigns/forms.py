"""Forms of the campaign and of a round. What is typed is read here; rules live in the services."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from survey_app.accounts.forms import StaffForm
from survey_app.campaigns import when
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.services import RoundPlan
from survey_app.campaigns.settings import (
    PERSON_KINDS,
    CampaignSettings,
    RoundSettings,
    campaign_settings,
    round_settings,
)
from survey_app.errors import Invalid
from survey_app.i18n import lazy
from survey_app.vietnamese import nfc, tidy

ALL_CELLS = "all"
SOME_CELLS = "some"
UNLIMITED = "none"


class _Day(StringField):
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


class _Moment(StringField):
    """The day of a pair "day, hour"; `moment` is both together."""

    moment: datetime | None = None

    def read(self, hour_field: StringField) -> bool:
        """Read both; a wrong one gets its error. Both empty is nothing, and right."""
        day_text, hour_text = tidy(self.data or ""), tidy(hour_field.data or "")
        self.moment = None
        if not day_text and not hour_text:
            return True
        try:
            day = when.parse_day(day_text)
        except Invalid as error:
            self.errors = [error.message]
            return False
        try:
            self.moment = when.at(day, when.parse_hour(hour_text))
        except Invalid as error:
            hour_field.errors = [error.message]
            return False
        return True

    def show(self, hour_field: StringField, moment: datetime | None) -> None:
        """Fill both boxes."""
        self.data = when.typed_day(moment) if moment else ""
        hour_field.data = when.typed_hour(moment) if moment else ""


class RoundForm(StaffForm):
    """A round: three choices, the rest has a sensible value."""

    question_set = SelectField(lazy("Bộ câu hỏi"))
    cells = RadioField(lazy("Mời những ai?"), default=ALL_CELLS)
    chosen_cells = SelectMultipleField(lazy("Các chi bộ được mời"))
    closes_day = _Moment(lazy("Làm đến hết ngày nào?"), render_kw={"inputmode": "numeric"})
    closes_hour = StringField(lazy("Đóng lúc mấy giờ?"), render_kw={"inputmode": "numeric"})
    attempts = RadioField(lazy("Mỗi người được làm mấy lượt?"), default="1")

    title = StringField(lazy("Tên vòng thi"), [Length(max=200)])
    opens_day = _Moment(lazy("Mở từ ngày"), render_kw={"inputmode": "numeric"})
    opens_hour = StringField(lazy("Mở lúc mấy giờ"), render_kw={"inputmode": "numeric"})
    time_limit = IntegerField(
        lazy("Thời gian làm bài (phút)"),
        [Optional(), NumberRange(1, 600, lazy("Xin ghi từ 1 đến 600 phút, hoặc để trống."))],
    )
    questions_drawn = IntegerField(
        lazy("Rút ngẫu nhiên bao nhiêu câu"),
        [Optional(), NumberRange(1, 500, lazy("Xin ghi từ 1 đến 500 câu, hoặc để trống."))],
    )
    kinds = SelectMultipleField(lazy("Mời cả hai nhóm hay một nhóm"), default=list(PERSON_KINDS))
    mails_day = _Moment(lazy("Thư mời đi từ ngày"), render_kw={"inputmode": "numeric"})
    mails_hour = StringField(lazy("Thư mời đi lúc mấy giờ"), render_kw={"inputmode": "numeric"})
    intro = TextAreaField(lazy("Lời mời thêm"), [Length(max=2000)])
    shuffle_questions = BooleanField(lazy("Đảo thứ tự câu hỏi"), default=True)
    shuffle_choices = BooleanField(lazy("Đảo thứ tự phương án"), default=True)
    show_score = RadioField(lazy("Khi nào cho biết điểm?"), default="at_once")
    show_key = RadioField(lazy("Khi nào cho xem đáp án và nguồn?"), default="after_close")

    def offer(self, question_sets: Sequence[tuple[str, str]], cells: Sequence[Any]) -> None:
        """Fill in what can be chosen from."""
        self.question_set.choices = list(question_sets)
        self.cells.choices = [
            (ALL_CELLS, lazy("Mọi người trong danh sách")),
            (SOME_CELLS, lazy("Chỉ các chi bộ tôi chọn")),
        ]
        self.chosen_cells.choices = [(cell.slug, cell.name) for cell in cells]
        self.attempts.choices = [
            ("1", lazy("Một lượt")),
            ("2", lazy("Hai lượt, lấy lượt tốt nhất")),
            ("3", lazy("Ba lượt, lấy lượt tốt nhất")),
            (UNLIMITED, lazy("Không giới hạn, lấy lượt tốt nhất")),
        ]
        known = {choice[0] for choice in self.attempts.choices}
        if (
            self.attempts.data
            and self.attempts.data not in known
            and self.attempts.data.isdecimal()
        ):
            self.attempts.choices.append((self.attempts.data, self.attempts.data))
        self.kinds.choices = [
            ("party_member", lazy("Đảng viên")),
            ("non_member", lazy("Quần chúng, công chức, viên chức, người lao động")),
        ]
        self.show_score.choices = [
            ("at_once", lazy("Ngay khi nộp bài")),
            ("after_close", lazy("Sau khi vòng thi đóng")),
        ]
        self.show_key.choices = [
            ("after_close", lazy("Sau khi vòng thi đóng")),
            ("at_once", lazy("Ngay khi nộp bài")),
            ("never", lazy("Không cho xem")),
        ]

    def show(self, round_: Round, question_set: str) -> None:
        """Fill in a round as it is."""
        settings = round_settings(round_.settings)
        self.question_set.data = question_set
        self.title.data = round_.title
        opens_at = None if settings.opens_at_launch else round_.opens_at
        self.opens_day.show(self.opens_hour, opens_at)
        self.closes_day.show(self.closes_hour, round_.closes_at)
        self.mails_day.show(self.mails_hour, settings.mails_leave_at)
        everyone = settings.cells == "all"
        self.cells.data = ALL_CELLS if everyone else SOME_CELLS
        self.chosen_cells.data = [] if everyone else list(settings.cells)
        allowed = settings.attempts_allowed
        self.attempts.data = UNLIMITED if allowed is None else str(allowed)
        self.time_limit.data = settings.time_limit_minutes
        for name in _SAME_NAME:
            value = getattr(settings, name)
            getattr(self, name).data = list(value) if isinstance(value, tuple) else value

    def read(self, now: datetime) -> bool:
        """Check what was typed; the errors stand at their fields."""
        right = bool(self.validate())
        for day, hour in (
            (self.opens_day, self.opens_hour),
            (self.closes_day, self.closes_hour),
            (self.mails_day, self.mails_hour),
        ):
            right = day.read(hour) and right
        if right and self.closes_day.moment is None:
            self.closes_day.errors = [str(lazy("Xin ghi ngày và giờ đóng vòng thi."))]
            right = False
        opens = self.opens_day.moment or now
        if right and self.closes_day.moment and self.closes_day.moment <= max(opens, now):
            self.closes_day.errors = [str(lazy("Giờ đóng phải sau giờ mở và sau lúc này."))]
            right = False
        if self.cells.data == SOME_CELLS and not self.chosen_cells.data:
            self.chosen_cells.errors = [str(lazy("Xin chọn ít nhất một chi bộ."))]
            right = False
        if not self.kinds.data:
            self.kinds.errors = [str(lazy("Xin chọn ít nhất một nhóm."))]
            right = False
        return right

    def plan(self, titles: dict[str, str], now: datetime, base: RoundSettings) -> RoundPlan:
        """Return what was typed; `base` keeps the settings that this form does not show."""
        assert self.closes_day.moment is not None  # `read` came first
        question_set = str(self.question_set.data)
        everyone = self.cells.data == ALL_CELLS
        settings = {
            **base.plain(),
            **{name: getattr(self, name).data for name in _SAME_NAME},
            "intro": self.intro.data or "",
            "cells": "all" if everyone else tuple(self.chosen_cells.data or ()),
            "attempts_allowed": self.attempts.data,
            "time_limit_minutes": self.time_limit.data,
            "mails_leave_at": self.mails_day.moment,
            "opens_at_launch": self.opens_day.moment is None,
        }
        return RoundPlan(
            title=tidy(self.title.data or "") or titles[question_set],
            question_set=question_set,
            opens_at=self.opens_day.moment or now,
            closes_at=self.closes_day.moment,
            settings=round_settings(settings),
        )


_SAME_NAME = (
    "questions_drawn",
    "kinds",
    "intro",
    "shuffle_questions",
    "shuffle_choices",
    "show_score",
    "show_key",
)


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
    plan_date = _Day(lazy("Ngày ban hành kế hoạch"))
    basis = TextAreaField(lazy("Căn cứ"), [Length(max=2000)])
    base_plan_number = StringField(lazy("Số kế hoạch cấp trên"), [Length(max=60)])
    base_plan_date = _Day(lazy("Ngày kế hoạch cấp trên"))
    base_plan_date_confirmed = BooleanField(lazy("Đã xem bản gốc, ngày này đúng"))
    anniversary_date = _Day(lazy("Ngày kỷ niệm"))
    starts_on = _Day(lazy("Chiến dịch bắt đầu"))
    ends_on = _Day(lazy("Chiến dịch kết thúc"))
    report_due_on = _Day(lazy("Hạn gửi báo cáo lên cấp trên"))
    recipients = TextAreaField(lazy("Nơi nhận báo cáo"), [Length(max=4000)])
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
        self.report_due_on.data = f"{due.day}/{due.month}/{due.year}" if due else ""
        self.recipients.data = "\n".join(campaign.recipients)

    def values(self, campaign: Campaign) -> dict[str, Any]:
        """Return the columns as typed; an emptied optional text becomes none."""
        settings: CampaignSettings = campaign_settings(campaign.settings)
        due = settings.model_copy(update={"report_due_on": self.report_due_on.day})
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
            "settings": due.plain(),
        }


_OPTIONAL = ("contact_name", "contact_phone", "plan_number", "base_plan_number")
_TEXTS = (*_OPTIONAL, "title", "tag", "issuer", "theme", "basis")
_LINES = ("title", "theme", "basis")  # text areas: their line breaks stay
_DAYS = ("plan_date", "base_plan_date", "anniversary_date", "starts_on", "ends_on")
