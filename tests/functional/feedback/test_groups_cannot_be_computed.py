"""From all that staff are told of a counted form, no group of fewer than five can be computed.

First: pages, commands, files and mails tell no number of groups beside those of the document that
figures are frozen in. Then, by integers alone: of all ways in which the groups may have sent that
fit what the document tells, every hidden group keeps more than one number.
"""

import itertools
import re

import pytest
from sqlalchemy import select

from survey_app.campaigns.models import Campaign, Round, RoundCell
from survey_app.feedback.models import BallotGroup
from survey_app.reports import gathering
from survey_app.reports.document import FormGroup, FormRound
from survey_app.reports.gathering import gather
from tests.factories_forms import invitation_ids
from tests.functional.feedback.counted import counted_form
from tests.functional.feedback.eyes import Eyes

pytestmark = pytest.mark.timeout(400)
K = 5
# How many of 16, 12, 7 and 5 send one; the last two stand in one group of twelve.
SENDERS = [
    (14, 11, 6, 4),  # everything may be told
    (14, 11, 3, 1),  # four of the small group: it, and one that would give it away by subtraction
    (14, 3, 6, 4),
    (4, 11, 6, 4),
    (16, 12, 2, 1),  # who is full tells of each of its people
    (16, 11, 6, 4),
    (14, 12, 0, 0),
    (3, 2, 1, 1),
    (16, 12, 7, 5),
]
# A world: group -> how many sent. The groups of the document, in its order.
World = tuple[int, ...]


def form_of(app, db, time, counts) -> FormRound:
    counted_form(app, time, counts, texts={})
    with app.app_context(), db.reading() as session:
        campaign = session.scalars(select(Campaign)).one()
        (form,) = gather(session, campaign, time()).forms
    return form


def fitting(form: FormRound) -> list[World]:
    """Return every way in which the groups may have sent that agrees with what is told."""
    ranges = [
        range(group.invited + 1) if group.sent is None else (group.sent,) for group in form.groups
    ]
    worlds = list(itertools.product(*ranges))
    if form.sent is None:
        return [world for world in worlds if sum(world) < K]
    return [world for world in worlds if sum(world) == form.sent]


def computed(form: FormRound) -> list[str]:
    """Return which unions of groups follow from what is told, and should not be known."""
    worlds = fitting(form)
    assert worlds, "what is told contradicts itself"
    everybody = form.sent == form.invited
    found = []
    for size in range(1, len(form.groups)):
        for chosen in itertools.combinations(range(len(form.groups)), size):
            values = {sum(world[place] for place in chosen) for world in worlds}
            eligible = sum(form.groups[place].invited for place in chosen)
            low, high = min(values), max(values)
            if len(values) == 1 and (low < K or (low == eligible and not everybody)):
                found.append(f"{chosen}: {low} of {eligible}")
            elif high < K and form.sent is not None:
                found.append(f"{chosen}: fewer than {K}, at most {high}")
    return found


@pytest.mark.parametrize("counts", SENDERS, ids=str)
def test_no_group_below_five_follows_from_the_document(app, db, time, counts):
    form = form_of(app, db, time, counts)
    assert len(form.groups) == 3
    assert computed(form) == []


def each_by_itself(honest, everything):
    """A document that hides small groups and forgets that one can subtract."""

    def leaky(session, round_, now):
        form = honest(session, round_, now)
        rows = session.execute(
            select(RoundCell.ballot_group, RoundCell.cell_id).where(RoundCell.round_id == round_.id)
        ).all()
        sent = dict(
            session.execute(
                select(BallotGroup.number, BallotGroup.sent).where(
                    BallotGroup.round_id == round_.id
                )
            ).all()
        )
        number = {cell: group for group, cell in rows}
        groups = []
        for group in form.groups:
            really = sent[number[group.cell_ids[0]]]
            told = really if everything or really >= K else None
            groups.append(FormGroup(**{**group.model_dump(), "sent": told}))
        return form.model_copy(update={"groups": tuple(groups)})

    return leaky


@pytest.mark.parametrize("everything", [False, True])
def test_a_document_that_forgets_subtraction_is_caught(app, db, time, monkeypatch, everything):
    monkeypatch.setattr(gathering, "_form", each_by_itself(gathering._form, everything))
    form = form_of(app, db, time, (14, 11, 3, 1))
    assert any("4 of 12" in leak for leak in computed(form))


# "4/12", or "4 phiếu" as papers are counted in sentences and annexes.
FRACTION = re.compile(r"(?<![\d/.])(\d{1,3})/(\d{1,3})(?![\d/.])")
PAPERS = re.compile(r"(?<![\d/.])(\d{1,3}) phiếu")


def told(form: FormRound) -> set[tuple[int, ...]]:
    """Return what may stand on a page: of each group told, and of the whole, with and without
    those invited; and the number below which nothing is told.
    """
    parts = [(group.sent, group.invited) for group in form.groups if group.sent is not None]
    if form.sent is not None:
        parts.append((form.sent, form.invited))
    return {*parts, *((sent,) for sent, _invited in parts), (form.small_group,)}


def seen_numbers(app, db, form: FormRound) -> dict[tuple[int, ...], str]:
    """Return (a, b) or (a,) -> where, of each "a/b" whose b are people of groups, and "a phiếu"."""
    with db.reading() as session:
        round_id = session.scalars(select(Round.id).where(Round.kind == "feedback")).one()
        people = invitation_ids(session, round_id)
    sizes = [group.invited for group in form.groups]
    unions = {
        sum(chosen)
        for size in range(1, len(sizes) + 1)
        for chosen in itertools.combinations(sizes, size)
    }
    found: dict[tuple[int, ...], str] = {}
    for place, text in Eyes(app, round_id, [people[0], people[30]]).look().items():
        if " raw " in place or place.startswith("table ") or place.endswith("/mail"):
            continue  # the mail page counts mails, which go to everybody alike
        plain = re.sub(r"<[^>]*>", "", str(text))
        pairs = ((int(a), int(b)) for a, b in FRACTION.findall(plain))
        for one in (
            *(pair for pair in pairs if pair[1] in unions),
            *((int(a),) for a in PAPERS.findall(plain)),
        ):
            found.setdefault(one, place)
    return found


def test_no_page_file_mail_or_command_tells_more_than_the_document(app, db, time):
    form = form_of(app, db, time, (14, 11, 3, 1))
    seen = seen_numbers(app, db, form)
    assert (29, 40) in seen, "the whole stands on many pages"
    assert {one: place for one, place in seen.items() if one not in told(form)} == {}


def test_a_file_that_tells_a_hidden_group_is_caught(app, db, time, monkeypatch):
    """The honest document is the measure; the leaky one is what everything is printed from."""
    form = form_of(app, db, time, (14, 11, 3, 1))
    monkeypatch.setattr(gathering, "_form", each_by_itself(gathering._form, True))
    assert (4,) in set(seen_numbers(app, db, form)) - told(form)
