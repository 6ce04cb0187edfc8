"""The links that go out, each of its own purpose, signed with the link key. Pure."""

from survey_app import signing

LINK = "link"
NO_REMINDERS = "no-reminders"
TRIAL = "trial"


def link_token(key: bytes, public_id: str, version: int) -> str:
    """Return the token of a personal link: one stable link per person and round."""
    return signing.sign(key, LINK, public_id, version)


def read_link(key: bytes, token: str) -> tuple[str, int] | None:
    """Return (invitation's public id, version), or `None`."""
    return signing.read(key, LINK, token)


def no_reminders_token(key: bytes, public_id: str, version: int) -> str:
    """Return the token of "Không nhận thư nhắc"; it opens nothing else."""
    return signing.sign(key, NO_REMINDERS, public_id, version)


def read_no_reminders(key: bytes, token: str) -> tuple[str, int] | None:
    """Return (invitation's public id, version), or `None`."""
    return signing.read(key, NO_REMINDERS, token)


def trial_token(key: bytes, round_id: int, user_id: int) -> str:
    """Return the token of an organiser's trial run of a round, which stores nothing."""
    return signing.sign(key, TRIAL, signing.pack_numbers(round_id, user_id))


def read_trial(key: bytes, token: str) -> tuple[int, int] | None:
    """Return (round id, user id), or `None`."""
    read = signing.read(key, TRIAL, token)
    return signing.unpack_numbers(read[0]) if read else None
