"""Forms on paper: printed to match, and taken in batches against as many receipts."""

from datetime import timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select
from xlsxwriter import Workbook

from survey_app import clock, jobs
from survey_app.campaigns.models import Round
from survey_app.feedback.models import Ballot, BallotGroup, CountedText
from survey_app.invitations.models import Receipt
from tests.factories import csrf_of, sign_in
from tests.factories_forms import form_document, invitation_ids, launched_form, send_form
from tests.factories_rounds import CLOSES

KEYS = ["q1", "q2", "q4=c1", "q4=c3", "q4.other", "q5.r1", "q6", "q7"]
PAPER = ["Rất tốt", "1", "x", "x", "Sách", "tốt", 90, "Nói chậm hơn"]


def filled(rows: list[list[object]], keys: list[str] = KEYS) -> bytes:
    """Return a sheet as somebody would have typed it."""
    output = BytesIO()
    book = Workbook(output, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, row in enumerate([keys, ["…"] * len(keys), *rows]):
        for place, value in enumerate(row):
            sheet.write(number, place, value)
    book.close()
    return output.getvalue()


@pytest.fixture
def organiser(client):
    """A browser in which an organiser has signed in."""
    sign_in(client, "organiser")
    return client


@pytest.fixture
def form(app, db):
    """An open form: its slug, round and invitations."""
    round_id = launched_form(app)
    with db.reading() as session:
        return session.get_one(Round, round_id).slug, round_id, invitation_ids(session, round_id)


def post(client, slug, rows, people, **more):
    page = client.get(f"/organiser/rounds/{slug}/paper")
    return client.post(
        f"/organiser/rounds/{slug}/paper",
        data={
            "csrf_token": csrf_of(page),
            "file": (BytesIO(filled(rows)), "phieu.xlsx"),
            "people": [str(one) for one in people],
            "agreed": "y",
            **more,
        },
    )


def counts(db) -> tuple[int, int]:
    with db.reading() as session:
        ballots = session.scalar(select(func.count()).select_from(Ballot))
        return ballots, session.scalar(select(func.count()).where(Receipt.is_sent))


def test_the_sheet_to_print_asks_what_the_form_asks(organiser, form):
    page = organiser.get(f"/organiser/rounds/{form[0]}/paper/print")
    for question in form_document().questions:
        assert question.text in page.text
    assert "Nếu câu 2 là “Có”" in page.text and "không ghi tên" in page.text


def test_the_sheet_to_type_into_has_a_column_for_everything(organiser, form):
    data = organiser.get(f"/organiser/rounds/{form[0]}/paper/xlsx").data
    rows = CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()
    assert rows[0] == [
        "q1", "q2", "q3", "q4=c1", "q4=c2", "q4=c3", "q4.other", "q5.r1", "q5.r2", "q6", "q7",
    ]  # fmt: skip


def test_a_batch_is_as_many_ballots_as_receipts(app, db, time, organiser, form):
    slug, _round_id, people = form
    assert post(organiser, slug, [PAPER] * 5, people[:5]).status_code == 303
    assert counts(db) == (5, 5)
    time.set(CLOSES)
    time.move(seconds=20)
    jobs.work(app, clock.now())
    with db.reading() as session:
        assert session.scalars(select(BallotGroup.sent).where(BallotGroup.number == -1)).one() == 5
        texts = session.execute(select(CountedText.item, CountedText.text).distinct()).all()
        assert sorted(texts) == [("q4.other", "Sách"), ("q7", "Nói chậm hơn")]
    committee = app.test_client()
    sign_in(committee, "committee_reviewer")
    page = committee.get(f"/committee/rounds/{slug}").text
    assert "Trong tổng số có 5 phiếu giấy, không tính theo nhóm." in page


def test_who_has_sent_one_already_counts_once_and_nobody_is_told(app, db, organiser, form):
    slug, _round_id, people = form
    send_form(app, people[0], {"q1": "kha"})
    with_one = post(organiser, slug, [PAPER] * 5, people[:5])
    assert counts(db) == (5, 5)
    without = post(organiser, slug, [PAPER] * 5, people[5:10])
    assert counts(db) == (10, 10)
    told = [organiser.get(answer.location).text for answer in (with_one, without)]
    assert "Đã nhận lô 5 phiếu giấy" in told[0] and with_one.location == without.location


def test_a_batch_sent_twice_is_one(db, organiser, form):
    slug, _round_id, people = form
    for _time in range(2):
        assert post(organiser, slug, [PAPER] * 6, people[:6]).status_code == 303
    assert counts(db) == (6, 6)


@pytest.mark.parametrize(
    ("rows", "people", "said"),
    [
        ([PAPER] * 4, slice(0, 4), "ít nhất 5 phiếu"),
        ([PAPER] * 5, slice(0, 6), "phải bằng nhau"),
        ([PAPER] * 4 + [["Tuyệt vời"]], slice(0, 5), "dòng 7, cột A"),
        ([PAPER] * 4 + [[""] * 6 + [9]], slice(0, 5), "từ 15 đến 240"),
        ([], slice(0, 5), "chưa có phiếu nào"),
    ],
)
def test_a_batch_that_is_not_right_is_refused_whole(db, organiser, form, rows, people, said):
    slug, _round_id, everybody = form
    answer = post(organiser, slug, rows, everybody[people])
    assert answer.status_code == 422 and said in answer.text
    assert counts(db) == (0, 0)


def test_people_are_named_by_line_and_cell(db, organiser, form):
    slug, _round_id, people = form
    names = "Nguyễn Văn An, Chi bộ Hai\nly thi anh, chi bo ba\n"
    answer = post(organiser, slug, [PAPER] * 5, people[:3], names=names)
    assert "Có 2 người tên" in answer.text and answer.status_code == 422
    names = "Nguyễn Văn An, Chi bộ Ba\nly thi anh, chi bo ba\n"
    assert post(organiser, slug, [PAPER] * 5, people[:3], names=names).status_code == 303
    assert counts(db) == (5, 5)


def test_after_closing_no_batch_is_taken(app, db, time, organiser):
    round_id = launched_form(app, closes_at=time() + timedelta(hours=1))
    with db.reading() as session:
        slug, people = session.get_one(Round, round_id).slug, invitation_ids(session, round_id)
    page = organiser.get(f"/organiser/rounds/{slug}/paper")
    time.move(hours=1)
    data = {
        "csrf_token": csrf_of(page),
        "file": (BytesIO(filled([PAPER] * 5)), "phieu.xlsx"),
        "people": [str(one) for one in people[:5]],
        "agreed": "y",
    }
    answer = organiser.post(f"/organiser/rounds/{slug}/paper", data=data)
    assert answer.status_code == 422 and counts(db) == (0, 0)
