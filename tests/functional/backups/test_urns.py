"""Urns in a backup: their keys are in none, and without its key an open one is given up."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from survey_app import backups, clock, jobs
from survey_app.accounts.scope import CLI
from survey_app.audit.models import AuditEvent
from survey_app.backups.archive import opened
from survey_app.campaigns.models import Round
from survey_app.feedback.models import Ballot, Urn
from survey_app.invitations.models import Receipt
from tests.factories_forms import invitation_ids, launched_form, make_form_round, send_form
from tests.functional.backups.conftest import NewPlace, Place, rows_of

BOTH = pytest.mark.parametrize("target", ["sqlite", "postgresql"])


@pytest.fixture
def file(here: Place, tmp_path: Path) -> Path:
    """A backup of an open form that seven have sent, and of a draft with a key."""
    round_id = launched_form(here.app, slug="gop-y")
    with here.db.writing() as session:
        make_form_round(session, slug="nhap")
        people = invitation_ids(session, round_id)
    jobs.work(here.app, clock.now())
    for person in people[:7]:
        send_form(here.app, person, {"q1": "tot"})
    backups.make(here.db, here.settings, tmp_path / "b.zip", CLI)
    return tmp_path / "b.zip"


def test_no_key_is_in_a_backup(here: Place, file: Path) -> None:
    keys = [path.read_bytes() for path in here.settings.keys_path.iterdir()]
    assert len(keys) == 2
    whole = file.read_bytes()
    with opened(file) as archive:
        names = [*archive.manifest.files, *archive.manifest.tables]
        parts = [archive.file(name) for name in archive.manifest.files]
    assert not [name for name in names if "key" in name]
    for key in keys:
        for written in (key, key.hex().encode()):
            assert written not in whole
            assert not [part for part in parts if written in part]


def test_a_backup_tells_no_number_of_ballots(here: Place, file: Path, tmp_path: Path) -> None:
    """While a form is open its number is told in steps, not by two backups either."""
    with here.db.reading() as session:
        eighth = invitation_ids(session, session.scalar(select(Round.id).limit(1)) or 0)[7]
    send_form(here.app, eighth, {"q1": "tot"})
    before = backups.verify(file)
    after = backups.make(here.db, here.settings, tmp_path / "c.zip", CLI).manifest
    assert after.tables["ballot"].rows == before.tables["ballot"].rows + 1
    assert after.rows == before.rows + 1, "one line in the log, of the first backup"
    assert after.counts()["rows"] == after.rows


@BOTH
def test_without_the_key_an_open_urn_ends_lost(
    here: Place, new_place: NewPlace, file: Path, tmp_path: Path, target: str
) -> None:
    there = new_place(target, SURVEY_KEYS_PATH=str(tmp_path / "no-keys"))
    done = there.run("restore", str(file))
    assert done.exit_code == 0
    assert "Hòm phiếu của “Góp ý chuyên đề quý III” đã mất" in done.stderr
    assert done.stderr.count("Hòm phiếu của") == 1, "the draft lost nothing"
    with there.db.reading() as session:
        round_ = session.scalars(select(Round).where(Round.slug == "gop-y")).one()
        urn = session.get_one(Urn, round_.id)
        assert (round_.state, urn.state, urn.sent, urn.invited) == ("finalised", "lost", 7, 40)
        assert session.scalar(select(func.count()).select_from(Ballot)) == 0
        sent = select(func.count()).select_from(Receipt)
        assert session.scalar(sent) == 40
        assert session.scalar(sent.where(Receipt.is_sent)) == 7
        audited = select(AuditEvent).where(AuditEvent.action == "urn.lost")
        assert session.scalars(audited).one().actor_kind == "cli"
        draft = session.scalars(select(Round).where(Round.slug == "nhap")).one()
        assert session.get(Urn, draft.id) is None
    jobs.work(there.app, clock.now())
    with there.db.reading() as session:
        draft = session.scalars(select(Round).where(Round.slug == "nhap")).one()
        assert session.get_one(Urn, draft.id).state == "ready", "a new key"


@BOTH
def test_with_the_keys_in_place_the_form_goes_on(
    here: Place, new_place: NewPlace, file: Path, target: str
) -> None:
    there = new_place(target, SURVEY_KEYS_PATH=str(here.settings.keys_path))
    done = there.run("restore", str(file))
    assert (done.exit_code, done.stderr) == (0, "")
    for table in ("urn", "ballot", "receipt", "ballot_group"):
        assert rows_of(there.db)[table] == rows_of(here.db)[table]
    with there.db.reading() as session:
        round_ = session.scalars(select(Round).where(Round.slug == "gop-y")).one()
        eighth = invitation_ids(session, round_.id)[7]
    assert not send_form(there.app, eighth, {"q1": "tot"}).before
