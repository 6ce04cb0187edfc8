"""The sample: alive, adding up, built by the services alone, the same when loaded again."""

import re
from collections import Counter
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from sqlalchemy import func, select

from survey_app import clock, create_app, demo
from survey_app.accounts.models import User
from survey_app.accounts.scope import ALL_CELLS
from survey_app.campaigns.models import Campaign, Round, RoundCell
from survey_app.cell_reports.duties import counted_revision, duties_of_round
from survey_app.cell_reports.models import Recognition
from survey_app.config import load_settings
from survey_app.database import Database
from survey_app.demo import cast, reported
from survey_app.errors import Conflict, NotAllowed
from survey_app.formatting import today
from survey_app.invitations.models import LedgerEntry
from survey_app.invitations.participation import participation
from survey_app.invitations.proposals import proposals
from survey_app.invitations.recount import recount
from survey_app.mailing.models import OutboxMessage
from survey_app.people.models import Cell, Person, PersonChange
from survey_app.questions.models import QuestionSetVersion
from survey_app.quizzes.models import Attempt
from survey_app.reports import drafting, snapshots
from survey_app.reports.composing import compose
from survey_app.schema import metadata
from tests.functional.demo.conftest import environ_of


def counts(db):
    with db.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table))
            for table in metadata.sorted_tables
        }


def test_the_people_are_as_many_and_as_various_as_promised(db):
    with db.reading() as session:
        people = session.scalars(select(Person)).all()
        assert Counter(one.kind for one in people) == {"party_member": 120, "non_member": 40}
        assert {one.is_sample for one in people} == {True}
        assert Counter(one.address_state for one in people) == {"ok": 148, "missing": 9, "bad": 3}
        mailboxes = Counter(one.email for one in people if one.email)
        assert sorted(mailboxes.values())[-2:] == [1, 2], "two share a mailbox"
        assert all(one.email.endswith(".example") for one in people if one.email)
        assert session.scalar(select(func.count(Cell.id))) == 8
        assert {user.is_sample for user in session.scalars(select(User))} == {True}
        assert {c.is_sample for c in session.scalars(select(Campaign))} == {True}
        states = session.scalars(select(QuestionSetVersion.state)).all()
        assert set(states) == {"approved"}
        assert len(states) == len(list(cast.QUIZZES.glob("*.yaml")))


def test_one_round_is_over_and_one_half_done(db):
    with db.reading() as session:
        quizzes = select(Round).where(Round.kind == "quiz").order_by(Round.id)
        first, second = session.scalars(quizzes).all()
        assert (first.state, second.state) == ("finalised", "open")
        assert second.closes_at == cast.at("2024-09-20 17:00")
        now = clock.now()
        assert timedelta(0) <= now - cast.NOW < timedelta(minutes=5)
        over, running = (
            participation(session, one, now, scope=ALL_CELLS) for one in (first, second)
        )
        for board, part in ((over, cast.FIRST), (running, cast.SECOND)):
            assert board.total.done == sum(part.members) + part.others
            assert board.total.started == part.begun
            assert board.total.undeliverable == 12
        sizes = [row.counts.invited for row in running.of("party_member")]
        assert sorted(sizes)[:2] == [4, 5]
        open_attempts = session.scalars(select(Attempt).where(Attempt.state == "open")).all()
        assert len(open_attempts) == 6
        assert {one.deadline for one in open_attempts} == {second.closes_at}


def test_every_mail_went_over_smtp_at_its_own_hour(db, inbox):
    with db.reading() as session:
        rows = session.execute(select(OutboxMessage.message_id, OutboxMessage.state)).all()
    assert Counter(state for _id, state in rows)["failed"] == 3
    assert {state for _id, state in rows} == {"sent", "failed"}
    mails = [
        message_from_bytes(path.read_bytes(), policy=policy.default) for path in inbox.glob("*.eml")
    ]
    assert sorted(mail["Message-ID"] for mail in mails) == sorted(
        message_id for message_id, state in rows if state == "sent"
    )
    kinds = Counter(mail["X-Survey-Message"] for mail in mails)
    assert set(kinds) == {"invitation", "reminder", "result", "digest", "notice"}
    dates = [mail["Date"].datetime for mail in mails]
    assert reported.FIRST.launched <= min(dates) and max(dates) <= cast.NOW
    assert len({date.date() for date in dates}) >= 8


def test_seven_of_eight_cells_reported_in_time_and_one_was_late(db):
    with db.reading() as session:
        over, running = (
            session.scalars(select(Round).where(Round.slug == part.slug)).one()
            for part in (reported.FIRST, reported.SECOND)
        )
        assert (over.state, running.state) == ("finalised", "open")
        lines = duties_of_round(session, over.id, scope=ALL_CELLS)
        assert Counter(line.state for line in lines) == {"on_time": 7, "late": 1}
        assert [line.source for line in lines] == ["secretary"] * 7 + ["paper"]
        seventh = lines[6]
        assert seventh.number == 2 and counted_revision(session, seventh.duty_id) is not None
        now = duties_of_round(session, running.id, scope=ALL_CELLS)
        assert Counter(line.state for line in now) == {"on_time": 2, "not_due": 6}
        assert [line.has_draft for line in now].index(True) == 6
        proposals = session.scalars(select(Recognition.state).order_by(Recognition.state)).all()
        assert proposals == ["proposed", "supported"]


def test_the_ledger_of_the_open_round_tells_something_and_one_thing_waits(db):
    with db.reading() as session:
        rows = session.execute(
            select(Round.slug, LedgerEntry.kind, LedgerEntry.reason)
            .join(Round, Round.id == LedgerEntry.round_id)
            .order_by(LedgerEntry.id)
        ).all()
        told = [("exemption", cast.EXEMPT), ("transfer", cast.MOVED)]
        assert rows == [(cast.SECOND.slug, kind, reason) for kind, reason in told]
        (waiting,) = proposals(session, today(clock.now()))
        assert waiting.kind == "transfer"
        moved = select(func.count()).where(PersonChange.kind == "moved")
        assert session.scalar(moved) == 2, "one of them counts in the round too"


def test_the_tallies_are_what_a_recount_says(db):
    with db.reading() as session:
        for round_id in session.scalars(select(Round.id)):
            again = recount(session, round_id)
            for cell in session.scalars(select(RoundCell).where(RoundCell.round_id == round_id)):
                kept = (cell.invited, cell.done, cell.started, cell.exempt, cell.undeliverable)
                now = again[cell.id]
                assert kept == (now.invited, now.done, now.started, now.exempt, now.undeliverable)


def test_loading_it_again_changes_nothing(app, db):
    before = counts(db)
    assert demo.load(app) is False
    assert counts(db) == before


def test_it_is_refused_among_real_people(app, db):
    with db.writing() as session:
        session.scalars(select(Person).limit(1)).one().is_sample = False
    before = counts(db)
    assert demo.is_real(db)
    with pytest.raises(NotAllowed):
        demo.load(app)
    assert counts(db) == before


def test_a_broken_off_build_says_how_to_begin_anew(app):
    mark = app.extensions["survey.settings"].instance_path / demo.UNFINISHED
    mark.touch()
    with pytest.raises(Conflict, match="RESET=1"):
        demo.load(app)
    assert mark.exists()


def test_mail_to_elsewhere_is_refused(tmp_path, sqlite_template):
    url = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    (tmp_path / "empty.sqlite").write_bytes(sqlite_template.read_bytes())
    away = environ_of(tmp_path / "instance", url, SURVEY_MAIL_SERVER="mail.so-mau.example")
    app = create_app(load_settings(away))
    with pytest.raises(NotAllowed, match="127"):
        demo.load(app)
    clock.use_source(None)


def test_an_empty_or_unmigrated_database_is_nobodys(tmp_path):
    database = Database(f"sqlite:///{tmp_path / 'none.sqlite'}")
    assert not demo.is_real(database)
    assert not demo.has_sample(database)
    database.dispose()


def test_links_open_what_they_say_and_stay_the_same(app, client):
    first, second = (app.test_cli_runner().invoke(args=["demo", "links"]) for _time in range(2))
    assert first.exit_code == 0, first.output
    assert first.stdout == second.stdout
    paths = re.findall(r"http://127.0.0.1:8000(\S+)", first.stdout)
    assert sum(path.startswith("/i/") for path in paths) == 4
    assert len(paths) == 9
    for path in paths:
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize("command", ["load", "links", "clock"])
def test_commands_are_refused_in_production(environ, command):
    for name in ("SURVEY_ENV", "SURVEY_MAIL_SERVER"):
        environ.pop(name)
    environ["SURVEY_MAIL_DEFAULT_SENDER"] = "Mẫu <khao-sat@so-mau.example>"
    app = create_app(load_settings(environ))
    db = app.extensions["survey.database"]
    before = counts(db)
    refused = app.test_cli_runner().invoke(args=["demo", command])
    db.dispose()
    assert refused.exit_code == 1
    assert "development" in refused.stderr
    assert counts(db) == before


def test_one_draft_report_is_half_written(db):
    with db.reading() as session:
        report, snapshot = drafting.all_of(session, session.scalars(select(Campaign.id)).one())[-1]
        figures = snapshots.figures_of(snapshot)
        composed = compose(figures, drafting.terms_of(session, report))
        assert (report.state, set(report.texts)) == ("draft", set(cast.REPORT))
        assert len(drafting.missing(report)) == 4
    said = " ".join(getattr(block, "text", "") for block in composed.body)
    assert "Hằng tuần, Đảng ủy xem số liệu" in said
    assert "đã gửi báo cáo" in said
    assert "bài thi" in said.lower()
