"""Two forms of a campaign that ask the same are set beside each other, level by level."""

from datetime import datetime, timedelta

from flask import Flask

from survey_app import clock
from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import Campaign
from survey_app.database import Database
from survey_app.feedback.opening import make_urn
from survey_app.feedback.results import Line
from survey_app.invitations.launch import launch
from tests.conftest import TestClock
from tests.factories import sign_in
from tests.factories_forms import cabinet_of, form_document, make_form_round, send_form
from tests.factories_rounds import CLOSES, NAMES, make_campaign, make_cell, make_person
from tests.functional.feedback.counted import answers_of, count, of, senders, xlsx_of
from tests.page import assert_page

THEIRS = "/committee/rounds/gop-y/results"
LATER = CLOSES + timedelta(days=90)
FEW, MANY = (14, 11, 6, 4), (15, 11, 6, 5)


def two_forms(app: Flask, db: Database, time: TestClock, **later: object) -> tuple[int, int]:
    """Let the same people answer twice; return both rounds."""
    with app.app_context(), db.writing() as session:
        campaign_id = make_campaign(session).id
        for name, people in (("Một", 16), ("Hai", 12), ("Ba", 7), ("Bốn", 5)):
            cell = make_cell(session, f"Chi bộ {name}")
            for number in range(people):
                make_person(session, NAMES[number % len(NAMES)], cell)
    first = answered(app, db, time, campaign_id, "quy-2", CLOSES, FEW)
    second = answered(app, db, time, campaign_id, "gop-y", LATER, MANY, **later)
    return first, second


def answered(
    app: Flask,
    db: Database,
    time: TestClock,
    campaign_id: int,
    slug: str,
    closes: datetime,
    counts: tuple[int, ...],
    **form: object,
) -> int:
    """Launch a form, send what `counts` of each cell say, count it."""
    time.set(closes - timedelta(days=2))
    with app.app_context(), db.writing() as session:
        campaign = session.get_one(Campaign, campaign_id)
        made = make_form_round(session, slug=slug, closes_at=closes, campaign=campaign, **form)
        make_urn(session, made.id, cabinet_of(app))
        launch(session, made.id, CLI, clock.now())
        made.title = "Quý trước" if slug == "quy-2" else "Quý này"
        round_id = made.id
    for invitation, cell, place in senders(app, round_id, counts):
        send_form(app, invitation, answers_of(cell, place))
    count(app, time, closes)
    return round_id


def counts_of(lines: tuple[Line, ...]) -> list[tuple[str, int]]:
    return [(line.label, line.count) for line in lines]


def test_the_same_question_is_compared_with_the_form_before(app, client, db, time):
    first, second = two_forms(app, db, time)
    assert of(app, db, first).earlier == ""
    found = of(app, db, second)
    assert found.earlier == "Quý trước"
    before = {item.key: item for item in of(app, db, first).items}
    compared = [item for item in found.items if item.changes]
    assert {"q1", "q2", "q4", "q5.r1", "q6"} <= {item.key for item in compared}
    for item in compared:
        old = before[item.key]
        earlier = tuple(line.earlier for line in item.changes.whole)
        later = tuple(line.later for line in item.changes.whole)
        assert counts_of(earlier) == counts_of(old.whole.lines)
        assert counts_of(later) == counts_of(item.whole.lines)
        shown = {one.name for one in item.groups} & {one.name for one in old.groups}
        assert {name for name, _lines in item.changes.groups} <= shown
    assert any(item.changes.groups for item in compared)
    sign_in(client, "committee_reviewer")
    page = client.get(THEIRS)
    assert "So với “Quý trước”" in page.text
    assert_page(page.text, page.headers)
    item = compared[0]
    line = item.changes.whole[0]
    sheet = xlsx_of(client, THEIRS).get_sheet_by_name("So với lần trước").to_python()
    row = next(row for row in sheet if row[:3] == [item.name, "Tất cả", line.label])
    assert (row[3], row[5]) == (line.later.count, line.earlier.count)


def test_another_scale_or_another_question_is_not_compared(app, db, time):
    document = form_document()
    first, second, *rest = document.questions
    worst = first.choices[0].model_copy(update={"id": "kem", "text": "Kém"})
    choices = (*first.choices[:-1], worst, first.choices[-1])
    changed = document.model_copy(
        update={
            "questions": (
                first.model_copy(update={"choices": choices}),  # one level more
                second.model_copy(update={"text": "Tài liệu có dễ đọc không?"}),
                *rest,
            )
        }
    )
    _first, later = two_forms(app, db, time, document=changed)
    items = {item.key: item for item in of(app, db, later).items}
    assert items["q1"].whole and items["q1"].changes is None
    assert items["q2"].whole and items["q2"].changes is None
    assert items["q4"].changes is not None
