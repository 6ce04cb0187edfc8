"""The figures of a campaign at one moment, as a snapshot keeps them. Pure.

Totals and names of cells only: no person is named, and of forms there is nothing but what may be
told to anybody. A figure that nobody has given is `None` and is printed as "chưa báo cáo", never 0.
All that is issued (page, mail, Word, Excel) is made of this alone, and comes out the same again.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

SCHEMA_NUMBER = 1
PersonKind = Literal["party_member", "non_member"]
# The kinds of activity of plan 422, section III, in its order; then what the plan adds elsewhere.
ActivityKind = Literal[
    "exchange",
    "seminar",
    "meeting",
    "cell_meeting",
    "mass_organisation",
    "culture_sport",
    "emulation",
    "other",
]
ReportState = Literal["on_time", "late", "missing", "not_due", "not_asked"]


class _Part(BaseModel):
    """Base of all parts: frozen, nothing unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class CampaignFacts(_Part):
    """What the report says of the campaign, as it stood at the moment of the snapshot."""

    slug: str
    title: str
    issuer: str
    theme: str
    plan_number: str | None
    plan_date: date | None
    base_plan_number: str | None
    base_plan_date: date | None  # only when somebody has confirmed it
    basis: str
    anniversary_date: date | None
    starts_on: date | None
    ends_on: date | None
    report_due_on: date | None
    recipients: tuple[str, ...]
    superior_name: str
    document_place: str
    document_symbol: str
    signing_authority: str
    signer_role: str
    signer_name: str
    contact_name: str


class CellFacts(_Part):
    """One cell, in the committee's order, under the name it has on the day of the snapshot.

    `id` is `None` and `name` empty for the people of no cell; the numbers are those of the roster.
    """

    id: int | None
    name: str
    group_name: str | None
    members: int
    non_members: int


class CellCount(_Part):
    """One cell and kind of person in one quiz round: its five states, and attempts apart.

    `at_launch` is how many were invited when the roster was frozen; the ledger explains the rest:
    invited = at_launch + joined + moved_in − moved_out.
    """

    cell_id: int | None
    kind: PersonKind
    invited: int
    done: int
    started: int
    exempt: int
    undeliverable: int
    attempts: int
    mailed: int
    at_launch: int
    joined: int
    moved_in: int
    moved_out: int

    @property
    def not_started(self) -> int:
        """Who is left, so that the five states always add up."""
        return self.invited - self.done - self.started - self.exempt - self.undeliverable

    @property
    def base(self) -> int:
        """What a rate is divided by: the invited without the exempt."""
        return self.invited - self.exempt


class ScoreBand(_Part):
    """How many people have from `low` to `high` right answers; 0 or at least k of them."""

    low: int
    high: int
    people: int


class QuizRound(_Part):
    """One launched round of a quiz."""

    id: int
    slug: str
    title: str
    state: str
    opens_at: datetime
    closes_at: datetime
    cells: tuple[CellCount, ...]
    questions: int | None = None
    score_bands: tuple[ScoreBand, ...] = ()  # after the round is finalised, of everybody together
    corrected_at: datetime | None = None  # the last entry of the ledger after the closing


class FormGroup(_Part):
    """One group of cells of a counted form; `sent` is `None` where it is not told."""

    cell_ids: tuple[int | None, ...]
    names: tuple[str, ...]
    invited: int
    sent: int | None


class FormRound(_Part):
    """The turnout of one form as anybody may know it; `at_least`: rounded down while it is open.

    `small_group` is the fewest forms that are told; `is_lost`: its ballots can never be opened.
    `papers` of the total are paper ones, of no group.
    """

    id: int
    slug: str
    title: str
    state: str
    opens_at: datetime
    closes_at: datetime
    invited: int
    sent: int | None
    at_least: bool
    is_counted: bool
    papers: int | None
    small_group: int = 5
    is_lost: bool = False
    groups: tuple[FormGroup, ...] = ()


class Activity(_Part):
    """Activities of one kind; either number may be missing."""

    kind: ActivityKind
    events: int | None
    people: int | None


class CellReturn(_Part):
    """What one cell has reported, over all periods so far; `None`: not reported.

    Of each period the newest submitted revision counts. Activities, items and candidates are
    summed; how the plan was rolled out and its date are those of the first period that tells.
    `state` is the worst of what is due: a period that was missed makes it `missing`.
    `revisions` names the revisions that count: (round slug, revision number, source).
    """

    cell_id: int
    state: ReportState
    rolled_out_on: date | None = None
    rolled_out_people: int | None = None
    activities: tuple[Activity, ...] = ()
    online_items: int | None = None
    visual_publicity: bool | None = None
    candidates: int | None = None
    good_examples: bool | None = None  # whether it tells of any; the words stay in the report
    revisions: tuple[tuple[str, int, str], ...] = ()


class CellSessions(_Part):
    """Study sessions of one cell with their attendance; no row means none was recorded."""

    cell_id: int
    sessions: int
    expected: int
    present: int
    excused: int
    absent: int
    on_duty: int
    reflections: int


class CellRecognitions(_Part):
    """Proposals for recognition of one cell by state."""

    cell_id: int
    proposed: int
    supported: int
    commended: int
    declined: int


class Period(_Part):
    """One round of cell reports; `silent` are the cells that owe one and have sent none."""

    id: int
    slug: str
    title: str
    state: str
    opens_at: datetime
    closes_at: datetime
    due: int  # how many cells owe a report
    on_time: int
    late: int
    silent: tuple[int, ...] = ()


class Targets(_Part):
    """What was to be reached; every one but the plan's own is a setting, and may be unset."""

    candidates: int | None
    candidates_scope: Literal["whole", "each_cell"]
    participation_percent: int | None


class Figures(_Part):
    """Everything. Rows of cells stand in the committee's order."""

    schema_number: Literal[1] = 1
    as_of: datetime
    campaign: CampaignFacts
    cells: tuple[CellFacts, ...]
    quizzes: tuple[QuizRound, ...] = ()
    forms: tuple[FormRound, ...] = ()
    periods: tuple[Period, ...] = ()
    returns: tuple[CellReturn, ...] = ()
    sessions: tuple[CellSessions, ...] = ()
    recognitions: tuple[CellRecognitions, ...] = ()
    targets: Targets

    def within(self, cells: frozenset[int] | None) -> "Figures":
        """Return the figures of these cells (`None`: all); of forms also the whole."""
        if cells is None:
            return self
        quizzes = tuple(
            one.model_copy(update={"cells": _of(one.cells, cells), "score_bands": ()})
            for one in self.quizzes
        )
        forms = tuple(
            one.model_copy(
                update={"groups": tuple(g for g in one.groups if cells.intersection(g.cell_ids))}
            )
            for one in self.forms
        )
        rows = {
            name: _of(getattr(self, name), cells)
            for name in ("returns", "sessions", "recognitions")
        }
        facts = tuple(cell for cell in self.cells if cell.id in cells)
        return self.model_copy(update={"cells": facts, "quizzes": quizzes, "forms": forms, **rows})

    def plain(self) -> dict[str, Any]:
        """Return the document as a JSON column stores it."""
        return self.model_dump(mode="json")

    def checksum(self) -> str:
        """Return the SHA-256 of the canonical JSON, 64 hex digits."""
        return checksum_of(self.plain())


def _of(rows: Iterable[Any], cells: frozenset[int]) -> tuple[Any, ...]:
    return tuple(row for row in rows if row.cell_id in cells)


def checksum_of(document: dict[str, Any]) -> str:
    """Return the SHA-256 of a stored document as canonical JSON, 64 hex digits.

    Of the stored words, not of what is read from them: a later version may read more of them.
    """
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def total(values: Iterable[int | None]) -> int | None:
    """Return the sum of what was reported; `None` when nothing was."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None
