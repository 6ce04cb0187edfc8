"""Two entries of the roster that are one person."""

from datetime import timedelta
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from survey_app import audit, clock, formatting
from survey_app.accounts.models import User
from survey_app.audit.services import Actor
from survey_app.errors import Invalid
from survey_app.i18n import _
from survey_app.people.changes import (
    HOME_KIND,
    first_free_day,
    home_of,
    locked_person,
    note_change,
    open_stays,
    read_reason,
)
from survey_app.people.models import Membership, Person

# What a person kept takes over from the other entry where nothing is known of it.
_TAKEN_OVER: Final = ("birth_date", "birth_year", "position", "unit", "phone", "form_of_address")


def merge_people(
    session: Session, kept_id: int, other_id: int, *, reason: str, actor: Actor
) -> Person:
    """Say that two entries of the roster are one person; return the one kept.

    It takes over what is known of the other only. The other's history stays where it is; what they
    were invited to is settled by `invitations.merging`.

    Raises:
        Invalid: no reason, or twice the same entry.
        Conflict: one of them has left or was merged before.
    """
    why = read_reason(reason)
    if kept_id == other_id:
        raise Invalid(_("Đây là cùng một dòng trong danh sách. Xin chọn dòng kia."))
    kept, other = locked_person(session, kept_id), locked_person(session, other_id)
    today = formatting.today(clock.now())
    _take_over(session, kept, other)
    if home_of(session, kept) is None and (home := home_of(session, other)) is not None:
        session.add(
            Membership(
                person_id=kept.id,
                cell_id=home.cell_id,
                kind=HOME_KIND[kept.kind],
                starts_on=max(home.starts_on, first_free_day(session, kept.id)),
            )
        )
    for stay in open_stays(session, other.id):
        stay.ends_on = max(stay.starts_on, today - timedelta(days=1))
    other.merged_into_id = kept.id
    session.execute(
        update(Person).where(Person.merged_into_id == other.id).values(merged_into_id=kept.id)
    )
    session.execute(update(User).where(User.person_id == other.id).values(person_id=kept.id))
    note_change(session, kept, "merged", other.full_name, kept.full_name, today, why, actor)
    audit.record(session, audit.Action.PERSON_MERGED, actor, ("person", other.id), into=kept.id)
    return kept


def _take_over(session: Session, kept: Person, other: Person) -> None:
    for name in _TAKEN_OVER:
        if getattr(kept, name) is None:
            setattr(kept, name, getattr(other, name))
    if kept.address_state != "ok" and other.address_state == "ok":
        kept.email, kept.address_state = other.email, "ok"
    if kept.member_code is None and other.member_code is not None:
        code, other.member_code = other.member_code, None
        session.flush()  # nobody else may hold a code
        kept.member_code = code
    kept.wants_reminders = kept.wants_reminders and other.wants_reminders
    kept.updated_at = other.updated_at = clock.now()
    session.flush()
