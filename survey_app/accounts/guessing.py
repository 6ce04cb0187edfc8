"""Who may try a password now: guessing is slow, and nobody can lock the owner out.

A browser that has signed in before carries a device cookie; its tries are counted by themselves, so
whatever strangers do, the owner's own browser keeps its ten. Strangers are counted per account and
address, per account, and (failures only) per address, since a whole office may share one. A
one-time link always works.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy.orm import Session

from survey_app import signing
from survey_app.accounts.scope import Unattended
from survey_app.audit import Action, record
from survey_app.errors import Throttled
from survey_app.i18n import _
from survey_app.web import throttle

DEVICE_PURPOSE: Final = "staff-device"
_SHORT: Final = timedelta(minutes=15)
_LONG: Final = timedelta(hours=1)
PER_PLACE: Final = 10
PER_ACCOUNT: Final = 100
PER_ADDRESS: Final = 300
MAILS_PER_ACCOUNT: Final = 5
MAILS_PER_ADDRESS: Final = 60


@dataclass(frozen=True)
class Try:
    """One try at `email` from the network address `ip`; `device` is the known browser's id."""

    email: str
    ip: str
    device: str | None = None

    @property
    def place(self) -> str:
        """The bucket of this account at this browser or network address."""
        return f"device {self.device}" if self.device else f"{self.email} at {self.ip}"


def new_device(key: bytes, user_id: int) -> str:
    """Return the value of a device cookie for a browser in which `user_id` has signed in."""
    nonce = secrets.randbits(62)
    return signing.sign(key, DEVICE_PURPOSE, signing.pack_numbers(user_id, nonce))


def device_of(key: bytes, cookie: str | None, user_id: int | None) -> str | None:
    """Return the device's id when the cookie is ours and speaks of this user."""
    read = signing.read(key, DEVICE_PURPOSE, cookie or "")
    if read is None or user_id is None or signing.unpack_numbers(read[0])[0] != user_id:
        return None
    return read[0]


def take_turn(session: Session, attempt: Try, user_id: int | None) -> None:
    """Count a try before its password is looked at, so that parallel tries count too.

    Raises:
        Throttled: the tries are used up; a one-time link still works.
    """
    limits = [("place", attempt.place, PER_PLACE, _SHORT)]
    if attempt.device is None:
        throttle.check(session, "sign-in ip", attempt.ip, limit=PER_ADDRESS, window=_LONG)
        limits.append(("account", attempt.email, PER_ACCOUNT, _LONG))
    for name, subject, limit, window in limits:
        tries = throttle.hit(session, f"sign-in {name}", subject, window=window)
        if tries > limit:
            raise Throttled(
                _(
                    "Đã thử sai quá nhiều lần. Xin đợi 15 phút, hoặc dùng nút “Gửi liên kết đăng "
                    "nhập đến thư của tôi” để vào ngay."
                ),
                retry_after=int(_SHORT.total_seconds()),
            )
        if tries == limit and user_id is not None:
            stranger = Unattended("visitor")
            record(session, Action.SIGN_IN_THROTTLED, stranger, ("user", user_id), tries=tries)


def missed(session: Session, attempt: Try) -> None:
    """Count a wrong password against the network address."""
    if attempt.device is None:
        throttle.hit(session, "sign-in ip", attempt.ip, window=_LONG)


def proved(session: Session, attempt: Try) -> None:
    """The password was right: forget the misses from this browser."""
    throttle.forgive(session, "sign-in place", attempt.place)


def take_mail_turn(session: Session, email: str, ip: str) -> None:
    """Count a request for a link by mail, whether or not the account exists.

    Raises:
        Throttled: too many were asked for.
    """
    for purpose, subject, limit in (
        ("sign-in mail", email, MAILS_PER_ACCOUNT),
        ("sign-in mail ip", ip, MAILS_PER_ADDRESS),
    ):
        throttle.check(session, purpose, subject, limit=limit, window=_LONG)
        throttle.hit(session, purpose, subject, window=_LONG)
