"""What an organiser has to do now, most urgent first, each with its one next step."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.queries import current_campaign
from survey_app.config import MailSettings
from survey_app.desks.void_attempts import stuck_people
from survey_app.feedback import reviewing
from survey_app.feedback.models import Urn
from survey_app.feedback.turnout import urn_line
from survey_app.feedback.urn_words import advice
from survey_app.formatting import moment, remaining, span, today
from survey_app.i18n import _, _n
from survey_app.invitations import queries, reaching, reminding
from survey_app.invitations.proposals_waiting import waiting
from survey_app.invitations.readiness import blockers, readiness
from survey_app.mailing import queries as mailing
from survey_app.people.models import Person
from survey_app.questions.models import QuestionSetVersion
from survey_app.questions.queries import question_sets

LIVE = ("scheduled", "open")
SHOWN_STUCK = 5
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Todo:
    """One thing to do: why, and where. `place` is (endpoint, values)."""

    title: str
    text: str
    label: str
    endpoint: str
    slug: str | None = None
    urgent: bool = False
    state: str | None = None
    public_id: str | None = None


def todos(session: Session, now: datetime, mail: MailSettings) -> list[Todo]:
    """Return everything that waits for the organiser."""
    campaign = current_campaign(session)
    found = [
        *_urns(session),
        *_mails(session),
        *_live(session, now),
        *_proposals(session, now),
        *_texts(session),
        *_stuck(session),
        *_drafts(session, now, mail),
    ]
    found += [*_of_campaign(campaign), *_beginnings(session)]
    return sorted(found, key=lambda todo: not todo.urgent)


def _mails(session: Session) -> list[Todo]:
    found = []
    stuck = mailing.trouble(session)
    if stuck:
        title, label = _("Thư đang không đi được"), _("Xem các vòng thi")
        found.append(Todo(title, stuck, label, "rounds.list", urgent=True))
    for trouble in queries.troubles(session):
        if trouble.undeliverable:
            found.append(
                Todo(
                    _n("%(n)s người không nhận được thư", trouble.undeliverable),
                    _("%(round)s: địa chỉ thư trống hoặc hỏng.", round=trouble.round_title),
                    _("Xem và sửa địa chỉ"),
                    "rounds.people",
                    trouble.round_slug,
                    urgent=True,
                    state="undeliverable",
                )
            )
        for count, state, title in (
            (trouble.failed, "failed", _n("%(n)s thư không giao được", trouble.failed)),
            (trouble.unknown, "unknown", _n("%(n)s thư không rõ đã tới chưa", trouble.unknown)),
        ):
            if count:
                label = _("Xem các thư này")
                found.append(
                    Todo(
                        title,
                        trouble.round_title,
                        label,
                        "rounds.mails",
                        trouble.round_slug,
                        urgent=True,
                        state=state,
                    )
                )
    return found


def _live(session: Session, now: datetime) -> list[Todo]:
    found = []
    for round_ in _rounds(session, LIVE):
        waiting = reaching.newly_reachable(session, round_.id)
        if waiting:
            found.append(
                Todo(
                    _n("%(n)s người vừa có địa chỉ thư", waiting),
                    _("%(round)s: họ chưa nhận thư mời.", round=round_.title),
                    _("Gửi thư mời cho họ"),
                    "rounds.show",
                    round_.slug,
                    urgent=True,
                )
            )
        look = reminding.outlook(session, round_, now)
        if look.possible and _time_to_remind(round_, now):
            left = remaining(round_.closes_at, now)
            if round_.kind != "quiz":
                found.append(_remind_of_form(round_, look.people, left))
                continue
            found.append(
                Todo(
                    _n("%(n)s người chưa làm bài", look.people),
                    f"{round_.title}: {left}.",
                    _n("Nhắc %(n)s người chưa làm bài", look.people),
                    "rounds.show",
                    round_.slug,
                )
            )
    return found


def _proposals(session: Session, now: datetime) -> list[Todo]:
    """Facts about people that rounds which run do not follow yet."""
    number = waiting(session, today(now))
    if not number:
        return []
    title = _n("%(n)s đề xuất chờ quyết định", number)
    text = _("Danh sách đã đổi sau khi phát động: ai mới đến, chuyển chi bộ, thôi sinh hoạt.")
    return [Todo(title, text, _("Xem các đề xuất"), "ledger.show")]


def _remind_of_form(round_: Round, people: int, left: str) -> Todo:
    """Nobody knows who has sent one: the reminder is for all, and once."""
    values = {"round": round_.title, "left": left}
    text = _("%(round)s: %(left)s. Phiếu ẩn danh nên thư đi tới tất cả.", **values)
    return Todo(
        _("Có thể gửi thư nhắc một lần"),
        text,
        _n("Nhắc tất cả %(n)s người", people),
        "rounds.show",
        round_.slug,
    )


def _urns(session: Session) -> list[Todo]:
    troubled = (
        select(Round)
        .join(Urn, Urn.round_id == Round.id)
        .where(Urn.state.in_(("ready", "open")), Urn.problem.is_not(None))
        .where(Round.state != "cancelled")
        .order_by(Round.id)
    )
    return [
        Todo(
            _("Hòm phiếu có trục trặc"),
            f"{round_.title}: {advice(problem)[0]}",
            _("Xem phải làm gì"),
            "rounds.urn",
            round_.slug,
            urgent=True,
        )
        for round_, problem in session.execute(troubled.add_columns(Urn.problem))
    ]


def _texts(session: Session) -> list[Todo]:
    """What people wrote waits to be read over; where nothing may be told, nobody reads it."""
    found = []
    for round_, number in reviewing.waiting(session):
        line = urn_line(session, round_)
        if line is None or line.told.sent is None:
            continue
        title = _n("%(n)s ý kiến chờ đọc duyệt", number)
        text = _("%(round)s: chưa duyệt thì cấp ủy chưa thấy.", round=round_.title)
        found.append(Todo(title, text, _("Đọc duyệt ý kiến"), "rounds.texts", round_.slug))
    return found


def _time_to_remind(round_: Round, now: datetime) -> bool:
    """Not on the day of the invitation, unless the round is short."""
    return now - round_.opens_at >= min(A_DAY, (round_.closes_at - round_.opens_at) / 2)


def _stuck(session: Session) -> list[Todo]:
    return [
        Todo(
            _("%(name)s mở bài %(n)s lần mà chưa trả lời câu nào", name=one.name, n=one.attempts),
            _("%(round)s: có thể máy hoặc liên kết có trục trặc.", round=one.round_title),
            _("Xem và hỏi người này"),
            "rounds.person",
            one.round_slug,
            public_id=one.public_id,
        )
        for one in stuck_people(session)[:SHOWN_STUCK]
    ]


def _drafts(session: Session, now: datetime, mail: MailSettings) -> list[Todo]:
    found = []
    for round_ in _rounds(session, ("draft",)):
        in_the_way = len(blockers(readiness(session, round_, now=now, mail=mail)))
        if round_.settings.get("opens_at_launch"):
            when = _("mở ngay khi phát động")
        elif round_.opens_at > now:
            when = _("mở sau %(span)s", span=span(round_.opens_at - now))
        else:
            when = _("đã quá giờ mở %(when)s", when=moment(round_.opens_at))
        if in_the_way:
            text = _n("Còn %(n)s việc phải làm trước khi gửi.", in_the_way)
            label = _("Xem còn việc gì")
        else:
            text, label = _("Đã đủ điều kiện, chưa gửi thư mời."), _("Xem và gửi thư mời")
        title = f"{round_.title}: {when}"
        found.append(Todo(title, text, label, "rounds.show", round_.slug, urgent=in_the_way > 0))
    return found


def _of_campaign(campaign: Campaign | None) -> list[Todo]:
    if campaign is None:
        title, label = _("Chưa có chiến dịch"), _("Tạo chiến dịch")
        text = _("Ghi tên, cơ quan tổ chức và người để hỏi: thư và trang nào cũng cần.")
    elif not (campaign.contact_name and campaign.contact_phone):
        title, label = _("Chưa có người phụ trách"), _("Ghi người phụ trách")
        text = _("Thư mời phải ghi người để hỏi. Chưa có thì chưa gửi được thư nào.")
    else:
        return []
    return [Todo(title, text, label, "rounds.campaign", urgent=True)]


def _beginnings(session: Session) -> list[Todo]:
    found = []
    if not session.scalar(select(exists().where(Person.id.is_not(None)))):
        text = _("Tải danh sách đảng viên, quần chúng từ tệp Excel đang có.")
        found.append(
            Todo(_("Chưa có danh sách người"), text, _("Tải danh sách lên"), "roster.upload")
        )
    approved = exists().where(QuestionSetVersion.state == "approved")
    if not session.scalar(select(approved)):
        found.append(_first_questions(session))
    elif not session.scalar(select(exists().where(Round.state != "cancelled"))):
        text = _("Đã có bộ câu hỏi. Chọn chi bộ, hạn cuối và số lượt là xong.")
        found.append(Todo(_("Chưa có vòng thi"), text, _("Mở vòng thi"), "rounds.new"))
    return found


def _first_questions(session: Session) -> Todo:
    in_work = question_sets(session)
    if in_work:
        draft = in_work[0].versions[0]
        text = _n(
            "Bản nháp có %(n)s câu, chưa duyệt nên chưa mở vòng thi được.",
            draft.questions + draft.drafts,
        )
        return Todo(in_work[0].title, text, _("Sửa và duyệt"), "questions.show", in_work[0].slug)
    text = _("Dán cả đề vào một ô, hoặc soạn từng câu; xem lại rồi duyệt.")
    return Todo(_("Chưa có bộ câu hỏi đã duyệt"), text, _("Soạn bộ câu hỏi"), "questions.index")


def _rounds(session: Session, states: tuple[str, ...]) -> list[Round]:
    query = select(Round).where(Round.state.in_(states)).order_by(Round.opens_at, Round.id)
    return list(session.scalars(query))
