"""From the sample to a campaign of one's own: backed up, emptied, begun, in the browser or not."""

import re

import pytest
from sqlalchemy import func, select

from survey_app import backups, clock, demo
from survey_app.accounts.models import User
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import Campaign, Round
from survey_app.feedback.opening import make_urn
from survey_app.people.models import Cell, Person
from survey_app.questions.models import QuestionSetVersion
from tests.factories_forms import cabinet_of, make_form_round
from tests.functional.demo.test_sample import counts

TYPED = {"phrase": "xoa du lieu mau", "email": "Chu@So-That.example", "name": "Nông Thị Chủ"}
STAYS = {"campaign", "question_set", "question_set_version"}


def kept_backup(app):
    folder = app.extensions["survey.settings"].instance_path / "backups"
    (path,) = folder.glob("*.backup")
    return path


def test_after_a_backup_everything_invented_goes_and_the_owner_is_in(app, db, client, inbox):
    before = counts(db)
    cleared = client.post("/demo/clear", data=TYPED)
    assert (cleared.status_code, cleared.headers["Location"]) == (303, "/organiser/")
    home = client.get("/organiser/")
    assert home.status_code == 200
    assert kept_backup(app).name in home.text
    after = counts(db)
    begun = {"user_account": 1, "role_grant": 3, "staff_session": 1}
    left = {name: number for name, number in after.items() if number and name != "audit_event"}
    assert left == {**{name: before[name] for name in STAYS}, **begun}
    with db.reading() as session:
        owner = session.scalars(select(User)).one()
        assert (owner.email, owner.is_sample) == ("chu@so-that.example", False)
        campaign = session.scalars(select(Campaign)).one()
        assert (campaign.is_sample, campaign.contact_name, campaign.contact_phone) == (
            False,
            None,
            None,
        )
        assert min(session.scalars(select(AuditEvent.at))).year > 2024
        authors = select(QuestionSetVersion.author_id, QuestionSetVersion.approver_id)
        assert {id_ for row in session.execute(authors) for id_ in row} == {None}
    assert list(inbox.iterdir()) == []
    assert inbox.stat().st_mode & 0o777 == 0o700, "real mails come here next"
    assert clock.now().year > 2024


def test_the_backup_holds_the_whole_sample(app, db, client):
    before = counts(db)
    client.post("/demo/clear", data=TYPED)
    manifest = backups.verify(kept_backup(app))
    assert {name: table.rows for name, table in manifest.tables.items() if name in before} == before


def test_what_begins_is_ones_own(app, db, client):
    client.post("/demo/clear", data=TYPED)
    assert demo.is_real(db)
    assert not demo.has_sample(db)
    front = client.get("/").text
    assert "thư chỉ vào hộp thư trên máy" in front and "đổi vai" not in front
    moved = app.test_cli_runner().invoke(args=["demo", "clock", "+1h"])
    assert moved.exit_code == 1 and "giờ thật" in moved.stderr
    gone = client.get("/demo")
    assert gone.status_code == 200 and "không có dữ liệu mẫu" in gone.text
    assert client.get("/demo/clear").status_code == 303
    assert client.post("/demo/clock", data={"to": "hour"}).status_code == 404
    assert clock.now().year > 2024
    assert client.post("/demo/organiser").status_code == 404
    for path in ("/", "/organiser/", "/organiser/rounds", "/organiser/roster", "/committee/"):
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("phrase", "xóa", "XÓA DỮ LIỆU MẪU"),
        ("phrase", "", "XÓA DỮ LIỆU MẪU"),
        ("email", "chu", "chu"),
        ("email", "", "địa chỉ thư"),
        ("name", " ", "họ tên"),
        ("name", "Nông " * 50, "họ tên"),
    ],
)
def test_without_the_words_and_an_owner_nothing_happens(app, db, client, field, value, said):
    before = counts(db)
    refused = client.post("/demo/clear", data={**TYPED, field: value})
    assert refused.status_code == 422
    assert said in re.sub(r"<[^>]+>", " ", refused.text)
    assert TYPED["name" if field == "email" else "email"] in refused.text, "what was typed stays"
    assert counts(db) == before
    assert clock.now().year == 2024, "the trial's clock goes on"


def test_looking_changes_nothing_and_another_site_may_not(db, client):
    before = counts(db)
    assert client.get("/demo/clear").status_code == 200
    foreign = client.post("/demo/clear", data=TYPED, headers={"Origin": "https://xau.example"})
    assert foreign.status_code == 403
    assert counts(db) == before


def test_people_added_to_the_trial_go_too_and_the_page_says_so(app, db, client):
    assert "người đã nhập thêm" not in client.get("/demo/clear").text
    with db.writing() as session:
        session.scalars(select(Person).limit(1)).one().is_sample = False
    assert "Cả 1 người đã nhập thêm" in client.get("/demo/clear").text
    assert client.post("/demo/clear", data=TYPED).status_code == 303
    assert demo.is_real(db) and not demo.has_sample(db)
    assert backups.verify(kept_backup(app)).tables["person"].rows == 160


def test_what_was_done_after_the_backup_is_not_lost(app, db, client, monkeypatch):
    before = counts(db)
    made = backups.make

    def and_then_somebody_comes(*values):
        kept = made(*values)
        app.test_client().post("/demo/organiser")
        return kept

    monkeypatch.setattr(backups, "make", and_then_somebody_comes)
    refused = client.post("/demo/clear", data=TYPED)
    assert refused.status_code == 409 and "chưa xóa gì" in refused.text
    after = counts(db)
    assert {name for name in after if after[name] != before[name]} == {
        "audit_event",
        "staff_session",
    }
    assert clock.now().year == 2024, "the trial's clock goes on"


def test_if_the_backup_fails_nothing_is_removed(app, db, client):
    before = counts(db)
    (app.extensions["survey.settings"].instance_path / "backups").write_text("in the way")
    refused = client.post("/demo/clear", data=TYPED)
    assert refused.status_code == 409 and "chưa xóa gì" in refused.text
    assert counts(db) == before


def test_the_command_asks_for_the_words_and_prints_a_way_in(app, db, client):
    command, who = ["demo", "clear"], f"{TYPED['email']}\n{TYPED['name']}\n"
    refused = app.test_cli_runner().invoke(args=command, input=f"{who}no\n")
    assert refused.exit_code == 1
    with db.reading() as session:
        assert session.scalar(select(func.count(Round.id))) == 6
    done = app.test_cli_runner().invoke(args=command, input=f"{who}REMOVE THE SAMPLE\n")
    assert done.exit_code == 0, done.output
    with db.reading() as session:
        assert session.scalar(select(func.count(Cell.id))) == 0
    link = re.search(r"http://127.0.0.1:8000(/sign-in/\S+)", done.stdout)[1]
    assert client.get(link).status_code == 200


def test_an_urn_of_the_trial_goes_with_its_key(app, db, client):
    with app.app_context(), db.writing() as session:
        made = make_form_round(session, slug="gop-y-thu")
        make_urn(session, made.id, cabinet_of(app))
    folder = app.extensions["survey.settings"].keys_path
    assert list(folder.iterdir())
    assert client.post("/demo/clear", data=TYPED).status_code == 303
    assert list(folder.iterdir()) == []
    after = counts(db)
    assert [name for name in ("urn", "ballot_group", "ballot", "receipt") if after[name]] == []
