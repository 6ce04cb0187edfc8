"""Frozen figures: the same a month later, tampering noticed, corrections numbered."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from survey_app import clock, retention
from survey_app.accounts.scope import JOB, Actor
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import Campaign, Round, RoundCell
from survey_app.cell_reports.models import DutyRevision, StudySession
from survey_app.database import Database
from survey_app.errors import Conflict, Invalid, NotFound
from survey_app.people.models import CellName, Membership, Person
from survey_app.reports import snapshots
from survey_app.reports.document import Figures
from survey_app.reports.models import Snapshot
from tests.conftest import TestClock
from tests.factories import make_user
from tests.factories_rounds import make_campaign
from tests.functional.reports.everything import cell_ids, everything, figures


@pytest.fixture
def campaign_id(app: Flask) -> int:
    return everything(app)


def user(db: Database, email: str = "to-chuc@so-mau.example") -> Actor:
    return Actor(make_user(db, "organiser", email=email), "Trần Thị Mẫu", email, "vi")


def take(app: Flask, campaign_id: int, actor: Any = JOB, **values: Any) -> Snapshot:
    db: Database = app.extensions["survey.database"]
    with app.app_context(), db.writing() as session:
        campaign = session.get_one(Campaign, campaign_id)
        return snapshots.take(session, campaign, actor, clock.now(), **values)


def read_again(db: Database, number: int = 1) -> Figures:
    with db.reading() as session:
        row = session.scalars(select(Snapshot).where(Snapshot.number == number)).one()
        return snapshots.figures_of(row)


def test_what_is_kept_is_what_was_gathered(app: Flask, db: Database, campaign_id: int) -> None:
    actor = user(db)
    found = figures(app, campaign_id)
    taken = take(app, campaign_id, actor, note="  Trước  họp Đảng ủy ")
    assert read_again(db) == found
    assert (taken.number, taken.occasion, taken.note) == (1, "by_hand", "Trước họp Đảng ủy")
    assert (taken.as_of, taken.taken_by) == (clock.now(), actor.user_id)
    assert taken.checksum == found.checksum()
    assert len(taken.checksum) == 64
    with db.reading() as session:
        event = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "snapshot.taken")
        ).one()
    assert event.details == {"number": 1, "occasion": "by_hand", "corrects": None}


def test_a_month_later_it_is_the_same_whatever_became_of_people(
    app: Flask, db: Database, campaign_id: int, time: TestClock
) -> None:
    take(app, campaign_id)
    before = read_again(db)
    time.move(days=31)
    with db.writing() as session:
        one, two, *_rest = cell_ids(session)
        session.execute(update(CellName).values(name="Tên khác"))
        session.execute(update(Membership).where(Membership.cell_id == one).values(cell_id=two))
        session.execute(update(Person).values(kind="non_member"))
        session.execute(update(RoundCell).values(done=0))
        session.execute(delete(StudySession))
        session.execute(delete(DutyRevision))
        session.get_one(Campaign, campaign_id).title = "Tên mới"
    assert figures(app, campaign_id) != before
    assert read_again(db) == before


def test_it_outlives_the_people_it_counts(
    app: Flask, db: Database, campaign_id: int, time: TestClock
) -> None:
    with db.writing() as session:
        session.get_one(Campaign, campaign_id).ends_on = clock.now().date()
        session.execute(update(Round).where(Round.kind != "feedback").values(state="finalised"))
        session.execute(update(Round).where(Round.kind == "feedback").values(state="cancelled"))
    take(app, campaign_id)
    before = read_again(db)
    time.move(days=800)
    with app.app_context():
        retention.purge(db, clock.now())
    with db.reading() as session:
        assert not session.scalar(select(func.count()).select_from(Person)), "all are gone"
    assert read_again(db) == before


@pytest.mark.parametrize(
    "path", [("quizzes", 0, "cells", 0, "done"), ("returns", 1, "online_items"), ("as_of",)]
)
def test_a_row_changed_by_hand_is_noticed(
    app: Flask, db: Database, campaign_id: int, path: tuple[Any, ...]
) -> None:
    take(app, campaign_id)
    with db.writing() as session:
        row = session.scalars(select(Snapshot)).one()
        document = Figures.model_validate(row.document).plain()
        part: Any = document
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = "2024-09-19T02:00:00Z" if path == ("as_of",) else 11
        row.document = document
    with pytest.raises(Conflict, match="mã kiểm tra"):
        read_again(db)


def test_another_moment_beside_the_figures_is_noticed(
    app: Flask, db: Database, campaign_id: int
) -> None:
    take(app, campaign_id)
    with db.writing() as session:
        session.scalars(select(Snapshot)).one().as_of += timedelta(days=1)
    with pytest.raises(Conflict):
        read_again(db)


def test_a_field_nobody_knows_is_noticed(app: Flask, db: Database, campaign_id: int) -> None:
    taken = take(app, campaign_id)
    with db.writing() as session:
        row = session.get_one(Snapshot, taken.id)
        row.document = {**row.document, "extra": 1}
    with pytest.raises(Conflict):
        read_again(db)


def test_a_correction_is_a_new_number_that_names_the_old_one(
    app: Flask, db: Database, campaign_id: int
) -> None:
    first = take(app, campaign_id)
    with pytest.raises(Invalid) as refused:
        take(app, campaign_id, corrects=first)
    assert [problem.where for problem in refused.value.problems] == ["reason"]
    second = take(app, campaign_id, corrects=first, reason="Chi bộ Ba báo nhầm số tin, bài")
    assert (second.number, second.corrects_id) == (2, first.id)
    assert second.correction_reason == "Chi bộ Ba báo nhầm số tin, bài"
    with db.reading() as session:
        campaign = session.get_one(Campaign, campaign_id)
        assert [row.number for row in snapshots.all_of(session, campaign.id)] == [2, 1]
        newest = snapshots.newest(session, campaign.id)
        assert newest is not None and newest.number == 2
        assert snapshots.by_number(session, campaign.id, 1).corrects_id is None
        with pytest.raises(NotFound):
            snapshots.by_number(session, campaign.id, 3)


def test_one_of_another_campaign_is_not_corrected(
    app: Flask, db: Database, campaign_id: int
) -> None:
    first = take(app, campaign_id)
    with app.app_context(), db.writing() as session:
        other = make_campaign(session)
    with pytest.raises(Conflict):
        take(app, other.id, corrects=first, reason="Nhầm")
    assert take(app, other.id).number == 1, "each campaign counts its own"


def test_words_that_are_too_long_are_refused(app: Flask, campaign_id: int) -> None:
    with pytest.raises(Invalid):
        take(app, campaign_id, note="a" * 501)


def once(app: Flask, campaign_id: int, actor: Actor, **values: Any) -> int:
    db: Database = app.extensions["survey.database"]
    with app.app_context(), db.writing() as session:
        campaign = session.get_one(Campaign, campaign_id)
        taken = snapshots.take_once(session, campaign, actor, clock.now(), **values)
        return taken.number


def test_a_second_tap_takes_no_second_one(
    app: Flask, db: Database, campaign_id: int, time: TestClock
) -> None:
    actor, other = user(db), user(db, "khac@so-mau.example")
    assert once(app, campaign_id, actor, after=0) == 1
    time.move(seconds=1)
    assert once(app, campaign_id, actor, after=0) == 1
    assert once(app, campaign_id, other, after=0) == 2, "somebody else's is their own"
    assert once(app, campaign_id, actor, after=0, note="Lần hai") == 3, "other words"
    assert once(app, campaign_id, actor, after=3) == 4, "the page was opened again"
