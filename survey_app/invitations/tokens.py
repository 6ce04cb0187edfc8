"""The links that go out, each of its own purpose, signed with the link key. Pure."""

from survey_app import signing

LINK = "link"
FORM = "form"
NO_REMINDERS = "no-reminders"
TRIAL = "trial"
FORM_TRIAL = "form-trial"


def personal_token(key: bytes, kind: str, public_id: str, version: int) -> str:
    """Return the token of a personal link to a round of this kind (`Round.kind`)."""
    make = form_token if kind == "feedback" else link_token
    return make(key, public_id, version)


def personal_trial_token(key: bytes, kind: str, round_id: int, user_id: int) -> str:
    """Return the token of an organiser's trial run of a round of this kind."""
    make = form_trial_token if kind == "feedback" else trial_token
    return make(key, round_id, user_id)


def link_token(key: bytes, public_id: str, version: int) -> str:
    """Return the token of a personal link: one stable link per person and round."""
    return signing.sign(key, LINK, public_id, version)


def read_link(key: bytes, token: str) -> tuple[str, int] | None:
    """Return (invitation's public id, version), or `None`."""
    return signing.read(key, LINK, token)


def form_token(key: bytes, public_id: str, version: int) -> str:
    """Return the token of a personal link to a form: by it the page knows the kind unasked."""
    return signing.sign(key, FORM, public_id, version)


def read_form(key: bytes, token: str) -> tuple[str, int] | None:
    """Return (invitation's public id, version), or `None`."""
    return signing.read(key, FORM, token)


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


def form_trial_token(key: bytes, round_id: int, user_id: int) -> str:
    """Return the token of an organiser's trial run of a form, which stores nothing."""
    return signing.sign(key, FORM_TRIAL, signing.pack_numbers(round_id, user_id))


def read_form_trial(key: bytes, token: str) -> tuple[int, int] | None:
    """Return (round id, user id), or `None`."""
    read = signing.read(key, FORM_TRIAL, token)
    return signing.unpack_numbers(read[0]) if read else None
