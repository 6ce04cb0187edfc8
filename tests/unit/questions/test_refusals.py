"""What is no question set is refused with advice, whatever its name says."""

import io
import zipfile

import pytest

from survey_app.errors import Invalid
from survey_app.questions.formats import read, read_text, write


def zipped(name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (zipped("word/document.xml"), "docx"),
        (zipped("xl/workbook.xml"), "xlsx"),
        (zipped("x.txt"), "zip"),
        (b"PK\x03\x04 broken", "zip"),
        (b"%PDF-1.7 ...", "pdf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", "old_office"),
        (b"{\\rtf1 x}", "rtf"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (b"abc\x00def", "binary"),
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"x" * (2 * 1024 * 1024 + 1), "too_big"),
        ("Câu 1: Năm nào? é".encode("latin-1", "replace"), "encoding"),
        (b"<?xml version='1.0'?><quiz/>", "markup"),
        (b"<html><body>x", "markup"),
        (b"::Q1:: Ai? {=Hai ~Ba}", "gift"),
    ],
)
def test_refused(data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        read(data, filename="cau-hoi.txt")
    assert [problem.code for problem in refusal.value.problems] == [code]
    assert refusal.value.message


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_encodings_with_a_mark(encoding: str) -> None:
    paper = read("Câu 1: Ai?\nA. Một\nB. Hai\nĐáp án: A".encode(encoding), filename="x.docx")
    assert paper.questions[0].correct == (0,)


def test_old_one_byte_text_is_named() -> None:
    data = "C©u 1: §¶ng bé tØnh L¹ng S¬n thµnh lËp n¨m nµo?".encode("latin-1")
    assert [problem.code for problem in read(data).problems] == ["tcvn3"]


def test_text_that_begins_like_a_picture_is_text() -> None:
    assert read_text("BMI là gì?\nA. Một\nB. Hai\nĐáp án: A").questions[0].correct == (0,)


def test_an_unknown_way_to_write_is_refused() -> None:
    paper = read_text("Câu 1: Ai?\nA. Một\nB. Hai\nĐáp án: A")
    with pytest.raises(Invalid):
        write(paper.to_document(), "docx")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1. x\n" * 60_001, "too_many"),
        ("Câu 1: x\nA. Một\nB. Hai\n" * 3001, "too_many"),
        ("Câu 1: x\n" + "abc\n" * 500, "too_long"),
    ],
)
def test_text_beyond_measure_is_told_soon(text: str, code: str) -> None:
    paper = read_text(text)
    assert code in {problem.code for problem in paper.all_problems}
    assert all(question.state == "error" for question in paper.questions)
