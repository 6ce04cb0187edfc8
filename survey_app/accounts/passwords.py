"""Staff passwords: which are good enough, and how they are kept (argon2id)."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from survey_app.i18n import _
from survey_app.vietnamese import nfc, search_key

SHORTEST: Final = 12
LONGEST: Final = 128
_NEW_CHARACTERS: Final = 4
# What people build passwords from. A password that is little more than these is guessed early.
_COMMON: Final = (
    "password passw0rd p@ssw0rd p@ssword pass mật khẩu matkhau admin administrator root user "
    "welcome letmein login secret master monkey dragon iloveyou anhyeuem emyeuanh yeuem sunshine "
    "princess football baseball superman batman trustno1 changeme default guest hello "
    "qwertyuiop qwerty asdfghjkl asdfgh zxcvbnm zxcvbn qazwsxedc qazwsx 1q2w3e4r5t 1q2w3e4r "
    "1qaz2wsx "
    "abcdefghijklmnopqrstuvwxyz abcdefgh abcdef abcd1234 abc123 abc 1234567890 0123456789 "
    "0987654321 123456789 12345678 1234567 123456 12345 1234 123 321 654321 987654321 "
    "vietnam viet nam hanoi hà nội saigon langson lạng sơn dangbo đảng bộ đảng viên dangvien "
    "dang khoi khối chibo chi bộ survey khaosat khảo sát lichsu lịch sử tuoitre sotnmt "
    "1954 1930 1945 1975 2020 2021 2022 2023 2024 2025 2026 2027 70nam 70 năm"
)
_FRAGMENTS: Final = sorted({search_key(word) for word in _COMMON.split()}, key=len, reverse=True)
_REPEATED: Final = re.compile(r"(.{1,4})\1{2,}")

_hasher = PasswordHasher()
# One hash takes 64 MiB and some 50 ms: more than two at a time would starve everybody else.
_turn = threading.BoundedSemaphore(2)
# Verified against when there is no such account, so that the answer takes as long.
_NOBODY: Final = (
    "$argon2id$v=19$m=65536,t=3,p=4$c3VydmV5LWFwcC1ub2JvZHk$"
    "Yq8r0mHq3mBv6vKkqT0f3XG1n5m3o5m2yq4xZ3v7g0A"
)


@dataclass(frozen=True)
class Verdict:
    """Whether a password is right, and whether its hash should be made anew."""

    right: bool
    outdated: bool = False


def problems(password: str, email: str, name: str = "") -> Iterator[str]:
    """Yield, in words, why `password` cannot be used by this user."""
    password = nfc(password)
    if len(password) < SHORTEST:
        yield _("Mật khẩu cần ít nhất %(n)s ký tự. Một câu ngắn dễ nhớ là tốt nhất.", n=SHORTEST)
    elif len(password) > LONGEST:
        yield _("Mật khẩu dài nhất %(n)s ký tự.", n=LONGEST)
    elif _rest(password, email, name) < _NEW_CHARACTERS:
        yield _(
            "Mật khẩu này dễ đoán: chỉ gồm những chữ hay dùng, tên hoặc địa chỉ thư của đồng chí. "
            "Xin thêm vài từ không liên quan."
        )


def _rest(password: str, email: str, name: str) -> int:
    """How many different characters are left when everything guessable is taken away."""
    rest = search_key(password).replace(" ", "")
    own = [email, email.split("@")[0], email.split("@")[-1], *re.split(r"[@._+-]", email)]
    own += [name, *name.split()]
    words = {search_key(word).replace(" ", "") for word in own}
    for word in sorted((word for word in words if len(word) > 2), key=len, reverse=True):
        rest = rest.replace(word, "")
    for word in _FRAGMENTS:
        rest = rest.replace(word, "")
    rest = _REPEATED.sub("", rest)
    return len(set(re.sub(r"[\W_]", "", rest)))


def make_hash(password: str) -> str:
    """Hash a password; slow on purpose, so never inside a write transaction."""
    with _turn:
        return _hasher.hash(nfc(password))


def verify(password: str, stored: str | None) -> Verdict:
    """Compare a password with what is stored; with nothing stored it takes as long and fails."""
    with _turn:
        try:
            _hasher.verify(stored or _NOBODY, nfc(password[: LONGEST * 4]))
        except (VerificationError, InvalidHashError):
            return Verdict(False)
    if stored is None:
        return Verdict(False)
    return Verdict(True, outdated=_hasher.check_needs_rehash(stored))
