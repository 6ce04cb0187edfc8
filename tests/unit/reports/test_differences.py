"""What differs between two documents of figures, in sentences."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from survey_app.i18n import speaking
from survey_app.reports.differences import differences
from survey_app.reports.document import Figures

AT = datetime(2024, 9, 14, 2, 0, tzinfo=UTC)
_ROUND = {"state": "open", "opens_at": AT, "closes_at": AT + timedelta(days=6)}


def row(cell: int | None, done: int, **values: Any) -> dict[str, Any]:
    return {
        "cell_id": cell,
        "kind": "party_member",
        "invited": 12,
        "done": done,
        "started": 0,
        "exempt": 0,
        "undeliverable": 0,
        "attempts": done,
        "mailed": 12,
        "at_launch": 12,
        "joined": 0,
        "moved_in": 0,
        "moved_out": 0,
        **values,
    }


def figures(**changes: Any) -> Figures:
    """A document with two cells, a quiz, a form, a period, sessions and proposals."""
    campaign = dict.fromkeys(
        "slug title issuer theme basis superior_name document_place document_symbol "
        "signing_authority signer_role signer_name contact_name".split(),
        "x",
    )
    nothing = dict.fromkeys(
        "plan_number plan_date base_plan_number base_plan_date anniversary_date starts_on ends_on "
        "report_due_on".split()
    )
    document = {
        "as_of": AT,
        "campaign": {**campaign, **nothing, "recipients": ()},
        "cells": [
            {"id": 3, "name": "Chi bộ 3", "group_name": None, "members": 12, "non_members": 2},
            {"id": None, "name": "", "group_name": None, "members": 1, "non_members": 0},
        ],
        "quizzes": [{"id": 2, "slug": "v2", "title": "Vòng 2", **_ROUND, "cells": [row(3, 9)]}],
        "forms": [
            {
                "id": 5,
                "slug": "gop-y",
                "title": "Góp ý",
                **_ROUND,
                "invited": 40,
                "sent": None,
                "at_least": True,
                "is_counted": False,
                "papers": None,
            }
        ],
        "periods": [
            {
                "id": 7,
                "slug": "b",
                "title": "Báo cáo 9",
                **_ROUND,
                "due": 1,
                "on_time": 0,
                "late": 0,
            }
        ],
        "returns": [{"cell_id": 3, "state": "not_due"}],
        "targets": {
            "candidates": None,
            "candidates_scope": "whole",
            "participation_percent": None,
        },
    }
    return Figures.model_validate({**document, **changes})


def quiz(**values: Any) -> list[dict[str, Any]]:
    return [{"id": 2, "slug": "v2", "title": "Vòng 2", **_ROUND, **values}]


def test_equal_figures_differ_in_nothing_whenever_they_were_taken() -> None:
    later = AT + timedelta(days=30)
    assert differences(figures(), figures(as_of=later)) == []


@pytest.mark.parametrize(
    ("changes", "sentences"),
    [
        (
            {"quizzes": quiz(cells=[row(3, 10)])},
            ["Vòng 2, Chi bộ 3: đã thi 9 → 10", "Vòng 2, Chi bộ 3: số lượt 9 → 10"],
        ),
        (
            {"quizzes": quiz(cells=[row(3, 9), row(None, 0, invited=1, kind="non_member")])},
            [
                "Vòng 2, Chưa gắn chi bộ (quần chúng): được mời không có → 1",
                "Vòng 2, Chưa gắn chi bộ (quần chúng): đã thi không có → 0",
            ],
        ),
        (
            {"returns": [{"cell_id": 3, "state": "on_time", "online_items": 0}]},
            ["Chi bộ 3: tin, bài chưa báo cáo → 0"],
        ),
        (
            {"returns": [{"cell_id": 3, "state": "late", "rolled_out_on": date(2024, 9, 3)}]},
            ["Chi bộ 3: ngày triển khai chưa báo cáo → 3/9/2024"],
        ),
        (
            {
                "returns": [
                    {
                        "cell_id": 3,
                        "state": "on_time",
                        "activities": [{"kind": "exchange", "events": 2, "people": None}],
                    }
                ]
            },
            ["Chi bộ 3: giao lưu, số cuộc không có → 2"],
        ),
        (
            {
                "targets": {
                    "candidates": 1,
                    "candidates_scope": "whole",
                    "participation_percent": 90,
                }
            },
            [
                "Mục tiêu quần chúng ưu tú: chưa đặt → 1",
                "Mục tiêu tham gia, phần trăm: chưa đặt → 90",
            ],
        ),
    ],
)
def test_each_change_is_named_with_both_values(
    changes: dict[str, Any], sentences: list[str]
) -> None:
    found = differences(figures(), figures(**changes))
    assert [one for one in sentences if one not in found] == []


def test_what_went_is_named_too() -> None:
    found = differences(figures(), figures(quizzes=[]))
    assert "Vòng 2, Chi bộ 3: đã thi 9 → không có" in found


def test_only_what_changed_is_named() -> None:
    assert differences(figures(), figures(quizzes=quiz(cells=[row(3, 9, started=1)]))) == [
        "Vòng 2, Chi bộ 3: đang làm 0 → 1"
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"quizzes": quiz(cells=[row(3, 9, mailed=11)])},
        {"quizzes": quiz(cells=[row(3, 9)], questions=20)},
        {"returns": [{"cell_id": 3, "state": "missing"}]},
    ],
)
def test_no_difference_passes_in_silence(changes: dict[str, Any]) -> None:
    assert differences(figures(), figures(**changes))


def test_a_renamed_cell_and_a_changed_campaign() -> None:
    plain = figures().plain()
    plain["cells"][0]["name"] = "Chi bộ Ba"
    plain["campaign"]["title"] = "Tên mới"
    found = differences(figures(), Figures.model_validate(plain))
    assert found == ["Chi bộ Ba: tên Chi bộ 3 → Chi bộ Ba", "Thông tin của chiến dịch đã được sửa."]


def test_it_speaks_english() -> None:
    with speaking("en"):
        found = differences(figures(), figures(quizzes=quiz(cells=[row(3, 10)])))
    assert found[0] == "Vòng 2, Chi bộ 3: taken part 9 → 10"
