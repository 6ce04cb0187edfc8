"""Whatever is entered, the tally is what a recount finds and the ledger explains the difference."""

from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from survey_app import clock, formatting
from survey_app.accounts.scope import ALL_CELLS
from survey_app.campaigns.models import Campaign
from survey_app.database import Database
from survey_app.errors import Conflict
from survey_app.invitations import ledger, moving, tally
from survey_app.invitations.movements import movements, of_all
from survey_app.invitations.participation import participation
from survey_app.people.models import Cell
from survey_app.reports.boards import board_in
from survey_app.reports.gathering import gather
from tests.factories_rounds import invitations_of, make_cell, make_person
from tests.functional.ledger.books import adds_up, invited_now, why
from tests.functional.participation.boards import round_of

ACTS = ("transfer", "kind", "exempt", "end", "join", "mailed", "done", "lost")


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(ACTS), st.integers(0, 7), st.integers(0, 3)), max_size=20
    )
)
def test_every_row_is_explained_by_its_ledger(db: Database, steps: list) -> None:
    with db.writing() as session:
        made = round_of(session, {"Một": ("nsd", "nu"), "Hai": ("nx", ""), "": ("", "n")})
        late = [make_person(session, "Lý Thị Ảnh", kind=k) for k in ("party_member", "non_member")]
        cells = [*session.scalars(select(Cell.id).order_by(Cell.id)), make_cell(session, "Ba").id]
        people = invitations_of(session, made)
        before = invited_now(session, made)
        for act, place, where in steps:
            one, cell = people[place], (None, *cells)[where]
            try:
                if act == "transfer":
                    ledger.transfer(session, made.id, one.person_id, cell, why())
                elif act == "kind":
                    kind = ("party_member", "non_member")[where % 2]
                    ledger.change_kind(session, made.id, one.person_id, kind, cell, why())
                elif act == "exempt":
                    ledger.exempt(session, made.id, one.person_id, why())
                elif act == "end":
                    ledger.end_exemption(session, made.id, one.person_id, why())
                elif act == "join":
                    ledger.join(session, made.id, late[place % 2].id, cell, why())
                elif act == "mailed" and not one.is_mailed:
                    moving.mailed(session, moving.lock_one(session, one.id))
                elif act == "done" and not one.is_done:
                    become_done(session, one.id)
                elif act == "lost":
                    tally.set_flags(session, one.id, is_undeliverable=bool(where % 2))
            except Conflict:
                continue
        adds_up(session, made, before)
        total = of_all(movements(session, made.id).values())
        assert sum(invited_now(session, made).values()) == sum(before.values()) + total.joined
        session.rollback()


def become_done(session, invitation_id: int) -> None:
    """Hand in on Tuesday, as the quiz counts it."""
    row = moving.lock_one(session, invitation_id)
    flags = tally.flags_of(row)
    tally.change(
        session,
        invitation_id=row.id,
        round_cell_id=row.round_cell_id,
        before=flags,
        after={**flags, "is_done": True},
        on=date(2024, 9, 17),
    )
    session.expire_all()


def test_a_round_corrected_after_its_end_says_until_when(db, time):
    """On the board, and in figures frozen later; before and without corrections it does not."""
    with db.writing() as session:
        made = round_of(session, {"Một": ("dnnnnn", "")})
        one = invitations_of(session, made)[1]
        ledger.exempt(session, made.id, one.person_id, why())
        time.set(made.closes_at)
        made.state = "closed"
        session.flush()
        assert headlines(session, made)[0].startswith("Khi kết thúc vòng, 1/5")
        time.move(days=2)
        ledger.end_exemption(session, made.id, one.person_id, why())
        for told in headlines(session, made):
            assert told.startswith("Khi kết thúc vòng, theo sổ biến động đến ")
            assert formatting.moment(clock.now()) in told and ", 1/6" in told
        session.rollback()


def headlines(session, made):
    """What the board says in one sentence, live and frozen."""
    live = participation(session, made, clock.now(), scope=ALL_CELLS)
    figures = gather(session, session.get_one(Campaign, made.campaign_id), clock.now())
    frozen = board_in(figures, made.id)
    return live.headline(), frozen.headline(today=False)
