"""The form of a study session, and the page of ticks as it was posted."""

from collections.abc import Mapping

from wtforms import BooleanField, StringField
from wtforms.validators import InputRequired, Length

from survey_app.accounts.forms import StaffForm
from survey_app.campaigns import when
from survey_app.cell_reports.attendance import Mark
from survey_app.cell_reports.session_services import Facts
from survey_app.errors import Invalid, Problem
from survey_app.i18n import lazy
from survey_app.vietnamese import tidy

_TOO_LONG = lazy("Dài nhất 200 ký tự.")


class SessionForm(StaffForm):
    """When, where, by whom, on what; and whether non-members were expected."""

    held_on = StringField(
        lazy("Ngày sinh hoạt"),
        [InputRequired(lazy("Xin ghi ngày sinh hoạt."))],
        description=lazy("Ví dụ: 4/9/2024"),
        render_kw={"inputmode": "numeric", "autocomplete": "off"},
    )
    begins = StringField(
        lazy("Giờ bắt đầu (không bắt buộc)"),
        description=lazy("Ví dụ: 14:00"),
        render_kw={"autocomplete": "off"},
    )
    place = StringField(lazy("Địa điểm (không bắt buộc)"), [Length(max=200, message=_TOO_LONG)])
    presenter = StringField(
        lazy("Người trình bày (không bắt buộc)"), [Length(max=200, message=_TOO_LONG)]
    )
    topic = StringField(
        lazy("Chuyên đề"),
        [InputRequired(lazy("Xin ghi chuyên đề.")), Length(max=200, message=_TOO_LONG)],
    )
    with_others = BooleanField(
        lazy("Mời cả quần chúng, CCVCLĐ gắn với chi bộ"),
        default=True,
        description=lazy("Bỏ dấu nếu buổi này chỉ dành cho đảng viên: khi ấy chỉ tính đảng viên."),
    )

    @classmethod
    def showing(cls, facts: Facts, *, with_others: bool) -> "SessionForm":
        """Return the form filled with what stands there."""
        day = facts.held_on
        values = {**vars(facts), "held_on": f"{day.day}/{day.month}/{day.year}"}
        return cls(formdata=None, with_others=with_others, **values)

    def facts(self) -> Facts | None:
        """Return what was typed, `None` when the errors at the fields say what to put right."""
        if not self.validate():
            return None
        try:
            day = when.parse_day(self.held_on.data or "")
        except Invalid as error:
            self.held_on.errors = [error.message]
            return None
        hour = tidy(self.begins.data or "")
        try:
            begins = f"{when.parse_hour(hour):%H:%M}" if hour else None
        except Invalid as error:
            self.begins.errors = [error.message]
            return None
        texts = (tidy(box.data or "") for box in (self.place, self.presenter, self.topic))
        return Facts(day, begins, *texts)

    def blame(self, problems: tuple[Problem, ...]) -> None:
        """Put what a service refused to the fields it names."""
        for problem in problems:
            if problem.where and problem.where in self:
                self[problem.where].errors = [problem.message]


def marks_of(form: Mapping[str, str]) -> dict[str, Mark]:
    """Return public id -> what a posted page of ticks says of each person it showed."""
    marks = {}
    for name, seen in form.items():
        if name.startswith("seen-"):
            public_id = name.removeprefix("seen-")
            state, _comma, reflection = seen.partition(",")
            marks[public_id] = Mark(
                state=form.get(f"state-{public_id}") or None,
                reflection=form.get(f"reflection-{public_id}") == "yes",
                seen_state=state or None,
                seen_reflection=reflection == "yes",
            )
    return marks
