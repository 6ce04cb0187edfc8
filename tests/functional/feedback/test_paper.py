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
from survey_app.feedback.paper import without_mail
from survey_app.invitations.models import Invitation, Receipt
from survey_app.people.models import Person
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
    """An open form: its slug, round and the twelve to whom no link was mailed."""
    round_id = launched_form(app, without_mail=3)
    with db.reading() as session:
        people = [one.invitation_id for one in without_mail(session, round_id)]
        return session.get_one(Round, round_id).slug, round_id, people


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


def test_with_few_others_nothing_is_told_and_the_sentence_is_true(app, db, time, organiser, form):
    slug, round_id, people = form
    assert post(organiser, slug, [PAPER] * 5, people[:5]).status_code == 303
    with db.reading() as session:
        one = sorted(set(invitation_ids(session, round_id)) - set(people))[0]
    send_form(app, one, {"q1": "tot"})
    time.set(CLOSES)
    time.move(seconds=20)
    jobs.work(app, clock.now())
    sign_in(organiser, "administrator")  # two days later
    page = organiser.get(f"/organiser/rounds/{slug}").text
    assert "dưới 5 trong số 40 người được mời đã gửi phiếu qua mạng, nên không nêu số phiếu" in page
    results = organiser.get(f"/organiser/rounds/{slug}/results").text
    assert "Có ít hơn 5 phiếu gửi qua mạng" in results
    assert "ý kiến chờ đọc duyệt" not in organiser.get("/organiser/").text


def test_only_who_was_never_mailed_a_link_can_hand_in_a_paper(app, db, organiser, form):
    """Else the number of papers kept would tell whether somebody named had sent a form before."""
    slug, round_id, unmailed = form
    with db.reading() as session:
        mailed = sorted(set(invitation_ids(session, round_id)) - set(unmailed))
        target = session.get_one(Person, session.get_one(Invitation, mailed[0]).person_id)
        person_id = target.id
    answer = post(organiser, slug, [PAPER] * 5, [mailed[0], *unmailed[:4]])
    assert answer.status_code == 422 and "chưa từng gửi liên kết" in answer.text
    with db.writing() as session:  # nor by taking the address away afterwards
        person = session.get_one(Person, person_id)
        person.email, person.address_state = None, "missing"
    answer = post(organiser, slug, [PAPER] * 5, [mailed[0], *unmailed[:4]])
    assert answer.status_code == 422 and counts(db) == (0, 0)


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


def test_after_closing_no_batch_is_taken(app, db, time, organiser):
    round_id = launched_form(app, without_mail=3, closes_at=time() + timedelta(hours=1))
    with db.reading() as session:
        slug = session.get_one(Round, round_id).slug
        people = [one.invitation_id for one in without_mail(session, round_id)]
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
