"""The mails in a folder, and what a list of them needs to know of each.

Mails are ordered by their own Date, which the application forms by its clock: in a trial that clock
may stand months away from this machine's.
"""

import os
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email import message_from_bytes, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import HeaderParser
from email.utils import getaddresses, parsedate_to_datetime
from functools import cached_property
from itertools import groupby
from pathlib import Path

from survey_app.formatting import today
from survey_app.vietnamese import search_key, tidy

_HEAD_SIZE = 65_536
_SOURCE_SIZE = 200_000
_YEARS = range(1990, 2100)  # others are a joke or a mistake, and no calendar shows them
_parser = HeaderParser()


@dataclass(frozen=True)
class Caught:
    """One mail of the inbox: its headers as a list shows them, the rest read when looked at.

    `name` is its file's, and stands in its address on the pages. `at` is an aware UTC moment.
    """

    path: Path
    at: datetime
    to_name: str
    to_address: str
    subject: str
    kind: str

    @property
    def name(self) -> str:
        """What stands in its address on the inbox page."""
        return self.path.stem

    @property
    def person(self) -> str:
        """Whom it is for. Two people may share a mailbox, so an address alone names nobody."""
        return f"{self.to_name} <{self.to_address}>"

    @cached_property
    def search_text(self) -> str:
        """What a search looks through, without marks."""
        return search_key(f"{self.person} {self.subject}")

    @cached_property
    def mail(self) -> EmailMessage:
        """The parsed mail."""
        mail = message_from_bytes(self.path.read_bytes(), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        return mail

    @property
    def source(self) -> str:
        """The mail as it came, as far as one would read."""
        with self.path.open("rb") as file:
            return file.read(_SOURCE_SIZE).decode("utf-8", "replace")

    def part(self, kind: str) -> str:
        """Return the `plain` or `html` part."""
        part = self.mail.get_body((kind,))
        return str(part.get_content()) if part is not None else ""


@dataclass(frozen=True)
class Filter:
    """Which mails are looked for. Empty means all; marks do not matter in `query`."""

    query: str = ""
    kind: str = ""
    person: str = ""


@dataclass(frozen=True)
class Found:
    """The mails that match, newest first, and how many there would be of each kind."""

    mails: list[Caught]
    kinds: Counter[str]

    @property
    def of_any_kind(self) -> int:
        """How many match without regard to their kind."""
        return self.kinds.total()


class Inbox:
    """The mails in a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self._known: dict[str, Caught] = {}
        self._ordered: list[Caught] = []
        self._lock = threading.Lock()
        self._number = 0

    def keep(self, data: bytes) -> None:
        """Store a mail; it appears whole or not at all."""
        with self._lock:
            self._number += 1
            stamp = f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{self._number:06d}"
        part = self.folder / f"{stamp}.part"
        # Links stand in it: nobody else on the machine need read them.
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(data)
        part.rename(part.with_suffix(".eml"))

    def mails(self, query: str = "") -> list[Caught]:
        """Return the mails that match `query` (name, address or subject), newest first."""
        return self.find(Filter(query)).mails

    def find(self, wanted: Filter) -> Found:
        """Return the mails that match."""
        words = search_key(wanted.query).split()
        of_any_kind = [
            one
            for one in self._all()
            if (not wanted.person or one.person == wanted.person)
            and all(word in one.search_text for word in words)
        ]
        mails = [one for one in of_any_kind if not wanted.kind or one.kind == wanted.kind]
        return Found(mails, Counter(one.kind for one in of_any_kind))

    def mail(self, name: str) -> Caught | None:
        """Return the mail called `name`."""
        return next((one for one in self._all() if one.name == name), None)

    def state(self) -> str:
        """Return a word that changes whenever a mail comes or goes."""
        names = [path.name for path in self.folder.glob("*.eml")]
        return f"{len(names)}-{max(names, default='').removesuffix('.eml')}"

    def _all(self) -> list[Caught]:
        """Return every mail, newest first. Only files that were not there before are read."""
        with self._lock:
            names = {path.name for path in self.folder.glob("*.eml")}
            if names != self._known.keys():
                known = {name: one for name, one in self._known.items() if name in names}
                for name in names - known.keys():
                    known[name] = read_head(self.folder / name)
                self._known = known
                order = sorted(known.values(), key=lambda one: (one.at, one.name), reverse=True)
                self._ordered = order
            return self._ordered


def by_day(mails: Iterable[Caught]) -> list[tuple[date, list[Caught]]]:
    """Return mails in groups of a day of the screen's zone, in the order they come."""
    return [(day, list(group)) for day, group in groupby(mails, key=lambda one: today(one.at))]


def read_head(path: Path) -> Caught:
    """Read the headers of a stored mail; what is broken in them is shown as it stands."""
    with path.open("rb") as file:
        lines = file.read(_HEAD_SIZE).replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    head = _parser.parsestr(lines.decode("utf-8", "replace"), headersonly=True)
    found = getaddresses([head["To"] or ""])
    name, address = found[0] if found else ("", "")
    address = address or "?"
    return Caught(
        path=path,
        at=_sent_at(head["Date"], path),
        to_name=_words(name) or address,
        to_address=address,
        subject=_words(head["Subject"] or ""),
        kind=(head["X-Survey-Message"] or "").strip(),
    )


def _sent_at(written: str | None, path: Path) -> datetime:
    try:
        moment = parsedate_to_datetime(written or "")
        # "-0000" says that the zone is not known; such a moment is told in UTC.
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
        if moment.year in _YEARS:
            return moment
    except (ValueError, OverflowError):
        pass
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _words(written: str) -> str:
    try:
        return tidy(str(make_header(decode_header(written))))
    except (ValueError, LookupError, HeaderParseError):
        return tidy(written)
