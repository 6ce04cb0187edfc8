"""The forms of a round: what any kind of round is asked, then each kind. Rules: the services."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from survey_app.accounts.forms import StaffForm
from survey_app.campaigns import when
from survey_app.campaigns.models import Round
from survey_app.campaigns.services import RoundPlan
from survey_app.campaigns.settings import PERSON_KINDS, RoundSettings, round_settings
from survey_app.errors import Invalid
from survey_app.i18n import lazy
from survey_app.vietnamese import tidy

ALL_CELLS = "all"
SOME_CELLS = "some"
UNLIMITED = "none"


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


class AnyRoundForm(StaffForm):
    """What every kind of round is asked; `same_name` are the settings that are fields as they are.

    A kind adds its own fields and says what they mean in `more`.
    """

    kind: ClassVar[str]
    same_name: ClassVar[tuple[str, ...]] = ()

    question_set = SelectField(lazy("Bộ câu hỏi"))
    cells = RadioField(lazy("Mời những ai?"), default=ALL_CELLS)
    chosen_cells = SelectMultipleField(lazy("Các chi bộ được mời"))
    closes_day = _Moment(lazy("Làm đến hết ngày nào?"), render_kw={"inputmode": "numeric"})
    closes_hour = StringField(lazy("Đóng lúc mấy giờ?"), render_kw={"inputmode": "numeric"})
    title = StringField(lazy("Tên vòng thi"), [Length(max=200)])
    opens_day = _Moment(lazy("Mở từ ngày"), render_kw={"inputmode": "numeric"})
    opens_hour = StringField(lazy("Mở lúc mấy giờ"), render_kw={"inputmode": "numeric"})

    def offer(self, question_sets: Sequence[tuple[str, str]], cells: Sequence[Any]) -> None:
        """Fill in what can be chosen from."""
        self.question_set.choices = list(question_sets)
        self.cells.choices = [
            (ALL_CELLS, lazy("Mọi người trong danh sách")),
            (SOME_CELLS, lazy("Chỉ các chi bộ tôi chọn")),
        ]
        self.chosen_cells.choices = [(cell.slug, cell.name) for cell in cells]

    def show(self, round_: Round, question_set: str) -> None:
        """Fill in a round as it is."""
        settings = round_settings(round_.settings)
        self.question_set.data = question_set
        self.title.data = round_.title
        opens_at = None if settings.opens_at_launch else round_.opens_at
        self.opens_day.show(self.opens_hour, opens_at)
        self.closes_day.show(self.closes_hour, round_.closes_at)
        everyone = settings.cells == "all"
        self.cells.data = ALL_CELLS if everyone else SOME_CELLS
        self.chosen_cells.data = [] if everyone else list(settings.cells)
        for name in self.same_name:
            value = getattr(settings, name)
            getattr(self, name).data = list(value) if isinstance(value, tuple) else value

    def read(self, now: datetime) -> bool:
        """Check what was typed; the errors stand at their fields."""
        right = bool(self.validate())
        for day, hour in self.moments():
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
        return right

    def moments(self) -> list[tuple[_Moment, StringField]]:
        """Return the pairs "day, hour" of this form."""
        return [(self.opens_day, self.opens_hour), (self.closes_day, self.closes_hour)]

    def plan(self, titles: dict[str, str], now: datetime, base: RoundSettings) -> RoundPlan:
        """Return what was typed; `base` keeps the settings that this form does not show."""
        assert self.closes_day.moment is not None  # `read` came first
        question_set = str(self.question_set.data)
        everyone = self.cells.data == ALL_CELLS
        settings = {
            **base.plain(),
            **{name: getattr(self, name).data for name in self.same_name},
            "cells": "all" if everyone else tuple(self.chosen_cells.data or ()),
            **self.more(),
            "opens_at_launch": self.opens_day.moment is None,
        }
        return RoundPlan(
            title=tidy(self.title.data or "") or titles[question_set],
            question_set=question_set,
            opens_at=self.opens_day.moment or now,
            closes_at=self.closes_day.moment,
            settings=round_settings(settings),
        )

    def more(self) -> dict[str, Any]:
        """Return the settings that a kind of round says in its own way."""
        return {}


class PeopleRoundForm(AnyRoundForm):
    """What rounds are asked that invite people."""

    same_name: ClassVar[tuple[str, ...]] = ("kinds", "intro")

    kinds = SelectMultipleField(lazy("Mời cả hai nhóm hay một nhóm"), default=list(PERSON_KINDS))
    mails_day = _Moment(lazy("Thư mời đi từ ngày"), render_kw={"inputmode": "numeric"})
    mails_hour = StringField(lazy("Thư mời đi lúc mấy giờ"), render_kw={"inputmode": "numeric"})
    intro = TextAreaField(lazy("Lời mời thêm"), [Length(max=2000)])

    def offer(self, question_sets: Sequence[tuple[str, str]], cells: Sequence[Any]) -> None:
        """Fill in what can be chosen from."""
        super().offer(question_sets, cells)
        self.kinds.choices = [
            ("party_member", lazy("Đảng viên")),
            ("non_member", lazy("Quần chúng, công chức, viên chức, người lao động")),
        ]

    def show(self, round_: Round, question_set: str) -> None:
        """Fill in a round as it is."""
        super().show(round_, question_set)
        self.mails_day.show(self.mails_hour, round_settings(round_.settings).mails_leave_at)

    def read(self, now: datetime) -> bool:
        """Check what was typed; the errors stand at their fields."""
        right = super().read(now)
        if not self.kinds.data:
            self.kinds.errors = [str(lazy("Xin chọn ít nhất một nhóm."))]
            right = False
        return right

    def moments(self) -> list[tuple[_Moment, StringField]]:
        """Return the pairs "day, hour" of this form."""
        return [*super().moments(), (self.mails_day, self.mails_hour)]

    def more(self) -> dict[str, Any]:
        """Return what the invitation says and when it leaves."""
        return {"intro": self.intro.data or "", "mails_leave_at": self.mails_day.moment}


class RoundForm(PeopleRoundForm):
    """A quiz: three choices, the rest has a sensible value."""

    kind = "quiz"
    same_name = (
        "questions_drawn",
        "kinds",
        "intro",
        "shuffle_questions",
        "shuffle_choices",
        "show_score",
        "show_key",
    )

    attempts = RadioField(lazy("Mỗi người được làm mấy lượt?"), default="1")
    time_limit = IntegerField(
        lazy("Thời gian làm bài (phút)"),
        [Optional(), NumberRange(1, 600, lazy("Xin ghi từ 1 đến 600 phút, hoặc để trống."))],
    )
    questions_drawn = IntegerField(
        lazy("Rút ngẫu nhiên bao nhiêu câu"),
        [Optional(), NumberRange(1, 500, lazy("Xin ghi từ 1 đến 500 câu, hoặc để trống."))],
    )
    shuffle_questions = BooleanField(lazy("Đảo thứ tự câu hỏi"), default=True)
    shuffle_choices = BooleanField(lazy("Đảo thứ tự phương án"), default=True)
    show_score = RadioField(lazy("Khi nào cho biết điểm?"), default="at_once")
    show_key = RadioField(lazy("Khi nào cho xem đáp án và nguồn?"), default="after_close")

    def offer(self, question_sets: Sequence[tuple[str, str]], cells: Sequence[Any]) -> None:
        """Fill in what can be chosen from."""
        super().offer(question_sets, cells)
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
        super().show(round_, question_set)
        settings = round_settings(round_.settings)
        allowed = settings.attempts_allowed
        self.attempts.data = UNLIMITED if allowed is None else str(allowed)
        self.time_limit.data = settings.time_limit_minutes

    def more(self) -> dict[str, Any]:
        """Return how often and how long somebody may try."""
        return {
            **super().more(),
            "attempts_allowed": self.attempts.data,
            "time_limit_minutes": self.time_limit.data,
        }


class CellReportRoundForm(AnyRoundForm):
    """A period of cell reports: which cells, from when, until when; nobody is invited."""

    kind = "cell_report"

    question_set = SelectField(lazy("Mẫu báo cáo"))
    cells = RadioField(lazy("Hỏi những chi bộ nào?"), default=ALL_CELLS)
    chosen_cells = SelectMultipleField(lazy("Các chi bộ phải báo cáo"))
    closes_day = _Moment(lazy("Nhận báo cáo đến hết ngày nào?"), render_kw={"inputmode": "numeric"})
    title = StringField(lazy("Tên kỳ báo cáo"), [Length(max=200)])

    def offer(self, question_sets: Sequence[tuple[str, str]], cells: Sequence[Any]) -> None:
        """Fill in what can be chosen from."""
        super().offer(question_sets, cells)
        self.cells.choices = [
            (ALL_CELLS, lazy("Mọi chi bộ")),
            (SOME_CELLS, lazy("Chỉ các chi bộ tôi chọn")),
        ]


class FeedbackRoundForm(PeopleRoundForm):
    """A round of forms: who is asked and until when; attempts, time and score are no matter."""

    kind = "feedback"
    same_name = ("kinds", "intro", "small_group", "group_floor")

    question_set = SelectField(lazy("Phiếu"))
    closes_day = _Moment(lazy("Nhận phiếu đến hết ngày nào?"), render_kw={"inputmode": "numeric"})
    title = StringField(lazy("Tên đợt góp ý"), [Length(max=200)])
    small_group = IntegerField(
        lazy("Ít nhất bao nhiêu phiếu thì nêu kết quả của một nhóm"),
        [InputRequired(), NumberRange(5, 50, lazy("Xin ghi từ 5 đến 50 phiếu."))],
        default=5,
    )
    group_floor = IntegerField(
        lazy("Ít nhất bao nhiêu người thì một chi bộ đứng riêng"),
        [InputRequired(), NumberRange(10, 200, lazy("Xin ghi từ 10 đến 200 người."))],
        default=10,
    )
