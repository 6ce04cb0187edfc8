"""What a round and a campaign may be told, each as one validated document. Pure.

The document of a round is frozen when the round is launched. Unknown fields are refused, so that a
misspelt setting never passes in silence.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal, Self, TypeVar, get_args

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from survey_app.errors import Invalid, Problem
from survey_app.i18n import _
from survey_app.keeping import Shelf
from survey_app.vietnamese import nfc

SCHEMA_NUMBER = 1
PersonKind = Literal["party_member", "non_member"]
PERSON_KINDS: tuple[PersonKind, ...] = get_args(PersonKind)
ShowScore = Literal["at_once", "after_close"]
ShowKey = Literal["at_once", "after_close", "never"]

_HYPHENATED = r"^[a-z0-9]+(?:-[a-z0-9]+)*$"
Slug = Annotated[str, StringConstraints(pattern=_HYPHENATED, max_length=80)]
# Older imports made cells with longer slugs than are made today; they can be chosen all the same.
CellSlug = Annotated[str, StringConstraints(pattern=_HYPHENATED, max_length=200)]
Words = Annotated[str, AfterValidator(lambda text: nfc(text).strip())]


Unlimited = BeforeValidator(lambda value: None if value == "none" else value)


class _Settings(BaseModel):
    """Base of both documents: frozen, nothing unknown."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    def plain(self) -> dict[str, Any]:
        """Return the document as a JSON column stores it."""
        return self.model_dump(mode="json", by_alias=True)


class RoundSettings(_Settings):
    """How a round runs. `None` for a number (in files: none) means: no such limit."""

    schema_number: Literal[1] = Field(default=1, alias="schema")
    cells: Literal["all"] | tuple[CellSlug, ...] = "all"
    kinds: tuple[PersonKind, ...] = PERSON_KINDS
    attempts_allowed: Annotated[int | None, Unlimited] = Field(default=1, ge=1, le=100)
    time_limit_minutes: Annotated[int | None, Unlimited] = Field(default=30, ge=1, le=600)
    grace_seconds: int = Field(default=0, ge=0, le=3600)
    questions_drawn: int | None = Field(default=None, ge=1, le=500)
    shuffle_questions: bool = True
    shuffle_choices: bool = True
    show_score: ShowScore = "at_once"
    show_key: ShowKey = "after_close"
    opens_at_launch: bool = False
    mails_leave_at: AwareDatetime | None = None
    intro: Annotated[Words, Field(max_length=2000)] = ""
    pass_mark: int | None = Field(default=None, ge=1, le=100, description="per cent")
    objection_days: int = Field(default=3, ge=0, le=60)
    small_group: int = Field(default=5, ge=5, le=50, description="answers, of forms")
    group_floor: int = Field(default=10, ge=10, le=200, description="people, of forms")

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if not self.kinds or len(set(self.kinds)) != len(self.kinds):
            raise ValueError("kinds: one or both of party_member and non_member")
        if self.cells != "all" and (not self.cells or len(set(self.cells)) != len(self.cells)):
            raise ValueError("cells: all, or each cell once")
        return self

    def mails_start(self, now: datetime) -> datetime:
        """Return when invitations may leave: the chosen hour, else at once."""
        return max(now, self.mails_leave_at.astimezone(UTC)) if self.mails_leave_at else now


class CampaignSettings(_Settings):
    """What a campaign says beyond its columns. What nobody has said yet stays empty."""

    schema_number: Literal[1] = Field(default=1, alias="schema")
    base_plan_note: Words = ""
    report_due_on: date | None = None
    outstanding_target: int | None = Field(default=None, ge=0)
    outstanding_target_scope: Literal["whole", "each_cell"] = "whole"
    participation_target: int | None = Field(default=None, ge=1, le=100, description="per cent")
    weekly_digest: bool = True
    superior_name: Words = ""  # the masthead's upper line, as it is to be printed
    document_place: Words = ""
    document_symbol: Words = ""
    signing_authority: Words = ""
    signer_role: Words = ""
    signer_name: Words = ""
    document_style: Slug = "vptw36-2018"
    reviewer_notes: tuple[Words, ...] = ()
    open_points: tuple[Words, ...] = ()


_T = TypeVar("_T", bound=_Settings)
_kept: Shelf[str, RoundSettings] = Shelf(500)


def round_settings(document: dict[str, Any]) -> RoundSettings:
    """Read a round's document.

    Raises:
        Invalid: an unknown name or a value that breaks its rule; `problems` names each.
    """
    return _read(RoundSettings, document)


def kept_settings(document: dict[str, Any]) -> RoundSettings:
    """Return the same as `round_settings`, read once in a process (50 µs).

    For what happens for each member: documents are frozen at launch, so there are as many of them
    as rounds.

    Raises:
        Invalid: as `round_settings`.
    """
    return _kept.get(str(document), lambda: round_settings(document))


def campaign_settings(document: dict[str, Any]) -> CampaignSettings:
    """Read a campaign's document.

    Raises:
        Invalid: an unknown name or a value that breaks its rule; `problems` names each.
    """
    return _read(CampaignSettings, document)


def _read(model: type[_T], document: dict[str, Any]) -> _T:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise Invalid(_("Cài đặt chưa dùng được."), problems=_problems(error)) from None


def _problems(error: ValidationError) -> list[Problem]:
    problems: dict[str, Problem] = {}
    for item in error.errors():
        name = str(item["loc"][0]) if item["loc"] else "settings"
        if item["type"] == "extra_forbidden":
            message = _("Không có cài đặt nào tên là %(name)s.", name=name)
        else:
            message = _("Giá trị của %(name)s chưa đúng.", name=name)
        problems.setdefault(name, Problem(f"bad_{name}", message, name))
    return list(problems.values())
