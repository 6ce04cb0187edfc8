"""Results that leave as a file are logged."""

from sqlalchemy.orm import Session

from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.errors import Conflict
from survey_app.feedback.headline import headline
from survey_app.feedback.results import Results


def record_export(session: Session, found: Results, round_id: int, actor: Actor) -> None:
    """Log that the results of a form have left as a file.

    Raises:
        Conflict: there is nothing to be taken (yet).
    """
    if not found.is_told:
        raise Conflict(headline(found))
    record(session, Action.FEEDBACK_EXPORTED, actor, ("round", round_id), format="xlsx")
