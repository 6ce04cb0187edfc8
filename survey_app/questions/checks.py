"""What stands between a question document and its approval, and what a careful reader would ask.

Errors block approval; hints do not. A draft question blocks nothing, because no round asks it: what
is wrong with it is a hint. Checks on a single question stand here, those that compare questions in
`checks_of_sets.py`, what only forms or only cell reports need in `checks_of_forms.py` and
`checks_of_reports.py`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from survey_app.errors import Problem
from survey_app.i18n import _
from survey_app.questions.checks_of_forms import (
    document_errors,
    form_errors,
    form_hints,
    words_around_errors,
)
from survey_app.questions.checks_of_reports import report_errors, report_hints
from survey_app.questions.checks_of_sets import set_hints, translation_findings, twins
from survey_app.questions.question_types import Kind
from survey_app.questions.references import names_letters, refers_to_others
from survey_app.questions.schema import Choice, Question, QuestionDocument
from survey_app.questions.sensitive import may_ask_belief
from survey_app.vietnamese import same_text_key

LONG_QUESTION: Final = 600
LONG_CHOICE: Final = 250
MANY_CHOICES: Final = 8
_WORD: Final = re.compile(r"\w+")
_FILLERS: Final = frozenset(
    ("là", "đáp", "án", "đúng", "phương", "câu", "trả", "lời", "vì", "nên", "này", "của", "is")
)


@dataclass(frozen=True)
class Findings:
    """What a check found."""

    errors: tuple[Problem, ...] = ()
    hints: tuple[Problem, ...] = ()

    @property
    def blocks_approval(self) -> bool:
        """Whether this document cannot be approved as it is."""
        return bool(self.errors)


def check(document: QuestionDocument) -> Findings:
    """Check a whole document."""
    errors: list[Problem] = []
    hints: list[Problem] = []
    if not document.ready_questions:
        errors.append(
            Problem("no_questions", _("Bộ câu hỏi chưa có câu nào dùng được (không kể câu nháp)."))
        )
    known = document_errors(document)
    for number, question in enumerate(document.questions, start=1):
        found = check_question(question, document.kind, number, known.get(number, ()))
        if question.state == "draft":
            hints.append(_draft_hint(question, number))
            hints.extend(found.errors)
        else:
            errors.extend(found.errors)
        hints.extend(found.hints)
    errors.extend(twins(document))
    errors.extend(words_around_errors(document))
    wrong, incomplete = translation_findings(document)
    errors.extend(wrong)
    hints.extend([*incomplete, *set_hints(document)])
    return Findings(tuple(errors), tuple(hints))


def check_question(
    question: Question, kind: Kind, number: int = 1, more: Iterable[Problem] = ()
) -> Findings:
    """Check one question by itself; `more` are errors that its document knows of it."""
    where = question_words(number)
    errors = [*broken_reasons(question), *more]
    hints = list(_length_hints(question))
    if kind == "quiz":
        errors.extend(_quiz_errors(question))
        hints.extend([*_quiz_hints(question), *_explanation_hints(question)])
    elif kind == "feedback":
        errors.extend(form_errors(question))
        hints.extend(form_hints(question))
    else:
        errors.extend(report_errors(question))
        hints.extend(report_hints(question))
    if question.hint and kind != "cell_report":
        errors.append(
            Problem("only_in_reports", _("Lời gợi ý dưới câu chỉ dùng trong báo cáo của chi bộ."))
        )
    return Findings(
        tuple(Problem(item.code, item.message, where) for item in errors),
        tuple(Problem(item.code, item.message, where) for item in hints),
    )


def question_words(number: int) -> str:
    """Say "câu 3" in the reader's language."""
    return _("câu %(n)s", n=number)


def broken_reasons(question: Question) -> Iterator[Problem]:
    """Yield what makes a question unusable in any kind of set."""
    kind = question.kind_of_question
    if kind.has_choices:
        fewest = 1 if question.type == "counts" else 2  # one column of numbers is a table too
        if len(question.choices) < fewest:
            yield Problem("too_few_choices", _("Câu hỏi cần ít nhất hai phương án."))
        if repeated := _repeated(question.choices):
            yield Problem("repeated_choice", _("Phương án “%(text)s” bị lặp lại.", text=repeated))
        if question.type == "true_false" and len(question.choices) > 2:
            yield Problem("not_true_false", _("Câu đúng hay sai chỉ có hai phương án."))
    ids = {choice.id for choice in question.choices}
    if unknown := [name for name in question.key if name not in ids]:
        yield Problem(
            "key_unknown_choice",
            _("Đáp án trỏ tới phương án không có: %(ids)s.", ids=", ".join(unknown)),
        )
    if question.type in {"single", "true_false"} and len(question.key) > 1:
        yield Problem("key_too_many", _("Câu một lựa chọn lại có nhiều đáp án đúng."))
    if unknown := [name for name in question.weights if name not in ids]:
        yield Problem(
            "weight_unknown_choice",
            _("Điểm được đặt cho phương án không có: %(ids)s.", ids=", ".join(unknown)),
        )


def _repeated(choices: Iterable[Choice]) -> str | None:
    seen: set[str] = set()
    for choice in choices:
        words = same_text_key(choice.text).rstrip(" .;,")
        if words in seen:
            return choice.text
        seen.add(words)
    return None


def _quiz_errors(question: Question) -> Iterator[Problem]:
    kind = question.kind_of_question
    if "quiz" not in kind.answerable_in:
        yield Problem(
            "not_answerable",
            _("Loại câu hỏi “%(type)s” chưa trả lời được trong bài thi.", type=str(kind.label)),
        )
    if kind.has_choices and kind.scored and not question.key:
        yield Problem("no_key", _("Câu hỏi chưa có đáp án."))
    if question.source is None:
        yield Problem("no_source", _("Câu hỏi chưa ghi nguồn."))
    if question.condition or any(choice.other or choice.no_opinion for choice in question.choices):
        yield Problem(
            "only_in_forms", _("Điều kiện, “Khác” và “Không có ý kiến” chỉ dùng trong phiếu góp ý.")
        )


def _length_hints(question: Question) -> Iterator[Problem]:
    texts = [choice.text for choice in question.choices]
    if len(question.text) > LONG_QUESTION:
        yield Problem("long_question", _("Câu hỏi dài; trên điện thoại sẽ khó đọc."))
    if any(len(text) > LONG_CHOICE for text in texts):
        yield Problem("long_choice", _("Có phương án dài; trên điện thoại sẽ khó đọc."))
    if len(texts) > MANY_CHOICES:
        yield Problem("many_choices", _("Câu hỏi có quá nhiều phương án."))


def _quiz_hints(question: Question) -> Iterator[Problem]:
    texts = [choice.text for choice in question.choices]
    if may_ask_belief(question.text):
        yield Problem(
            "asks_belief",
            _("Câu này hỏi về niềm tin hoặc tình cảm của người trả lời; hãy hỏi về điều đã biết."),
        )
    if question.shuffle and any(map(names_letters, texts)):
        yield Problem(
            "letters_shuffled",
            _("Có phương án nhắc tới chữ cái của phương án khác; hãy tắt trộn phương án."),
        )
    elif any(refers_to_others(c.text) and not c.pinned for c in question.choices):
        yield Problem(
            "not_pinned",
            _("Có phương án nói về các phương án khác; hãy ghim để phương án đó đứng yên."),
        )


def _explanation_hints(question: Question) -> Iterator[Problem]:
    if not question.explanation:
        yield Problem("no_explanation", _("Câu hỏi chưa có lời giải thích."))
        return
    told = " ".join([question.text, *(choice.text for choice in question.choices)])
    new = _words(question.explanation) - _words(told) - _FILLERS
    if len(new) < 3:
        yield Problem(
            "explanation_repeats",
            _("Lời giải thích chỉ nhắc lại câu hỏi; hãy thêm một điều người đọc chưa biết."),
        )


def _words(text: str) -> set[str]:
    return set(_WORD.findall(same_text_key(text)))


def _draft_hint(question: Question, number: int) -> Problem:
    reason = question.draft_reason or _("chưa ghi lý do")
    return Problem(
        "draft",
        _("Câu nháp, không đợt nào dùng cho tới khi được xác nhận: %(reason)s", reason=reason),
        question_words(number),
    )
