"""What an organiser changes about a person by hand: cell, kind, leaving.

Each is one unit of work with a reason that stays. Launched rounds do not follow by themselves: what
was frozen changes by the ledger only (`invitations.proposals` says what would follow).
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import audit, clock, formatting
from survey_app.accounts.models import User
from survey_app.audit.services import Actor
from survey_app.errors import Conflict, Invalid, NotFound, Problem
from survey_app.i18n import _
from survey_app.people.cells import cell_name_on
from survey_app.people.models import KINDS, Cell, Membership, Person, PersonChange
from survey_app.people.services import lock_roster
from survey_app.vietnamese import tidy

HOME_KIND: Final = {"party_member": "official", "non_member": "attached"}
LONGEST_REASON: Final = 200


def read_reason(text: str | None) -> str:
    """Return a reason, tidied.

    Raises:
        Invalid: there is none, or it is longer than 200 characters.
    """
    reason = tidy(text or "")
    if not reason:
        message = _("Xin ghi lý do, ví dụ số quyết định; sau này ai xem số liệu cũng hiểu.")
        raise Invalid(message, problems=[Problem("reason_missing", message, "reason")])
    if len(reason) > LONGEST_REASON:
        message = _("Lý do dài nhất %(n)s ký tự.", n=LONGEST_REASON)
        raise Invalid(message, problems=[Problem("reason_long", message, "reason")])
    return reason


def move_to_cell(
    session: Session, person_id: int, cell_id: int, day: date, *, reason: str, actor: Actor
) -> Person:
    """Let somebody belong to another cell from `day` on (not a day to come).

    Raises:
        Invalid: no reason, or a day to come, or one that lies before what is known.
        Conflict: they belong to that cell already, have left, or were merged.
        NotFound: there is no such person or cell.
    """
    why = read_reason(reason)
    person = locked_person(session, person_id)
    if session.get(Cell, cell_id) is None:
        raise NotFound(_("Không có chi bộ này."))
    _refuse_to_come(day)
    home = home_of(session, person)
    if home is not None and home.cell_id == cell_id:
        raise Conflict(_("%(name)s đang ở chi bộ này rồi.", name=person.full_name))
    before = cell_name_on(session, home.cell_id, day) if home else _("Chưa gắn chi bộ")
    _settle(session, person, [home] if home else [], cell_id, day)
    after = cell_name_on(session, cell_id, day)
    note_change(session, person, "moved", before, after, day, why, actor)
    audit.record(
        session,
        audit.Action.PERSON_MOVED,
        actor,
        ("person", person.id),
        from_cell_id=home.cell_id if home else None,
        to_cell_id=cell_id,
    )
    return person


def change_kind(
    session: Session,
    person_id: int,
    kind: str,
    *,
    probationary: bool,
    day: date,
    reason: str,
    actor: Actor,
) -> Person:
    """Let somebody be a member (full or probationary) or not, from `day` on: the same person.

    Who is admitted is official in the cell they were attached to, and the other way round.

    Raises:
        Invalid: an unknown kind, no reason, a day to come or before what is known.
        Conflict: they are that already, have left, or were merged.
    """
    why = read_reason(reason)
    if kind not in KINDS or (kind == "non_member" and probationary):
        raise Invalid(_("Xin chọn một trong các đối tượng."))
    person = locked_person(session, person_id)
    _refuse_to_come(day)
    if (person.kind, person.probationary) == (kind, probationary):
        raise Conflict(_("%(name)s đang là đối tượng này rồi.", name=person.full_name))
    home = home_of(session, person)
    before = kind_name(person.kind, person.probationary)
    was = person.kind
    person.kind, person.probationary = kind, probationary
    if was != kind and home is not None:
        _settle(session, person, [home], home.cell_id, day)
    note_change(
        session, person, "kind_changed", before, kind_name(kind, probationary), day, why, actor
    )
    audit.record(
        session,
        audit.Action.PERSON_KIND_CHANGED,
        actor,
        ("person", person.id),
        kind=kind,
        probationary=probationary,
    )
    return person


def leave(session: Session, person_id: int, day: date, *, reason: str, actor: Actor) -> Person:
    """Let somebody leave with `day` as their last: history stays, no mail goes to them any more.

    Raises:
        Invalid: no reason, a day to come, or one before they came.
        Conflict: they have left already, or were merged.
    """
    why = read_reason(reason)
    person = locked_person(session, person_id)
    _refuse_to_come(day)
    home = home_of(session, person)
    open_ones = open_stays(session, person.id)
    if any(stay.starts_on > day for stay in open_ones):
        first = max(stay.starts_on for stay in open_ones)
        raise _bad_day(
            _(
                "Theo danh sách, đến ngày %(day)s mới vào chi bộ hiện nay; ngày thôi phải từ hôm "
                "đó trở đi.",
                day=formatting.day(first),
            )
        )
    for stay in open_ones:
        stay.ends_on = day
    person.left_on = day
    before = cell_name_on(session, home.cell_id, day) if home else _("Chưa gắn chi bộ")
    note_change(session, person, "left", before, "", day, why, actor)
    audit.record(session, audit.Action.PERSON_LEFT, actor, ("person", person.id))
    return person


def kind_name(kind: str, probationary: bool) -> str:
    """What a kind of person is called."""
    if kind == "non_member":
        return _("quần chúng")
    return _("đảng viên dự bị") if probationary else _("đảng viên chính thức")


def home_of(session: Session, person: Person) -> Membership | None:
    """Return the open membership that says where a person counts."""
    stays = open_stays(session, person.id)
    return next((stay for stay in stays if stay.kind == HOME_KIND[person.kind]), None)


def changes_of(session: Session, person_id: int) -> Sequence[tuple[PersonChange, str | None]]:
    """Return what was changed by hand about a person, newest first, each with who did it."""
    found = session.execute(
        select(PersonChange, User.name)
        .outerjoin(User, User.id == PersonChange.entered_by)
        .where(PersonChange.person_id == person_id)
        .order_by(PersonChange.id.desc())
    )
    return [(change, name) for change, name in found]


def locked_person(session: Session, person_id: int) -> Person:
    """Return a person to change; one at a time, so that nobody is in two cells on one day.

    Raises:
        NotFound: there is none.
        Conflict: they have left, or were merged.
    """
    lock_roster(session)
    person = session.get(Person, person_id, populate_existing=True)
    if person is None:
        raise NotFound(_("Không tìm thấy người này trong danh sách."))
    if person.merged_into_id is not None:
        raise Conflict(_("Dòng này đã gộp vào dòng khác; xin sửa ở dòng được giữ."))
    if person.left_on is not None:
        raise Conflict(
            _(
                "%(name)s đã thôi sinh hoạt từ ngày %(day)s. Nếu đồng chí ấy trở lại, xin nhập lại "
                "danh sách có tên.",
                name=person.full_name,
                day=formatting.day(person.left_on),
            )
        )
    return person


def _settle(
    session: Session, person: Person, homes: Sequence[Membership], cell_id: int, day: date
) -> None:
    """End the present homes and begin the next one; a home begun that very day was a slip."""
    free = first_free_day(session, person.id, but={home.id for home in homes})
    latest = max([free, *(home.starts_on for home in homes)])
    if day < latest:
        raise _bad_day(
            _(
                "Ngày này trước mốc %(day)s đã ghi trong danh sách; mỗi ngày một người chỉ ở một "
                "chi bộ. Xin ghi từ ngày đó trở đi.",
                day=formatting.day(latest),
            )
        )
    for home in homes:
        if home.starts_on < day:
            home.ends_on = day - timedelta(days=1)
        else:
            session.delete(home)
    session.flush()
    session.add(
        Membership(person_id=person.id, cell_id=cell_id, kind=HOME_KIND[person.kind], starts_on=day)
    )
    session.flush()


def first_free_day(session: Session, person_id: int, but: set[int] | None = None) -> date:
    """Return the day after the last home that has ended."""
    ended = session.execute(
        select(Membership.id, Membership.ends_on).where(
            Membership.person_id == person_id,
            Membership.kind.in_(HOME_KIND.values()),
            Membership.ends_on.is_not(None),
        )
    )
    days = [day for row_id, day in ended if day is not None and row_id not in (but or ())]
    return max(days) + timedelta(days=1) if days else date.min


def open_stays(session: Session, person_id: int) -> Sequence[Membership]:
    """Return the memberships of a person that have not ended."""
    return session.scalars(
        select(Membership).where(Membership.person_id == person_id, Membership.ends_on.is_(None))
    ).all()


def _refuse_to_come(day: date) -> None:
    if day > formatting.today(clock.now()):
        raise _bad_day(
            _("Ngày này chưa tới. Xin ghi khi việc đã có hiệu lực; đến ngày đó hãy ghi.")
        )


def _bad_day(message: str) -> Invalid:
    return Invalid(message, problems=[Problem("bad_day", message, "day")])


def note_change(
    session: Session,
    person: Person,
    kind: str,
    before: str,
    after: str,
    day: date,
    reason: str,
    actor: Actor,
) -> None:
    """Keep what was changed about a person, for the history on their page."""
    now = clock.now()
    person.updated_at = now
    session.add(
        PersonChange(
            person_id=person.id,
            kind=kind,
            before=before,
            after=after,
            effective_on=day,
            reason=reason,
            entered_by=actor.actor_id,
            entered_at=now,
        )
    )
    session.flush()
