"""The round an organiser's page is about, if its user organises that campaign."""

from sqlalchemy.orm import Session

from survey_app.accounts.doors import scope_in
from survey_app.accounts.scope import Scope
from survey_app.campaigns.models import Round
from survey_app.campaigns.queries import round_by_slug

ORGANISERS = ("organiser", "administrator")


def organised_round(session: Session, slug: str) -> Round:
    """Return the round of this slug.

    Raises:
        NotFound: there is none.
        NotAllowed: the signed-in user organises other campaigns only.
    """
    round_ = round_by_slug(session, slug)
    organisers_scope(round_)
    return round_


def organisers_scope(round_: Round) -> Scope:
    """Return the cells the signed-in user organises in the campaign of `round_`."""
    return scope_in(round_.campaign_id, *ORGANISERS)
