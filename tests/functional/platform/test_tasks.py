"""Long work: queued once, done in chunks that commit with their progress, resumed after a crash."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from survey_app.errors import Conflict, Invalid
from survey_app.tasks import services as tasks
from survey_app.tasks.models import Task
from survey_app.web.models import Throttle


def queue(db, key="export:1", kind="count", total=0, **payload):
    with db.writing() as session:
        return tasks.enqueue(session, kind, key, payload, total=total)


def progress(db, key="export:1"):
    with db.reading() as session:
        return tasks.progress(session, key)


def count_by(step, total):
    """Return a handler that writes one row per thing done."""

    def handler(session, work):
        done = min(work.done + step, total)
        for number in range(work.done, done):
            session.add(Throttle(bucket=f"row {number}", window_start=work.payload["at"], count=1))
        return tasks.Step(done, total)

    return handler


@pytest.fixture
def at(time):
    return time.value


def rows(db):
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(Throttle))


def counting(step, total, at):
    inner = count_by(step, total)

    def handler(session, work):
        work.payload["at"] = at
        return inner(session, work)

    return handler


def test_the_same_key_is_queued_once(db):
    assert queue(db) == queue(db)
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Task)) == 1


def test_work_is_done_in_chunks_with_progress(db, at):
    queue(db, total=25)
    assert tasks.run(db, {"count": counting(10, 25, at)}, seconds=0) == 0
    seen = []

    def handler(session, work):
        seen.append(work.done)
        return counting(10, 25, at)(session, work)

    assert tasks.run(db, {"count": handler}) == 3
    assert seen == [0, 10, 20]
    assert progress(db) == tasks.Progress("done", 25, 25, None)
    assert rows(db) == 25


def test_a_killed_chunk_is_neither_done_nor_counted_and_goes_on_later(db, at):
    queue(db, total=25)
    whole = counting(10, 25, at)

    def dies_in_the_second_chunk(session, work):
        step = whole(session, work)
        if work.done == 10:
            session.flush()
            raise KeyboardInterrupt  # what a kill looks like from inside
        return step

    with pytest.raises(KeyboardInterrupt):
        tasks.run(db, {"count": dies_in_the_second_chunk})
    assert progress(db) == tasks.Progress("running", 10, 25, None)
    assert rows(db) == 10
    tasks.run(db, {"count": whole})
    assert progress(db).state == "done"
    assert rows(db) == 25


def test_a_refusal_ends_the_task_with_its_sentence_and_others_go_on(db, at):
    queue(db, key="a", kind="bad")
    queue(db, key="b")

    def refuse(session, work):
        raise Invalid("Không đọc được tệp.")

    tasks.run(db, {"bad": refuse, "count": counting(5, 5, at)})
    assert progress(db, "a") == tasks.Progress("failed", 0, 0, "Không đọc được tệp.")
    assert progress(db, "b").state == "done"


def test_an_error_shows_its_kind_only_and_is_logged(db, caplog):
    queue(db)

    def fail(session, work):
        raise ValueError("Nguyễn Văn A, 0912345678")

    tasks.run(db, {"count": fail})
    assert progress(db).error == "ValueError"
    assert "task" in caplog.text


def test_a_failed_task_queued_again_goes_on_where_it_stopped(db, at):
    queue(db, total=20)

    def fails_at_ten(session, work):
        if work.done == 10:
            raise ValueError
        return counting(10, 20, at)(session, work)

    tasks.run(db, {"count": fails_at_ten})
    assert progress(db).state == "failed"
    queue(db)
    tasks.run(db, {"count": counting(10, 20, at)})
    assert progress(db) == tasks.Progress("done", 20, 20, None)
    assert rows(db) == 20


def test_a_database_that_does_not_answer_fails_no_task(db):
    queue(db)

    def locked(session, work):
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    with pytest.raises(OperationalError):
        tasks.run(db, {"count": locked})
    assert progress(db).state == "pending"


def test_work_of_an_unknown_kind_waits(db, at):
    queue(db, key="a", kind="of a newer version")
    queue(db, key="b")
    assert tasks.run(db, {"count": counting(5, 5, at)}) == 1
    assert progress(db, "a").state == "pending"


def test_cancelling_stops_before_the_next_chunk(db, at):
    queue(db)
    with db.writing() as session:
        tasks.cancel(session, "export:1")
    assert tasks.run(db, {"count": counting(5, 5, at)}) == 0
    with pytest.raises(Conflict), db.writing() as session:
        tasks.cancel(session, "export:1")


def test_idle_runs_do_not_wait_for_the_writers_turn(db):
    with db.writing():
        assert tasks.run(db, {"count": counting(5, 5, None)}) == 0
