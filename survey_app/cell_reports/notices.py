"""Who is told that a report is wanted: one mail for each secretary and occasion."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from survey_app.campaigns.models import Round
from survey_app.cell_reports.duties import secretaries_of
from survey_app.mailing.outbox import Item, enqueue_many

NOTICE: Final = "notice"


def tell_secretaries(
    session: Session, round_: Round, cell_ids: Sequence[int], leave: datetime, again: str = ""
) -> int:
    """Queue one mail for each secretary of these cells; return how many were new.

    `again` names a later occasion of the same period, such as a report that was opened again.
    """
    known = secretaries_of(session, round_.campaign_id, cell_ids)
    users = {user.id for found in known.values() for user in found}
    return enqueue_many(
        session,
        [
            Item(
                kind=NOTICE,
                recipient=("user", user_id),
                subject=("round", round_.id),
                dedupe_key=":".join(filter(None, ("duty", str(round_.id), str(user_id), again))),
                not_before=leave,
            )
            for user_id in sorted(users)
        ],
    )
