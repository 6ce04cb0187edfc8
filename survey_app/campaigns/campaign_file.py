"""Reading a campaign with its rounds from YAML. Pure: a text in, a checked document out."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from survey_app.campaigns.settings import CampaignSettings, RoundSettings, Slug, Words
from survey_app.campaigns.when import parse_iso
from survey_app.errors import Invalid, Problem
from survey_app.i18n import _
from survey_app.questions.formats.yaml_nodes import Loaded, load


def _moment(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return parse_iso(value)
    except Invalid as error:
        raise ValueError(error.message) from None


Moment = Annotated[datetime, BeforeValidator(_moment)]
NeededWords = Annotated[Words, Field(min_length=1, max_length=2000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RoundInFile(_Part):
    """One round of the campaign, as a draft."""

    slug: Slug
    title: NeededWords
    questions: Slug
    opens: Moment
    closes: Moment
    settings: RoundSettings = RoundSettings()


class CampaignInFile(_Part):
    """A campaign. Only what nobody can do without is required."""

    schema_number: Literal["1"] = Field(alias="schema")
    slug: Slug
    title: NeededWords
    tag: Annotated[Words, Field(min_length=1, max_length=30)]
    theme: Words = ""
    issuer: NeededWords
    plan_number: Words | None = None
    plan_date: date | None = None
    base_plan_number: Words | None = None
    base_plan_date: date | None = None
    base_plan_date_confirmed: bool = False
    basis: Words = ""
    anniversary_date: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    recipients: tuple[NeededWords, ...] = ()
    contact_name: Words | None = None
    contact_phone: Words | None = None
    retention_months: int = Field(default=12, ge=1, le=120)
    second_reader: bool = False
    settings: CampaignSettings = CampaignSettings()
    rounds: tuple[RoundInFile, ...] = ()

    def columns(self) -> dict[str, Any]:
        """Return the values of the campaign's columns."""
        values = self.model_dump(exclude={"schema_number", "rounds", "settings", "recipients"})
        return {
            **values,
            "settings": self.settings.plain(),
            "recipients": list(self.recipients),
        }


def read_campaign(text: str) -> CampaignInFile:
    """Read a campaign file.

    Raises:
        Invalid: it is no such file; `problems` names each mistake with its line.
    """
    loaded = load(text)
    if loaded.problems:
        raise Invalid(_("Tệp chiến dịch chưa đọc được."), problems=loaded.problems)
    try:
        return CampaignInFile.model_validate(loaded.data)
    except ValidationError as error:
        problems = [_problem(item, loaded) for item in error.errors()]
        raise Invalid(_("Tệp chiến dịch chưa đọc được."), problems=problems) from None


def _problem(item: Any, loaded: Loaded) -> Problem:
    path = tuple(item["loc"])
    name = ".".join(map(str, path))
    if item["type"] == "extra_forbidden":
        message = _("Không có mục nào tên là %(name)s.", name=name)
    elif item["type"] == "missing":
        message = _("Thiếu mục %(name)s.", name=name)
    else:
        message = _("Giá trị của %(name)s chưa đúng.", name=name)
    return Problem("bad_campaign_file", message, loaded.where(path))
