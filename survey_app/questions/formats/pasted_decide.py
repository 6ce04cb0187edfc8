"""Decide what one block of a pasted paper means; every doubt becomes a problem."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from survey_app.errors import Problem
from survey_app.i18n import _
from survey_app.questions.fields import LONGEST_TEXT
from survey_app.questions.formats.paper import ReadQuestion, State
from survey_app.questions.formats.pasted_keys import KeyStatement, same_words
from survey_app.questions.formats.pasted_meta import LEVELS
from survey_app.questions.formats.pasted_pieces import Block
from survey_app.questions.formats.pasted_question import Content, Option, content_of
from survey_app.questions.formats.yaml_nodes import line_words
from survey_app.questions.question_types import TypeName
from survey_app.questions.references import names_letters
from survey_app.vietnamese import same_text_key

MOST_CHOICES: Final = 50
_TRUE_FALSE: Final = frozenset(
    {frozenset(map(same_text_key, pair)) for pair in (("Đúng", "Sai"), ("True", "False"))}
)
Key = tuple[int, ...]


@dataclass
class Decision:
    """What is being decided about one question."""

    block: Block
    content: Content
    problems: list[Problem] = field(default_factory=list)
    broken: bool = False
    doubtful: bool = False
    correct: Key = ()

    @property
    def options(self) -> list[Option]:
        """The choices."""
        return self.content.options

    def note(self, code: str, message: str, line: int | None = None) -> None:
        """Add a problem at this line, or at the question's first one."""
        where = line_words(line or self.block.first_line)
        self.problems.append(Problem(code, message, where))


def decide(block: Block, number: int, table_key: tuple[str, ...] = ()) -> ReadQuestion:
    """Read a block; `table_key` is what the table at the end says about it."""
    made = Decision(block, content_of(block))
    _order_choices(made)
    _supply_true_false(made, table_key)
    _check_words(made)
    _find_key(made, table_key)
    kind = _type_of(made)
    content, meta = made.content, made.content.meta
    written = kind == "short_text"
    note = block.note if block.note.casefold() in LEVELS else ""
    return ReadQuestion(
        number,
        kind,
        content.stem,
        choices=tuple(option.text for option in made.options),
        correct=made.correct,
        accepted=((content.keys[0].words, "100"),) if written else (),
        shuffle=not any(names_letters(option.text) for option in made.options),
        explanation=meta.get("explanation") or None,
        source=meta.get("source") or None,
        topic=_one_line(meta.get("topic")),
        level=_level(meta.get("level") or note),
        section=block.section,
        state=_state(made, written),
        where=line_words(block.first_line),
        problems=tuple(made.problems),
    )


def _one_line(text: str | None) -> str | None:
    return " ".join(text.split())[:500] if text else None


def _level(text: str | None) -> str | None:
    line = _one_line(text)
    return LEVELS.get(line.casefold(), line) if line else None


def _state(made: Decision, written: bool) -> State:
    if made.broken:
        return "error"
    return "ok" if written or (made.correct and not made.doubtful) else "needs_choice"


def _type_of(made: Decision) -> TypeName:
    words = frozenset(same_text_key(option.text).rstrip(".") for option in made.options)
    if len(made.options) == 2 and words in _TRUE_FALSE:
        return "true_false"
    if not made.options:
        keys = made.content.keys
        return "short_text" if keys and keys[0].words and not keys[0].letters else "single"
    return "multiple" if len(made.correct) > 1 or made.content.several_asked else "single"


# Choices


def _order_choices(made: Decision) -> None:
    """Letters name choices while each stands once; after a repeated letter, places do."""
    letters = [option.letter for option in made.options]
    if len(set(letters)) == len(letters):
        made.options.sort(key=lambda option: option.letter)
        missing = [chr(code) for code in range(65, ord(max(letters, default="@")) + 1)]
        if lost := [letter for letter in missing if letter not in letters]:
            made.note("missing_letter", _("Thiếu phương án %(letters)s.", letters=", ".join(lost)))
        return
    repeated = next(letter for letter in letters if letters.count(letter) > 1)
    made.note(
        "repeated_letter",
        _(
            "Chữ %(letter)s đứng trước hai phương án; các phương án được tính theo thứ tự.",
            letter=repeated,
        ),
    )
    for place, option in enumerate(made.options):
        option.letter = chr(65 + place)


def _supply_true_false(made: Decision, table_key: tuple[str, ...]) -> None:
    """`… Đáp án: Đúng` without choices is a question of true or false."""
    said = [statement.words for statement in made.content.keys if not statement.letters]
    said.extend(table_key)
    wanted = {same_text_key(words).rstrip(".") for words in said}
    if not made.options and wanted and wanted <= {"đung4", "sai"}:
        line = made.block.first_line
        made.content.options = [Option("A", "Đúng", False, line), Option("B", "Sai", False, line)]


def _check_words(made: Decision) -> None:
    content, options = made.content, made.options
    if not content.stem:
        made.broken = True
        made.note("no_text", _("Không tìm thấy lời của câu hỏi."))
    if len(options) == 1:
        made.broken = True
        made.note("too_few_choices", _("Câu hỏi chỉ có một phương án."))
    if not options and not any(s.words and not s.letters for s in content.keys):
        made.broken = True
        made.note("no_choices", _("Không tìm thấy phương án nào."))
    if any(not option.text for option in options):
        made.broken = True
        made.note("empty_choice", _("Có phương án không có lời."))
    _check_repeats(made)
    texts = [content.stem, *(option.text for option in options), *content.meta.values()]
    long = made.block.overfull or any(len(text) > LONGEST_TEXT for text in texts)
    if long or len(options) > MOST_CHOICES:
        made.broken = True
        made.note("too_long", _("Câu hỏi dài quá mức cho phép; có lẽ các câu chưa được tách."))
    if content.editors_note:
        message = _("Đã bỏ ghi chú biên tập “%(note)s”.", note=content.editors_note)
        made.note("editors_note", message)
    if made.block.note and made.block.note.casefold() not in LEVELS:
        made.note("editors_note", _("Đã bỏ ghi chú “%(note)s”.", note=made.block.note))
    for line in content.unread:
        made.note("unread_line", _("Dòng này không rõ thuộc phần nào nên bị bỏ qua."), line.number)


def _check_repeats(made: Decision) -> None:
    for place, option in enumerate(made.options):
        if option.text and any(same_words(option.text, o.text) for o in made.options[:place]):
            made.broken = True
            message = _("Phương án “%(text)s” bị lặp lại.", text=option.text)
            made.note("repeated_choice", message, option.line)


# The key


def _find_key(made: Decision, table_key: tuple[str, ...]) -> None:
    """Marks, key lines and the table must agree; where they do not, a person chooses."""
    said: list[Key] = [made_key for made_key in [_marked(made)] if made_key]
    for statement in made.content.keys:
        said.extend(key for key in [_stated(made, statement)] if key)
    if table_key:
        said.extend(key for key in [_lettered(made, table_key, None)] if key)
    if len(set(said)) > 1:
        made.doubtful = True
        made.note(
            "key_conflict",
            _("Các chỗ ghi đáp án không khớp nhau; hãy chọn lại đáp án."),
        )
    elif said and not made.doubtful:
        made.correct = said[0]
        repeated = any(problem.code == "repeated_letter" for problem in made.problems)
        if repeated and not _marked(made):
            made.note("key_by_place", _("Đáp án được tính theo thứ tự phương án; hãy kiểm tra."))
    elif made.options and not made.doubtful:
        made.note("no_key", _("Chưa có đáp án; hãy chọn."))


def _marked(made: Decision) -> Key:
    marked = tuple(place for place, option in enumerate(made.options) if option.marked)
    if not marked:
        return ()
    codes = {problem.code for problem in made.problems}
    if len(marked) == len(made.options):
        if "all_marked" not in codes:
            made.note("all_marked", _("Mọi phương án đều được đánh dấu nên dấu không có nghĩa."))
        return ()
    if len(marked) > 1 and not made.content.several_asked and "several_marked" not in codes:
        made.note(
            "several_marked",
            _("Có nhiều phương án được đánh dấu đúng; câu được hiểu là chọn nhiều phương án."),
        )
    return marked


def _stated(made: Decision, statement: KeyStatement) -> Key:
    if statement.letters:
        return _lettered(made, statement.letters, statement)
    for place, option in enumerate(made.options):
        if same_words(option.text, statement.words):
            return (place,)
    if made.options:
        made.doubtful = True
        made.note(
            "key_unknown_words",
            _("Đáp án “%(words)s” không trùng phương án nào.", words=statement.words),
            statement.line,
        )
    return ()


def _lettered(made: Decision, letters: Sequence[str], statement: KeyStatement | None) -> Key:
    places = {option.letter: place for place, option in enumerate(made.options)}
    places |= {option.text: place for place, option in enumerate(made.options)}
    line = statement.line if statement else None
    if unknown := [letter for letter in letters if letter not in places]:
        made.doubtful = True
        made.note(
            "key_unknown_choice",
            _("Đáp án %(letters)s không có trong các phương án.", letters=", ".join(unknown)),
            line,
        )
        return ()
    key = tuple(sorted({places[letter] for letter in letters}))
    if statement and statement.words:
        _compare_words(made, key, statement)
    return key


def _compare_words(made: Decision, key: Key, statement: KeyStatement) -> None:
    """The letter is followed by the words of a choice: of the same one, one hopes."""
    if any(same_words(made.options[place].text, statement.words) for place in key):
        return
    if any(same_words(option.text, statement.words) for option in made.options):
        made.doubtful = True
        message = _("Chữ cái và lời của đáp án chỉ hai phương án khác nhau; hãy chọn lại đáp án.")
        made.note("key_disagrees", message, statement.line)
    else:
        message = _("Lời ghi sau chữ cái đáp án không giống phương án nào; hãy kiểm tra.")
        made.note("key_words_differ", message, statement.line)
