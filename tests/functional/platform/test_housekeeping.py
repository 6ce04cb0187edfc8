"""Technical rows go when their time is over, and not before."""

from datetime import timedelta

from sqlalchemy import func, select

from survey_app import clock, housekeeping, jobs
from survey_app.accounts.models import SignInLink, StaffSession, User
from survey_app.people.models import RosterUpload
from survey_app.tasks.models import Task
from survey_app.web.models import Throttle


def store_everything(db):
    now = clock.now()
    with db.writing() as session:
        user = User(email="a@so-mau.example", name="A", created_at=now)
        session.add(user)
        session.flush()
        kept_for = {"created_at": now, "expires_at": now + timedelta(hours=1), "user_id": user.id}
        session.add_all(
            [
                Throttle(bucket="x", window_start=now, count=1),
                SignInLink(token_hash="x", **kept_for),
                StaffSession(token_hash="x", **kept_for),
                RosterUpload(uploaded_by=user.id, uploaded_at=now, filename="x", document={}),
                Task(
                    kind="x", key="done", payload={}, state="done", created_at=now, updated_at=now
                ),
                Task(kind="x", key="open", payload={}, created_at=now, updated_at=now),
            ]
        )


def left(db):
    with db.reading() as session:
        return {
            model.__name__: session.scalar(select(func.count()).select_from(model))
            for model in (Throttle, SignInLink, StaffSession, RosterUpload, Task, User)
        }


def test_nothing_goes_early_and_each_in_its_time(app, db, time):
    store_everything(db)
    expected = dict.fromkeys(left(db), 1) | {"Task": 2}
    for wait, gone in [
        (timedelta(minutes=59), {}),
        (timedelta(minutes=1), {"StaffSession": 0}),
        (timedelta(hours=23, seconds=1), {"Throttle": 0, "RosterUpload": 0}),
        (timedelta(hours=1), {"SignInLink": 0}),
        (timedelta(days=30), {"Task": 1}),
    ]:
        time.set(time.value + wait)
        jobs.JOBS["housekeeping"](app, clock.now())
        expected |= gone
        assert left(db) == expected, wait


def test_the_second_run_finds_nothing(db, time):
    store_everything(db)
    time.move(days=2)
    with db.writing() as session:
        assert sum(housekeeping.purge_expired(session, clock.now()).values()) == 4
    with db.writing() as session:
        assert sum(housekeeping.purge_expired(session, clock.now()).values()) == 0
