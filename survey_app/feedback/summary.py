"""From what was counted to what may be told: the one way out for the answers of a form.

Pages, charts, sheets, print, commands and reports get `results` and nothing else; nobody but this
module and the counting itself reads counted answers. It knows no people.
"""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.campaigns.models import Round
from survey_app.campaigns.settings import kept_settings
from survey_app.errors import NotFound
from survey_app.extensions import current_settings
from survey_app.feedback import disclosure
from survey_app.feedback.bands import bands_of
from survey_app.feedback.counting import ANSWERED
from survey_app.feedback.disclosure import Counts, Published, Sent, Table, Turnout
from survey_app.feedback.group_tree import tree_of_round
from survey_app.feedback.grouping import PAPER
from survey_app.feedback.items import Item, items_of
from survey_app.feedback.models import COUNTED, BallotGroup, CountedAnswer, CountedText, Urn
from survey_app.feedback.results import GroupSent, ItemResult, Results, State
from survey_app.feedback.tables import Kind
from survey_app.feedback.telling import (
    Scale,
    bare_result,
    changes_of,
    item_result,
    told_in_order,
)
from survey_app.feedback.wording import Words
from survey_app.i18n import _, current_locale
from survey_app.keeping import Shelf
from survey_app.questions import library
from survey_app.questions.schema import QuestionDocument

_FINGERPRINT_DIGITS: Final = 12

Told = dict[str, tuple[Scale, Published]]


@dataclass(frozen=True)
class _Disclosed:
    """What one counted round may tell, without words: it never changes again."""

    turnout: Turnout
    items: Told


_kept: Shelf[tuple[str, int, str], _Disclosed] = Shelf(32)


def results(session: Session, round_id: int) -> Results:
    """Return all that may be told of a form, in the reader's language.

    Raises:
        NotFound: the round is no form, or was never launched.
    """
    round_ = session.get_one(Round, round_id)
    urn = session.get(Urn, round_id)
    if round_.kind != "feedback" or urn is None or urn.state in ("ready", "discarded"):
        raise NotFound(_("Vòng này không phải phiếu góp ý đã phát động nên không có kết quả."))
    empty = Results(round_.slug, round_.title, _state(urn), round_.closes_at, urn.small_group or 0)
    if empty.state != "counted":
        return empty
    words = Words(_document(session, round_), current_locale())
    disclosed, names = _disclosed(session, round_, urn), _names(session, round_id)
    turnout = disclosed.turnout
    found = replace(empty, counted_at=round_.finalised_at, fingerprint=_fingerprint(urn))
    if not isinstance(turnout.whole, Sent):
        return found
    earlier = _earlier(session, round_, disclosed)
    items = _told_items(disclosed, words, names, earlier)
    return replace(
        found,
        sent=turnout.whole.count,
        invited=urn.invited,
        members_only=kept_settings(round_.settings).kinds == ("party_member",),
        groups=tuple(
            GroupSent(names[key], told.count, None if key == PAPER else told.eligible)
            for key, told in told_in_order(turnout.groups)
            if isinstance(told, Sent)
        ),
        hidden=tuple(
            names[key]
            for key, told in sorted(turnout.groups.items())
            if key != PAPER and not isinstance(told, Sent)
        ),
        items=_with_texts(session, round_id, words, items),
        earlier=earlier[0] if earlier and any(item.changes for item in items.values()) else "",
    )


def _state(urn: Urn) -> State:
    if urn.state == "lost":
        return "lost"
    return "counted" if urn.state in COUNTED else "waiting"


def _document(session: Session, round_: Round) -> QuestionDocument:
    assert round_.version_id is not None  # it is launched
    return library.approved(session, round_.version_id).document


def _fingerprint(urn: Urn) -> str:
    """Return the first digits of what was counted, under a key of this installation.

    The bare digest would let anybody try out hidden figures until it fits.
    """
    key = current_settings().link_key
    mark = hmac.digest(key, b"count of a form\0" + (urn.digest or "").encode(), hashlib.sha256)
    return mark.hex()[:_FINGERPRINT_DIGITS]


def _names(session: Session, round_id: int) -> dict[int, str]:
    rows = session.execute(
        select(BallotGroup.number, BallotGroup.names).where(BallotGroup.round_id == round_id)
    )
    return {
        number: _("Phiếu giấy") if number == PAPER else " + ".join(names) for number, names in rows
    }


def _disclosed(session: Session, round_: Round, urn: Urn) -> _Disclosed:
    """Return what the disclosure function lets out, worked out once in a process."""
    place = str(session.get_bind().engine.url)
    key = (place, round_.id, f"{urn.digest}:{urn.small_group}")
    return _kept.get(key, lambda: _disclose(session, round_, urn))


def _disclose(session: Session, round_: Round, urn: Urn) -> _Disclosed:
    units = tree_of_round(session, round_.id)
    least = urn.small_group or 0
    counted = _counted(session, round_.id)
    told: Told = {}
    for item in items_of(_document(session, round_)):
        if item.kind != "text":
            scale, table = _table(item, counted.get(item.key, {}))
            told[item.key] = (scale, disclosure.publish(units, table, least))
    return _Disclosed(disclosure.turnout(units, least), told)


def _counted(session: Session, round_id: int) -> dict[str, dict[int, dict[str, int]]]:
    """Return item -> group -> value -> ballots."""
    found: dict[str, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    rows = session.execute(
        select(
            CountedAnswer.item,
            CountedAnswer.group_number,
            CountedAnswer.value,
            CountedAnswer.ballots,
        ).where(CountedAnswer.round_id == round_id)
    )
    for item, group, value, ballots in rows:
        found[item][group][value] = ballots
    return found


def _table(item: Item, counted: Mapping[int, Mapping[str, int]]) -> tuple[Scale, Table]:
    scale = Scale(item)
    if item.kind == "number":
        numbers: dict[Decimal, int] = defaultdict(int)
        for values in counted.values():
            for value, ballots in values.items():
                if value != ANSWERED:
                    numbers[Decimal(value)] += ballots
        scale = Scale(item, bands_of(item.question.range, numbers))
    counts = {
        group: Counts(_by_level(scale, values), values.get(ANSWERED, 0))
        for group, values in counted.items()
    }
    no_opinion = scale.no_opinion.id if scale.no_opinion else None
    return scale, Table(item.key, cast(Kind, item.kind), scale.ids, no_opinion, counts)


def _by_level(scale: Scale, values: Mapping[str, int]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for value, ballots in values.items():
        if value != ANSWERED:
            found[_level(scale, value)] += ballots
    return found


def _level(scale: Scale, value: str) -> str:
    if not scale.bands:
        return value
    return next(band.id for band in scale.bands if band.holds(Decimal(value)))


def _earlier(
    session: Session, round_: Round, disclosed: _Disclosed
) -> tuple[str, Told, Mapping[int, str]] | None:
    """Return the last counted form of the campaign before this one that asks any of the same."""
    rows = session.execute(
        select(Round, Urn)
        .join(Urn, Urn.round_id == Round.id)
        .where(
            Round.campaign_id == round_.campaign_id,
            Round.closes_at < round_.closes_at,
            Urn.state.in_(COUNTED),
        )
        .order_by(Round.closes_at.desc(), Round.id.desc())
    )
    for before, urn in rows:
        items = {item.key for item in items_of(_document(session, before))}
        if items & disclosed.items.keys():
            told = _disclosed(session, before, urn)
            return before.title, told.items, _names(session, before.id)
    return None


def _told_items(
    disclosed: _Disclosed,
    words: Words,
    names: Mapping[int, str],
    earlier: tuple[str, Told, Mapping[int, str]] | None,
) -> dict[str, ItemResult]:
    items = {}
    for key, (scale, published) in disclosed.items.items():
        found = item_result(scale, published, words, names)
        if earlier and key in earlier[1]:
            before = (*earlier[1][key], earlier[2])
            changes = changes_of(before, (scale, published, names), words)
            found = replace(found, changes=changes)
        items[key] = found
    return items


def _with_texts(
    session: Session, round_id: int, words: Words, counted: Mapping[str, ItemResult]
) -> tuple[ItemResult, ...]:
    """Return all items in the form's order, with the texts that were read over."""
    shown: dict[str, list[str]] = defaultdict(list)
    unread: dict[str, int] = defaultdict(int)
    rows = session.execute(
        select(CountedText.item, CountedText.state, CountedText.shown)
        .where(CountedText.round_id == round_id)
        .order_by(CountedText.key)
    )
    for item, state, text in rows:
        unread[item] += state == "new"
        if state == "shown" and text:
            shown[item].append(text)
    return tuple(
        counted.get(item.key)
        or replace(bare_result(item, words), texts=tuple(shown[item.key]), unread=unread[item.key])
        for item in items_of(words.document)
    )
