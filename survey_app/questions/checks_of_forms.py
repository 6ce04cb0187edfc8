"""What a feedback form must hold to: every question can be skipped, none asks who or what one is.

Findings of one question come without a place; `checks.py` says which question it is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from survey_app.errors import Problem
from survey_app.i18n import _
from survey_app.questions.schema import Choice, Question, QuestionDocument, QuestionTranslation
from survey_app.questions.sensitive import asks_belief, asks_who, sounds_like_belief
from survey_app.vietnamese import same_text_key

FEWEST_POINTS: Final = 3
LARGEST_NUMBER: Final = 10**9
_MAY_HAVE_OTHER: Final = frozenset({"single", "multiple"})
_MAY_HAVE_NO_OPINION: Final = frozenset({"single", "multiple", "scale", "matrix"})
_MAY_DECIDE: Final = frozenset({"single", "true_false", "multiple", "scale"})


def form_errors(question: Question) -> Iterator[Problem]:
    """Yield what makes a question unfit for a form."""
    kind = question.kind_of_question
    if "feedback" not in kind.answerable_in:
        yield Problem(
            "not_answerable",
            _("Loại câu hỏi “%(type)s” chưa trả lời được trong phiếu góp ý.", type=str(kind.label)),
        )
    yield from _special_choices(question)
    if question.type in {"scale", "matrix"}:
        yield from _points(question)
    if question.type == "matrix":
        yield from row_errors(question)
    if question.type == "numeric":
        yield from range_errors(question)
    if question.key or question.weights or question.accepted:
        yield Problem("key_in_form", _("Phiếu góp ý không có đáp án; hãy bỏ đáp án và điểm."))
    if question.required:
        yield Problem("required_in_form", _("Câu nào trong phiếu cũng được bỏ qua: bỏ “bắt buộc”."))
    if asks_belief(question):
        yield Problem(
            "asks_belief",
            _(
                "Câu này hỏi về niềm tin, tình cảm hoặc thái độ chính trị của người trả lời; phiếu "
                "chỉ hỏi về buổi sinh hoạt và khâu tổ chức."
            ),
        )
    if asks_who(question):
        yield Problem(
            "identifies",
            _(
                "Câu này làm lộ ai trả lời (tên, đơn vị, tuổi, chức vụ, điện thoại…); phiếu "
                "không ghi tên nên không hỏi điều đó."
            ),
        )


def form_hints(question: Question) -> Iterator[Problem]:
    """Yield what a careful reader of a form would ask."""
    if question.sources or question.explanation:
        yield Problem("unused_in_form", _("Phiếu góp ý không hiện nguồn và lời giải thích."))
    if sounds_like_belief(question) and not asks_belief(question):
        yield Problem(
            "asks_belief",
            _("Chưa rõ câu này hỏi về việc gì; hãy nói rõ phần nào của buổi sinh hoạt."),
        )


def _special_choices(question: Question) -> Iterator[Problem]:
    others = [choice for choice in question.choices if choice.other]
    without = [choice for choice in question.choices if choice.no_opinion]
    if (others and question.type not in _MAY_HAVE_OTHER) or any(row.other for row in question.rows):
        yield Problem(
            "other_misplaced", _("Chỉ câu chọn một hoặc nhiều phương án có phương án “Khác”.")
        )
    if (without and question.type not in _MAY_HAVE_NO_OPINION) or any(
        row.no_opinion for row in question.rows
    ):
        yield Problem("no_opinion_misplaced", _("Câu này không có chỗ cho “Không có ý kiến”."))
    if len(others) > 1:
        yield Problem("other_twice", _("Mỗi câu chỉ có một phương án “Khác”."))
    if len(without) > 1:
        yield Problem("no_opinion_twice", _("Mỗi câu chỉ có một phương án “Không có ý kiến”."))
    elif without and question.choices[-1] is not without[0]:
        yield Problem("no_opinion_not_last", _("“Không có ý kiến” phải đứng cuối."))
    if any(choice.other for choice in without):
        yield Problem("other_misplaced", _("“Không có ý kiến” không thể đồng thời là “Khác”."))


def _points(question: Question) -> Iterator[Problem]:
    points = [choice for choice in question.choices if not choice.no_opinion]
    fewest = FEWEST_POINTS if question.type == "scale" else 2
    if len(points) < fewest:
        yield Problem(
            "few_points",
            _("Thang cần ít nhất %(n)s mức, không kể “Không có ý kiến”.", n=fewest),
        )
    if any(not _is_labelled(point) for point in points):
        yield Problem("unlabelled_point", _("Mỗi mức của thang phải có tên bằng chữ."))


def _is_labelled(point: Choice) -> bool:
    return any(letter.isalpha() for letter in point.text)


def row_errors(question: Question) -> Iterator[Problem]:
    """Yield what is wrong with the rows of a table."""
    if not question.rows:
        yield Problem("no_rows", _("Bảng cần ít nhất một dòng để hỏi."))
    words = [same_text_key(row.text).rstrip(" .;,") for row in question.rows]
    if len(set(words)) < len(words):
        yield Problem("repeated_row", _("Có hai dòng của bảng giống nhau."))


def range_errors(question: Question) -> Iterator[Problem]:
    """Yield what is wrong with the numbers that a question takes."""
    if question.range is None:
        return
    low, high = (
        Decimal(bound) if bound is not None else None
        for bound in (question.range.min, question.range.max)
    )
    if low is not None and high is not None and low >= high:
        yield Problem("empty_range", _("Khoảng số bị ngược: số đầu phải nhỏ hơn số cuối."))
    if any(bound is not None and abs(bound) > LARGEST_NUMBER for bound in (low, high)):
        yield Problem("range_too_large", _("Khoảng số quá lớn; nhiều nhất là một tỷ."))


def deciding_questions(document: QuestionDocument, before: int) -> tuple[Question, ...]:
    """Return the questions that one at place `before` (from zero) may be asked by the answer of."""
    return tuple(
        question
        for question in document.questions[:before]
        if question.type in _MAY_DECIDE and question.condition is None and question.choices
    )


def words_around_errors(document: QuestionDocument) -> Iterator[Problem]:
    """Yield what a form's title, introductions and headings ask that no question of it may."""
    if document.kind != "feedback":
        return
    english = document.translations.en
    texts = [document.title, document.intro]
    texts += [text for section in document.sections for text in (section.title, section.intro)]
    if english is not None:
        texts += [english.title, english.intro]
        texts += [text for one in english.sections.values() for text in (one.title, one.intro)]
    for text in filter(None, texts):
        asked = Question(id="words", type="long_text", text=text)
        if asks_belief(asked) or asks_who(asked):
            message = _(
                "Lời dẫn hoặc tên phần của phiếu hỏi người trả lời là ai hoặc tin gì: “%(text)s”",
                text=text[:80],
            )
            yield Problem("words_around", message)


def document_errors(document: QuestionDocument) -> Mapping[int, tuple[Problem, ...]]:
    """Return what a form knows to be wrong with its questions: number, from 1 -> problems.

    That is their conditions, and what their English asks. Other kinds of set have nothing of it.
    """
    if document.kind != "feedback":
        return {}
    places = {question.id: place for place, question in enumerate(document.questions, start=1)}
    english = document.translations.en
    found: dict[int, list[Problem]] = {}
    for number, question in enumerate(document.questions, start=1):
        wrong: list[Problem] = []
        if question.condition is not None:
            place = places[question.condition.question]
            asked = document.questions[place - 1]
            wrong += _condition_errors(question, asked, later=place > number, place=place)
        if english is not None and question.id in english.questions:
            wrong += _english_errors(question, english.questions[question.id])
        if wrong:
            found[number] = wrong
    return {number: tuple(wrong) for number, wrong in found.items()}


def _english_errors(question: Question, words: QuestionTranslation) -> Iterator[Problem]:
    """The same bans for the translation, where the question itself keeps to them."""
    translated = question.model_copy(
        update={
            "text": words.text,
            "choices": _with_words(question.choices, words.choices),
            "rows": _with_words(question.rows, words.rows),
        }
    )
    if asks_belief(translated) and not asks_belief(question):
        message = _("Bản tiếng Anh của câu này hỏi về niềm tin, tình cảm hoặc thái độ chính trị.")
        yield Problem("asks_belief", message)
    if asks_who(translated) and not asks_who(question):
        yield Problem("identifies", _("Bản tiếng Anh của câu này làm lộ ai trả lời."))


def _with_words(parts: Sequence[Choice], words: Mapping[str, str]) -> tuple[Choice, ...]:
    return tuple(part.model_copy(update={"text": words.get(part.id, "")}) for part in parts)


def _condition_errors(
    question: Question, asked: Question, *, later: bool, place: int
) -> Iterator[Problem]:
    assert question.condition is not None
    if later:
        yield Problem(
            "condition_later",
            _("Điều kiện phải dựa vào một câu đứng trước; câu %(n)s đứng sau.", n=place),
        )
    if asked.type not in _MAY_DECIDE:
        yield Problem(
            "condition_type",
            _("Điều kiện phải dựa vào một câu chọn phương án; câu %(n)s không phải.", n=place),
        )
    if asked.condition is not None:
        yield Problem(
            "condition_nested",
            _("Chỉ rẽ nhánh một tầng: câu %(n)s đã có điều kiện riêng.", n=place),
        )
    if asked.state == "draft" and question.state != "draft":
        yield Problem(
            "condition_draft", _("Điều kiện dựa vào câu %(n)s, đang là câu nháp.", n=place)
        )
    known = {choice.id for choice in asked.choices}
    if asked.type in _MAY_DECIDE and not known.issuperset(question.condition.any_of):
        yield Problem(
            "condition_choice",
            _("Điều kiện nhắc tới phương án không còn ở câu %(n)s.", n=place),
        )


def form_set_hints(document: QuestionDocument) -> Iterator[Problem]:
    """Yield what shows only when the questions of a form are seen together."""
    order = [question.section for question in document.ready_questions]
    runs = [section for at, section in enumerate(order) if at == 0 or order[at - 1] != section]
    names = {section.id: section.title for section in document.sections}
    for section in _twice(section for section in runs if section is not None):
        yield Problem(
            "section_split",
            _("Các câu của phần “%(title)s” không đứng liền nhau.", title=names[section]),
        )


def _twice(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    again: dict[str, None] = {}
    for name in names:
        if name in seen:
            again[name] = None
        seen.add(name)
    return list(again)
