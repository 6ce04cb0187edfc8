"""Figures as a snapshot holds them, made by hand: eight cells, two quizzes, a form, reports.

`figures()` is small enough to add up by eye; `many(500)` is as large as they come.
"""

from datetime import UTC, date, datetime
from typing import Any

from survey_app.reports.document import (
    Activity,
    CampaignFacts,
    CellCount,
    CellFacts,
    CellRecognitions,
    CellReturn,
    CellSessions,
    Figures,
    FormGroup,
    FormRound,
    Period,
    QuizRound,
    ScoreBand,
    Targets,
)

AS_OF = datetime(2024, 9, 18, 2, 0, tzinfo=UTC)


def campaign(**changed: Any) -> CampaignFacts:
    """The campaign of plan 422; the signer's name is not known."""
    facts: dict[str, Any] = {
        "slug": "ke-hoach-422",
        "title": "Tuyên truyền và tổ chức các hoạt động kỷ niệm 70 năm Ngày thành lập Đảng bộ Khối "
        "các cơ quan tỉnh Lạng Sơn (27/9/1954 - 27/9/2024)",
        "issuer": "Đảng ủy Sở Tài nguyên và Môi trường",
        "theme": "Phát huy truyền thống vẻ vang",
        "plan_number": "422-KH/ĐUS",
        "plan_date": date(2024, 3, 6),
        "base_plan_number": "156-KH/ĐUK",
        "base_plan_date": None,
        "basis": "Thực hiện Kế hoạch số 156-KH/ĐUK của Đảng ủy Khối các cơ quan tỉnh",
        "anniversary_date": date(2024, 9, 27),
        "starts_on": None,
        "ends_on": None,
        "report_due_on": None,
        "recipients": (
            "Đảng ủy Khối CCQ tỉnh (B/c)",
            "Các chi bộ trực thuộc",
            "Lưu Đảng ủy",
        ),
        "superior_name": "Đảng bộ Khối các cơ quan tỉnh Lạng Sơn",
        "document_place": "Lạng Sơn",
        "document_symbol": "BC/ĐUS",
        "signing_authority": "T/M ĐẢNG ỦY",
        "signer_role": "BÍ THƯ",
        "signer_name": "",
        "contact_name": "",
    }
    return CampaignFacts(**(facts | changed))


def count(cell: int | None, kind: str, invited: int, done: int, **changed: int) -> CellCount:
    """One row of a round; who is not named otherwise has not started."""
    facts: dict[str, Any] = {
        "cell_id": cell,
        "kind": kind,
        "invited": invited,
        "done": done,
        "started": 0,
        "exempt": 0,
        "undeliverable": 0,
        "attempts": done,
        "mailed": invited,
        "at_launch": invited,
        "joined": 0,
        "moved_in": 0,
        "moved_out": 0,
    }
    return CellCount(**(facts | changed))


def quiz(number: int, state: str, cells: list[CellCount], **changed: Any) -> QuizRound:
    """One round, of a week in September 2024."""
    facts: dict[str, Any] = {
        "id": number,
        "slug": f"vong-{number}",
        "title": f"Vòng {number}",
        "state": state,
        "opens_at": datetime(2024, 9, 7 * number - 5, 1, tzinfo=UTC),
        "closes_at": datetime(2024, 9, 7 * number, 10, tzinfo=UTC),
        "cells": tuple(cells),
        "questions": 15,
    }
    return QuizRound(**(facts | changed))


def cell(number: int, members: int = 10, others: int = 5, name: str | None = None) -> CellFacts:
    """One cell of invented size."""
    return CellFacts(
        id=number,
        name=name or f"Chi bộ {number}",
        group_name=None,
        members=members,
        non_members=others,
    )


def returned(number: int, **changed: Any) -> CellReturn:
    """What a cell has reported in time: all of it."""
    facts: dict[str, Any] = {
        "cell_id": number,
        "state": "on_time",
        "rolled_out_on": date(2024, 3, 10),
        "rolled_out_people": 12,
        "activities": (
            Activity(kind="exchange", events=1, people=20),
            Activity(kind="culture_sport", events=2, people=None),
        ),
        "online_items": 3,
        "visual_publicity": True,
        "candidates": 0,
        "good_examples": False,
        "revisions": (("bao-cao-1", 1, "secretary"),),
    }
    return CellReturn(**(facts | changed))


def period(number: int, state: str, **changed: Any) -> Period:
    """One period of reports of the eight cells, of ten days in September 2024."""
    facts: dict[str, Any] = {
        "id": 20 + number,
        "slug": f"bao-cao-{number}",
        "title": f"Báo cáo kỳ {number}",
        "state": state,
        "opens_at": datetime(2024, 9, 10 * number - 9, 1, tzinfo=UTC),
        "closes_at": datetime(2024, 9, 10 * number, 10, tzinfo=UTC),
        "due": 8,
        "on_time": 0,
        "late": 0,
    }
    return Period(**(facts | changed))


def held(number: int, **changed: int) -> CellSessions:
    """One study session of a cell of ten."""
    facts = {
        "sessions": 1,
        "expected": 10,
        "present": 8,
        "excused": 1,
        "absent": 1,
        "on_duty": 0,
        "reflections": 5,
    }
    return CellSessions(cell_id=number, **(facts | changed))


def figures(**changed: Any) -> Figures:
    """Eight cells: 1–6 reported (6 late), 7 and 8 did not; round 1 is over, round 2 open."""
    cells = [cell(number) for number in range(1, 9)]
    nowhere = CellFacts(id=None, name="", group_name=None, members=0, non_members=3)
    first = [count(n, "party_member", 10, n, attempts=2 * n, exempt=n == 1) for n in range(1, 9)]
    first += [count(n, "non_member", 5, 2) for n in range(1, 9)]
    first.append(count(None, "non_member", 3, 1))
    second = [count(n, "party_member", 10, 4, started=1) for n in range(1, 9)]
    facts: dict[str, Any] = {
        "as_of": AS_OF,
        "campaign": campaign(),
        "cells": (*cells, nowhere),
        "quizzes": (
            quiz(
                1,
                "finalised",
                first,
                score_bands=(
                    ScoreBand(low=0, high=9, people=12),
                    ScoreBand(low=10, high=15, people=41),
                ),
            ),
            quiz(2, "open", second, closes_at=datetime(2024, 9, 20, 10, tzinfo=UTC)),
        ),
        "forms": (_form(),),
        "returns": (
            *(returned(n) for n in range(1, 6)),
            returned(6, state="late", candidates=2, revisions=(("bao-cao-1", 2, "paper"),)),
            CellReturn(cell_id=7, state="missing"),
            CellReturn(cell_id=8, state="missing"),
        ),
        "sessions": tuple(held(n) for n in range(1, 6)),
        "periods": (period(1, "closed", on_time=5, late=1, silent=(7, 8), tardy=(6,)),),
        "recognitions": (
            CellRecognitions(cell_id=2, proposed=1, supported=1, commended=0, declined=0),
        ),
        "targets": Targets(candidates=1, candidates_scope="whole", participation_percent=None),
    }
    return Figures(**(facts | changed))


def _form() -> FormRound:
    return FormRound(
        id=9,
        slug="gop-y",
        title="Góp ý buổi sinh hoạt",
        state="finalised",
        opens_at=datetime(2024, 9, 4, 1, tzinfo=UTC),
        closes_at=datetime(2024, 9, 10, 10, tzinfo=UTC),
        invited=123,
        sent=61,
        at_least=False,
        is_counted=True,
        papers=None,
        groups=(
            FormGroup(cell_ids=(1,), names=("Chi bộ 1",), invited=15, sent=11),
            FormGroup(cell_ids=(2, 3), names=("Chi bộ 2", "Chi bộ 3"), invited=30, sent=None),
        ),
    )


def many(number: int) -> Figures:
    """As many cells, each with everything reported."""
    rows = range(1, number + 1)
    quizzes = tuple(
        quiz(
            place,
            "finalised",
            [count(n, kind, 120, 80) for n in rows for kind in ("party_member", "non_member")],
        )
        for place in (1, 2)
    )
    return figures(
        cells=tuple(cell(n, 120, 120) for n in rows),
        quizzes=quizzes,
        returns=tuple(returned(n) for n in rows),
        sessions=tuple(held(n) for n in rows),
        recognitions=(),
    )
