"""Who has finished is shown only after the opening that is logged, by no other page."""

import pytest
from sqlalchemy import select

from survey_app.invitations import tally
from survey_app.mailing.models import OutboxMessage
from survey_app.people.models import Person
from tests.factories import sign_in, submit
from tests.factories_rounds import CLOSES, invitations_of, launched_round

ROUND = "/organiser/rounds/vong-1"


def a_mail(round_, person_id, kind, state, reason=None):
    return OutboxMessage(
        kind=kind,
        recipient_kind="person",
        recipient_id=person_id,
        subject_kind="round",
        subject_id=round_.id,
        state=state,
        reason=reason,
        message_id=f"<{kind}-{person_id}@so-mau.example>",
        not_before=round_.opens_at,
        created_at=round_.opens_at,
    )


@pytest.fixture
def someone_done(client, db):
    """A round in which the first of four is done, and mails say so; their page's path."""
    sign_in(client)
    with db.writing() as session:
        round_ = launched_round(session, people=4, slug="vong-1", closes_at=CLOSES)
        first, second, *_rest = invitations_of(session, round_)
        tally.set_flags(session, first.id, is_done=True)
        session.add(a_mail(round_, first.person_id, "result", "sent"))
        session.add(a_mail(round_, first.person_id, "invitation", "skipped", "answered"))
        session.add(a_mail(round_, second.person_id, "reminder", "sent"))
        person = session.scalars(select(Person).where(Person.id == first.person_id)).one()
        return f"{ROUND}/people/{person.public_id}"


def rows_of(client, query=""):
    return client.get(f"{ROUND}/mail{query}").text.count('<th scope="row">')


def test_the_mails_tell_who_is_done_only_after_the_logged_opening(client, someone_done):
    assert rows_of(client, "?kind=result") == rows_of(client, "?kind=reminder") == 0
    assert rows_of(client, "?state=skipped") == 0
    assert rows_of(client) == 4  # the invitations that wait
    page = client.get(f"{ROUND}/mail").text
    assert "Thư báo kết quả" not in page and "đã làm xong" not in page
    submit(client, f"{ROUND}/people")
    assert rows_of(client, "?kind=result") == rows_of(client, "?state=skipped") == 1
    assert rows_of(client) == 7


def test_a_persons_page_shows_their_state_only_then(client, someone_done):
    page = client.get(someone_done).text
    assert "Đã làm" not in page and "đã làm xong" not in page and "Thư báo kết quả" not in page
    submit(client, f"{ROUND}/people")
    page = client.get(someone_done).text
    assert "Đã làm" in page and "đã làm xong" in page and "Thư báo kết quả" in page


def test_inviting_the_reachable_has_no_page_of_its_own(client, someone_done):
    assert client.get(f"{ROUND}/invite-reachable").status_code == 405
    done = submit(client, ROUND, to=f"{ROUND}/invite-reachable")
    assert done.status_code == 303


def test_the_lines_of_the_command_add_up(app, client, someone_done):
    result = app.test_cli_runner().invoke(args=["participation", "vong-1"])
    table = [line.split("\t") for line in result.stdout.splitlines() if "\t" in line]
    head, *lines = table
    states = ("Được miễn", "Đã làm", "Đang làm", "Chưa làm", "Thư không đến")
    for line in lines:
        said = dict(zip(head, line, strict=True))
        assert int(said["Được mời"]) == sum(int(said[name]) for name in states)
        assert int(said["Tính tỷ lệ trên"]) == int(said["Được mời"]) - int(said["Được miễn"])
