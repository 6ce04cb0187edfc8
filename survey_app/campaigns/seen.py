"""Noticing that somebody else saved since a form was shown, before it is written over unseen."""

import hashlib
import json
from collections.abc import Mapping

from survey_app.campaigns.models import Campaign, Round
from survey_app.errors import Conflict
from survey_app.i18n import _

_NOT_SHOWN = {"id", "slug", "state", "version_id", "is_sample", "created_at", "created_by"}


class ChangedSince(Conflict):
    """Somebody saved the same thing after this form was shown; nothing was stored."""


def fingerprint(row: Campaign | Round) -> str:
    """Return a fingerprint of everything a form can change."""
    values = {
        column.key: getattr(row, column.key)
        for column in row.__table__.columns
        if column.key not in _NOT_SHOWN
    }
    return fingerprint_of(values)


def fingerprint_of(values: Mapping[str, object]) -> str:
    """Return a fingerprint of the values a form shows."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def refuse_changed(row: Campaign | Round, seen: str) -> None:
    """Refuse when `row` is not what the form showed; without a fingerprint nothing is compared.

    Raises:
        ChangedSince: it was saved by somebody else meanwhile.
    """
    refuse_other(fingerprint(row), seen)


def refuse_other(present: str, seen: str) -> None:
    """Refuse when the `present` fingerprint is another than the one a form has `seen`.

    Raises:
        ChangedSince: somebody else saved meanwhile.
    """
    if seen and seen != present:
        raise ChangedSince(
            _(
                "Trong lúc trang này mở, người khác đã lưu thay đổi. Chưa lưu gì của lần này; "
                "những gì vừa ghi vẫn ở dưới đây. Xin mở trang này ở thẻ khác để so lại; bấm lưu "
                "lần nữa thì nội dung dưới đây thay cho bản của người kia."
            )
        )
