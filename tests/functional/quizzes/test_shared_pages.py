"""Pages are rendered once and filled many times: nothing of one reader reaches another."""

import pytest
from flask import Flask

from survey_app.accounts.scope import CLI
from tests.conftest import TestClock
from tests.functional.quizzes.conftest import Member, right


def test_two_people_s_pages_share_nothing_personal(members: list[Member]) -> None:
    first, second = members[0], members[1]
    pages: list[list[str]] = []
    for member in (first, second):
        seen = [member.client.get(member.link).text]
        member.begin()
        seen.append(member.open_paper().text)
        member.post("save", right(1))
        seen.append(member.client.get(f"{member.paper_url}/review").text)
        done = member.post("submit")
        seen.append(member.client.get(done.location).text)
        pages.append(seen)
    for mine, other in ((first, pages[1]), (second, pages[0])):
        secrets = {mine.name(), mine.link, mine.paper_url, mine.ticket}
        secrets.add(str(mine.attempts()[0].receipt))
        for page in other:
            assert not [secret for secret in secrets if secret in page]


def test_each_reader_gets_their_own_nonce(members: list[Member]) -> None:
    for member in members[:2]:
        member.begin()
        page = member.open_paper()
        nonce = page.headers["Content-Security-Policy"].split("'nonce-")[1].split("'")[0]
        assert f'nonce="{nonce}"' in page.text


def test_a_name_cannot_bring_markup(app: Flask, members: list[Member]) -> None:
    from survey_app.invitations.models import Invitation
    from survey_app.people.models import Person

    with members[1].db.writing() as session:
        invitation = session.get_one(Invitation, members[1].invitation_id)
        session.get_one(Person, invitation.person_id).full_name = "<script>x</script> & Co"
    members[0].client.get(members[0].link)
    page = members[1].client.get(members[1].link)
    assert "<script>x" not in page.text
    assert "&lt;script&gt;x&lt;/script&gt; &amp; Co" in page.text


@pytest.mark.parametrize("locale, word", [("vi", "Câu"), ("en", "Question")])
def test_both_languages_are_kept_apart(member: Member, locale: str, word: str) -> None:
    member.begin()
    member.client.get(member.paper_url)
    member.client.post("/language", data={"lang": locale, "next": "/"})
    page = member.client.get(member.paper_url)
    assert f'<html lang="{locale}"' in page.text
    assert word in page.text


def test_the_practice_quiz_is_marked_and_stores_nothing(
    app: Flask, member: Member, time: TestClock
) -> None:
    from sqlalchemy import func, select

    from survey_app.questions import services
    from survey_app.quizzes.models import Attempt
    from tests.conftest import ROOT

    assert member.client.get("/practice").status_code == 404
    with app.app_context(), member.db.writing() as session:
        services.ship(session, ROOT / "quizzes" / "lam-thu.yaml", actor=CLI)
    page = member.client.get("/practice?seed=7")
    assert page.text.count("<fieldset") == 4
    refused = member.client.post("/practice", data={"seed": "7"})
    assert refused.status_code == 422
    marked = member.client.post("/practice", data={"seed": "7", "q_thu-noi-dung-4": "van-the"})
    assert "1/4" in marked.text
    assert "Mục III nhắc lại" in marked.text
    with member.db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Attempt)) == 0
