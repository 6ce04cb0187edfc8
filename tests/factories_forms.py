"""Ready-made forms: a document with every kind of item, and rounds whose urn is open.

`launched_form(app)` is the short way: forty people in four cells (16, 12, 7 and 5), open now until
17:00 on 20/9/2024. The two small cells stand together.
"""

from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app import clock
from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import Round, RoundCell
from survey_app.database import Database
from survey_app.feedback import sealing, sending
from survey_app.feedback.answers import Answers
from survey_app.feedback.keys import KeyCabinet
from survey_app.feedback.models import Urn
from survey_app.feedback.opening import make_urn
from survey_app.invitations.launch import launch
from survey_app.invitations.models import Invitation
from survey_app.questions.schema import QuestionDocument
from tests.factories_rounds import NAMES, make_cell, make_person, make_round, make_version

CELLS = {"Chi bộ Một": 16, "Chi bộ Hai": 12, "Chi bộ Ba": 7, "Chi bộ Bốn": 5}
LEVELS = ("rat-tot", "tot", "kha", "trung-binh", "chua-tot")
_LABELS = ("Rất tốt", "Tốt", "Khá", "Trung bình", "Chưa tốt")


def _choices(*texts: str, **last: bool) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = [{"id": f"c{i}", "text": text} for i, text in enumerate(texts, 1)]
    made[-1].update(last)
    return made


def levels(*, no_opinion: bool = True) -> list[dict[str, Any]]:
    """Return the five levels, and "Không có ý kiến" after them."""
    made: list[dict[str, Any]] = [
        {"id": name, "text": text} for name, text in zip(LEVELS, _LABELS, strict=True)
    ]
    if no_opinion:
        made.append({"id": "khong-y-kien", "text": "Không có ý kiến", "no_opinion": True})
    return made


def form_document() -> QuestionDocument:
    """Return a form with one question of each type; `q3` is asked when `q2` is "Có"."""
    return QuestionDocument.model_validate(
        {
            "kind": "feedback",
            "title": "Góp ý buổi sinh hoạt chuyên đề",
            "sections": [{"id": "s1", "title": "Về buổi sinh hoạt"}],
            "questions": [
                {"id": "q1", "type": "scale", "text": "Nội dung thiết thực", "choices": levels()},
                {
                    "id": "q2",
                    "type": "single",
                    "text": "Tài liệu có được gửi trước không?",
                    "choices": _choices("Có", "Không"),
                    "section": "s1",
                },
                {
                    "id": "q3",
                    "type": "single",
                    "text": "Tài liệu gửi trước bao lâu?",
                    "choices": _choices("Một ngày", "Một tuần"),
                    "section": "s1",
                    "condition": {"question": "q2", "any_of": ["c1"]},
                },
                {
                    "id": "q4",
                    "type": "multiple",
                    "text": "Lần sau nên có thêm gì?",
                    "choices": _choices("Phim tư liệu", "Đi thực tế", "Ý khác", other=True),
                },
                {
                    "id": "q5",
                    "type": "matrix",
                    "text": "Công tác tổ chức",
                    "choices": levels(),
                    "rows": [{"id": "r1", "text": "Thời gian"}, {"id": "r2", "text": "Địa điểm"}],
                },
                {
                    "id": "q6",
                    "type": "numeric",
                    "text": "Thời lượng hợp lý (phút)",
                    "range": {"min": "15", "max": "240"},
                },
                {"id": "q7", "type": "long_text", "text": "Góp ý để buổi sau tốt hơn"},
            ],
        }
    )


def make_form_round(
    session: Session, *, document: QuestionDocument | None = None, **round_: Any
) -> Round:
    """Make a draft form; it has no key yet."""
    version = make_version(session, document=document or form_document())
    return make_round(session, version=version, title="Góp ý chuyên đề quý III", **round_)


def launched_form(
    app: Flask, *, cells: dict[str, int] | None = None, without_mail: int = 0, **round_: Any
) -> int:
    """Make people in `cells` (name -> how many), a form and its urn, launch it; return its id.

    The first `without_mail` people of each cell have no address.
    """
    database: Database = app.extensions["survey.database"]
    cabinet = cabinet_of(app)
    with app.app_context(), database.writing() as session:
        for name, people in (CELLS if cells is None else cells).items():
            cell = make_cell(session, name)
            for number in range(people):
                address = {"email": None} if number < without_mail else {}
                make_person(session, NAMES[number % len(NAMES)], cell, **address)
        made = make_form_round(session, **round_)
        make_urn(session, made.id, cabinet)
        launch(session, made.id, CLI, clock.now())
        return made.id


def cabinet_of(app: Flask) -> KeyCabinet:
    """Return the keys of the application's host."""
    return KeyCabinet(app.extensions["survey.settings"].keys_path)


def send_form(app: Flask, invitation_id: int, answers: Answers) -> sending.Sent:
    """Send one person's form through the service, received now."""
    database: Database = app.extensions["survey.database"]
    with database.writing() as session:
        invitation = session.get_one(Invitation, invitation_id)
        urn = session.get_one(Urn, invitation.round_id)
        group = session.get_one(RoundCell, invitation.round_cell_id).ballot_group
        assert group is not None and urn.ballot_bytes is not None
        ballot = sealing.Ballot(group, answers)
        return sending.send(
            session,
            round_id=invitation.round_id,
            invitation_id=invitation_id,
            sealed=sealing.seal(urn.public_key, urn.ballot_bytes, ballot),
            received=clock.now(),
        )


def invitation_ids(session: Session, round_id: int) -> list[int]:
    """Return the invitations of a round in the order of its people."""
    mine = select(Invitation.id).where(Invitation.round_id == round_id)
    return list(session.scalars(mine.order_by(Invitation.id)))
