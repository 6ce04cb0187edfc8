"""The counts always add up, and the rates say what they are divided by."""

import json
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from survey_app import clock, formatting
from survey_app.accounts.scope import ALL_CELLS, Scope
from survey_app.campaigns.models import RoundCell
from survey_app.database import Database
from survey_app.i18n import speaking
from survey_app.invitations import tally
from survey_app.invitations.participation import Counts, counts_of, participation
from survey_app.invitations.recount import recount
from tests.conftest import TestClock
from tests.factories_rounds import invitations_of
from tests.functional.participation.boards import round_of

KEYS = "invited done started not_started exempt undeliverable attempts rate".split()


@pytest.fixture(autouse=True)
def application(app: Flask):
    with app.app_context():
        yield


def test_every_state_is_counted_once(db: Database) -> None:
    with db.writing() as session:
        made = round_of(session, {"Chi bộ Một": ("dddsnnxu", "dn"), "": ("", "d")})
        board = participation(session, made, clock.now(), scope=ALL_CELLS)
        document = board.as_dict()
    assert document["as_of"] == "2024-09-18T02:00:00Z"
    assert list(document) == ["round", "as_of", "cells", "total"]
    assert document["cells"][0] == {
        "cell": "Chi bộ Một",
        "kind": "party_member",
        "invited": 8,
        "done": 3,
        "started": 1,
        "not_started": 2,
        "exempt": 1,
        "undeliverable": 1,
        "attempts": 3,
        "rate": 0.4286,
    }
    assert [(line["cell"], line["kind"]) for line in document["cells"]][1:] == [
        ("Chi bộ Một", "non_member"),
        (None, "non_member"),
    ]
    assert list(document["total"]) == KEYS
    assert document["total"]["invited"] == 11
    json.dumps(document)


def test_done_outweighs_everything_and_lost_mail_nothing_but_silence(db: Database) -> None:
    with db.writing() as session:
        made = round_of(session, {"Chi bộ Một": ("nnnn", "")})
        first, second, third, _fourth = invitations_of(session, made)
        tally.set_flags(session, first.id, is_done=True, is_exempt=True, is_undeliverable=True)
        tally.set_flags(session, second.id, is_started=True, is_exempt=True)
        tally.set_flags(session, third.id, is_started=True, is_undeliverable=True)
        counts = participation(session, made, clock.now(), scope=ALL_CELLS).total
    assert counts == Counts(invited=4, done=1, started=1, exempt=1)


def test_nobody_to_divide_by_is_no_rate(db: Database) -> None:
    with db.writing() as session:
        made = round_of(session, {"Một": ("xx", ""), "Hai": ("", ""), "Ba": ("dn", "ddddd")})
        board = participation(session, made, clock.now(), scope=ALL_CELLS)
        assert [row.counts.rate for row in board.rows] == [None, None, 0.5, 1.0]
        assert [row.shown_rate for row in board.rows] == [None, None, None, 1.0]
        assert [row.why_no_rate for row in board.rows] == [
            "mọi người đều được miễn",
            "không có ai được mời",
            "dưới 5 người, không tính tỷ lệ",
            None,
        ]
        assert formatting.percent(board.rows[0].counts.rate) == "–"


def test_a_scope_sees_its_own_cells_only(db: Database) -> None:
    with db.writing() as session:
        made = round_of(session, {"Một": ("dn", ""), "Hai": ("d", "d"), "": ("", "n")})
        own = session.scalars(
            select(RoundCell.cell_id).where(RoundCell.round_id == made.id, RoundCell.name == "Hai")
        ).first()
        assert own is not None
        board = participation(session, made, clock.now(), scope=Scope(frozenset({own})))
    assert {row.name for row in board.rows} == {"Hai"}
    assert board.total.invited == 2


def test_the_sentence_can_be_read_aloud(db: Database, time: TestClock) -> None:
    with db.writing() as session:
        made = round_of(
            session, {"Một": ("ddddnn", "nnn"), "Hai": ("ddnn", "d"), "Ba": ("dddxu", "")}
        )
        board = participation(session, made, clock.now(), scope=ALL_CELLS)
        assert board.headline() == (
            "Đến 09 giờ 00 hôm nay, 9/14 đảng viên (64,3\u00a0%) đã thi; 2/3 chi bộ trên một nửa."
        )
        assert board.headline(today=False).startswith(
            "Đến 09 giờ 00, thứ Tư, ngày 18/9/2024, 9/14 đảng viên"
        )
        with speaking("en"):
            assert board.headline() == (
                "By 09:00 today, 9 of 14 party members (64.3%) had taken part; "
                "2 of 3 cells were above half."
            )
        time.set(made.closes_at + timedelta(seconds=1))
        made.state = "closed"
        closed = participation(session, made, clock.now(), scope=ALL_CELLS)
        assert closed.headline().startswith("Khi kết thúc vòng, 9/14 đảng viên")


def test_half_is_not_above_half(db: Database) -> None:
    with db.writing() as session:
        made = round_of(session, {"Một": ("dn", ""), "Hai": ("ddn", "")})
        headline = participation(session, made, clock.now(), scope=ALL_CELLS).headline()
    assert headline.endswith("1/2 chi bộ trên một nửa.")


def test_a_round_of_others_only_speaks_of_them(db: Database) -> None:
    with db.writing() as session:
        made = round_of(session, {"Một": ("", "ddn")}, kinds=("non_member",))
        headline = participation(session, made, clock.now(), scope=ALL_CELLS).headline()
    assert "2/3 quần chúng (66,7\u00a0%)" in headline


def test_help_is_wanted_where_it_would_count(db: Database) -> None:
    with db.writing() as session:
        made = round_of(
            session,
            {
                "Nhiều": ("ddnnnnn", ""),
                "Nhỏ": ("nnnn", ""),
                "Khá": ("ddddddnnnnn", ""),
                "Thư": ("dddddduuu", ""),
            },
        )
        board = participation(session, made, clock.now(), scope=ALL_CELLS)
    assert [row.name for row in board.rows if row.could_use_help] == ["Nhiều", "Thư"]


def test_the_last_round_is_remembered_per_cell(db: Database) -> None:
    with db.writing() as session:
        first = round_of(session, {"Một": ("ddnn", "")})
        second = round_of(session, {"Hai": ("dn", "")})
        second.campaign_id = first.campaign_id
        first.opens_at -= timedelta(days=7)
        session.flush()
        board = participation(session, second, clock.now(), scope=ALL_CELLS)
    assert [(row.name, row.last_rate) for row in board.rows] == [("Một", 0.5), ("Hai", None)]


FLAGS = st.fixed_dictionaries({}, optional={name: st.booleans() for name in tally.FLAGS})


@settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.tuples(st.integers(0, 7), FLAGS), max_size=25))
def test_the_tally_is_always_what_a_recount_finds(db: Database, steps: list) -> None:
    with db.writing() as session:
        made = round_of(session, {"Một": ("nsd", "nu"), "Hai": ("nx", ""), "": ("", "n")})
        people = invitations_of(session, made)
        for place, flags in steps:
            tally.set_flags(session, people[place].id, **flags)
        session.expire_all()
        rows = session.scalars(select(RoundCell).where(RoundCell.round_id == made.id))
        told = {row.id: counts_of(row) for row in rows}
        found = recount(session, made.id)
        people_only = {
            key: Counts(c.invited, c.done, c.started, c.exempt, c.undeliverable)
            for key, c in told.items()
        }
        assert found == people_only
        assert all(counts.not_started >= 0 for counts in told.values())
        session.rollback()
