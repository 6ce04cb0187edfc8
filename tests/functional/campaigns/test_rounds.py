"""Rounds over their life: made, changed, copied, opened, closed, cancelled; campaign files."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from survey_app.accounts.scope import CLI
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.campaign_services import change_campaign, import_campaign
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.queries import is_open
from survey_app.campaigns.services import (
    RoundPlan,
    cancel_round,
    change_round,
    close_due,
    close_early,
    copy_round,
    create_round,
    open_due,
)
from survey_app.campaigns.settings import RoundSettings, round_settings
from survey_app.errors import Conflict, Invalid
from survey_app.invitations.models import Invitation
from survey_app.people.cells import CellBook, add_cells
from survey_app.people.models import Cell
from tests.factories_rounds import (
    CLOSES,
    launched_round,
    make_campaign,
    make_round,
    make_version,
)

SHIPPED = Path(__file__).resolve().parents[3] / "quizzes" / "campaigns" / "ke-hoach-422.yaml"


def plan_of(session, **values):
    version = make_version(session, slug="bo-1")
    del version
    plan = {
        "title": "Vòng 1",
        "question_set": "bo-1",
        "opens_at": CLOSES - timedelta(days=2),
        "closes_at": CLOSES,
        **values,
    }
    return RoundPlan(**plan)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"title": " "}, "no_title"),
        ({"closes_at": CLOSES - timedelta(days=2)}, "window"),
        ({"question_set": "khong-co"}, "no_questions"),
        ({"settings": RoundSettings(cells=("khong-co",))}, "no_cell"),
    ],
)
def test_a_plan_that_does_not_hold_together_is_refused(db, values, code):
    with pytest.raises(Invalid) as refused, db.writing() as session:
        campaign = make_campaign(session)
        create_round(session, campaign.id, plan_of(session, **values), CLI)
    assert code in [problem.code for problem in refused.value.problems]
    with db.reading() as session:
        assert session.scalar(select(func.count(Round.id))) == 0


def test_slugs_are_unique_and_made_from_the_title(db):
    with db.writing() as session:
        campaign = make_campaign(session)
        plan = plan_of(session)
        made = [create_round(session, campaign.id, plan, CLI).slug for _time in range(3)]
    assert made == ["vong-1", "vong-1-2", "vong-1-3"]
    with pytest.raises(Conflict), db.writing() as session:
        taken = RoundPlan("Khác", "bo-1", CLOSES - timedelta(1), CLOSES, slug="vong-1")
        create_round(session, campaign.id, taken, CLI)


def test_a_launched_round_is_frozen_and_logs_what_a_draft_changed(db):
    with db.writing() as session:
        round_ = make_round(session)
        plan = RoundPlan(
            "Tên mới",
            plan_of(session).question_set,
            round_.opens_at,
            CLOSES,
            settings=RoundSettings(attempts_allowed=3),
        )
        change_round(session, round_.id, plan, CLI)
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "round.changed"))
        assert event.one().details["fields"] == ["question_set_id", "settings", "title"]
        launched = launched_round(session)
    with pytest.raises(Conflict), db.writing() as session:
        change_round(session, launched.id, plan, CLI)


def test_a_copy_is_a_draft_after_the_round_with_its_settings(db, time):
    with db.writing() as session:
        leave = time() + timedelta(hours=1)
        source = launched_round(session, attempts_allowed=2, mails_leave_at=leave, slug="vong-1")
        copy = copy_round(session, source.id, CLI)
        settings = round_settings(copy.settings)
    assert (copy.state, copy.slug, copy.launched_at, copy.version_id) == (
        "draft",
        "vong-1-2",
        None,
        None,
    )
    assert (copy.opens_at, settings.opens_at_launch) == (time(), True)
    assert copy.closes_at - source.closes_at == timedelta(days=1)
    assert (settings.attempts_allowed, settings.mails_leave_at) == (2, None)


def test_a_copy_closes_at_the_hour_of_the_original(db, time):
    with db.writing() as session:
        source = launched_round(session, slug="vong-1")
        time.move(days=30, minutes=7, seconds=3)
        copy = copy_round(session, source.id, CLI)
        assert (copy.closes_at - CLOSES) % timedelta(days=1) == timedelta(0)
        assert copy.closes_at - time() >= CLOSES - source.opens_at
        source.closes_at = time()  # closed early
        again = copy_round(session, source.id, CLI)
        assert again.closes_at.minute == again.closes_at.second == 0
        assert again.closes_at > source.closes_at


def test_opening_and_closing_happen_at_the_moment_and_once(db, time):
    opens = time() + timedelta(hours=1)
    with db.writing() as session:
        round_ = launched_round(session, opens_at=opens)
        assert (open_due(session, opens - timedelta(microseconds=1)), round_.state) == (
            [],
            "scheduled",
        )
        assert (open_due(session, opens), open_due(session, opens)) == ([round_.id], [])
        assert round_.state == "open"
        assert close_due(session, CLOSES - timedelta(microseconds=1)) == []
        assert (close_due(session, CLOSES), close_due(session, CLOSES)) == ([round_.id], [])
        assert (round_.state, round_.closed_at) == ("closed", CLOSES)
        actions = session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions[-2:] == ["round.opened", "round.closed"]


def test_open_is_half_open_and_needs_no_job(db, time):
    opens = time() + timedelta(hours=1)
    with db.writing() as session:
        round_ = launched_round(session, opens_at=opens)
        assert not is_open(round_, opens - timedelta(microseconds=1))
        assert is_open(round_, opens)
        assert is_open(round_, CLOSES - timedelta(microseconds=1))
        assert not is_open(round_, CLOSES)


def test_a_worker_that_slept_through_a_whole_round_closes_it(db, time):
    with db.writing() as session:
        round_ = launched_round(session, opens_at=time() + timedelta(hours=1))
        late = CLOSES + timedelta(days=1)
        open_due(session, late)
        close_due(session, late)
        assert round_.state == "closed"


def test_closing_early_moves_the_end_to_now(db, time):
    with db.writing() as session:
        round_ = launched_round(session)
        now = time.move(hours=1)
        close_early(session, round_.id, CLI, now)
        assert (round_.state, round_.closes_at, round_.closed_at) == ("closed", now, now)
    with pytest.raises(Conflict), db.writing() as session:
        close_early(session, round_.id, CLI, now)
    with pytest.raises(Conflict), db.writing() as session:
        cancel_round(session, round_.id, CLI)


def test_what_has_not_opened_is_cancelled_not_closed(db, time):
    with db.writing() as session:
        round_ = launched_round(session, opens_at=time() + timedelta(hours=1))
    with pytest.raises(Conflict), db.writing() as session:
        close_early(session, round_.id, CLI, time())
    with db.writing() as session:
        assert cancel_round(session, round_.id, CLI).state == "cancelled"
        assert open_due(session, CLOSES) == close_due(session, CLOSES) == []
        assert session.scalar(select(func.count(Invitation.id))) == 8


def test_the_shipped_campaign_says_what_the_plan_says_and_leaves_the_rest_empty(db):
    with db.writing() as session:
        campaign = import_campaign(session, SHIPPED)
    assert (campaign.plan_number, str(campaign.plan_date)) == ("422-KH/ĐUS", "2024-03-06")
    assert campaign.theme.endswith("Đảng bộ Khối các cơ quan tỉnh Lạng Sơn vững mạnh")
    assert "Khôi " not in campaign.theme + campaign.basis + campaign.title
    assert "28/12" not in campaign.basis
    assert campaign.base_plan_date_confirmed is False
    assert [campaign.contact_name, campaign.contact_phone] == [None, None]
    assert [campaign.starts_on, campaign.ends_on] == [None, None]
    assert campaign.settings["report_due_on"] is None
    assert len(campaign.recipients) == 7


def test_importing_again_fills_what_is_empty_and_overwrites_nothing(db):
    with db.writing() as session:
        campaign = import_campaign(session, SHIPPED)
        values = {"contact_name": "Lê Thị Mẫu", "title": "Tên đã sửa", "theme": ""}
        change_campaign(session, campaign.id, values, CLI)
    with db.writing() as session:
        import_campaign(session, SHIPPED)
    with db.reading() as session:
        campaign = session.scalars(select(Campaign)).one()
    assert (campaign.title, campaign.contact_name) == ("Tên đã sửa", "Lê Thị Mẫu")
    assert campaign.theme.startswith("Phát huy truyền thống")


def test_a_file_brings_its_rounds_as_drafts_once(db, tmp_path):
    file = tmp_path / "c.yaml"
    file.write_text(
        "schema: 1\nslug: c\ntitle: Một\ntag: Một\nissuer: Sở\nrounds:\n"
        "  - {slug: v1, title: Vòng, questions: bo-1, opens: '2024-09-19T08:00',"
        " closes: '2024-09-20T17:00', settings: {attempts_allowed: none}}\n",
        encoding="utf-8",
    )
    with db.writing() as session:
        make_version(session, slug="bo-1")
        import_campaign(session, file)
        import_campaign(session, file)
        round_ = session.scalars(select(Round)).one()
    assert (round_.state, round_.closes_at) == ("draft", CLOSES)
    assert round_.settings["attempts_allowed"] is None


def test_mistakes_in_a_file_are_named_with_their_line(db, tmp_path):
    file = tmp_path / "c.yaml"
    file.write_text("schema: 1\nslug: c\ntitle: Một\ntag: Một\nlead: x\n", encoding="utf-8")
    with pytest.raises(Invalid) as refused, db.writing() as session:
        import_campaign(session, file)
    found = {(problem.where, problem.message) for problem in refused.value.problems}
    assert ("dòng 5", "Không có mục nào tên là lead.") in found
    with db.reading() as session:
        assert session.scalar(select(func.count(Campaign.id))) == 0


def test_a_round_never_gets_the_name_of_the_page_that_makes_rounds(db):
    with db.writing() as session:
        campaign = make_campaign(session)
        plan = plan_of(session, title="New")
        made = create_round(session, campaign.id, plan, CLI)
        assert made.slug == "new-2"
        with pytest.raises(Invalid):
            create_round(session, campaign.id, replace(plan, slug="new"), CLI)


def test_a_cell_with_a_very_long_name_can_be_chosen(db):
    long = "Chi bộ " + "Trung tâm Quan trắc và Kỹ thuật môi trường " * 4
    with db.writing() as session:
        book = CellBook()
        add_cells(session, book, [long, f"{long} hai"])
        assert len(book.slugs) == 2 and max(map(len, book.slugs)) <= 80
        session.add(Cell(slug="x" * 170, position=9, is_sample=False, created_at=CLOSES))
        campaign = make_campaign(session)
        cells = tuple(sorted({*book.slugs, "x" * 170}))
        plan = plan_of(session, settings=RoundSettings(cells=cells))
        made = create_round(session, campaign.id, plan, CLI)
        assert round_settings(made.settings).cells == cells


@pytest.mark.parametrize("phone", ["gọi anh Nam", "0912 000", "0912000001 <b>", "x" * 9])
def test_what_is_no_phone_number_is_refused(db, phone):
    with db.writing() as session:
        campaign_id = make_campaign(session).id
    with pytest.raises(Invalid) as refused, db.writing() as session:
        change_campaign(session, campaign_id, {"contact_phone": phone}, CLI)
    assert [problem.where for problem in refused.value.problems] == ["contact_phone"]
    with db.writing() as session:
        change_campaign(session, campaign_id, {"contact_phone": "+84 (206) 3.852-001"}, CLI)


def test_the_contact_stays_while_a_round_runs(db):
    nobody = {"contact_name": None, "contact_phone": None}
    with db.writing() as session:
        round_id = launched_round(session).id
        campaign_id = session.get_one(Round, round_id).campaign_id
    with pytest.raises(Invalid) as refused, db.writing() as session:
        change_campaign(session, campaign_id, nobody, CLI)
    assert {problem.where for problem in refused.value.problems} == set(nobody)
    with db.writing() as session:
        session.get_one(Round, round_id).state = "closed"
        session.flush()
        change_campaign(session, campaign_id, nobody, CLI)


def test_a_title_turns_no_text_around(db):
    with db.writing() as session:
        campaign = make_campaign(session)
        made = create_round(session, campaign.id, plan_of(session, title="Vòng\u202e 1\u2066"), CLI)
        assert (made.title, made.slug) == ("Vòng 1", "vong-1")
