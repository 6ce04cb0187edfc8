"""Who begins three times without an answer is named to the organiser, and nobody before."""

from survey_app import clock
from survey_app.quizzes.models import Attempt
from tests.factories import sign_in
from tests.factories_rounds import CLOSES, invitations_of, launched_round


def begin_in_vain(session, round_, invitation, number):
    session.add(
        Attempt(
            public_id=f"thu-{invitation.id}-{number}",
            invitation_id=invitation.id,
            attempt_no=number,
            state="void",
            version_id=round_.version_id,
            paper=[],
            answers={},
            started_at=clock.now(),
            deadline=clock.now(),
        )
    )


def test_from_the_third_the_organiser_sees_it(client, db):
    sign_in(client)
    with db.writing() as session:
        round_ = launched_round(session, people=2, closes_at=CLOSES)
        first, _second = invitations_of(session, round_)
        for number in (1, 2):
            begin_in_vain(session, round_, first, number)
    assert "chưa trả lời câu nào" not in client.get("/organiser/").text
    with db.writing() as session:
        begin_in_vain(session, round_, first, 3)
    page = client.get("/organiser/").text
    assert "Nguyễn Văn An mở bài 3 lần mà chưa trả lời câu nào" in page
    assert f"/organiser/rounds/{round_.slug}/people/" in page
