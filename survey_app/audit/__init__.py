"""Who did what, when: enumerated actions with declared details. Ids, never names."""

from survey_app.audit.actions import Action
from survey_app.audit.services import record

__all__ = ["Action", "record"]
