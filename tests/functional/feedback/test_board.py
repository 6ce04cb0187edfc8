"""How many have sent a form: what may be told while it is open, after the count, and to whom."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from survey_app import clock, jobs
from survey_app.accounts.scope import ALL_CELLS, Scope
from survey_app.campaigns.models import Round, RoundCell
from survey_app.feedback.models import Urn
from survey_app.invitations import tally
from survey_app.invitations.anonymous import Told, told_while_open
from survey_app.invitations.boards import board_of
from survey_app.invitations.participation import participation
from survey_app.invitations.projection import wall_of_form
from tests.factories import make_user, sign_in
from tests.factories_forms import invitation_ids, launched_form, send_form
from tests.factories_rounds import CLOSES
from tests.sending import message_of


@pytest.mark.parametrize(
    ("invited", "sent", "shown"),
    [
        (40, 0, None),
        (40, 4, None),
        (40, 5, 5),
        (40, 9, 5),
        (40, 14, 10),
        (40, 39, 35),
        (40, 40, 35),  # that all have sent one would be told of each of them
        (12, 12, 10),
        (0, 0, None),
    ],
)
def test_while_open_the_total_moves_in_steps(invited, sent, shown):
    assert told_while_open(invited, sent, 5) == Told(invited, shown, at_least=True)


def test_a_larger_least_is_kept():
    assert told_while_open(40, 11, 12).sent is None
    assert told_while_open(40, 14, 12).sent is None, "10 would be told of 14, and is below 12"
    assert told_while_open(40, 15, 12).sent == 15


def send(app, db, round_id, places):
    with db.reading() as session:
        people = invitation_ids(session, round_id)
    for place in places:
        send_form(app, people[place], {"q1": "tot"})


def board(db, round_id, scope=ALL_CELLS):
    with db.reading() as session:
        return board_of(session, session.get_one(Round, round_id), clock.now(), scope=scope)


def count(app, time):
    time.set(CLOSES + timedelta(seconds=20))
    jobs.work(app, clock.now())


def test_while_open_there_is_no_group(app, db):
    round_id = launched_form(app)
    send(app, db, round_id, range(16))
    found = board(db, round_id)
    assert found.groups == ()
    assert found.as_dict()["cells"] == []
    open_total = {"invited": 40, "done": 15, "rate": None, "at_least": True}
    assert found.as_dict()["total"] == open_total
    assert "ít nhất 15/40" in found.headline()


def test_below_five_no_number(app, db):
    round_id = launched_form(app)
    send(app, db, round_id, range(4))
    found = board(db, round_id)
    assert found.as_dict()["total"] == {"invited": 40, "done": None, "rate": None}
    assert "dưới 5 trong số 40" in found.headline()
    assert "4" not in found.headline().replace("40", "")


def test_after_the_count_groups_are_told_as_far_as_they_may(app, db, time):
    round_id = launched_form(app)
    # The cells have 16, 12 and, together, 12 people: 10, 6 and 7 have sent one.
    send(app, db, round_id, [*range(10), *range(16, 22), *range(28, 35)])
    count(app, time)
    found = board(db, round_id)
    assert found.as_dict()["total"] == {"invited": 40, "done": 23, "rate": 0.575}
    assert found.as_dict()["cells"] == [
        {"cell": "Chi bộ Một", "invited": 16, "done": 10, "rate": 0.625},
        {"cell": "Chi bộ Hai", "invited": 12, "done": 6, "rate": 0.5},
        {"cell": "Chi bộ Ba, Chi bộ Bốn", "invited": 12, "done": 7, "rate": 0.5833},
    ]
    lines = wall_of_form(found).lines
    assert (lines[0].label, lines[0].counts.done) == ("Chi bộ Một", 10)


def test_a_small_number_is_hidden_and_so_is_what_would_give_it_away(app, db, time):
    round_id = launched_form(app)
    send(app, db, round_id, [*range(10), *range(16, 22), *range(28, 30)])  # 10, 6 and 2
    count(app, time)
    found = board(db, round_id)
    told = [group.told.sent for group in found.groups]
    assert found.total.sent == 18
    assert told[2] is None and told.count(None) >= 2, "two are 18 less the others"
    assert found.has_hidden


def test_a_secretary_sees_own_groups_and_only_of_rounds_that_ask_them(app, db, time):
    round_id = launched_form(app)
    send(app, db, round_id, [*range(10), *range(16, 22), *range(28, 35)])
    count(app, time)
    with db.reading() as session:
        four = session.scalar(select(RoundCell.cell_id).where(RoundCell.name == "Chi bộ Bốn"))
    mine = board(db, round_id, Scope(frozenset({four})))
    assert [group.label for group in mine.groups] == ["Chi bộ Ba, Chi bộ Bốn"]
    assert mine.concerns and not board(db, round_id, Scope(frozenset({10**6}))).concerns


def test_the_tally_of_people_is_refused_for_forms(app, db):
    round_id = launched_form(app)
    with db.reading() as session, pytest.raises(ValueError, match="no tally"):
        participation(session, session.get_one(Round, round_id), clock.now(), scope=ALL_CELLS)


def test_who_is_exempt_changes_no_total(app, db, time):
    """One total of 40, one of 39 would tell whether the exempt one has sent a form."""
    round_id = launched_form(app)
    with db.writing() as session:
        exempt = invitation_ids(session, round_id)[0]
        tally.set_flags(session, exempt, is_exempt=True)
    send(app, db, round_id, range(1, 9))
    count(app, time)
    assert board(db, round_id).total == Told(40, 8)
    with db.reading() as session:
        assert session.get_one(Urn, round_id).invited == 40


def test_commands_tell_the_same(app, db, time):
    round_id = launched_form(app, slug="gop-y")
    send(app, db, round_id, range(7))
    run = app.test_cli_runner().invoke
    document = json.loads(run(args=["participation", "gop-y", "--json"]).stdout)
    assert document == {
        "round": "gop-y",
        "as_of": "2024-09-18T02:00:00Z",
        "cells": [],
        "total": {"invited": 40, "done": 5, "rate": None, "at_least": True},
    }
    (line,) = json.loads(run(args=["rounds", "list", "--json"]).stdout)["rounds"]
    assert (line["invited"], line["done"]) == (40, None)
    urn = json.loads(run(args=["rounds", "urn", "gop-y", "--json"]).stdout)
    assert urn == {
        "round": "gop-y",
        "state": "open",
        "key_here": True,
        "problem": None,
        "invited": 40,
        "done": 5,
        "rate": None,
        "at_least": True,
    }
    for command in (["participation", "gop-y"], ["rounds", "urn", "gop-y"], ["rounds", "list"]):
        assert "7" not in run(args=command).stdout.replace("17", ""), command


def test_the_committee_gets_what_may_be_told_by_mail(app, db, time):
    round_id = launched_form(app)
    make_user(db, "committee_reviewer")
    send(app, db, round_id, [*range(10), *range(16, 22), *range(28, 35)])
    count(app, time)
    from survey_app.mailing.models import OutboxItem
    from survey_app.reports.closing import KIND, compose_closing

    with app.app_context(), db.reading() as session:
        item = session.scalars(select(OutboxItem).where(OutboxItem.kind == KIND)).one()
        mail = compose_closing(session, message_of(item), [item])
    assert "23/40 người" in mail.text and "Chi bộ Ba, Chi bộ Bốn: 7/12" in mail.text
    assert "7/12" in mail.html and "đang làm" not in mail.text


def test_the_front_page_keeps_to_quizzes(app, db, time, client):
    round_id = launched_form(app)
    send(app, db, round_id, range(8))
    count(app, time)
    page = client.get("/").text
    assert "8/40" not in page and "0/40" not in page


def test_the_secretary_reads_the_sentence(app, db, client):
    round_id = launched_form(app)
    send(app, db, round_id, range(8))
    with db.reading() as session:
        cell = session.scalar(select(RoundCell.cell_id).where(RoundCell.name == "Chi bộ Bốn"))
    sign_in(client, "cell_secretary", cell_id=cell)
    page = client.get("/secretary/").text
    assert "ít nhất 5/40 người đã gửi phiếu" in page
    assert "không có danh sách ai đã gửi" in page
