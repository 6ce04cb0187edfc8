"""How the sample's people answer: through the same services as anyone's browser."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.questions import library
from survey_app.quizzes import queries, services
from survey_app.quizzes.queries import Try
from survey_app.quizzes.saving import Write
from survey_app.quizzes.services import Saved

_WRITER = "sample"


@dataclass(frozen=True)
class Answering:
    """One person in one round: whose link, how well they know it, and their own dice."""

    public_id: str
    skill: float
    dice: Random

    def begin(self, session: Session) -> str:
        """Say "that is me" and take the paper."""
        entry = queries.entry(session, self.public_id, lock=True)
        assert entry is not None
        tries = queries.tries(session, entry.invitation_id)
        return services.begin(session, entry, tries, now=clock.now())

    def save(self, session: Session, attempt_id: str, *, first: float, last: float) -> Saved:
        """Choose the questions that lie between two shares of the paper; the page saves them."""
        attempt, entry = _found(session, attempt_id)
        lines = attempt.paper[round(first * len(attempt.paper)) : round(last * len(attempt.paper))]
        write = Write(
            values={str(name): self._choice(session, attempt, str(name), o) for name, o in lines},
            writer=_WRITER,
            sequence=attempt.revision + 1,
            seen_revision=attempt.revision,
        )
        return services.save(session, attempt, entry, write, received=clock.now())

    def hand_in(self, session: Session, attempt_id: str) -> None:
        """Press the last button."""
        attempt, entry = _found(session, attempt_id)
        write = Write(values={}, writer=_WRITER, sequence=attempt.revision + 1)
        services.submit(session, attempt, entry, write, received=clock.now())

    def _choice(
        self, session: Session, attempt: Try, question_id: str, order: Sequence[str]
    ) -> list[str]:
        document = library.approved(session, attempt.version_id).document
        question = next(one for one in document.questions if one.id == question_id)
        if self.dice.random() < self.skill:
            return list(question.key)
        wrong = [choice for choice in order if choice not in question.key]
        return [self.dice.choice(wrong or list(order))]


def _found(session: Session, attempt_id: str) -> tuple[Try, queries.Entry]:
    found = queries.attempt(session, attempt_id, lock=True)
    assert found is not None
    return found
