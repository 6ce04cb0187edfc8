"""A role over one cell or in one campaign opens that cell and that campaign, nothing else."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from survey_app.accounts.models import RoleGrant
from survey_app.accounts.scope import Actor, Grant, Scope
from survey_app.campaigns.models import RoundCell
from survey_app.database import Database
from tests.factories import sign_in
from tests.factories_rounds import make_campaign, make_cell
from tests.functional.participation.boards import round_of
from tests.page import assert_page

NAME = "Nguyễn Văn Giấu Tên"
CELLS = {"Chi bộ Một": ("ddddnnx", "dn"), "Chi bộ Hai": ("ddnnnnnnnnn", "dddnn"), "": ("", "d")}


@pytest.fixture
def campaigns(app: Flask, db: Database) -> tuple[int, int]:
    """An older campaign with the round `cu`, and the present one with `tuan-1`; their ids."""
    with app.app_context(), db.writing() as session:
        older = make_campaign(session)
        round_of(session, {"Chi bộ Cũ": ("dn", "")}, campaign=older, slug="cu", title="Vòng cũ")
        newer = make_campaign(session)
        round_of(session, CELLS, campaign=newer, slug="tuan-1", title="Tuần 1")
        return older.id, newer.id


def cell_id(db: Database, name: str) -> int:
    with db.reading() as session:
        return session.query(RoundCell.cell_id).filter_by(name=name).distinct().one()[0]


def test_a_secretary_starts_with_the_numbers_of_the_own_cell(
    client: FlaskClient, db: Database, campaigns: tuple[int, int]
) -> None:
    sign_in(client, "cell_secretary", cell_id=cell_id(db, "Chi bộ Một"))
    page = client.get("/secretary/")
    assert_page(page.text, page.headers, content=["Tuần 1"])
    assert "Chi bộ Một" in page.text and "<b>4/6</b>" in page.text and "<b>1/2</b>" in page.text
    for foreign in ("Chi bộ Hai", "<b>2/11</b>", "<b>3/5</b>", "Chưa gắn chi bộ", "Vòng cũ", NAME):
        assert foreign not in page.text
    assert client.get("/committee/").status_code == 403
    assert client.get("/organiser/rounds/tuan-1/people").status_code == 403


def test_before_the_first_round_the_secretary_reads_what_will_stand_there(
    client: FlaskClient, db: Database, campaigns: tuple[int, int]
) -> None:
    with db.writing() as session:
        new_id = make_cell(session, "Chi bộ Mới").id
    sign_in(client, "cell_secretary", cell_id=new_id)
    assert "Chưa có số liệu về chi bộ" in client.get("/secretary/").text


@pytest.mark.parametrize("role", ["committee_reviewer", "campaign_monitor", "organiser"])
def test_a_role_in_one_campaign_opens_no_round_of_another(
    client: FlaskClient, db: Database, campaigns: tuple[int, int], role: str
) -> None:
    older, _newer = campaigns
    user_id = sign_in(client, role)
    with db.writing() as session:
        own = update(RoleGrant).where(RoleGrant.user_id == user_id)
        session.execute(own.values(campaign_id=older))
    for page in ("", "/print"):
        assert client.get(f"/committee/rounds/cu{page}").status_code == 200
        assert client.get(f"/committee/rounds/tuan-1{page}").status_code == 403
    if role == "organiser":
        for page in ("", "/people", "/mail", "/edit", "/preview"):
            refused = client.get(f"/organiser/rounds/tuan-1{page}")
            assert refused.status_code == 403, page
        assert client.get("/organiser/rounds/cu").status_code == 200
        assert client.get("/organiser/rounds/cu/people").status_code == 200


def test_grants_hold_in_their_campaign_and_doors_ask_for_any() -> None:
    grants = (Grant("organiser", 1, 10), Grant("organiser", 2, 20), Grant("organiser", None, 30))
    actor = Actor(1, "A", "a@so-mau.example", "vi", grants)
    assert actor.scope("organiser", campaign_id=1) == Scope(frozenset({10, 30}))
    assert actor.scope("organiser", campaign_id=3) == Scope(frozenset({30}))
    assert actor.scope("organiser") == Scope(frozenset({10, 20, 30}))
    actor = Actor(1, "A", "a@so-mau.example", "vi", grants[:2])
    assert not actor.has("organiser", campaign_id=3)
    assert actor.has("organiser") and actor.has("organiser", campaign_id=2)
