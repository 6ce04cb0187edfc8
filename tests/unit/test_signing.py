"""Tokens: ours or nothing."""

from hypothesis import given
from hypothesis import strategies as st

from survey_app import signing
from survey_app.invitations import tokens

KEY = b"k" * 32


def test_a_token_says_who_and_which_version() -> None:
    identity = signing.new_public_id()
    token = signing.sign(KEY, "link", identity, 3)
    assert len(token) == signing.TOKEN_LENGTH
    assert signing.read(KEY, "link", token) == (identity, 3)


def test_a_token_of_another_purpose_or_key_opens_nothing() -> None:
    identity = signing.new_public_id()
    token = tokens.no_reminders_token(KEY, identity, 1)
    assert tokens.read_link(KEY, token) is None
    assert tokens.read_no_reminders(b"x" * 32, token) is None
    assert tokens.read_trial(KEY, token) is None


@given(st.integers(0, 45), st.characters(codec="ascii"))
def test_any_other_letter_makes_it_worthless(place: int, letter: str) -> None:
    token = signing.sign(KEY, "link", "A" * 22, 1)
    changed = token[:place] + letter + token[place + 1 :]
    assert changed == token or signing.read(KEY, "link", changed) is None


@given(st.text(max_size=60))
def test_no_text_raises(text: str) -> None:
    assert signing.read(KEY, "link", text) is None


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_a_trial_carries_round_and_user(round_id: int, user_id: int) -> None:
    assert tokens.read_trial(KEY, tokens.trial_token(KEY, round_id, user_id)) == (
        round_id,
        user_id,
    )
