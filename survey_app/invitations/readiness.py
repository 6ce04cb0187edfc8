"""What stands between a draft round and its launch, said before the button is pressed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.queries import CELL_REPORT
from survey_app.campaigns.settings import RoundSettings, round_settings
from survey_app.config import MailSettings
from survey_app.formatting import moment, remaining, today
from survey_app.i18n import _, _n
from survey_app.invitations import kinds
from survey_app.invitations.asking import Asked, cells_of_round, people_asked
from survey_app.questions import library
from survey_app.questions.versions import newest_approved

Level = Literal["ok", "warning", "blocking"]
SHORT_ROUND = timedelta(hours=8)


@dataclass(frozen=True)
class Check:
    """One thing looked at: what was found, and whether it is in the way."""

    code: str
    level: Level
    message: str


def readiness(
    session: Session,
    round_: Round,
    *,
    now: datetime | None = None,
    mail: MailSettings | None = None,
    asked: list[Asked] | None = None,
) -> list[Check]:
    """Return all checks of a draft round, those in the way first.

    `mail` adds a look at the mail settings; `asked` spares a second count of the people.
    """
    now = now or clock.now()
    settings = round_settings(round_.settings)
    if kinds.cells_kind_of(round_) is not None:
        whom = list(_cells(session, round_, settings, now))
    else:
        if asked is None:
            asked = people_asked(session, settings, today(now))
        whom = [*_people(asked), *_of_its_kind(session, round_, settings, asked, now)]
    checks = [
        *_state(round_),
        *_questions(session, round_, settings),
        *_contact(session.get_one(Campaign, round_.campaign_id), round_.kind),
        *_window(round_, settings, now),
        *whom,
        *(_mail(mail) if mail else ()),
    ]
    order = {"blocking": 0, "warning": 1, "ok": 2}
    return sorted(checks, key=lambda check: order[check.level])


def _of_its_kind(
    session: Session, round_: Round, settings: RoundSettings, asked: list[Asked], now: datetime
) -> Iterator[Check]:
    kind = kinds.kind_of(round_)
    if kind is not None:
        cells = cells_of_round(session, settings, today(now), asked)
        yield from kind.checks(session, round_, settings, asked, cells)


def _cells(
    session: Session, round_: Round, settings: RoundSettings, now: datetime
) -> Iterator[Check]:
    kind = kinds.cells_kind_of(round_)
    assert kind is not None
    cells = list(cells_of_round(session, settings, today(now), []).values())
    if not cells:
        message = _("Không có chi bộ nào để hỏi. Xin nhập danh sách, hoặc chọn lại chi bộ.")
        yield Check("cells", "blocking", message)
        return
    yield Check("cells", "ok", _n("Hỏi %(n)s chi bộ.", len(cells)))
    yield from kind.checks(session, round_, cells)


def blockers(checks: list[Check]) -> list[Check]:
    """Return the checks that forbid a launch."""
    return [check for check in checks if check.level == "blocking"]


def _state(round_: Round) -> Iterator[Check]:
    if round_.state != "draft":
        yield Check("state", "blocking", _("Vòng thi này không còn là bản nháp."))
    if not kinds.can_run(round_):
        yield Check(
            "kind", "blocking", _("Bản này mới chạy được bài thi, chưa chạy loại phiếu này.")
        )


def _questions(session: Session, round_: Round, settings: RoundSettings) -> Iterator[Check]:
    version = newest_approved(session, round_.question_set_id)
    if version is None:
        yield Check("no_version", "blocking", _("Bộ câu hỏi chưa có bản nào được duyệt."))
        return
    ready = library.approved(session, version.id).document.ready_questions
    if not ready:
        yield Check("no_questions", "blocking", _("Bản đã duyệt không có câu nào dùng được."))
        return
    if kinds.cells_kind_of(round_) is not None:
        message = _n("Mẫu báo cáo có %(n)s mục, từ bản đã duyệt.", len(ready))
        yield Check("questions", "ok", message)
        return
    if round_.kind != "quiz":
        yield Check("questions", "ok", _n("Phiếu có %(n)s câu, từ bản đã duyệt.", len(ready)))
        return
    asked = settings.questions_drawn or len(ready)
    if asked > len(ready):
        message = _(
            "Muốn rút %(drawn)s câu nhưng bộ câu hỏi chỉ có %(ready)s.",
            drawn=asked,
            ready=len(ready),
        )
        yield Check("too_few_questions", "blocking", message)
        return
    yield Check("questions", "ok", _n("Bài thi có %(n)s câu, từ bản đã duyệt.", asked))
    yield from _time_limit(settings, asked)
    missing = sum(1 for question in ready if question.source is None)
    if missing:
        yield Check("no_source", "warning", _n("%(n)s câu chưa ghi nguồn.", missing))


def _time_limit(settings: RoundSettings, questions: int) -> Iterator[Check]:
    limit = settings.time_limit_minutes
    if limit is None:
        yield Check("time_limit", "ok", _("Không giới hạn thời gian làm bài."))
    elif limit * 60 < questions * 20:
        message = _(
            "%(minutes)s phút cho %(questions)s câu là quá gấp: chưa đến 20 giây một câu.",
            minutes=limit,
            questions=questions,
        )
        yield Check("time_limit", "warning", message)
    else:
        yield Check("time_limit", "ok", _n("Thời gian làm bài: %(n)s phút.", limit))


def _contact(campaign: Campaign, round_kind: str) -> Iterator[Check]:
    if campaign.contact_name and campaign.contact_phone:
        message = _(
            "Người để hỏi: %(name)s, điện thoại %(phone)s.",
            name=campaign.contact_name,
            phone=campaign.contact_phone,
        )
        yield Check("contact", "ok", message)
    else:
        message = _("Chưa có người phụ trách kèm số điện thoại; thư mời phải ghi để người thi hỏi.")
        if round_kind == "feedback":
            message = _(
                "Chưa có người phụ trách kèm số điện thoại; thư mời phải ghi để người nhận hỏi."
            )
        elif round_kind == CELL_REPORT:
            message = _(
                "Chưa có người phụ trách kèm số điện thoại; thư báo phải ghi để bí thư hỏi."
            )
        yield Check("contact", "blocking", message)


def _window(round_: Round, settings: RoundSettings, now: datetime) -> Iterator[Check]:
    if round_.closes_at <= now:
        yield Check("closes", "blocking", _("Giờ đóng đã qua. Xin chọn giờ đóng khác."))
        return
    begins = now if settings.opens_at_launch else max(now, round_.opens_at)
    level: Level = "warning" if round_.closes_at - begins < SHORT_ROUND else "ok"
    message = _(
        "Đóng lúc %(closes)s (%(left)s).",
        closes=moment(round_.closes_at),
        left=remaining(round_.closes_at, now),
    )
    if level == "warning":
        short = {
            "feedback": _("Chưa đến 8 tiếng để gửi phiếu."),
            CELL_REPORT: _("Chưa đến 8 tiếng để gửi báo cáo."),
        }
        message += " " + (short.get(round_.kind) or _("Chưa đến 8 tiếng để làm bài."))
    yield Check("closes", level, message)
    leave = settings.mails_start(now)
    if leave >= round_.closes_at:
        yield Check("mails_leave", "blocking", _("Giờ gửi thư mời nằm sau giờ đóng."))
    elif leave > begins:
        message = _("Thư mời đi sau khi vòng thi đã mở: %(when)s.", when=moment(leave))
        if round_.kind == "feedback":
            message = _("Thư mời đi sau khi đã nhận phiếu: %(when)s.", when=moment(leave))
        yield Check("mails_leave", "warning", message)


def _people(asked: list[Asked]) -> Iterator[Check]:
    if not asked:
        message = _("Không có ai để mời. Xin nhập danh sách, hoặc chọn lại chi bộ.")
        yield Check("people", "blocking", message)
        return
    yield Check("people", "ok", _n("Mời %(n)s người.", len(asked)))
    missing = sum(1 for person in asked if not person.reachable and person.address_state != "bad")
    bad = sum(1 for person in asked if person.address_state == "bad")
    nowhere = sum(1 for person in asked if person.cell_id is None)
    boxes = Counter(
        person.email.casefold() for person in asked if person.reachable and person.email
    )
    shared = sum(count for count in boxes.values() if count > 1)
    if missing:
        yield Check("no_address", "warning", _n("%(n)s người chưa có địa chỉ thư.", missing))
    if bad:
        yield Check("bad_address", "warning", _n("%(n)s người có địa chỉ thư hỏng.", bad))
    if shared:
        message = _n("%(n)s người dùng chung hộp thư; thư của từng người ghi rõ họ tên.", shared)
        yield Check("shared_mailbox", "warning", message)
    if nowhere:
        message = _n("%(n)s người chưa gắn chi bộ; họ đứng ở dòng riêng.", nowhere)
        yield Check("no_cell", "warning", message)


def _mail(mail: MailSettings) -> Iterator[Check]:
    sender = mail.default_sender
    if sender.rstrip("> ").endswith((".example", ".invalid", "@localhost")):
        message = _(
            "Địa chỉ gửi thư còn là mẫu (%(sender)s); thư chỉ tới hộp thư thử.", sender=sender
        )
        yield Check("mail", "warning", message)
    else:
        yield Check("mail", "ok", _("Thư gửi từ %(sender)s.", sender=sender))
