"""A roster that was read and waits: stored as its reading, read back, thrown away."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.errors import Expired, Invalid, Problem
from survey_app.i18n import _
from survey_app.people.models import KINDS, RosterUpload
from survey_app.people.roster import Roster, RosterPerson
from survey_app.vietnamese import tidy

KEPT = timedelta(days=1)


def store_upload(
    session: Session, roster: Roster, filename: str, kind: str | None, user_id: int
) -> int:
    """Keep a reading until somebody confirms it; nothing of it is applied. Return its id."""
    if kind is not None and kind not in KINDS:
        raise Invalid(_("Xin chọn loại danh sách."))
    forget_old(session)
    upload = RosterUpload(
        uploaded_by=user_id,
        uploaded_at=clock.now(),
        filename=tidy(filename)[:200],
        kind=kind,
        document=roster.as_dict(),
    )
    session.add(upload)
    session.flush()
    return upload.id


def find_upload(session: Session, upload_id: int, user_id: int) -> RosterUpload:
    """Return an upload of this user.

    Raises:
        Expired: it was confirmed or thrown away, is a day old, or belongs to somebody else.
    """
    upload = session.scalar(
        select(RosterUpload).where(
            RosterUpload.id == upload_id,
            RosterUpload.uploaded_by == user_id,
            RosterUpload.uploaded_at > clock.now() - KEPT,
        )
    )
    if upload is None:
        raise _gone()
    return upload


def take_upload(session: Session, upload_id: int, user_id: int) -> tuple[Roster, str | None]:
    """Take an upload of this user out, to be applied by nobody else; return it and its kind.

    Raises:
        Expired: as for `find_upload`; of two confirmations at once, the second one.
    """
    taken = session.execute(
        delete(RosterUpload)
        .where(
            RosterUpload.id == upload_id,
            RosterUpload.uploaded_by == user_id,
            RosterUpload.uploaded_at > clock.now() - KEPT,
        )
        .returning(RosterUpload.document, RosterUpload.kind)
    ).first()
    if taken is None:
        raise _gone()
    return roster_of(taken.document), taken.kind


def _gone() -> Expired:
    return Expired(
        _(
            "Danh sách này đã nhập xong, đã bỏ, hoặc đã để quá một ngày. Xin xem danh sách "
            "hiện có, hoặc tải tệp lên lần nữa."
        )
    )


def throw_away_upload(session: Session, upload_id: int, user_id: int) -> None:
    """Forget an upload of this user; nothing happens when it is gone already."""
    session.execute(
        delete(RosterUpload).where(
            RosterUpload.id == upload_id, RosterUpload.uploaded_by == user_id
        )
    )


def forget_old(session: Session) -> None:
    """Forget what nobody confirmed within a day."""
    session.execute(delete(RosterUpload).where(RosterUpload.uploaded_at <= clock.now() - KEPT))


def roster_of(document: dict[str, Any]) -> Roster:
    """Return the reading that `Roster.as_dict` wrote."""
    return Roster(
        sheet=document["sheet"],
        header_rows=tuple(document["header_rows"]),
        columns=dict(document["columns"]),
        people=tuple(_person(one) for one in document["people"]),
        problems=_problems(document["problems"]),
    )


def _person(one: dict[str, Any]) -> RosterPerson:
    born = one["birth_date"]
    values = {**one, "birth_date": date.fromisoformat(born) if born else None}
    return RosterPerson(**{**values, "problems": _problems(one["problems"])})


def _problems(found: list[dict[str, Any]]) -> tuple[Problem, ...]:
    return tuple(Problem(**one) for one in found)
