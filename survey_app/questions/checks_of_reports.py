"""What a cell report must hold to: facts and texts to fill in, nothing right or wrong, no branches.

Findings of one question come without a place; `checks.py` says which question it is.
"""

from collections.abc import Iterator

from survey_app.errors import Problem
from survey_app.i18n import _
from survey_app.questions.checks_of_forms import range_errors, row_errors
from survey_app.questions.schema import Question


def report_errors(question: Question) -> Iterator[Problem]:
    """Yield what makes a question unfit for a cell report."""
    kind = question.kind_of_question
    if "cell_report" not in kind.answerable_in:
        yield Problem(
            "not_answerable",
            _("Loại câu hỏi “%(type)s” không dùng được trong báo cáo.", type=str(kind.label)),
        )
    if question.type == "counts":
        yield from row_errors(question)
    if question.type == "numeric":
        yield from range_errors(question)
        yield from _whole(question)
    if question.key or question.weights or question.accepted:
        yield Problem("key_in_report", _("Báo cáo không có đáp án; hãy bỏ đáp án và điểm."))
    if question.required:
        message = _("Mục nào cũng có thể để trống, báo cáo chỉ nêu còn thiếu gì: bỏ “bắt buộc”.")
        yield Problem("required_in_report", message)
    if question.condition is not None:
        message = _("Mục nào trong báo cáo cũng được hỏi; hãy bỏ điều kiện.")
        yield Problem("condition_in_report", message)
    if any(part.other or part.no_opinion for part in (*question.choices, *question.rows)):
        message = _("“Khác” có chỗ ghi và “Không có ý kiến” không dùng trong báo cáo.")
        yield Problem("special_in_report", message)
    if question.stem or question.assets:
        message = _("Báo cáo không hiện hình và đoạn dẫn chung; hãy ghi vào lời gợi ý.")
        yield Problem("stem_in_report", message)


def _whole(question: Question) -> Iterator[Problem]:
    limits = question.range
    for bound in (limits.min, limits.max) if limits else ():
        if bound is not None and not bound.isdecimal():
            message = _("Báo cáo chỉ nhận số nguyên từ 0; hãy sửa khoảng số.")
            yield Problem("range_not_whole", message)
            return


def report_hints(question: Question) -> Iterator[Problem]:
    """Yield what a careful reader of a cell report would ask."""
    if question.sources or question.explanation:
        yield Problem("unused_in_report", _("Báo cáo không hiện nguồn và lời giải thích."))
