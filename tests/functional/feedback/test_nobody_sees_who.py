"""Nobody sees who has sent a form: two worlds that differ in nothing but that look the same.

In one An has sent a form, in the other Binh. All pages of all roles, every export, command, mail
and table are compared byte by byte. What may differ at all is the total, in steps of five.
"""

import logging
import re
from datetime import timedelta

import pytest
from sqlalchemy import case, delete, func, select, update

from survey_app import clock, jobs
from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import RoundCell
from survey_app.feedback import urns
from survey_app.feedback.models import Ballot, Urn
from survey_app.feedback.sending import forms_sent
from survey_app.invitations.models import Invitation, Receipt
from survey_app.reports import gathering
from survey_app.reports.document import FormGroup
from tests.factories_forms import invitation_ids, launched_form, send_form
from tests.factories_rounds import CLOSES
from tests.functional.feedback.eyes import Eyes, differences

# Every page of every role, several times over.
pytestmark = pytest.mark.timeout(400)
AN, BINH, ELSEWHERE = 3, 8, 20  # places in the round: two of the first cell, one of the second
# How a total stands where it is not "10/40": in documents, sheets and pictures.
FRAMES = (
    '"done": {}',
    '"sent": {},',
    ", {}.0, ",
    ' data-done="{}"',
    "done={}",
    'width="{}%"',
    "ít nhất {} phiếu",
    "ít nhất {}<",
)
CHECKSUM = re.compile(r"\b(?:[0-9a-f]{4} ?){3,16}\b")
SAID = {"q1": "tot", "q7": "Nên họp ngắn hơn"}


class Worlds:
    """A round that twelve others have sent; `An` or somebody else comes thirteenth."""

    def __init__(self, app, db, *, others: int = 12) -> None:
        self.app, self.db = app, db
        self.round_id = launched_form(app)
        with db.reading() as session:
            self.people = invitation_ids(session, self.round_id)
        spared = {AN, BINH, ELSEWHERE}
        senders = [place for place in range(len(self.people)) if place not in spared]
        self.more = iter(senders)
        self.send_others(others)
        chosen = [self.people[place] for place in (AN, BINH, ELSEWHERE)]
        self.eyes = Eyes(app, self.round_id, chosen)
        self._keys = self._ballots()

    def send_others(self, number: int) -> None:
        for _ in range(number):
            assert not send_form(self.app, self.people[next(self.more)], SAID).before

    def in_which(self, place: int):
        """Let one person send, look, and undo it."""
        send_form(self.app, self.people[place], SAID)
        seen = self.eyes.look()
        with self.db.writing() as session:
            session.execute(delete(Ballot).where(Ballot.key.not_in(self._keys)))
            self._set(session, place, sent=False)
        return seen

    def swap(self, one: int, other: int) -> None:
        """Let the one's receipt say what the other's said."""
        with self.db.writing() as session:
            self._set(session, one, sent=False)
            self._set(session, other, sent=True)

    def _set(self, session, place: int, *, sent: bool) -> None:
        mine = update(Receipt).where(Receipt.invitation_id == self.people[place])
        session.execute(mine.values(is_sent=sent))

    def _ballots(self) -> list[str]:
        with self.db.reading() as session:
            return list(session.scalars(select(Ballot.key)))


@pytest.fixture
def worlds(app, db):
    return Worlds(app, db)


def test_the_eyes_are_open(worlds):
    seen = worlds.eyes.look()
    good = [place for place, text in seen.items() if str(text).startswith("200")]
    assert len(good) > 120
    slug = worlds.eyes.slug
    for place in ("", "/people", "/mail", "/urn", "/remind", "/cancel"):
        assert seen[f"organiser /organiser/rounds/{slug}{place}"].startswith("200"), place
    for place in ("", "/print", "/projection"):
        assert seen[f"committee_reviewer /committee/rounds/{slug}{place}"].startswith("200")
    assert seen["$ participation " + slug].startswith("0\n")
    assert "ít nhất 10/40 người đã gửi phiếu" in seen["$ participation " + slug]
    assert sum(place.startswith("mail reminder:") for place in seen) == 40
    assert seen["digest of all"] and sum("digest" in place for place in seen) > 4
    weekly = [text for place, text in seen.items() if place.startswith("mail digest:")]
    assert len(weekly) > 1 and all("Mail(" in text for text in weekly)
    assert sum(place.startswith("mail invitation:") for place in seen) == 40
    assert all("Skip" not in text for place, text in seen.items() if place.startswith("mail rem"))


def test_while_a_form_is_open_nobody_sees_who_has_sent_it(worlds):
    before = worlds.eyes.look()
    seen = worlds.in_which(AN)
    assert differences(before, seen) == {}, "somebody sends, and nothing moves"
    assert differences(seen, worlds.in_which(BINH)) == {}
    assert differences(seen, worlds.in_which(ELSEWHERE)) == {}


@pytest.mark.parametrize("leak", ["the exact number", "a number per group"])
def test_a_leak_into_the_frozen_figures_is_seen(worlds, monkeypatch, leak):
    """The document is what every report, annex and mail is made of: these eyes see through it."""
    honest = gathering._form

    def exact(session, round_, now):
        return honest(session, round_, now).model_copy(
            update={"sent": forms_sent(session, round_.id), "at_least": False}
        )

    def per_group(session, round_, now):
        rows = session.execute(
            select(RoundCell.cell_id, RoundCell.name, func.count(), func.sum(_sent()))
            .join(Invitation, Invitation.round_cell_id == RoundCell.id)
            .join(Receipt, Receipt.invitation_id == Invitation.id)
            .where(RoundCell.round_id == round_.id)
            .group_by(RoundCell.id)
        )
        groups = tuple(
            FormGroup(cell_ids=(cell,), names=(name,), invited=invited, sent=int(sent))
            for cell, name, invited, sent in rows
        )
        return honest(session, round_, now).model_copy(update={"groups": groups})

    monkeypatch.setattr(gathering, "_form", exact if leak == "the exact number" else per_group)
    before = worlds.eyes.look()
    one, other = worlds.in_which(AN), worlds.in_which(ELSEWHERE)
    told = set(differences(before, one))
    assert {"figures", "file final.docx", "file interim.xlsx"} <= told
    assert bool(differences(one, other)) is (leak == "a number per group")


def _sent():
    return case((Receipt.is_sent, 1), else_=0)


def test_what_moves_at_last_is_the_total_in_steps_of_five(app, db):
    worlds = Worlds(app, db, others=14)
    before = worlds.eyes.look()
    after = worlds.in_which(AN)
    moved = differences(before, after)
    assert moved
    for place, (then, now) in moved.items():
        if " raw " in place:
            continue
        # The checksum of figures is that of their own document, in which only what is told stands.
        then, now = (CHECKSUM.sub("", text) for text in (then, now))
        for text, earlier in (("15/40", "10/40"), ("37,5", "25,0"), ("0.375", "0.25")):
            now = now.replace(text, earlier)
        now = re.sub('(?<!t="s">)<v>15</v>', "<v>10</v>", now)  # a number, no place of a text
        for frame in FRAMES:
            now = now.replace(frame.format(15), frame.format(10))
        assert now == then, place


def test_between_closing_and_counting_nobody_sees_who(worlds, time):
    time.set(CLOSES)
    with worlds.app.app_context():
        jobs.turn_rounds(worlds.app, clock.now())
    with worlds.db.writing() as session:
        worlds._set(session, AN, sent=True)
    worlds.eyes.sign_in_again()
    seen = worlds.eyes.look()
    assert "ít nhất 10/40" in seen["$ participation " + worlds.eyes.slug]
    worlds.swap(AN, ELSEWHERE)
    assert differences(seen, worlds.eyes.look()) == {}


def test_after_the_count_nobody_sees_who(worlds, time):
    send_form(worlds.app, worlds.people[AN], SAID)
    time.set(CLOSES + timedelta(seconds=20))
    jobs.work(worlds.app, clock.now())
    worlds.eyes.sign_in_again()
    seen = worlds.eyes.look()
    assert "13/40 người" in seen["$ participation " + worlds.eyes.slug]
    for other in (BINH, ELSEWHERE):
        worlds.swap(AN, other)
        assert differences(seen, worlds.eyes.look()) == {}
        worlds.swap(other, AN)


def test_of_a_lost_urn_nobody_sees_who(worlds):
    send_form(worlds.app, worlds.people[AN], SAID)
    with worlds.db.writing() as session:
        session.get_one(Urn, worlds.round_id).problem = "key_missing"
        session.flush()
        urns.declare_lost(session, worlds.round_id, CLI, clock.now())
    seen = worlds.eyes.look()
    assert "13/40" in seen["$ participation " + worlds.eyes.slug]
    worlds.swap(AN, BINH)
    assert differences(seen, worlds.eyes.look()) == {}


def test_a_sent_form_is_in_no_log_and_changes_two_tables(worlds, caplog):
    caplog.set_level(logging.DEBUG)
    tables = dict(worlds.eyes._tables())
    send_form(worlds.app, worlds.people[AN], SAID)
    assert [record.getMessage() for record in caplog.records] == []
    assert dict(worlds.eyes._tables()) == tables
