"""Two who decide at once, and a member who hands in while they are moved to another cell."""

import threading
import time as real_time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import select, text

from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import Round, RoundCell
from survey_app.desks.views_merge import PAPERS
from survey_app.errors import Conflict
from survey_app.invitations import deciding, ledger, merging
from survey_app.invitations.models import Invitation, LedgerEntry
from survey_app.invitations.proposals import proposals
from survey_app.people import changes
from survey_app.people.models import Cell
from survey_app.quizzes import queries, services
from survey_app.quizzes.recount import differences
from tests.factories_rounds import invitations_of, launch_round, make_cell, make_person, make_round
from tests.functional.ledger.books import adds_up, invited_now, why
from tests.functional.quizzes.conftest import KEY, Member, link_path, right

TODAY = date(2024, 9, 18)
PATIENCE = 20.0


@pytest.fixture
def made(app, db):
    """A round of four in one cell and a cell beside it: (round id, other cell, at launch)."""
    with app.app_context(), db.writing() as session:
        cell, other = make_cell(session, "Chi bộ Một"), make_cell(session, "Chi bộ Hai")
        for name in ("Lý Thị Ảnh", "Nông Thị Dung", "Vi Văn Dũng", "Ma Thị Hoa"):
            make_person(session, name, cell)
        round_ = make_round(session)
        launch_round(session, round_)
        return round_.id, other.id, invited_now(session, round_)


def somebody_waits(db):
    """On PostgreSQL for a lock; on SQLite, for the turn to write, nothing tells."""
    if db.is_sqlite:
        real_time.sleep(0.5)
        return
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    end = real_time.monotonic() + PATIENCE
    while real_time.monotonic() < end:
        with db.reading() as session:
            if session.scalar(waiting):
                return
        real_time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_two_organisers_accept_the_same_proposal_and_it_is_entered_once(app, db, made):
    round_id, other, at_launch = made
    with app.app_context(), db.writing() as session:
        person = invitations_of(session, session.get_one(Round, round_id))[0].person_id
        changes.move_to_cell(session, person, other, TODAY, reason="QĐ 9", actor=CLI)
        (key,) = [one.key for one in proposals(session, TODAY)]
    entered_first = threading.Event()

    def second():
        entered_first.wait(PATIENCE)
        with app.app_context(), db.writing() as session:
            deciding.accept(session, [key], TODAY, why())

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(second)
        with app.app_context(), db.writing() as session:
            deciding.accept(session, [key], TODAY, why())
            entered_first.set()
            somebody_waits(db)
        with pytest.raises(Conflict, match="không còn"):
            late.result(PATIENCE)
    with db.writing() as session:
        assert len(session.scalars(select(LedgerEntry)).all()) == 1
        adds_up(session, session.get_one(Round, round_id), at_launch)


def test_who_hands_in_while_moved_is_done_in_the_cell_where_they_count(app, db, made):
    """Whoever comes first, the tally agrees with the invitation afterwards."""
    round_id, other, at_launch = made
    with app.app_context(), db.reading() as session:
        invitation = invitations_of(session, session.get_one(Round, round_id))[0]
        link = link_path(session, KEY, invitation)
    member = Member(db, app.test_client(), link, invitation.id)
    member.begin()
    moved_first = threading.Event()

    def hand_in():
        moved_first.wait(PATIENCE)
        return member.post("submit", right(*range(1, 11)), sure="yes").status_code

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(hand_in)
        with app.app_context(), db.writing() as session:
            ledger.transfer(session, round_id, invitation.person_id, other, why())
            moved_first.set()
            somebody_waits(db)
        assert late.result(PATIENCE) in (200, 303)
    with app.app_context(), db.writing() as session:
        after = session.get_one(Invitation, invitation.id)
        where = session.get_one(RoundCell, after.round_cell_id)
        assert after.is_done and where.cell_id == other
        assert (where.invited, where.done) == (1, 1)
        adds_up(session, session.get_one(Round, round_id), at_launch)
        assert differences(session, round_id) == ()


def test_members_hand_in_and_organisers_move_them_to_and_fro(app, db, made):
    """Locks are taken in one order: nobody waits in a circle, nothing is lost."""
    round_id, other, at_launch = made
    with app.app_context(), db.reading() as session:
        asked = invitations_of(session, session.get_one(Round, round_id))
        links = [link_path(session, KEY, one) for one in asked]
        home = session.scalars(select(Cell.id).where(Cell.id != other)).one()
    members = [
        Member(db, app.test_client(), link, one.id) for link, one in zip(links, asked, strict=True)
    ]
    for member in members:
        member.begin()

    def answer(member):
        for sequence in range(1, 4):
            member.autosave({"q1": ["c1-a"]}, sequence=sequence)
        return member.post("submit", right(*range(1, 11)), sure="yes").status_code

    def to_and_fro(order):
        for _turn in range(4):
            for one in order:
                for cell in (other, home):
                    try:
                        with app.app_context(), db.writing() as session:
                            ledger.transfer(session, round_id, one.person_id, cell, why())
                    except Conflict:
                        pass
        return 200

    with ThreadPoolExecutor(6) as pool:
        jobs = [pool.submit(answer, member) for member in members]
        jobs += [pool.submit(to_and_fro, order) for order in (asked, asked[::-1])]
        assert {job.result(60) for job in jobs} <= {200, 303}
    with app.app_context(), db.writing() as session:
        adds_up(session, session.get_one(Round, round_id), at_launch)
        assert differences(session, round_id) == ()
        assert sum(row.done for row in session.scalars(select(RoundCell))) == 4


def test_a_paper_begun_after_a_merge_leads_on(app, db, made):
    """Who opened the page before the merge and begins after it begins on what counts."""
    round_id, _other, _at_launch = made
    with app.app_context(), db.writing() as session:
        asked = invitations_of(session, session.get_one(Round, round_id))
        merging.merge(
            session,
            asked[0].person_id,
            asked[1].person_id,
            reason="Ghi hai lần",
            actor=CLI,
            now=why().now,
            papers=PAPERS,
        )
        gone = session.get_one(Invitation, asked[1].id)
        assert queries.entry(session, gone.public_id, lock=True) is None
        kept = queries.entry(session, asked[0].public_id, lock=True)
        assert kept is not None
        attempt = services.begin(session, kept, [], now=why().now)
        assert attempt
        assert differences(session, round_id) == ()
