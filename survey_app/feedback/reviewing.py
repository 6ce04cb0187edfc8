"""Reading free texts over before anybody else sees them: show, withhold, or show in other words.

What may give somebody away is marked by a function that is handed in: names are known elsewhere.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from survey_app.audit import Action, record
from survey_app.audit.services import Actor
from survey_app.campaigns.models import Round
from survey_app.errors import Invalid, Problem
from survey_app.feedback.flagging import Flag, blanked, pieces
from survey_app.feedback.models import CountedText
from survey_app.i18n import _
from survey_app.questions.fields import clean_text

PAGE: Final = 50
LONGEST_SHOWN: Final = 2500
Flagger = Callable[[str], tuple[Flag, ...]]
Choice = Literal["show", "change", "withhold"]
CHOICES: Final[tuple[Choice, ...]] = get_args(Choice)


@dataclass(frozen=True)
class TextLine:
    """One text on the page of those who read over, and what was decided about it so far.

    `pieces`: the text cut at what is marked; `offered`: words to show instead; `choice`: None while
    nobody has decided.
    """

    key: str
    text: str
    choice: Choice | None
    offered: str
    pieces: tuple[tuple[str, str | None], ...]

    @property
    def is_marked(self) -> bool:
        """Whether there is something to look at."""
        return any(kind for _piece, kind in self.pieces)


@dataclass(frozen=True)
class Tally:
    """How far the texts of an item are read over."""

    new: int = 0
    shown: int = 0
    withheld: int = 0

    @property
    def total(self) -> int:
        """All texts of the item."""
        return self.new + self.shown + self.withheld


@dataclass(frozen=True)
class Decision:
    """What somebody chose for one text; `words` count for "change" only."""

    choice: Choice
    words: str = ""


def tallies(session: Session, round_id: int) -> dict[str, Tally]:
    """Return item -> how far its texts are read over."""
    rows = session.execute(
        select(CountedText.item, CountedText.state, func.count())
        .where(CountedText.round_id == round_id)
        .group_by(CountedText.item, CountedText.state)
    )
    found: dict[str, dict[str, int]] = {}
    for item, state, number in rows:
        found.setdefault(item, {})[state] = number
    return {item: Tally(**numbers) for item, numbers in found.items()}


def waiting(session: Session) -> list[tuple[Round, int]]:
    """Return the counted forms with texts that nobody has read over, and how many; oldest first."""
    query = (
        select(Round, func.count())
        .join(CountedText, CountedText.round_id == Round.id)
        .where(CountedText.state == "new")
        .group_by(Round.id)
        .order_by(Round.id)
    )
    return [(round_, number) for round_, number in session.execute(query)]


def page_of(
    session: Session, round_id: int, item: str, flags: Flagger, *, page: int, waiting_only: bool
) -> list[TextLine]:
    """Return one page of an item's texts in the order of their random keys."""
    query = _of(round_id, item)
    if waiting_only:
        query = query.where(CountedText.state == "new")
    rows = session.scalars(query.offset((page - 1) * PAGE).limit(PAGE)).all()
    return [_line(row, flags(row.text)) for row in rows]


def clean_count(session: Session, round_id: int, item: str, flags: Flagger) -> int:
    """Return how many texts of an item wait and have nothing marked in them."""
    return sum(1 for row in _waiting(session, round_id, item) if not flags(row.text))


def decide(
    session: Session, round_id: int, decisions: Mapping[str, Decision], actor: Actor
) -> Counter[str]:
    """Keep what somebody decided about texts, by their keys; return how many of each choice.

    Raises:
        Invalid: a text is to be shown in other words, and there are none or too many.
    """
    rows = session.scalars(
        select(CountedText).where(
            CountedText.round_id == round_id, CountedText.key.in_(decisions.keys())
        )
    ).all()
    problems = [problem for row in rows for problem in _problems(row.key, decisions[row.key])]
    if problems:
        raise Invalid(_("Có chữ chưa lưu được. Chưa có gì thay đổi."), problems=problems)
    done: Counter[str] = Counter()
    for row in rows:
        if _apply(row, decisions[row.key]):
            done[decisions[row.key].choice] += 1
    _note(session, round_id, actor, done)
    return done


def show_clean(session: Session, round_id: int, item: str, flags: Flagger, actor: Actor) -> int:
    """Show every text of an item that waits and has nothing marked; return how many."""
    done: Counter[str] = Counter()
    for row in _waiting(session, round_id, item):
        if not flags(row.text):
            row.state, row.shown = "shown", row.text
            done["show"] += 1
    _note(session, round_id, actor, done)
    return done["show"]


def _of(round_id: int, item: str) -> Select[CountedText]:
    return (
        select(CountedText)
        .where(CountedText.round_id == round_id, CountedText.item == item)
        .order_by(CountedText.key)
    )


def _waiting(session: Session, round_id: int, item: str) -> Iterable[CountedText]:
    return session.scalars(_of(round_id, item).where(CountedText.state == "new"))


def _line(row: CountedText, flags: tuple[Flag, ...]) -> TextLine:
    choice: Choice | None = None
    if row.state == "withheld":
        choice = "withhold"
    elif row.state == "shown":
        choice = "show" if row.shown == row.text else "change"
    offered = row.shown if choice == "change" and row.shown else blanked(row.text, flags)
    return TextLine(row.key, row.text, choice, offered, tuple(pieces(row.text, flags)))


def _problems(key: str, decision: Decision) -> Iterable[Problem]:
    if decision.choice != "change":
        return
    words = clean_text(decision.words)
    if not words:
        yield Problem("no_words", _("Xin ghi lời sẽ hiện, hoặc chọn không hiện."), key)
    elif len(words) > LONGEST_SHOWN:
        message = _("Lời sẽ hiện dài quá %(n)s chữ cái.", n=LONGEST_SHOWN)
        yield Problem("long_words", message, key)


def _apply(row: CountedText, decision: Decision) -> bool:
    """Set what others may read of a text; whether that is anything new."""
    shown: str | None = None
    if decision.choice != "withhold":
        shown = row.text if decision.choice == "show" else clean_text(decision.words)
    state = "withheld" if shown is None else "shown"
    if (row.state, row.shown) == (state, shown):
        return False
    row.state, row.shown = state, shown
    return True


def _note(session: Session, round_id: int, actor: Actor, done: Counter[str]) -> None:
    """Log how many texts were decided about: numbers, never which or what."""
    if done:
        record(
            session,
            Action.FEEDBACK_TEXTS_REVIEWED,
            actor,
            ("round", round_id),
            shown=done["show"],
            changed=done["change"],
            withheld=done["withhold"],
        )
