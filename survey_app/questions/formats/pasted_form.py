"""A feedback form pasted as text: a line per question, lettered choices below it.

A question with choices becomes `single` (`multiple` where it says that several may be chosen), one
without becomes a free text. Numbers before questions are taken off; where there are any, a line
without one goes on with the question above. Lines of dots to write on are left out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from pydantic import ValidationError

from survey_app.errors import Problem
from survey_app.i18n import _, _n
from survey_app.questions.checks import broken_reasons
from survey_app.questions.checks_of_forms import form_errors
from survey_app.questions.formats.paper import READER_MARK, ReadPaper, ReadQuestion
from survey_app.questions.formats.pasted_lines import (
    BOX,
    Label,
    Line,
    is_noise,
    is_part,
    split_lines,
    strong_label,
    weak_label,
)
from survey_app.questions.formats.yaml import shown_question
from survey_app.questions.formats.yaml_nodes import line_words
from survey_app.questions.ids import derived_id
from survey_app.questions.schema import Question, QuestionDocument

FORMAT: Final = "text"
MOST_OF_ALL: Final = 500
_CHOICE: Final = re.compile(rf"(?:{BOX}\s*)?[(\[]?(?P<letter>[A-Za-z])\s?[.)/:\]]\s*(?=\S)")
_BOXED: Final = re.compile(rf"(?:{BOX}|\( ?\))\s*(?=\S)")
_BULLET: Final = re.compile(r"[-•●▪◦+*]\s+")
_DOTS: Final = " \t.…_"
_TITLE: Final = re.compile(r"\b(?:phiếu|góp ý|khảo sát|lấy ý kiến|feedback|survey)\b", re.I)
_SEVERAL: Final = re.compile(
    r"\b(?:chọn|đánh dấu|tích)\b[^.?!]{0,20}\b(?:nhiều|tất cả|các ý)\b|\bnhiều lựa chọn\b"
    r"|\b(?:select|choose|tick)\b[^.?!]{0,20}\b(?:all|several|up to)\b",
    re.IGNORECASE,
)
_CLOSING: Final = re.compile(
    r"(?:xin |trân trọng |chân thành )*(?:cảm|cám) ơn\b[^?]*|trân trọng\W*|thank you\b[^?]*"
    r"|.{0,40}\bngày\W+tháng\W+năm\b.*",
    re.IGNORECASE,
)
_OTHER: Final = re.compile(
    r"(?:(?:ý kiến|phương án|lý do|nội dung|điều|mục) )?khác(?:\s*[(:].*)?|other(?:\s*[(:].*)?",
    re.IGNORECASE,
)
_NO_OPINION: Final = re.compile(r"(?:không|chưa) (?:có )?ý kiến\W*|no opinion\W*", re.IGNORECASE)


@dataclass
class _Block:
    """One question as it stands in the text."""

    line: int
    words: list[str]
    section: str | None = None
    choices: list[str] = field(default_factory=list)


@dataclass
class _Form:
    """What a text consists of."""

    title: str | None = None
    intro: list[str] = field(default_factory=list)
    blocks: list[_Block] = field(default_factory=list)
    left_out: list[int] = field(default_factory=list)


def read(text: str) -> ReadPaper:
    """Read a pasted form; the paper carries the whole document."""
    form = _cut(split_lines(text))
    if len(form.blocks) > MOST_OF_ALL:
        problem = Problem("too_many", _("Có quá nhiều câu hỏi; hãy chia thành nhiều bộ."))
        return ReadPaper(FORMAT, "feedback", form.title, problems=(problem,), refused=True)
    if not form.blocks:
        message = _("Không tìm thấy câu nào. Mẫu: mỗi câu một dòng, phương án A. B. C. ở dưới.")
        problem = Problem("no_questions", message)
        return ReadPaper(FORMAT, "feedback", form.title, problems=(problem,), refused=True)
    try:
        document = _document(form)
    except ValidationError:
        problem = Problem("too_long", _("Có câu hoặc phương án quá dài; hãy viết gọn lại."))
        return ReadPaper(FORMAT, "feedback", form.title, problems=(problem,), refused=True)
    problems = [] if not form.left_out else [_dropped(form.left_out)]
    questions = tuple(
        _shown(number, question, block)
        for number, (question, block) in enumerate(
            zip(document.questions, form.blocks, strict=True), start=1
        )
    )
    document = document.model_copy(
        update={"questions": tuple(map(_kept, document.questions, questions))}
    )
    return ReadPaper(FORMAT, "feedback", form.title, questions, tuple(problems), document)


def _dropped(lines: Sequence[int]) -> Problem:
    message = _n("Đã bỏ qua %(n)s dòng không thuộc câu hỏi nào.", len(lines))
    return Problem("left_out", message, _("dòng %(n)s", n=", ".join(map(str, lines[:8]))))


# Cutting


def _cut(lines: Sequence[Line]) -> _Form:
    form = _Form()
    labelled = any(_label(line) for line in lines)
    section: str | None = None
    joined = False  # whether the next plain line may go on with the question above
    for line in lines:
        label = _label(line)
        if line.blank or (is_noise(line) and not label) or not _without_dots(line.text):
            joined = False
        elif is_part(line):
            section, joined = line.text[:300], False
        elif _CLOSING.fullmatch(line.text) or (label is not None and label.rest.blank):
            form.left_out.append(line.number)
        elif choices := _choices(line, form.blocks):
            form.blocks[-1].choices.extend(choices)
            joined = False
        elif label is None and not form.blocks and (labelled or _is_title(line, form)):
            _before_the_first(form, line)
        elif label is None and labelled and joined:
            form.blocks[-1].words.append(_bare(line))
        else:
            words = _bare(label.rest if label else line)
            form.blocks.append(_Block(line.number, [words], section))
            joined = True
    return form


def _label(line: Line) -> Label | None:
    return strong_label(line) or weak_label(line)


def _is_title(line: Line, form: _Form) -> bool:
    return form.title is None and bool(_TITLE.search(line.text)) and not line.text.endswith("?")


def _before_the_first(form: _Form, line: Line) -> None:
    if form.title is None:
        form.title = " ".join(line.text.split()).strip("*# ")[:500] or None
    else:
        form.intro.append(line.text)


def _bare(line: Line) -> str:
    text = _without_dots(line.text)
    return _BULLET.sub("", text, count=1) if _BULLET.match(text) else text


def _without_dots(text: str) -> str:
    """Without the dots or the line at its end that people write on."""
    kept = text.rstrip(_DOTS)
    return kept if len(text) - len(kept) > 3 else text


def _choices(line: Line, blocks: Sequence[_Block]) -> list[str]:
    """The choices a line holds, in the order of the letters after those that were read."""
    if not blocks:
        return []
    known = len(blocks[-1].choices)
    starts = list(_starts(line, known))
    if starts:
        ends = [start for start, _end in starts[1:]] + [len(line.text)]
        found = [line.text[at:end] for (_start, at), end in zip(starts, ends, strict=True)]
    elif boxed := _BOXED.match(line.shadow):
        found = [line.text[boxed.end() :]]
    else:
        return []
    return [text for text in (_without_dots(item).strip() for item in found) if text]


def _starts(line: Line, known: int) -> Iterator[tuple[int, int]]:
    match = _CHOICE.match(line.shadow)
    while match is not None and _place(match["letter"]) == known:
        yield match.start(), match.end()
        known += 1
        at = match.end()
        match = next(
            (
                found
                for found in _CHOICE.finditer(line.shadow, at)
                if line.shadow[found.start() - 1].isspace() and _place(found["letter"]) == known
            ),
            None,
        )


def _place(letter: str) -> int:
    return ord(letter.lower()) - ord("a")


# Making the document


def _document(form: _Form) -> QuestionDocument:
    titles = dict.fromkeys(block.section for block in form.blocks if block.section)
    taken: set[str] = set()
    sections = {}
    for title in titles:
        sections[title] = derived_id("section", title, taken=taken)
        taken.add(sections[title])
    questions: list[dict[str, Any]] = []
    names: set[str] = set()
    for block in form.blocks:
        made = _question(block, names)
        made["section"] = sections[block.section] if block.section else None
        names.add(made["id"])
        questions.append(made)
    return QuestionDocument.model_validate(
        {
            "kind": "feedback",
            "title": form.title or _("Phiếu góp ý chưa đặt tên"),
            "intro": "\n".join(form.intro),
            "sections": [{"id": name, "title": title} for title, name in sections.items()],
            "questions": questions,
        }
    )


def _question(block: _Block, taken: set[str]) -> dict[str, Any]:
    text = "\n".join(word for word in block.words if word)
    several = bool(_SEVERAL.search(text))
    return {
        "id": derived_id("question", text, *block.choices, taken=taken),
        "type": ("multiple" if several else "single") if block.choices else "long_text",
        "text": text,
        "choices": _choice_parts(block.choices),
    }


def _choice_parts(texts: Sequence[str]) -> list[dict[str, Any]]:
    taken: set[str] = set()
    parts: list[dict[str, Any]] = []
    for text in texts:
        name = derived_id("choice", text, taken=taken)
        taken.add(name)
        other = not any(part["other"] for part in parts) and bool(_OTHER.fullmatch(text))
        silent = bool(_NO_OPINION.fullmatch(text))
        words = text.rstrip(" :") if other else text
        parts.append({"id": name, "text": words, "other": other, "no_opinion": silent})
    return sorted(parts, key=lambda part: bool(part["no_opinion"]))


def _shown(number: int, question: Question, block: _Block) -> ReadQuestion:
    where = line_words(block.line)
    problems = tuple(
        Problem(item.code, item.message, where)
        for item in (*broken_reasons(question), *form_errors(question))
    )
    shown = shown_question(number, question, where)
    return replace(shown, problems=problems, state="error" if problems else "ok")


def _kept(question: Question, shown: ReadQuestion) -> Question:
    """A question with something wrong in it is kept as a draft, with the reason."""
    if shown.state == "ok":
        return question
    words = " ".join(problem.message for problem in shown.problems)
    reason = f"{READER_MARK} {words[:1900]}"
    return question.model_copy(update={"state": "draft", "draft_reason": reason})
