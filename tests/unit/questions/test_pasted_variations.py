"""Each way of typing a paper that people use, one row each."""

import pytest

from survey_app.questions.formats import ReadPaper, ReadQuestion, read_text

CHOICES = "A. Một\nB. Hai\nC. Ba\n"


def only(text: str) -> ReadQuestion:
    paper = read_text(text)
    assert len(paper.questions) == 1, paper.as_dict()
    return paper.questions[0]


def codes(item: ReadQuestion | ReadPaper) -> set[str]:
    return {problem.code for problem in item.problems}


@pytest.mark.parametrize(
    "label",
    [
        "Câu 1: ", "Câu 1. ", "Câu 1 : ", "Câu hỏi 1. ", "Bài 1: ", "1. ", "1) ", "(1) ",
        "CÂU 01: ", "Câu 1/ ", "Câu 1 ", "Сâu 1： ", "**Câu 1:** ", "Câu\u00a01:\u200b ", "Câu 1\n",
        "Ca\u0302u 1: ", "Cau 1: ",
    ],
)  # fmt: skip
def test_labels(label: str) -> None:
    question = only(f"{label}Năm nào?\n{CHOICES}Đáp án: B")
    assert question.text == "Năm nào?"
    assert question.choices == ("Một", "Hai", "Ba")
    assert question.correct == (1,)
    assert question.state == "ok"


@pytest.mark.parametrize(
    "choices",
    [
        "A. Một\nB. Hai\nC. Ba", "A) Một\nB) Hai\nC) Ba", "a. Một\nb. Hai\nc. Ba",
        "a) Một\nb) Hai\nc) Ba", "A/ Một\nB/ Hai\nC/ Ba", "A- Một\nB- Hai\nC- Ba",
        "A.Một\nB.Hai\nC.Ba", "A. Một B. Hai C. Ba", "A. Một\tB. Hai\tC. Ba",
        "A. Một   B. Hai\nC. Ba", "A/ Một B/ Hai C/ Ba", "(A) Một\n(B) Hai\n(C) Ba",
        "А. Một\nВ. Hai\nС. Ba", "Ａ．Một\nＢ．Hai\nＣ．Ba", "A\tMột\nB\tHai\nC\tBa",
        "A.\nMột\nB.\nHai\nC.\nBa", "A. Một  C. Ba\nB. Hai", "A. Một|\nB. Hai|\nC. Ba|",
    ],
)  # fmt: skip
def test_choices(choices: str) -> None:
    question = only(f"Câu 1: Năm nào?\n{choices}\nĐáp án: C")
    assert question.choices == ("Một", "Hai", "Ba")
    assert question.correct == (2,)


def test_choices_on_the_line_of_the_question() -> None:
    question = only("Câu 1: Năm nào? A. Một\tB. Hai\nĐáp án: A")
    assert (question.text, question.choices) == ("Năm nào?", ("Một", "Hai"))


def test_an_initial_is_no_choice() -> None:
    question = only("Câu 1: Ai?\nA. C. Mác và Ph. Ăngghen\nB. V.I. Lênin\nĐáp án: A")
    assert question.choices == ("C. Mác và Ph. Ăngghen", "V.I. Lênin")
    wrapped = only("Câu 1: Tác phẩm của\nC. Mác là gì?\nA. Tư bản\nB. Khác\nĐáp án: A")
    assert wrapped.choices == ("Tư bản", "Khác")


@pytest.mark.parametrize(
    "key",
    [
        "Đáp án: B", "Đáp án đúng: B.", "ĐA: B", "ĐÁP ÁN: b", "=> B", "→ B", "Đáp án B",
        "Phương án đúng là: b. Hai", "Đáp án đúng là: B. Hai.", "Đáp án: Hai", "ANSWER: B",
        "Chọn B", "Chọn đáp án B", "Đáp án:\nB", "(Đáp án: B)", "**Đáp án: B**", "Đáp án là B",
        "Đáp án: В", "Đ/A: B", "Đáp án: (B)",
    ],
)  # fmt: skip
def test_key_lines(key: str) -> None:
    question = only(f"Câu 1: Năm nào?\n{CHOICES}{key}\n")
    assert question.correct == (1,)
    assert question.state == "ok"
    assert not question.problems


@pytest.mark.parametrize(
    "marked",
    [
        "*B. Hai", "**B. Hai**", "B. Hai (*)", "[x] B. Hai", "[x] B Hai", "B. Hai ✓", "✓ B. Hai",
        "B. *Hai", "B. Hai *", "☑ B. Hai", "B. Hai ✅", "B. Hai (x)", "B. Hai (đáp án)",
        "=> B. Hai", "B. Hai  Đáp án: B",
    ],
)  # fmt: skip
def test_marks(marked: str) -> None:
    question = only(f"Câu 1: Năm nào?\nA. Một\n{marked}\nC. Ba")
    assert question.choices == ("Một", "Hai", "Ba")
    assert question.correct == (1,)


def test_words_that_only_look_like_a_mark_or_a_key() -> None:
    question = only("Câu 1: Chọn câu đúng:\nA. Tính f(x)\nB. Cả 2 đáp án A, C\nC. Ba")
    assert question.choices == ("Tính f(x)", "Cả 2 đáp án A, C", "Ba")
    assert (question.correct, question.state) == ((), "needs_choice")
    stem = only(f"Câu 1: Có ba ý.\nĐáp án nào sau đây đúng?\n{CHOICES}Đáp án: A")
    assert stem.text == "Có ba ý.\nĐáp án nào sau đây đúng?"


@pytest.mark.parametrize(
    ("key", "code"),
    [
        ("Đáp án: B. Ba", "key_disagrees"),
        ("Đáp án: D", "key_unknown_choice"),
        ("Đáp án: Bốn", "key_unknown_words"),
        ("Đáp án: A\nĐáp án: B", "key_conflict"),
        ("", "no_key"),
    ],
)
def test_keys_that_cannot_be_trusted_wait_for_a_person(key: str, code: str) -> None:
    question = only(f"Câu 1: Năm nào?\n{CHOICES}{key}\n")
    assert question.correct == ()
    assert question.state == "needs_choice"
    assert code in codes(question)


def test_a_mark_that_contradicts_the_key_line() -> None:
    question = only("Câu 1: Năm nào?\nA. Một\n*B. Hai\nĐáp án: A")
    assert (question.correct, question.state) == ((), "needs_choice")
    assert "key_conflict" in codes(question)


def test_words_after_the_letter_that_match_nothing_are_doubtful() -> None:
    question = only(f"Câu 1: Năm nào?\n{CHOICES}Đáp án: B. Hai mươi")
    assert question.correct == (1,)
    assert codes(question) == {"key_words_differ"}


def test_repeated_and_missing_letters() -> None:
    question = only("Câu 1: Năm nào?\nA. Một\nB. Hai\nC. Ba\nC. Bốn\nĐáp án: D")
    assert question.choices == ("Một", "Hai", "Ba", "Bốn")
    assert question.correct == (3,)
    assert codes(question) == {"repeated_letter", "key_by_place"}
    gap = only("Câu 1: Năm nào?\nA. Một\nB. Hai\nD. Bốn\nĐáp án: D")
    assert gap.correct == (2,)
    assert codes(gap) == {"missing_letter"}


@pytest.mark.parametrize("count", [2, 3, 5, 8])
def test_two_to_eight_choices(count: int) -> None:
    lines = "\n".join(f"{chr(65 + n)}. Ý {n}" for n in range(count))
    question = only(f"Câu 1: Mấy?\n{lines}\nĐáp án: {chr(64 + count)}")
    assert len(question.choices) == count
    assert question.correct == (count - 1,)


@pytest.mark.parametrize("key", ["Đáp án: A, C", "Đáp án: AC", "Đáp án: A và C", "ĐA: A; C"])
def test_several_right_choices(key: str) -> None:
    question = only(f"Câu 1: Chọn các phương án đúng\n{CHOICES}{key}")
    assert (question.type, question.correct) == ("multiple", (0, 2))


def test_several_marks_are_told() -> None:
    question = only("Câu 1: Năm nào?\n*A. Một\n*B. Hai\nC. Ba")
    assert (question.type, question.correct) == ("multiple", (0, 1))
    assert "several_marked" in codes(question)
    every = only("Câu 1: Năm nào?\n*A. Một\n*B. Hai")
    assert (every.correct, every.state) == ((), "needs_choice")


@pytest.mark.parametrize(
    "body", ["A. Đúng\nB. Sai\nĐáp án: B", "Đáp án: Sai", "A. Đúng\nB. Sai\nĐáp án: Sai"]
)
def test_true_or_false(body: str) -> None:
    question = only(f"Câu 1: Kế hoạch có năm mục.\n{body}")
    assert (question.type, question.choices) == ("true_false", ("Đúng", "Sai"))
    assert question.correct == (1,)


@pytest.mark.parametrize(
    "table",
    [
        "BẢNG ĐÁP ÁN\n1-A 2-C", "ĐÁP ÁN\n1a 2c", "Đáp án:\n1.A\n2.C", "1-A, 2-C",
        "BẢNG ĐÁP ÁN\nCâu 1 2\nĐáp án A C", "Câu\tĐáp án\n1\tA\n2\tC", "Câu 1: A; Câu 2: C",
        "ĐÁP ÁN\n1\nA\n2\nC", "HẾT\n1. A\n2. C", "--- HẾT ---\n\nBẢNG ĐÁP ÁN\n| 1 | A | 2 | C |",
    ],
)  # fmt: skip
def test_tables_of_keys(table: str) -> None:
    paper = read_text(f"Câu 1: Một?\n{CHOICES}\nCâu 2: Hai?\n{CHOICES}\n{table}\n")
    assert [question.correct for question in paper.questions] == [(0,), (2,)]
    assert [question.state for question in paper.questions] == ["ok", "ok"]
    assert len(paper.questions[1].choices) == 3


def test_numbering_and_tables_restart_per_part() -> None:
    part = f"Câu 1: Một?\n{CHOICES}Câu 2: Hai?\n{CHOICES}"
    second = part.replace("?", " nữa?")
    table = "BẢNG ĐÁP ÁN\nPHẦN I\n1-A 2-B\nPHẦN II\n1-C 2-A"
    paper = read_text(f"PHẦN I\n{part}PHẦN II: Nâng cao\n{second}HẾT\n{table}")
    assert [question.correct for question in paper.questions] == [(0,), (1,), (2,), (0,)]
    assert [question.section for question in paper.questions][1:3] == [
        "PHẦN I", "PHẦN II: Nâng cao",
    ]  # fmt: skip
    assert paper.problems == ()


def test_a_table_that_fits_no_part_gives_no_key() -> None:
    part = f"Câu 1: Một?\n{CHOICES}"
    paper = read_text(f"Đề 1 (DONE)\n{part}Đề 2\n{part.replace('?', ' nữa?')}HẾT\n1-A\n2-B\n")
    assert "key_table_ambiguous" in codes(paper)
    assert all(question.state == "needs_choice" for question in paper.questions)


def test_what_stands_after_the_end_is_no_question() -> None:
    text = f"Câu 1: Một?\n{CHOICES}Đáp án: A\nHẾT\nCâu 2: Hai?\n{CHOICES}"
    paper = read_text(text)
    assert len(paper.questions) == 1
    assert "text_after_end" in codes(paper)


def test_lines_that_tell_about_a_question() -> None:
    question = only(
        f"Câu 1 (TH): Năm nào?\n{CHOICES}Đáp án: A\nGiải thích: Vì mục I.\nHai dòng.\n"
        "Căn cứ: Kế hoạch 422\nChủ đề: Lịch sử\n"
    )
    assert question.explanation == "Vì mục I.\nHai dòng."
    assert question.source == "Kế hoạch 422"
    assert (question.topic, question.level) == ("Lịch sử", "Thông hiểu")


@pytest.mark.parametrize(
    "label", ["Giải thích:", "Vì:", "Lời giải:", "Lời giải\n", "Hướng dẫn chi tiết:"]
)
def test_explanations(label: str) -> None:
    question = only(f"Câu 1: Năm nào?\n{CHOICES}Đáp án: A\n{label} Theo mục I.")
    assert question.explanation == "Theo mục I."


def test_words_over_several_lines() -> None:
    question = only(
        "Câu 1: Đảng bộ được\nthành lập năm nào?\nA. Năm\nmột\n\n2\n\nB. Hai\nĐáp án: A"
    )
    assert question.text == "Đảng bộ được thành lập năm nào?"
    assert question.choices == ("Năm một", "Hai")


def test_numbered_statements_stay_in_their_question() -> None:
    paper = read_text("1. Cho các ý:\n1. x\n2. y\n3. z\nA. Một\nB. Hai\n2. Tiếp?\nA. Ba\nB. Bốn\n")
    assert [question.text for question in paper.questions] == [
        "Cho các ý:\n1. x\n2. y\n3. z", "Tiếp?",
    ]  # fmt: skip


def test_editors_notes_repeats_and_gaps_are_told() -> None:
    paper = read_text(
        f"Câu 1: Một? (sửa lại 23/6/2024)\n{CHOICES}Đáp án: A\nCâu 3: Một?\n{CHOICES}Đáp án: A\n"
    )
    first, second = paper.questions
    assert (first.text, codes(first)) == ("Một?", {"editors_note"})
    assert codes(second) == {"repeated_question", "number_jump"}


def test_questions_without_labels() -> None:
    paper = read_text("Ai?\nA. Một\nB. Hai\nANSWER: B\n\nỞ đâu?\nA. Ba\nB. Bốn\nANSWER: A\n")
    assert [(q.text, q.correct) for q in paper.questions] == [("Ai?", (1,)), ("Ở đâu?", (0,))]


def test_text_is_composed_and_odd_spaces_are_plain() -> None:
    question = only(f"Câu 1: Lạng\u00a0Sơn\u200b?\n{CHOICES}ĐA: A")
    assert question.text == "Lạng Sơn?"


def test_choices_that_name_letters_are_not_shuffled() -> None:
    question = only("Câu 1: Ý nào?\nA. Một\nB. Hai\nC. Cả A và B đều đúng\nĐáp án: C")
    assert question.shuffle is False
    pinned = read_text("Câu 1: Ý nào?\nA. Một\nB. Tất cả các phương án trên\nĐáp án: B")
    choices = pinned.to_document().questions[0].choices
    assert [choice.pinned for choice in choices] == [False, True]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("C©u 1: §¶ng bé tØnh L¹ng S¬n thµnh lËp n¨m nµo?\nA. N¨m 1930\n§¸p ¸n: A", "tcvn3"),
        ("Caâu 1: Xin chaøo caùc baïn ñoàng chí\nA. Moät\nB. Hai", "vni"),
    ],
)
def test_old_encodings_are_named_and_not_converted(text: str, code: str) -> None:
    paper = read_text(text)
    assert codes(paper) == {code}
    assert paper.questions == ()


def test_soft_hyphen_of_tcvn3_is_seen() -> None:
    paper = read_text("Trung \xad¬ng quyÕt ®Þnh, n\xad¬c m¹nh, ®¶ng viªn")
    assert codes(paper) == {"tcvn3"}


def test_the_shape_for_other_programs() -> None:
    shape = read_text(f"ĐỀ THI\nCâu 1: Năm nào?\n{CHOICES}Đáp án: B\n").as_dict()
    assert shape == {
        "format": "text",
        "kind": "quiz",
        "title": "ĐỀ THI",
        "questions": [
            {
                "number": 1, "type": "single", "text": "Năm nào?",
                "choices": ["Một", "Hai", "Ba"], "correct": [1], "shuffle": True,
                "explanation": None, "source": None, "topic": None, "level": None,
                "state": "ok", "where": "dòng 2", "problems": [],
            }
        ],
        "problems": [],
    }  # fmt: skip


def test_a_letter_with_a_line_of_its_own_does_not_begin_inside_another() -> None:
    question = only("Câu 1: Chất nào?\nA. Vitamin B. nhóm một\nB. Hai\nĐáp án: A")
    assert question.choices == ("Vitamin B. nhóm một", "Hai")


def test_a_table_restarts_where_its_numbers_do() -> None:
    part = f"Câu 1: Một?\n{CHOICES}Câu 2: Hai?\n{CHOICES}"
    second = part.replace("?", " nữa?")
    paper = read_text(f"PHẦN I\n{part}PHẦN II\n{second}HẾT\nĐÁP ÁN\n1-A 2-B 1-C 2-A")
    assert [question.correct for question in paper.questions] == [(0,), (1,), (2,), (0,)]
