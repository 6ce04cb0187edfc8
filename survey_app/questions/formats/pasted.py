"""Papers pasted as text, in the many ways people type them.

`Câu 1:` or `1)`, `A.` or `a)`, several choices on a line, keys on lines, as marks or in a table at
the end, numbering that restarts, look-alike letters. What is doubtful is said, never guessed
silently; a question without a key is kept and waits for one.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from survey_app.errors import Problem
from survey_app.i18n import _, _n
from survey_app.questions.formats.paper import ReadPaper, ReadQuestion
from survey_app.questions.formats.pasted_blocks import Cutter
from survey_app.questions.formats.pasted_decide import decide
from survey_app.questions.formats.pasted_keys import pairs_of
from survey_app.questions.formats.pasted_lines import Line, split_lines
from survey_app.questions.formats.pasted_pieces import Block, Cut, Table
from survey_app.questions.formats.yaml_nodes import line_words
from survey_app.questions.schema import MOST_QUESTIONS
from survey_app.vietnamese import same_text_key

FORMAT: Final = "text"
_TITLE: Final = re.compile(r"câu hỏi|đề thi|đề kiểm tra|trắc nghiệm|cuộc thi|tìm hiểu|quiz", re.I)
_SHOWN: Final = 8
MOST_LINES_OF_ALL: Final = 60_000
Keys = dict[int, tuple[str, ...]]


def read(text: str) -> ReadPaper:
    """Read a pasted paper."""
    lines = split_lines(text)
    cut = Cutter(lines).run() if len(lines) <= MOST_LINES_OF_ALL else None
    if cut is None or len(cut.blocks) > MOST_QUESTIONS:
        problem = Problem("too_many", _("Có quá nhiều câu hỏi; hãy chia thành nhiều bộ."))
        return ReadPaper(FORMAT, "quiz", None, problems=(problem,), refused=True)
    problems: list[Problem] = []
    keys = _table_keys(cut, problems)
    questions = [
        decide(block, index + 1, keys.get(index, ())) for index, block in enumerate(cut.blocks)
    ]
    questions = [
        replace(question, problems=(*question.problems, *extra))
        for question, extra in zip(questions, _compared(cut.blocks, questions), strict=True)
    ]
    title, unused = _title(cut.preamble)
    problems.extend(_paper_problems(cut, unused, text))
    return ReadPaper(FORMAT, "quiz", title, tuple(questions), tuple(problems))


def _title(preamble: Sequence[Line]) -> tuple[str | None, list[Line]]:
    """The line that says what the paper is, else the first one; and the lines that stay over."""
    if not preamble:
        return None, []
    chosen = next((line for line in preamble if _TITLE.search(line.shadow)), preamble[0])
    title = " ".join(chosen.text.split()).strip("*# ")[:500]
    return title or None, [line for line in preamble if line is not chosen]


def _paper_problems(cut: Cut, unused: Sequence[Line], text: str) -> Iterator[Problem]:
    if not cut.blocks:
        yield Problem(
            "no_questions",
            _("Không tìm thấy câu hỏi nào. Mẫu: “Câu 1: …”, “A. …”, “B. …”, “Đáp án: B”."),
        )
    dropped = sorted(line.number for line in [*unused, *cut.left_out])
    if dropped:
        where = ", ".join(map(str, dropped[:_SHOWN])) + ("…" if len(dropped) > _SHOWN else "")
        message = _n("Đã bỏ qua %(n)s dòng không thuộc câu hỏi nào.", len(dropped))
        yield Problem("left_out", message, _("dòng %(n)s", n=where))
    if cut.after_end is not None:
        message = _("Sau chữ HẾT có vẻ còn câu hỏi; phần đó không được đọc.")
        yield Problem("text_after_end", message, line_words(cut.after_end.number))
    if "\ufffd" in text:
        message = _("Tệp có chữ đã bị hỏng (ký hiệu �); hãy xuất lại tệp với bảng mã UTF-8.")
        yield Problem("lost_letters", message)


def _compared(
    blocks: Sequence[Block], questions: Sequence[ReadQuestion]
) -> Iterator[tuple[Problem, ...]]:
    """Yield for each question what shows only beside the others: repeats and gaps in numbers."""
    seen: dict[tuple[str, ...], int] = {}
    for index, (block, question) in enumerate(zip(blocks, questions, strict=True)):
        extra = []
        before = blocks[index - 1] if index else None
        content = tuple(map(same_text_key, (question.text, *sorted(question.choices))))
        if question.text and content in seen:
            message = _("Câu này trùng với câu %(other)s.", other=seen[content])
            extra.append(Problem("repeated_question", message, question.where))
        seen.setdefault(content, index + 1)
        if block.number is None and any(item.number is not None for item in blocks):
            message = _("Câu này không có số thứ tự; hãy kiểm tra chỗ ngắt câu.")
            extra.append(Problem("no_number", message, question.where))
        if before and before.number and block.number and block.part == before.part:
            extra.extend(_number_problem(before.number, block.number, question.where))
        yield tuple(extra)


def _number_problem(before: int, number: int, where: str | None) -> Iterator[Problem]:
    if number not in (before + 1, 1):
        message = _("Số câu nhảy từ %(a)s sang %(b)s.", a=before, b=number)
        yield Problem("number_jump", message, where)


# Key tables


def _table_keys(cut: Cut, problems: list[Problem]) -> Keys:
    """Return what the tables say: place of the question -> letters."""
    keys: Keys = {}
    tables = [table for table in cut.tables if table.tokens]
    begin = 0
    for after in dict.fromkeys(table.after for table in tables):
        together = [table for table in tables if table.after == after]
        candidates = range(begin, after) if after > begin else range(0, after)
        _spread(cut, candidates, together, keys, problems)
        begin = after
    return keys


def _spread(
    cut: Cut, candidates: range, tables: Sequence[Table], keys: Keys, problems: list[Problem]
) -> None:
    where = line_words(tables[0].first_line)
    runs: list[list[tuple[int, tuple[str, ...]]]] = []
    for table in tables:
        pairs = pairs_of(table.tokens)
        if pairs is None:
            message = _("Không đọc được bảng đáp án: số câu và số đáp án không khớp nhau.")
            problems.append(Problem("key_table_unread", message, line_words(table.first_line)))
            return
        runs.extend(_until_restart(pairs))
    groups = _groups(cut.blocks, candidates)
    matched = _match(runs, groups)
    if matched is None:
        message = _("Bảng đáp án không rõ thuộc phần nào của đề nên không được dùng.")
        problems.append(Problem("key_table_ambiguous", message, where))
        return
    lost = []
    for run, group in matched:
        for number, letters in run:
            if number in group:
                keys[group[number]] = letters
            else:
                lost.append(str(number))
    if lost:
        message = _("Bảng đáp án có câu %(n)s nhưng đề không có.", n=", ".join(lost[:_SHOWN]))
        problems.append(Problem("key_table_extra", message, where))


def _until_restart(
    pairs: Sequence[tuple[int, tuple[str, ...]]],
) -> Iterator[list[tuple[int, tuple[str, ...]]]]:
    run: list[tuple[int, tuple[str, ...]]] = []
    seen: set[int] = set()
    for number, letters in pairs:
        if number in seen:
            yield run
            run, seen = [], set()
        run.append((number, letters))
        seen.add(number)
    if run:
        yield run


def _groups(blocks: Sequence[Block], candidates: range) -> list[dict[int, int]]:
    """Number -> place, one dict for every stretch in which no number comes twice."""
    groups: list[dict[int, int]] = [{}]
    for order, place in enumerate(candidates, start=1):
        number = blocks[place].number
        number = order if number is None else number
        if number in groups[-1]:
            groups.append({})
        groups[-1][number] = place
    return groups


def _match(
    runs: list[list[tuple[int, tuple[str, ...]]]], groups: list[dict[int, int]]
) -> list[tuple[list[tuple[int, tuple[str, ...]]], dict[int, int]]] | None:
    if len(runs) == len(groups):
        return list(zip(runs, groups, strict=True))
    if len(groups) == 1 and len({number for run in runs for number, _letters in run}) == sum(
        map(len, runs)
    ):
        return [(run, groups[0]) for run in runs]
    return None
