"""Export and import give the same set; no text whatever makes the reader fall over."""

from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.errors import Invalid
from survey_app.questions.canonical import content_hash
from survey_app.questions.formats import read, read_text, write
from survey_app.questions.formats.paper import ReadPaper, ReadQuestion
from survey_app.questions.schema import QuestionDocument

ANY_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\"'#:&*{}[]|>-~ọ"),
    min_size=1,
    max_size=60,
).filter(str.strip)
IDS = st.from_regex(r"[a-z0-9]{1,8}", fullmatch=True)
WORDS = st.lists(
    st.sampled_from(["Đảng", "bộ", "Khối", "năm", "1954", "27/9", "“tỉnh”", "thi-đua", "Số"]),
    min_size=1,
    max_size=5,
).map(lambda words: "Ý " + " ".join(words))


@st.composite
def questions(draw: st.DrawFn) -> dict[str, object]:
    ids = draw(st.lists(IDS, min_size=2, max_size=5, unique=True))
    several = draw(st.booleans())
    key = draw(st.lists(st.sampled_from(ids), max_size=len(ids) if several else 1, unique=True))
    return {
        "type": "multiple" if several else "single",
        "text": draw(ANY_TEXT),
        "choices": [
            {"id": name, "text": draw(ANY_TEXT), "pinned": draw(st.booleans())} for name in ids
        ],
        "key": key,
        "explanation": draw(st.just("") | ANY_TEXT),
        "source": draw(st.none() | ANY_TEXT.map(lambda text: {"document": text, "section": text})),
        "topic": draw(st.just("") | ANY_TEXT),
        "state": draw(st.sampled_from(["ready", "draft"])),
        "shuffle": draw(st.booleans()),
    }


@st.composite
def documents(draw: st.DrawFn) -> QuestionDocument:
    items = draw(st.lists(questions(), max_size=4))
    content = {
        "kind": draw(st.sampled_from(["quiz", "feedback"])),
        "title": draw(ANY_TEXT),
        "note": draw(st.just("") | ANY_TEXT),
        "questions": [{"id": f"q{place}", **item} for place, item in enumerate(items)],
        "translations": {"en": {"title": "x", "terms": {draw(ANY_TEXT): "term"}}},
    }
    try:
        return QuestionDocument.model_validate(content)
    except ValueError:  # only invisible letters: nothing is left of a text
        return QuestionDocument.model_validate({"kind": "quiz", "title": "x"})


@given(documents())
@settings(deadline=None, max_examples=150)
def test_yaml_gives_back_the_same_hash(document: QuestionDocument) -> None:
    paper = read(write(document))
    assert paper.all_problems == () or any(question.problems for question in paper.questions)
    assert content_hash(paper.to_document()) == content_hash(document)


@st.composite
def papers(draw: st.DrawFn) -> ReadPaper:
    items = []
    for place in range(draw(st.integers(1, 5))):
        choices = draw(st.lists(WORDS, min_size=2, max_size=8, unique=True))
        right = draw(st.sets(st.integers(0, len(choices) - 1), min_size=1, max_size=2))
        items.append(
            ReadQuestion(
                place + 1,
                "multiple" if len(right) > 1 else "single",
                draw(WORDS) + f" số {place}?" + draw(st.just("") | WORDS.map("\n{}".format)),
                tuple(choices),
                tuple(sorted(right)),
                explanation=draw(st.none() | WORDS),
                source=draw(st.none() | WORDS),
                topic=draw(st.none() | WORDS),
                level=draw(st.none() | WORDS),
                section=draw(st.none()) if place == 0 else items[0].section,
            )
        )
    return ReadPaper("text", "quiz", "BỘ CÂU HỎI " + draw(WORDS), tuple(items))


@given(papers())
@settings(deadline=None, max_examples=150)
def test_a_paper_in_words_gives_back_the_same_hash(paper: ReadPaper) -> None:
    document = paper.to_document()
    again = read(write(document, "text"))
    assert again.all_problems == ()
    assert content_hash(again.to_document()) == content_hash(document)


def test_parts_come_back() -> None:
    text = "BỘ ĐỀ\n\nPHẦN 1: Mở đầu\n\nCâu 1: Ai?\nA. Một\nB. Hai\nĐáp án: A\n"
    document = read_text(text).to_document()
    assert [section.title for section in document.sections] == ["PHẦN 1: Mở đầu"]
    assert write(document, "text").decode() == text


PIECES = st.sampled_from(
    [
        "Câu 1: ", "Câu 2. ", "1. ", "2) ", "A. ", "B. ", "a) ", "C/ ", "\n", "\n\n", "\t", "  ",
        "Đáp án: B", "Đáp án:", "=> A", "ĐÁP ÁN", "1-A 2-B", "HẾT", "PHẦN I", "năm 1954", "*",
        "[x] ", "Giải thích: ", "Nguồn: ", "kind: quiz\n", "title: x\n", "questions:\n",
        "  - text: a\n", "    choices: [a, b]\n", "key: [", "&a ", "*a", "{", "}", '"', "'",
        "\x07", "\ufeff", "Đúng", "Sai", "✓", "|", "А. ", "!!python/object ", "%", "---\n",
    ]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=4), max_size=40).map("".join))
@settings(deadline=None, max_examples=400)
def test_no_text_makes_the_reader_fall_over(text: str) -> None:
    try:
        paper = read_text(text)
        paper.as_dict()
        document = paper.to_document()
    except Invalid:
        return
    write(document, "text")
    assert content_hash(read(write(document)).to_document()) == content_hash(document)


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=200)
def test_no_bytes_make_the_reader_fall_over(data: bytes) -> None:
    try:
        read(data).as_dict()
    except Invalid as refusal:
        assert refusal.problems
