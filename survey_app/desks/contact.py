"""Whom visitors may call: the contact of the current campaign, looked up when a page prints it."""

import logging
import sys
from functools import cached_property

from sqlalchemy.exc import SQLAlchemyError

from survey_app.campaigns.queries import current_campaign
from survey_app.database import reading

log = logging.getLogger(__name__)


class CurrentContact:
    """Name and phone, false when there is none. Asks the database at most once, and only if asked.

    It stands on error pages too, so it never raises: a page without it is better than none.
    """

    @cached_property
    def _found(self) -> tuple[str | None, str | None]:
        if isinstance(sys.exc_info()[1], SQLAlchemyError):
            return None, None  # the page says that the database is in trouble: do not ask it again
        try:
            with reading() as session:
                campaign = current_campaign(session)
        except SQLAlchemyError:
            log.warning("no contact for this page: the database does not answer")
            return None, None
        return (campaign.contact_name, campaign.contact_phone) if campaign else (None, None)

    def __bool__(self) -> bool:
        return bool(self._found[0])

    @property
    def name(self) -> str | None:
        """Return whom to ask for."""
        return self._found[0]

    @property
    def phone(self) -> str | None:
        """Return the number, as it was typed."""
        return self._found[1]
