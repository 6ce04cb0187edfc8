"""What the tables of forms may hold, column by column: no way from a ballot to a person or a time.

An allow-list: a column or a key that is added has to be argued for here first.
"""

import pytest
from sqlalchemy import DateTime, Table, UniqueConstraint

from survey_app import schema

# table -> (primary key, further columns, foreign keys)
ALLOWED = {
    "urn": (
        {"round_id"},
        {
            "public_key",
            "state",
            "problem",
            "ballot_bytes",
            "small_group",
            "group_floor",
            "invited",
            "sent",
            "digest",
        },
        {"round_id": "round.id"},
    ),
    "ballot_group": (
        {"round_id", "number"},
        {"parent", "names", "eligible", "sent"},
        {"round_id": "urn.round_id"},
    ),
    "ballot": ({"round_id", "key"}, {"sealed"}, {"round_id": "urn.round_id"}),
    "counted_answer": (
        {"round_id", "group_number", "item", "value"},
        {"ballots"},
        {"round_id": "urn.round_id"},
    ),
    "counted_text": (
        {"key"},
        {"round_id", "item", "text", "state", "shown"},
        {"round_id": "urn.round_id"},
    ),
    "receipt": (
        {"round_id", "invitation_id"},
        {"is_sent"},
        {"round_id": "round.id", "invitation_id": "invitation.id"},
    ),
}
# Of these SQLite must keep no row number, which would be the order of coming.
ORDERLESS = ("ballot", "counted_answer", "counted_text", "receipt")


def table(name: str) -> Table:
    return schema.metadata.tables[name]


@pytest.mark.parametrize("name", ALLOWED)
def test_columns_and_keys_are_exactly_these(name):
    key, more, references = ALLOWED[name]
    found = table(name)
    assert {column.name for column in found.primary_key} == key
    assert {column.name for column in found.columns} == key | more
    assert {
        item.parent.name: item.target_fullname
        for constraint in found.foreign_key_constraints
        for item in constraint.elements
    } == references


@pytest.mark.parametrize("name", ALLOWED)
def test_nothing_tells_a_time(name):
    for column in table(name).columns:
        assert not isinstance(getattr(column.type, "impl", column.type), DateTime), column
        kept = str(column.type).upper()
        assert "TIME" not in kept and "DATE" not in kept, column
        assert column.onupdate is None and column.server_default is None, column


@pytest.mark.parametrize("name", ORDERLESS)
def test_nothing_tells_an_order(name):
    assert table(name).dialect_options["sqlite"]["with_rowid"] is False
    assert table(name).autoincrement_column is None


def test_nothing_else_points_at_a_ballot_or_a_receipt():
    for other in schema.metadata.sorted_tables:
        for constraint in other.foreign_key_constraints:
            target = constraint.referred_table.name
            assert target not in {"ballot", "receipt", "counted_answer", "counted_text"}, other.name
            if target in {"urn", "ballot_group"}:
                assert other.name in ALLOWED, other.name


def test_a_receipt_and_a_ballot_share_nothing_but_the_round():
    receipt, ballot = table("receipt"), table("ballot")
    assert {c.name for c in receipt.columns} & {c.name for c in ballot.columns} == {"round_id"}
    for one in (receipt, ballot):
        assert not [c for c in one.constraints if isinstance(c, UniqueConstraint)]


def test_the_list_holds_every_table_of_forms():
    known = {t.name for t in schema.metadata.sorted_tables}
    of_forms = {name for name in known if name.startswith(("urn", "ballot", "counted", "receipt"))}
    assert of_forms == set(ALLOWED)
