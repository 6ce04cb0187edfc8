"""A form that people send, what they were told, and what must have become of it (I10).

Person n writes a text that says who it was, and on which try: `Góp ý của người 3, lần 1`. No form
should; here it is how the checker tells a ballot lost from one doubled.
"""

import itertools
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app import clock, jobs
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import RoundCell
from survey_app.database import Database
from survey_app.errors import Expired
from survey_app.feedback import sealing, sending
from survey_app.feedback.models import Ballot, BallotGroup, CountedAnswer, CountedText, Urn
from survey_app.invitations.models import Invitation, Receipt
from tests.factories_forms import LEVELS, cabinet_of, invitation_ids, launched_form
from tests.factories_rounds import link_path
from tests.faults.loads import LOST, Client, Ledger
from tests.faults.nursery import Child
from tests.live import Server, World

CELLS = {"Chi bộ Một": 12, "Chi bộ Hai": 10}
_TICKET = re.compile(r'name="ticket" value="([^"]*)"')
_TEXT = re.compile(r"Góp ý của người (\d+), lần (\d+)")


def launch(world: World, **round_: Any) -> int:
    """Launch a form that is open now; return its round."""
    round_.setdefault("closes_at", clock.now() + timedelta(days=2))
    return launched_form(world.app, cells=CELLS, **round_)


def close(world: World) -> None:
    """Let the form have closed ten minutes ago, and be taken for closed."""
    world.close_rounds()
    jobs.turn_rounds(world.app, clock.now())


def send(app: Flask, round_id: int, person: int, ledger: Ledger) -> bool:
    """Send the form of the round's `person`-th invitation (from 0); note it before and after.

    Returns whether it was recorded, now or before; `False`: not taken.
    """
    database: Database = app.extensions["survey.database"]
    tried = Counter(entry["person"] for entry in ledger.entries() if "try" in entry)[person]
    ledger.note(**{"person": person, "try": tried + 1})
    received = clock.now()
    with database.reading() as session:
        invitation_id = invitation_ids(session, round_id)[person]
        sealed = _seal(session, round_id, invitation_id, person, tried + 1)
    try:
        with database.writing() as session:
            sent = sending.send(
                session,
                round_id=round_id,
                invitation_id=invitation_id,
                sealed=sealed,
                received=received,
            )
    except Expired:
        ledger.note(person=person, refused=True)
        return False
    ledger.note(person=person, sent=True, before=sent.before)
    return True


@dataclass(frozen=True)
class Page:
    """A form that is open in somebody's browser."""

    port: int
    person: int
    location: str
    ticket: str
    cookie: str

    @classmethod
    def opened(cls, site: Server, world: World, round_id: int, person: int) -> "Page":
        """Say "that is me" and open the form of the round's `person`-th invitation."""
        client = Client(site.port)
        link = _link(world, round_id, person)
        status, headers, _text = client.send("POST", link, {"who": "me"})
        assert status == 303, status
        location = headers["location"]
        found = _TICKET.search(client.send("GET", location)[2])
        assert found, "a page without a ticket"
        return cls(site.port, person, location, found[1], client.cookie)

    def send(self, ledger: Ledger) -> None:
        """Send it, over and over until told what became of it."""
        client = Client(self.port)
        client.cookie = self.cookie
        for tried in itertools.count(1):
            ledger.note(**{"person": self.person, "try": tried})
            said = {f"q_{name}": value for name, value in _said(self.person, tried).items()}
            form = {**said, "ticket": self.ticket, "action": "send"}
            try:
                status, headers, page = client.once("POST", self.location, form)
            except LOST:
                continue
            if status == 303:
                before = "before" in headers["location"]
                ledger.note(person=self.person, sent=True, before=before)
                return
            assert status >= 500, (status, page)


def _link(world: World, round_id: int, person: int) -> str:
    with world.db.reading() as session:
        invitation_id = invitation_ids(session, round_id)[person]
        invitation = session.get_one(Invitation, invitation_id)
        return link_path(session, world.settings.link_key, invitation)


def _said(person: int, tried: int) -> dict[str, str]:
    return {"q1": LEVELS[person % 5], "q7": f"Góp ý của người {person}, lần {tried}"}


def _seal(session: Session, round_id: int, invitation_id: int, person: int, tried: int) -> str:
    urn = session.get_one(Urn, round_id)
    cell_id = session.get_one(Invitation, invitation_id).round_cell_id
    group = session.get_one(RoundCell, cell_id).ballot_group
    assert group is not None and urn.ballot_bytes is not None
    ballot = sealing.Ballot(group, {**_said(person, tried)})
    return sealing.seal(urn.public_key, urn.ballot_bytes, ballot)


def state(world: World, round_id: int) -> str:
    """Return how far the urn is."""
    with world.db.reading() as session:
        return session.get_one(Urn, round_id).state


def alive_after_deaths(start: Callable[[], Child], after_each: Callable[[], None]) -> int:
    """Start a process again for as long as it kills itself; return how often it did."""
    deaths = 0
    while (status := start().wait()) == -9:
        deaths += 1
        after_each()
    assert status == 0, status
    return deaths


def check_sent(world: World, round_id: int, ledger: Ledger) -> set[int]:
    """As many ballots as receipts, and a receipt for everybody who was told so.

    Whoever was told nothing may have one: both or neither. Returns who has a receipt.
    """
    told, tried = _told(ledger)
    with world.db.reading() as session:
        people = invitation_ids(session, round_id)
        sent = set(session.scalars(select(Receipt.invitation_id).where(Receipt.is_sent)))
        ballots = session.scalar(select(func.count()).select_from(Ballot))
    with_receipt = {place for place, one in enumerate(people) if one in sent}
    assert ballots == len(sent), "receipts and ballots differ"
    assert told <= with_receipt <= tried, "acknowledged and lost, or never sent"
    return with_receipt


def check_key(world: World, round_id: int) -> None:
    """Whatever was cut off: ballots have their key, and sealed means that it is gone."""
    with world.db.reading() as session:
        urn = session.get_one(Urn, round_id)
        ballots = session.scalar(select(func.count()).select_from(Ballot))
        receipts = session.scalar(select(func.count()).where(Receipt.is_sent))
    there = cabinet_of(world.app).find(urn.public_key) is not None
    if urn.state == "open":
        assert there and ballots == receipts
    else:
        assert ballots == 0
        assert urn.state in ("counted", "sealed") and not (urn.state == "sealed" and there)


def check_counted(world: World, round_id: int, ledger: Ledger) -> None:
    """I10: each receipt is one ballot that was counted once; the key is gone, with the ballots."""
    told, tried = _told(ledger)
    with world.db.reading() as session:
        urn = session.get_one(Urn, round_id)
        assert (urn.state, urn.problem) == ("sealed", None)
        people = invitation_ids(session, round_id)
        sent = set(session.scalars(select(Receipt.invitation_id).where(Receipt.is_sent)))
        receipts = session.scalar(select(func.count()).select_from(Receipt))
        texts = session.scalars(select(CountedText.text)).all()
        levels = select(func.sum(CountedAnswer.ballots)).where(
            CountedAnswer.item == "q1", CountedAnswer.value != ""
        )
        groups = select(BallotGroup.number, BallotGroup.parent, BallotGroup.sent)
        totals = session.execute(groups).all()
        assert session.scalar(levels) == len(sent) == urn.sent, "counted other than sent"
        assert session.scalar(select(func.count()).select_from(Ballot)) == 0
        _check_turns(session)
    inner = {parent for _number, parent, _sent in totals}
    assert sum(sent or 0 for number, _parent, sent in totals if number not in inner) == len(sent)
    assert receipts == len(people), "receipts were lost in rewriting"
    matches = [_TEXT.fullmatch(text) for text in texts]
    counted = Counter(int(match[1]) for match in matches if match)
    assert set(counted.values()) <= {1} and len(texts) == counted.total(), "a ballot twice"
    assert {people[person] for person in counted} == sent, "receipts are not the ballots'"
    assert told <= set(counted) <= tried, "acknowledged and lost, or never sent"
    assert cabinet_of(world.app).find(urn.public_key) is None, "the key is still there"


def _check_turns(session: Session) -> None:
    for action in ("urn.counted", "urn.sealed"):
        query = select(func.count()).where(AuditEvent.action == action)
        assert session.scalar(query) == 1, action
    trouble = select(func.count()).where(AuditEvent.action == "urn.trouble")
    assert session.scalar(trouble) == 0


def _told(ledger: Ledger) -> tuple[set[int], set[int]]:
    entries = ledger.entries()
    told = {entry["person"] for entry in entries if entry.get("sent")}
    return told, {entry["person"] for entry in entries if "try" in entry}
