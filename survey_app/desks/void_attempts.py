"""People who began several times and never answered: their device or their link needs a look."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.campaigns.models import Round
from survey_app.invitations.models import Invitation
from survey_app.people.models import Person
from survey_app.quizzes.models import Attempt

MANY = 3


@dataclass(frozen=True)
class Stuck:
    """One person in a live round with `attempts` that ran out without any answer."""

    round_slug: str
    round_title: str
    public_id: str
    name: str
    attempts: int


def stuck_people(session: Session) -> list[Stuck]:
    """Return who has at least `MANY` void attempts in a live round and is not done."""
    attempts = func.count(Attempt.id)
    query = (
        select(Round.slug, Round.title, Person.public_id, Person.full_name, attempts)
        .join(Invitation, Invitation.id == Attempt.invitation_id)
        .join(Person, Person.id == Invitation.person_id)
        .join(Round, Round.id == Invitation.round_id)
        .where(
            Attempt.state == "void",
            Invitation.is_done.is_(False),
            Round.state.in_(("scheduled", "open")),
        )
        .group_by(Round.id, Person.id)
        .having(attempts >= MANY)
        .order_by(Round.id, attempts.desc(), Person.sort_name)
    )
    return [Stuck(*row) for row in session.execute(query)]
