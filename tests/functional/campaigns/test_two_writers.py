"""Two organisers with the same form open: the second hears of the first and loses nothing."""

import re

import pytest
from sqlalchemy import select

from survey_app.campaigns.models import Campaign, Round
from tests.factories import sign_in, submit
from tests.factories_rounds import make_campaign, make_round, make_version

CAMPAIGN = {
    "title": "Kỷ niệm",
    "tag": "70 năm",
    "issuer": "Đảng ủy Sở",
    "contact_name": "Lê Thị Mẫu",
    "contact_phone": "0912 000 001",
    "retention_months": "12",
}
ROUND = {
    "question_set": "bo-1",
    "cells": "all",
    "closes_day": "20/9/2024",
    "closes_hour": "17:00",
    "opens_day": "19/9/2024",
    "opens_hour": "8:00",
    "attempts": "2",
    "kinds": ["party_member", "non_member"],
    "show_score": "at_once",
    "show_key": "after_close",
}
CASES = {
    "/organiser/campaign": (CAMPAIGN, "theme", Campaign),
    "/organiser/rounds/vong-1/edit": (ROUND, "title", Round),
}


def seen_in(page):
    return re.search(r'name="seen" value="([0-9a-f]{32})"', page.text)[1]


@pytest.mark.parametrize("path", CASES)
def test_the_second_writer_is_asked_and_keeps_what_was_typed(client, db, path):
    typed, field, model = CASES[path]
    with db.writing() as session:
        version = make_version(session, slug="bo-1")
        make_round(session, campaign=make_campaign(session), version=version, slug="vong-1")
    sign_in(client)
    seen = seen_in(client.get(path))
    first = submit(client, path, {**typed, field: "Của người thứ nhất", "seen": seen})
    assert first.status_code == 303, first.text
    mine = {**typed, field: "Của người thứ hai", "seen": seen}
    second = submit(client, path, mine)
    assert second.status_code == 409
    assert "người khác đã lưu thay đổi" in second.text and "Của người thứ hai" in second.text

    def stored():
        with db.reading() as session:
            return getattr(session.scalars(select(model)).one(), field)

    assert stored() == "Của người thứ nhất"
    wrong = submit(client, path, {**mine, "retention_months": "x", "closes_day": "x"})
    assert wrong.status_code == 422 and seen_in(wrong) == seen  # a slip forgets nothing
    again = submit(client, path, {**mine, "seen": seen_in(second)})
    assert again.status_code == 303
    assert stored() == "Của người thứ hai"
