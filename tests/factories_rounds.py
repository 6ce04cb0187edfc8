"""Ready-made campaigns, people, approved questions and rounds, through the services themselves.

`launched_round(session)` is the short way: eight people in two cells, ten questions, open now until
17:00 on 20/9/2024, one attempt of 30 minutes.
"""

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import Campaign, Round
from survey_app.campaigns.services import RoundPlan, create_round
from survey_app.campaigns.settings import CampaignSettings, RoundSettings
from survey_app.invitations.launch import LaunchResult, launch
from survey_app.invitations.models import EntryMeans, Invitation
from survey_app.invitations.tokens import personal_token
from survey_app.people.models import Cell, CellName, Membership, Person
from survey_app.questions.canonical import content_hash, plain
from survey_app.questions.models import QuestionSet, QuestionSetVersion
from survey_app.questions.schema import QuestionDocument
from survey_app.signing import new_public_id
from survey_app.vietnamese import name_sort_key, search_key, slugify

CLOSES = datetime(2024, 9, 20, 10, 0, tzinfo=UTC)  # 17:00 on Friday 20/9/2024 in Lạng Sơn
NAMES = (
    "Nguyễn Văn An",
    "Trần Thị An",
    "Lý Thị Ảnh",
    "Nông Thị Dung",
    "Vi Văn Dũng",
    "Hoàng Văn Đạt",
    "Ma Thị Hoa",
    "Đoàn Văn Hòa",
)
_numbers = itertools.count(1)


def make_campaign(session: Session, **values: Any) -> Campaign:
    """Make a campaign whose contact is complete; `contact_phone=None` takes it away."""
    columns: dict[str, Any] = {
        "slug": f"chien-dich-{next(_numbers)}",
        "title": "Kỷ niệm 70 năm Ngày thành lập Đảng bộ Khối (mẫu)",
        "tag": "70 năm Đảng bộ Khối",
        "theme": "Phát huy truyền thống vẻ vang 70 năm",
        "issuer": "Đảng ủy Sở Tài nguyên và Môi trường",
        "plan_number": "422-KH/ĐUS",
        "plan_date": date(2024, 3, 6),
        "basis": "Thực hiện Kế hoạch số 156-KH/ĐUK",
        "recipients": ["Các chi bộ trực thuộc"],
        "contact_name": "Lê Thị Mẫu",
        "contact_phone": "0912 000 001",
        "settings": CampaignSettings().plain(),
        "created_at": clock.now(),
        **values,
    }
    campaign = Campaign(**columns)
    session.add(campaign)
    session.flush()
    return campaign


def make_cell(session: Session, name: str, **values: Any) -> Cell:
    """Make a cell called `name`, always."""
    columns: dict[str, Any] = {"slug": slugify(name), "position": next(_numbers), **values}
    cell = Cell(created_at=clock.now(), **columns)
    session.add(cell)
    session.flush()
    session.add(CellName(cell_id=cell.id, name=name))
    session.flush()
    return cell


def make_person(session: Session, name: str, cell: Cell | None = None, **values: Any) -> Person:
    """Make one person, official in `cell` (attached, if no member); `email=None`: no address."""
    number = next(_numbers)
    columns: dict[str, Any] = {"email": f"nguoi{number}@so-mau.example", **values}
    columns.setdefault("kind", "party_member")
    columns.setdefault("address_state", "ok" if columns["email"] else "missing")
    columns.setdefault("form_of_address", "đồng chí" if columns["kind"] == "party_member" else None)
    now = clock.now()
    person = Person(
        public_id=new_public_id(),
        full_name=name,
        search_name=search_key(name),
        sort_name=name_sort_key(name),
        created_at=now,
        updated_at=now,
        **columns,
    )
    session.add(person)
    session.flush()
    if cell is not None:
        kind = "official" if person.kind == "party_member" else "attached"
        join_cell(session, person, cell, kind)
    return person


def join_cell(
    session: Session,
    person: Person,
    cell: Cell,
    kind: str = "official",
    *,
    starts_on: date = date(2020, 1, 1),
    ends_on: date | None = None,
) -> None:
    """Put a person into a cell from–to."""
    session.add(
        Membership(
            person_id=person.id, cell_id=cell.id, kind=kind, starts_on=starts_on, ends_on=ends_on
        )
    )
    session.flush()


def make_people(session: Session, count: int = 8, cells: int = 2, **values: Any) -> list[Person]:
    """Make `count` members spread over `cells` fresh cells, names from `NAMES` in turn."""
    made = [make_cell(session, f"Chi bộ mẫu số {next(_numbers)}") for _place in range(cells)]
    return [
        make_person(session, NAMES[i % len(NAMES)], made[i % cells] if made else None, **values)
        for i in range(count)
    ]


def make_document(questions: int = 10, title: str = "Tìm hiểu truyền thống") -> QuestionDocument:
    """Return a quiz of single-choice questions; the key of question i is choice `c{i}-a`."""
    return QuestionDocument.model_validate(
        {
            "kind": "quiz",
            "title": title,
            "questions": [
                {
                    "id": f"q{i}",
                    "text": f"Câu hỏi mẫu số {i}?",
                    "choices": [
                        {"id": f"c{i}-{letter}", "text": f"Phương án {letter.upper()} của câu {i}"}
                        for letter in "abcd"
                    ],
                    "key": [f"c{i}-a"],
                    "explanation": f"Giải thích câu {i}.",
                    "source": {"document": "Kế hoạch số 422-KH/ĐUS", "section": "I.1"},
                }
                for i in range(1, questions + 1)
            ],
        }
    )


def make_version(
    session: Session,
    *,
    questions: int = 10,
    document: QuestionDocument | None = None,
    state: str = "approved",
    slug: str = "",
) -> QuestionSetVersion:
    """Store a question set with one version, approved unless `state` says otherwise."""
    document = document or make_document(questions)
    now = clock.now()
    question_set = QuestionSet(
        slug=slug or f"bo-cau-hoi-{next(_numbers)}",
        kind=document.kind,
        title=document.title,
        created_at=now,
    )
    session.add(question_set)
    session.flush()
    version = QuestionSetVersion(
        question_set_id=question_set.id,
        number=1,
        state=state,
        document=plain(document),
        content_hash=content_hash(document),
        created_at=now,
        approved_at=now if state == "approved" else None,
    )
    session.add(version)
    session.flush()
    return version


def make_round(
    session: Session,
    *,
    campaign: Campaign | None = None,
    version: QuestionSetVersion | None = None,
    title: str = "Vòng 1",
    slug: str = "",
    opens_at: datetime | None = None,
    closes_at: datetime = CLOSES,
    **settings: Any,
) -> Round:
    """Make a draft round of an approved quiz, open since an hour ago; settings by name."""
    campaign = campaign or make_campaign(session)
    version = version or make_version(session)
    plan = RoundPlan(
        title=title,
        question_set=session.get_one(QuestionSet, version.question_set_id).slug,
        opens_at=opens_at or clock.now() - timedelta(hours=1),
        closes_at=closes_at,
        settings=RoundSettings(**settings),
        slug=slug or f"vong-{next(_numbers)}",
    )
    return create_round(session, campaign.id, plan, CLI)


def launch_round(session: Session, round_: Round) -> LaunchResult:
    """Launch a draft now."""
    return launch(session, round_.id, CLI, clock.now())


def launched_round(session: Session, *, people: int = 8, cells: int = 2, **round_: Any) -> Round:
    """Make people and a round, and launch it."""
    if people:
        make_people(session, people, cells)
    made = make_round(session, **round_)
    launch_round(session, made)
    return made


def invitations_of(session: Session, round_: Round) -> list[Invitation]:
    """Return a round's invitations in the order of its people."""
    query = select(Invitation).where(Invitation.round_id == round_.id)
    return list(session.scalars(query.order_by(Invitation.person_id)))


def link_path(session: Session, key: bytes, invitation: Invitation) -> str:
    """Return the path of an invitation's personal link, as its mail carries it."""
    version = session.scalars(
        select(EntryMeans.version).where(
            EntryMeans.invitation_id == invitation.id, EntryMeans.kind == "link"
        )
    ).one()
    kind = session.get_one(Round, invitation.round_id).kind
    return f"/i/{personal_token(key, kind, invitation.public_id, version)}"
