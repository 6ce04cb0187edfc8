"""What may be done with people: import a roster, correct an address, keep their wishes."""

from email_validator import EmailNotValidError, validate_email
from sqlalchemy.orm import Session

from survey_app import audit, clock
from survey_app.audit.services import Actor
from survey_app.database import one_at_a_time
from survey_app.errors import Invalid, NotFound
from survey_app.i18n import LOCALES, _
from survey_app.people.cells import cell_name_on
from survey_app.people.importing import ImportResult, apply_import
from survey_app.people.models import Person
from survey_app.people.planning import ImportPlan, plan_import
from survey_app.vietnamese import tidy

__all__ = [
    "ImportPlan",
    "ImportResult",
    "apply_import",
    "cell_name_on",
    "correct_address",
    "lock_roster",
    "mark_address_bad",
    "plan_import",
    "set_wishes",
]


_ROSTER_LOCK = 0x726F73746572  # "roster" in ASCII


def lock_roster(session: Session) -> None:
    """Import one roster at a time, so that what is compared is what stands there.

    Comes before the plan; else two organisers with the same file add everybody twice.
    """
    one_at_a_time(session, _ROSTER_LOCK)


def _person(session: Session, person_id: int) -> Person:
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound(_("Không tìm thấy người này trong danh sách."))
    return person


def read_address(text: str) -> str | None:
    """Return an address in lower case, `None` for an empty one.

    Raises:
        Invalid: it is no mail address.
    """
    text = tidy(text)
    if not text:
        return None
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        raise Invalid(
            _("Địa chỉ thư «%(text)s» không đúng. Ví dụ đúng: ten@coquan.vn.", text=text[:60])
        ) from None
    return found.normalized.lower()


def correct_address(session: Session, person_id: int, email: str, actor: Actor) -> Person:
    """Store a new address (empty: none); a bad one becomes good again by being corrected.

    Raises:
        Invalid: it is no mail address, or still the one that was refused.
        NotFound: there is no such person.
    """
    person = _person(session, person_id)
    address = read_address(email)
    if address and address == person.email and person.address_state == "bad":
        raise Invalid(
            _("Đây vẫn là địa chỉ mà máy chủ thư đã từ chối. Xin hỏi lại người này, rồi sửa.")
        )
    person.email = address
    person.address_state = "ok" if person.email else "missing"
    person.updated_at = clock.now()
    audit.record(
        session,
        audit.Action.PERSON_ADDRESS_CORRECTED,
        actor,
        ("person", person.id),
        state=person.address_state,
    )
    session.flush()
    return person


def mark_address_bad(session: Session, person_id: int) -> bool:
    """Remember that mail cannot reach this address; return whether that is news."""
    person = _person(session, person_id)
    if person.address_state != "ok":
        return False
    person.address_state = "bad"
    person.updated_at = clock.now()
    session.flush()
    return True


def set_wishes(
    session: Session,
    person_id: int,
    *,
    form_of_address: str | None,
    locale: str,
    wants_reminders: bool,
    actor: Actor,
) -> Person:
    """Store how somebody is addressed, in which language, and whether they want reminders."""
    person = _person(session, person_id)
    if locale not in LOCALES:
        raise Invalid(_("Xin chọn một trong hai ngôn ngữ."))
    if person.wants_reminders != wants_reminders:
        person.wants_reminders = wants_reminders
        audit.record(
            session,
            audit.Action.PERSON_REMINDERS_CHANGED,
            actor,
            ("person", person.id),
            wanted=wants_reminders,
        )
    person.form_of_address = tidy(form_of_address or "") or None
    person.locale = locale
    person.updated_at = clock.now()
    session.flush()
    return person
