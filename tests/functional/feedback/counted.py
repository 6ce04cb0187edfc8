"""Forms that were sent and counted, for the tests of results."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from io import BytesIO

from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from survey_app import clock, jobs
from survey_app.database import Database
from survey_app.feedback.answers import Answers
from survey_app.feedback.results import Results
from survey_app.feedback.summary import results
from tests.conftest import TestClock
from tests.factories import csrf_of
from tests.factories_forms import invitation_ids, launched_form, send_form
from tests.factories_rounds import CLOSES

# How many of the people of each cell send one: of 16, 12, and 7 and 5 who stand together.
SENDERS = (14, 11, 6, 4)
_FIRST = (0, 16, 28, 35)
LEVELS = ("rat-tot", "tot", "kha", "trung-binh", "chua-tot", "khong-y-kien")
# The places in LEVELS that the people of each cell choose in turn.
RATINGS = ((0, 0, 1, 1, 2), (0, 1, 1, 2, 3), (0, 1, 2, 2, 1), (0, 1, 3, 2, 5))
TEXTS = {
    0: "Cảm ơn đồng chí Hòa đã trình bày dễ hiểu.",
    3: "Nên gửi tài liệu sớm hơn một tuần.",
    15: "Gọi tôi qua số 0912 345 678 nhé",
    20: "Đưa vào cả chuyện văn hóa các dân tộc xứ Lạng.",
    30: "=1+1 là hai, buổi sau bắt đầu đúng giờ.",
}


def answers_of(cell: int, place: int) -> Answers:
    """Return what one person says, by cell and place in it."""
    turn = RATINGS[cell]
    said: Answers = {
        "q1": LEVELS[turn[place % len(turn)]],
        "q2": "c1" if place % 2 else "c2",
        "q4": ["c1"] if place % 3 else ["c2", "c3"],
        "q5.r1": LEVELS[place % 2],
        "q5.r2": LEVELS[turn[(place + 1) % len(turn)]],
        "q6": str((45, 60, 90, 120)[place % 4]),
    }
    if place % 3 == 0:
        said["q4.other"] = "Mời nhân chứng kể chuyện"
    if not place % 7:
        del said["q5.r2"]
    return said


def senders(
    app: Flask, round_id: int, counts: Sequence[int] = SENDERS
) -> list[tuple[int, int, int]]:
    """Return (invitation, cell, place) of everybody who sends a form."""
    database: Database = app.extensions["survey.database"]
    with database.reading() as session:
        people = invitation_ids(session, round_id)
    return [
        (people[_FIRST[cell] + place], cell, place)
        for cell, count in enumerate(counts)
        for place in range(count)
    ]


def sent_form(
    app: Flask,
    counts: Sequence[int] = SENDERS,
    texts: Mapping[int, str] = TEXTS,
    **round_: object,
) -> int:
    """Launch a form and send what `counts` of each cell say, with texts; return its round."""
    round_id = launched_form(app, **round_)  # type: ignore[arg-type]
    for number, (invitation, cell, place) in enumerate(senders(app, round_id, counts)):
        said = answers_of(cell, place)
        if number in texts:
            said["q7"] = texts[number]
        send_form(app, invitation, said)
    return round_id


def count(app: Flask, time: TestClock, closed: datetime = CLOSES) -> None:
    """Let rounds close and be counted."""
    time.set(closed + timedelta(seconds=20))
    jobs.work(app, clock.now())


def counted_form(
    app: Flask,
    time: TestClock,
    counts: Sequence[int] = SENDERS,
    texts: Mapping[int, str] = TEXTS,
    **round_: object,
) -> int:
    """The same, counted."""
    round_id = sent_form(app, counts, texts, **round_)
    count(app, time)
    return round_id


def of(app: Flask, db: Database, round_id: int) -> Results:
    """Return the results of a round."""
    with app.app_context(), db.reading() as session:
        return results(session, round_id)


def xlsx_of(client: FlaskClient, path: str) -> CalamineWorkbook:
    """Take the sheet of a results page, as its button does, and open it."""
    answer = client.post(f"{path}/xlsx", data={"csrf_token": csrf_of(client.get(path))})
    assert answer.status_code == 200, answer.text
    return CalamineWorkbook.from_filelike(BytesIO(answer.data))
