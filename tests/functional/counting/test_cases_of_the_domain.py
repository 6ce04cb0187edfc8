"""Cases that break naive counting, end to end: board, home, frozen figures, Word and Excel.

Those about people who move, join, are admitted or stand on the roster twice are in
`tests/functional/ledger`; those of the paper's own clock in `tests/functional/quizzes`.
"""

import io
import zipfile
from datetime import timedelta

import pytest
from docx import Document
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from survey_app import jobs
from survey_app.accounts.scope import ALL_CELLS, CLI
from survey_app.campaigns.models import Campaign, Round
from survey_app.cell_reports.models import Duty
from survey_app.invitations.boards import board_of
from survey_app.invitations.recount import kept_days
from survey_app.quizzes.distribution import kept_scores
from survey_app.reports import snapshots
from survey_app.reports.annex_xlsx import xlsx_of
from survey_app.reports.composing import Terms
from survey_app.reports.docx_report import docx_of
from survey_app.reports.gathering import gather
from survey_app.reports.models import Snapshot
from survey_app.reports.styles import STYLES
from tests.factories import sign_in
from tests.factories_rounds import CLOSES, invitations_of, launched_round, link_path
from tests.functional.feedback.counted import counted_form
from tests.functional.quizzes.conftest import KEY, Member, right

AGENTS = ("Zalo iOS/486", "facebookexternalhit/1.1", "TelegramBot (like TwitterBot)")
TERMS = Terms("interim", next(iter(STYLES)), 1, "0" * 64)
ALL = range(1, 11)


@pytest.fixture
def members(app, db):
    """Eight people of two cells, asked until 17:00 on 20/9; two attempts each."""
    with app.app_context(), db.writing() as session:
        round_ = launched_round(session, attempts_allowed=2)
        links = [(link_path(session, KEY, one), one.id) for one in invitations_of(session, round_)]
    return [Member(db, app.test_client(), link, number) for link, number in links]


def counts(db, time):
    """Return (done, started, attempts) of the only quiz, as its board has them."""
    with db.reading() as session:
        round_ = session.scalars(select(Round).where(Round.kind == "quiz")).one()
        rows = board_of(session, round_, time(), scope=ALL_CELLS).rows
    return tuple(
        sum(getattr(row.counts, name) for row in rows) for name in ("done", "started", "attempts")
    )


def figures_now(app, db, time):
    with app.app_context(), db.reading() as session:
        return gather(session, session.scalars(select(Campaign)).first(), time())


def test_begun_at_16_59_and_closed_at_17_00_counts_what_was_saved(app, db, time, members):
    time.set(CLOSES - timedelta(minutes=1))
    one, idle = members[:2]
    one.begin()
    idle.begin()
    one.autosave({"q1": ["c1-a"], "q2": ["c2-a"]})
    assert counts(db, time) == (0, 1, 0), "who has only opened a paper has not begun"
    time.set(CLOSES)
    one.autosave({"q3": ["c3-a"]}, sequence=2)
    time.move(seconds=20)
    jobs.work(app, time())
    assert counts(db, time) == (1, 0, 1)
    assert [grading.right_count for grading in one.gradings()] == [2], "17:00 itself is too late"
    assert [attempt.state for attempt in idle.attempts()] == ["void"]
    with db.reading() as session:
        round_id = session.scalars(select(Round.id)).one()
        assert [day.isoformat() for _cell, day in kept_days(session, round_id)] == ["2024-09-20"]


def test_a_double_tap_on_submit_is_one_attempt_of_one_person(app, db, time, members):
    one = members[0]
    one.begin()
    first = one.post("finish", right(*ALL))
    again = one.post("finish", right(*ALL))
    assert first.status_code == again.status_code == 303
    assert counts(db, time) == (1, 0, 1)
    (quiz,) = figures_now(app, db, time).quizzes
    assert sum(cell.attempts for cell in quiz.cells) == 1
    with db.reading() as session:
        assert list(kept_days(session, quiz.id).values()) == [1]


def test_the_best_attempt_counts_when_the_last_is_worse(app, db, time, members):
    for member in members[:5]:
        for answers in (right(*ALL), right(1)):
            member.begin()
            member.post("finish", answers)
            member.post("submit")
    assert counts(db, time) == (5, 0, 10), "five people, ten attempts"
    time.set(CLOSES + timedelta(minutes=1))
    jobs.work(app, time())
    (quiz,) = figures_now(app, db, time).quizzes
    with db.reading() as session:
        assert kept_scores(session, quiz.id) == {(10, 10): 5}
    told = {(band.low, band.high): band.people for band in quiz.score_bands if band.people}
    assert told == {(10, 10): 5}
    assert sum(cell.done for cell in quiz.cells) == 5


@pytest.mark.parametrize("agent", AGENTS)
def test_a_robot_that_fetches_the_link_consumes_and_counts_nothing(db, time, app, members, agent):
    before = figures_now(app, db, time)
    one = members[0]
    for method in (one.client.head, one.client.get, one.client.get):
        answer = method(one.link, headers={"User-Agent": agent})
        assert "Set-Cookie" not in answer.headers
    assert counts(db, time) == (0, 0, 0)
    assert figures_now(app, db, time) == before
    assert one.attempts() == []
    assert one.begin().status_code == 303, "and the link still opens"


def test_a_report_made_again_next_month_gives_the_same_figures(app, db, time, members):
    members[0].begin()
    members[0].post("finish", right(*ALL))
    with app.app_context(), db.writing() as session:
        campaign = session.scalars(select(Campaign)).one()
        taken = snapshots.take(session, campaign, CLI, time()).id

    def made():
        with app.test_request_context(), db.reading() as session:
            figures = snapshots.figures_of(session.get_one(Snapshot, taken))
            return docx_of(figures, TERMS), contents(xlsx_of(figures, TERMS))

    first = made()
    for member in members[1:6]:
        member.begin()
        member.post("finish", right(*ALL))
    time.move(days=31)
    jobs.work(app, time())
    assert sum(cell.done for cell in figures_now(app, db, time).quizzes[0].cells) == 6
    assert made() == first


def contents(data):
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        names = sorted(set(book.namelist()) - {"docProps/core.xml"})
        return [(name, book.read(name)) for name in names]


def words_of_docx(data):
    document = Document(io.BytesIO(data))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return [*(paragraph.text for paragraph in document.paragraphs), *cells]


def lines_of_xlsx(data):
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python()]


def test_not_reported_is_not_0_on_screen_in_word_and_in_excel(app, db, time, client, members):
    """Two cells owe a report and neither has sent one: nowhere stands a nought for it."""
    with app.app_context(), db.writing() as session:
        round_ = session.scalars(select(Round)).one()
        period = Round(
            campaign_id=round_.campaign_id,
            slug="bao-cao-thang-9",
            title="Báo cáo tháng 9",
            kind="cell_report",
            state="open",
            question_set_id=round_.question_set_id,
            version_id=round_.version_id,
            opens_at=time() - timedelta(days=1),
            closes_at=time() + timedelta(days=3),
            launched_at=time() - timedelta(days=1),
            settings=round_.settings,
            created_at=time(),
        )
        session.add(period)
        session.flush()
        first = gather(session, session.get_one(Campaign, round_.campaign_id), time())
        session.add_all(
            Duty(round_id=period.id, cell_id=cell.id) for cell in first.cells if cell.id
        )
        names = [cell.name for cell in first.cells if cell.id]
    figures = figures_now(app, db, time)
    assert [one.candidates for one in figures.returns if one.candidates is not None] == []
    with app.test_request_context():
        word = words_of_docx(docx_of(figures, TERMS))
        sheet = lines_of_xlsx(xlsx_of(figures, TERMS))
    assert any("chưa báo cáo" in text.lower() for text in word)
    # The first table has a row per cell: what it owes stands there, and no nought for it.
    rows = [next(row for row in sheet if name in row) for name in names]
    assert all("chưa báo cáo" in map(_lower, row) for row in rows)
    sign_in(client, "committee_reviewer")
    page = client.get("/committee/cells")
    assert page.status_code == 200 and "chưa báo cáo" in page.text.lower()


def _lower(value):
    return str(value).lower()


def test_feedback_of_four_stays_hidden_wherever_one_subtracts(app, db, time, client):
    """Of 16, 12, 7 and 5 people 14, 11, 3 and 1 have sent: four of the two small cells."""
    counted_form(app, time, (14, 11, 3, 1))
    figures = figures_now(app, db, time)
    (form,) = figures.forms
    told = {group.names: group.sent for group in form.groups}
    small = next(names for names in told if "Chi bộ Ba" in names)
    assert told[small] is None
    known = [sent for sent in told.values() if sent is not None]
    assert form.sent == 29
    left = form.sent - sum(known)
    assert left >= 5 and sum(sent is None for sent in told.values()) >= 2, "a second one is hidden"
    with app.test_request_context():
        everything = [
            *words_of_docx(docx_of(figures, TERMS)),
            *(str(value) for row in lines_of_xlsx(xlsx_of(figures, TERMS)) for value in row),
        ]
    assert "4/12" not in " ".join(everything)
    sign_in(client, "committee_reviewer")
    for path in ("/committee/", f"/committee/rounds/{form.slug}"):
        assert "4/12" not in client.get(path).text
