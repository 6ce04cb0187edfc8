"""The sample's study sessions: most with attendance, one to be ticked by the newcomer."""

from datetime import date

from survey_app.accounts.scope import ALL_CELLS
from survey_app.campaigns.queries import current_campaign
from survey_app.cell_reports import sessions


def test_the_sessions_are_ticked_but_for_one(db):
    with db.reading() as session:
        campaign = current_campaign(session)
        held = sessions.list_sessions(session, campaign.id, scope=ALL_CELLS)
        told = sessions.totals(session, campaign.id, scope=ALL_CELLS)
        counted = sessions.recount(session)
    assert len(told) == 8 and len(held) == 15
    assert {one.held_on for one in held} == {date(2024, 9, 4), date(2024, 9, 16)}
    (left,) = [one for one in held if not sessions.is_ticked(one)]
    assert left.held_on == date(2024, 9, 16)
    assert sum(one.not_ticked for one in told.values()) == 1
    assert all(0.6 < one.rate <= 1 for one in told.values())
    assert sum(one.reflections for one in told.values()) > 20
    for one in held:
        assert counted[one.id] == {name: getattr(one, name) for name in counted[one.id]}
