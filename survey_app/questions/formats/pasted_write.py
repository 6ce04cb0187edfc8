"""Write a question document as a paper in words, in the form `pasted` reads best."""

from typing import Final

from survey_app.questions.formats.pasted_lines import is_part, split_lines
from survey_app.questions.formats.yaml import source_line
from survey_app.questions.schema import Question, QuestionDocument

_LETTERS: Final = "ABCDEFGH"


def write(document: QuestionDocument) -> bytes:
    """Return the paper: `Câu 1: …`, `A. …`, `Đáp án: C`, `Giải thích: …`, `Nguồn: …`.

    Ids, pins, translations, weights and drafts have no place in a paper; use YAML to keep them.
    """
    titles = {section.id: section.title for section in document.sections}
    blocks = [document.title]
    section: str | None = None
    part = 0
    for number, question in enumerate(document.questions, start=1):
        if question.section and question.section != section:
            section = question.section
            part += 1
            blocks.append(_heading(titles[section], part))
        blocks.append("\n".join(_lines(number, question)))
    return ("\n\n".join(blocks) + "\n").encode()


def _heading(title: str, part: int) -> str:
    lines = split_lines(title)
    return title if is_part(lines[0]) else f"PHẦN {part}: {title}"


def _lines(number: int, question: Question) -> list[str]:
    lines = [f"Câu {number}: {question.text}"]
    letters = {}
    for place, choice in enumerate(question.choices[: len(_LETTERS)]):
        letters[choice.id] = _LETTERS[place]
        lines.append(f"{_LETTERS[place]}. {choice.text}")
    key = sorted(letters[name] for name in question.key if name in letters)
    if key:
        lines.append(f"Đáp án: {', '.join(key)}")
    elif question.accepted:
        lines.append(f"Đáp án: {question.accepted[0].text}")
    for label, words in (
        ("Giải thích", question.explanation),
        ("Nguồn", "; ".join(source_line(source) for source in question.sources)),
        ("Chủ đề", question.topic),
        ("Mức độ", question.level),
    ):
        if words:
            lines.append(f"{label}: {words}")
    return lines
