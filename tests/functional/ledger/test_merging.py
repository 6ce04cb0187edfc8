"""Two entries of one person: one of their invitations survives, and no round counts them twice."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from survey_app import clock
from survey_app.accounts.scope import ALL_CELLS, CLI
from survey_app.campaigns.models import Campaign, Round
from survey_app.desks.views_merge import PAPERS
from survey_app.errors import Conflict
from survey_app.invitations import mails, merging, queries, reaching, tally
from survey_app.invitations.models import Invitation, LedgerEntry
from survey_app.mailing.composing import Skip
from survey_app.mailing.models import OutboxItem, OutboxMessage
from survey_app.quizzes import queries as papers
from survey_app.quizzes.distribution import score_bands
from survey_app.quizzes.finalising import finalise_round
from survey_app.quizzes.models import Attempt, Grading
from survey_app.quizzes.recount import differences
from survey_app.reports.gathering import gather
from tests.factories_forms import launched_form
from tests.factories_rounds import (
    invitations_of,
    launch_round,
    launched_round,
    link_path,
    make_person,
    make_round,
)
from tests.functional.ledger.books import adds_up, cell_row, invited_now
from tests.functional.participation.boards import round_of
from tests.functional.quizzes.conftest import KEY, Member, right


def merge(session, kept_id, other_id, reason="Ghi hai lần"):
    return merging.merge(
        session, kept_id, other_id, reason=reason, actor=CLI, now=clock.now(), papers=PAPERS
    )


def hand_in(session, invitation, at, number=1):
    """A paper handed in at `at`, counted as the quiz counts it."""
    round_version = session.scalars(select(Attempt.version_id)).first()
    session.add(
        Attempt(
            public_id=f"bai-{invitation.id}-{number}",
            invitation_id=invitation.id,
            attempt_no=number,
            state="submitted",
            version_id=round_version or version_of(session, invitation),
            paper=[],
            answers={},
            started_at=at,
            deadline=at,
            submitted_at=at,
            round_cell_id=invitation.round_cell_id,
        )
    )
    tally.set_flags(session, invitation.id, is_started=True, is_done=True)
    session.flush()


def version_of(session, invitation):
    return session.get_one(Round, invitation.round_id).version_id


@pytest.mark.parametrize("done", ["neither", "kept", "other", "both"])
def test_the_one_that_is_done_survives_and_of_two_the_first(db, time, done):
    with db.writing() as session:
        made = round_of(session, {"Một": ("nnn", ""), "Hai": ("n", "")})
        before = invited_now(session, made)
        one, *_rest, two = invitations_of(session, made)
        kept_id, other_id = one.person_id, two.person_id
        if done in ("kept", "both"):
            hand_in(session, one, clock.now())
        if done in ("other", "both"):
            hand_in(session, two, clock.now() - timedelta(hours=1))
        merge(session, kept_id, other_id)
        adds_up(session, made, before)
        survivor, gone = (one, two) if done in ("neither", "kept") else (two, one)
        session.refresh(survivor), session.refresh(gone)
        assert (survivor.person_id, survivor.superseded_by_id) == (kept_id, None)
        assert (gone.person_id, gone.superseded_by_id) == (other_id, survivor.id)
        assert survivor.is_done == (done != "neither")
        assert (gone.is_done, gone.is_exempt) == (False, True)
        total = sum(invited_now(session, made).values())
        assert total == 3
        entry = session.scalars(select(LedgerEntry)).one()
        assert (entry.kind, entry.invitation_id) == ("merge", gone.id)
        assert (entry.from_round_cell_id, entry.to_round_cell_id) == (gone.round_cell_id, None)
        tries = session.scalars(select(Attempt.invitation_id)).all()
        wanted = {"neither": [], "kept": [one.id], "other": [two.id], "both": [one.id, two.id]}
        assert sorted(tries) == wanted[done]
        people, number = queries.people(session, made.id, scope=ALL_CELLS)
        assert number == 3 and [p.person_id for p in people].count(kept_id) == 1


def test_a_round_that_asked_only_the_other_asks_the_one_kept(db):
    with db.writing() as session:
        made = round_of(session, {"Một": ("d", "")})
        before = invited_now(session, made)
        (only,) = invitations_of(session, made)
        other_id = only.person_id
        kept = make_person(session, "Nguyễn Văn An")
        merge(session, kept.id, other_id)
        adds_up(session, made, before)
        session.refresh(only)
        assert (only.person_id, only.superseded_by_id, only.is_done) == (kept.id, None, True)
        assert sum(invited_now(session, made).values()) == 1


def test_a_third_entry_leads_on_to_the_same_invitation(db):
    with db.writing() as session:
        made = round_of(session, {"Một": ("nnd", "")})
        before = invited_now(session, made)
        one, two, three = invitations_of(session, made)
        kept_id = one.person_id
        two_person, three_person = two.person_id, three.person_id
        merge(session, kept_id, two_person)
        merge(session, kept_id, three_person)
        adds_up(session, made, before)
        for row in (one, two, three):
            session.refresh(row)
        assert (three.person_id, three.superseded_by_id) == (kept_id, None)
        assert {one.superseded_by_id, two.superseded_by_id} == {three.id}
        row = cell_row(session, made, "Một")
        assert (row.invited, row.done) == (1, 1)


def test_nobody_who_answers_just_now_is_merged(db):
    with db.writing() as session:
        made = launched_round(session, people=2, cells=1)
        one, two = invitations_of(session, made)
        session.add(
            Attempt(
                public_id="dang-lam",
                invitation_id=two.id,
                attempt_no=1,
                state="open",
                version_id=made.version_id,
                paper=[],
                answers={},
                started_at=clock.now(),
                deadline=made.closes_at,
            )
        )
        session.flush()
        with pytest.raises(Conflict, match="đang làm dở"):
            merge(session, one.person_id, two.person_id)
        session.rollback()
        assert not session.scalars(select(LedgerEntry)).all()


def test_an_address_only_the_other_has_is_written_to_once(app, db):
    """The other's mail waits still: it is not sent, the one kept gets it."""
    with db.writing() as session:
        kept = make_person(session, "Nguyễn Văn An", email=None)
        other = make_person(session, "Nguyễn Văn An")
        made = make_round(session)
        launch_round(session, made)
        merge(session, kept.id, other.id)
        items = session.scalars(select(OutboxItem).where(OutboxItem.kind == "invitation")).all()
        assert {item.recipient_id for item in items} == {kept.id, other.id} and len(items) == 2
        told = {}
        for item in items:
            message = OutboxMessage(
                kind="invitation",
                recipient_kind="person",
                recipient_id=item.recipient_id,
                subject_kind="round",
                subject_id=made.id,
            )
            told[item.recipient_id] = mails.compose_invitation(
                session, message, [item], for_the_done=lambda *_what: None
            )
        assert told[other.id] == Skip("exempt")
        assert told[kept.id].to == other.email
        assert reaching.newly_reachable(session, made.id) == 0


def test_rounds_of_forms_stay_as_they_were(app, db):
    form = launched_form(app)
    with db.writing() as session:
        one, two = session.scalars(
            select(Invitation).where(Invitation.round_id == form).order_by(Invitation.id).limit(2)
        )
        kept_id, other_id = one.person_id, two.person_id
        merge(session, kept_id, other_id)
        session.refresh(one), session.refresh(two)
        assert (one.person_id, two.person_id) == (kept_id, other_id)
        assert (one.superseded_by_id, two.superseded_by_id, two.is_exempt) == (None, None, False)


def test_two_people_of_one_name_in_one_cell_stay_two(db):
    with db.writing() as session:
        made = round_of(session, {"Một": ("nd", "")})
        people, total = queries.people(session, made.id, scope=ALL_CELLS)
        assert total == 2 and len({one.public_id for one in people}) == 2
        assert len({one.name for one in people}) == 1


def test_the_links_of_both_lead_to_what_counts(app, client, db):
    with app.app_context(), db.writing() as session:
        made = launched_round(session, people=2, cells=1)
        one, two = invitations_of(session, made)
        links = [link_path(session, KEY, row) for row in (one, two)]
        people = one.person_id, two.person_id
        numbers = one.id, two.id
    second = Member(db, app.test_client(), links[1], numbers[1])
    second.begin()
    second.post("submit", right(*range(1, 11)), sure="yes")
    with app.app_context(), db.writing() as session:
        merge(session, *people)
    moved = client.get(links[0])
    assert moved.status_code == 303 and moved.headers["Location"].endswith(links[1])
    assert client.post(links[0], data={"who": "me"}).headers["Location"].endswith(links[1])
    page = client.get(links[1])
    assert page.status_code == 200
    with db.reading() as session:
        name = session.scalars(select(Invitation).where(Invitation.person_id == people[0])).one()
        assert name.id == numbers[1] and name.is_done
    with app.app_context(), db.writing() as session:
        means = papers.leads_on(session, session.get_one(Invitation, numbers[0]).public_id, 2)
        assert means is None  # a version that was never issued, or was revoked, leads nowhere


def grade(session, right):
    """Grade the newest paper: `right` of ten."""
    paper = session.scalars(select(Attempt).order_by(Attempt.id.desc())).first()
    session.add(
        Grading(
            attempt_id=paper.id,
            version_id=paper.version_id,
            score=right,
            max_score=10,
            right_count=right,
            question_count=10,
            reason="submitted",
            graded_at=clock.now(),
        )
    )
    session.flush()


def results_told(session, made):
    """What anybody may read of the results: on the board, and in figures that are frozen now."""
    figures = gather(session, session.get_one(Campaign, made.campaign_id), clock.now())
    frozen = figures.model_dump(mode="json")["quizzes"][0]["score_bands"]
    return score_bands(session, made.id), frozen


def test_a_merge_after_the_end_tells_nobodys_result(db, time):
    """Two looks with one paper between them would tell whose paper that was, and its result."""
    with db.writing() as session:
        made = round_of(session, {"Một": ("nnnnnnnnnnnn", "")})
        asked = invitations_of(session, made)
        for place, invitation in enumerate(asked):
            hand_in(session, invitation, clock.now() + timedelta(seconds=place))
            grade(session, 2 if place < 6 else 9)
        merge(session, asked[10].person_id, asked[11].person_id)
        made.state, made.closes_at = "closed", clock.now()
        session.flush()
        time.move(minutes=1)
        finalise_round(session, made.id, clock.now())
        session.expire_all()
        before = results_told(session, made)
        assert sum(people for _low, _high, people in before[0]) == 11 and before[1]
        time.move(minutes=1)
        merge(session, asked[0].person_id, asked[6].person_id)
        session.expire_all()
        assert (
            sorted(row.is_done for row in invitations_of(session, made))
            == [False] * 2 + [True] * 10
        )
        assert results_told(session, made) == before
        assert not [one for one in differences(session, made.id) if one.tally == "scores"]
