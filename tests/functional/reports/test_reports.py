"""Reports from snapshot to signature: begun, written in, issued, replaced; who may do what."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey_app import clock
from survey_app.accounts.scope import JOB
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import Campaign
from survey_app.cell_reports.models import StudySession
from survey_app.database import Database
from survey_app.reports import issuing, snapshots
from survey_app.reports.models import Report, Snapshot
from survey_app.reports.places import PLACES
from tests.conftest import TestClock
from tests.factories import csrf_of, sign_in, submit
from tests.functional.reports.everything import cell_ids, everything
from tests.page import assert_page
from tests.reading_docx import plain, read

LIST = "/committee/reports"
WRITTEN = {place.code: f"Lời văn của mục {place.code}." for place in PLACES}
CONTENT = ["Chi bộ", "Đảng ủy", "Lời văn"]


@pytest.fixture
def campaign_id(app: Flask) -> int:
    return everything(app)


@pytest.fixture
def organiser(client: FlaskClient, campaign_id: int) -> FlaskClient:
    sign_in(client, "organiser")
    return client


def take(app: Flask, campaign_id: int) -> None:
    with app.app_context(), app.extensions["survey.database"].writing() as session:
        campaign = session.get_one(Campaign, campaign_id)
        snapshots.take(session, campaign, JOB, clock.now())


def begin(client: FlaskClient, snapshot: str = "now", **more: str) -> str:
    page = f"{LIST}/new" + (f"?replaces={more['replaces']}" if "replaces" in more else "")
    values = {"snapshot": snapshot, "kind": "interim", "style": "vptw36-2018", "language": "vi"}
    answer = submit(client, page, {**values, **more}, to=f"{LIST}/new")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def marks(client: FlaskClient, path: str) -> dict[str, str]:
    """The hidden marks of a draft's form, as a tab holds them."""
    found = re.findall(r'name="(seen-[a-z]+)" value="([0-9a-f]+)"', client.get(path).text)
    assert len(found) == len(PLACES) + 3
    return dict(found)


def write(
    client: FlaskClient, path: str, seen: dict[str, str] | None = None, **texts: str
) -> TestResponse:
    """Save as a tab does: everything it shows, and what was typed."""
    page = client.get(path)
    token = csrf_of(page)
    choices = {"kind": "interim", "style": "vptw36-2018", "language": "vi"}
    empty = {place.code: "" for place in PLACES}
    held = seen if seen is not None else marks(client, path)
    data = {"csrf_token": token, **held, **choices, **empty, **texts}
    return client.post(f"{path}/save", data=data)


def download(client: FlaskClient, path: str, kind: str) -> bytes:
    answer = submit(client, path, to=f"{path}/{kind}")
    assert answer.status_code == 200
    return answer.data


def issued(client: FlaskClient) -> str:
    path = begin(client)
    assert write(client, path, **WRITTEN).status_code == 303
    assert confirm(client, path, client.get(f"{path}/issue")).status_code == 303
    return path


def confirm(client: FlaskClient, path: str, page: TestResponse) -> TestResponse:
    """Press the button of a confirming page."""
    where = re.search(rf'action="({re.escape(path)}/issue[^"]*)"', page.text)
    assert where is not None
    return client.post(where[1].replace("&amp;", "&"), data={"csrf_token": csrf_of(page)})


def report(db: Database) -> Report:
    with db.reading() as session:
        return session.scalars(select(Report).order_by(Report.id.desc())).first()  # type: ignore[return-value]


def test_from_nothing_to_a_draft_that_freezes_the_figures_itself(
    organiser: FlaskClient, db: Database
) -> None:
    empty = organiser.get(LIST)
    assert "Chưa có báo cáo nào" in empty.text
    path = begin(organiser)
    page = organiser.get(path)
    assert_page(page.text, page.headers, content=CONTENT)
    assert "Còn 6 mục phải có người viết" in page.text
    with db.reading() as session:
        assert session.scalars(select(Snapshot.number)).all() == [1]
        events = session.scalars(select(AuditEvent.action)).all()
    assert {"snapshot.taken", "report.created"} <= set(events)
    assert f'href="{path}"' in organiser.get(LIST).text


def test_a_second_tap_begins_no_second_report(organiser: FlaskClient, db: Database) -> None:
    form = {"newest": "0", "newest_snapshot": "0"}
    assert begin(organiser, **form) == begin(organiser, **form)
    with db.reading() as session:
        assert len(session.scalars(select(Report.id)).all()) == 1
        assert len(session.scalars(select(Snapshot.id)).all()) == 1


def test_what_is_typed_is_kept_as_typed_and_stands_in_the_document(
    organiser: FlaskClient, db: Database
) -> None:
    path = begin(organiser)
    text = "Dòng một.\n\nDòng hai:   có khoảng trắng & <dấu>."
    assert write(organiser, path, merits=text).status_code == 303
    assert report(db).texts == {"merits": text}
    word = read(download(organiser, path, "docx"))
    assert "Dòng hai:   có khoảng trắng & <dấu>." in word.text
    assert "[Người soạn viết: Đánh giá những việc chưa làm được]" in word.text
    printed = organiser.get(f"{path}/print")
    assert "&lt;dấu&gt;" in printed.text
    assert_page(printed.text, printed.headers, content=CONTENT)


def test_two_tabs_at_different_places_lose_nothing(organiser: FlaskClient, db: Database) -> None:
    path = begin(organiser)
    both = marks(organiser, path)
    assert write(organiser, path, both, merits="Bản một").status_code == 303
    assert write(organiser, path, both, limits="Bản hai").status_code == 303
    assert report(db).texts == {"merits": "Bản một", "limits": "Bản hai"}


def test_two_tabs_at_the_same_place_see_both_versions(organiser: FlaskClient, db: Database) -> None:
    path = begin(organiser)
    both = marks(organiser, path)
    write(organiser, path, both, merits="Bản một")
    answer = write(organiser, path, both, merits="Bản hai", causes="Do thời tiết")
    assert answer.status_code == 409
    assert "Bản hai</textarea>" in answer.text.replace("\n", "")
    assert "Do thời tiết" in answer.text
    assert "Bản một" in answer.text
    assert report(db).texts == {"merits": "Bản một"}
    assert_page(answer.text, answer.headers, content=CONTENT)
    again = write(organiser, path, merits="Bản hai")
    assert again.status_code == 303
    assert report(db).texts == {"merits": "Bản hai"}


def test_nothing_is_issued_while_a_person_must_still_write(
    organiser: FlaskClient, db: Database
) -> None:
    path = begin(organiser)
    write(organiser, path, merits="Đã làm tốt.")
    page = organiser.get(f"{path}/issue")
    assert "III.2. Hạn chế" in page.text
    assert "III.1. Ưu điểm" not in page.text
    assert_page(page.text, page.headers)
    token, mark = csrf_of(organiser.get(path)), issuing.mark_of(report(db))
    answer = organiser.post(f"{path}/issue?seen={mark}", data={"csrf_token": token})
    assert answer.status_code == 422
    assert report(db).state == "draft"


@pytest.mark.parametrize("change", [{"merits": "Lời khác"}, {"kind": "final"}])
def test_what_changed_after_the_question_is_not_issued(
    organiser: FlaskClient, db: Database, change: dict[str, str]
) -> None:
    """Whoever confirms has read the words of the page they came from, and no others."""
    path = begin(organiser)
    write(organiser, path, **WRITTEN)
    asked = organiser.get(f"{path}/issue")
    write(organiser, path, **(WRITTEN | change))
    answer = confirm(organiser, path, asked)
    assert answer.status_code == 409
    assert "nội dung báo cáo đã được sửa" in answer.text
    assert next(iter(change.values())) in answer.text
    assert_page(answer.text, answer.headers, content=CONTENT)
    assert report(db).state == "draft"
    unmarked = organiser.post(f"{path}/issue", data={"csrf_token": csrf_of(asked)})
    assert unmarked.status_code == 409 and report(db).state == "draft"
    assert confirm(organiser, path, organiser.get(f"{path}/issue")).status_code == 303
    assert confirm(organiser, path, asked).status_code == 303  # a second tap changes nothing
    assert report(db).state == "issued"


def test_only_the_same_choice_is_the_same_tap(organiser: FlaskClient, db: Database) -> None:
    """A page left open that chooses something else gets no other draft back."""
    choice = {"kind": "interim", "style": "vptw36-2018", "language": "vi"}
    page = organiser.get(f"{LIST}/new")
    first = begin(organiser)
    token = csrf_of(page)
    made = [first]
    others: list[dict[str, str]] = [{}, {"language": "en"}, {"kind": "final"}]
    others.append({"style": "so-tay-khoi"})
    for other in others:
        data = {"csrf_token": token, "newest": "0", "snapshot": "1", **choice, **other}
        answer = organiser.post(f"{LIST}/new", data=data)
        made.append(answer.headers["Location"])
    assert made[1] == first
    assert len(set(made)) == 4
    drafts = [report(db).style, len(set(made))]
    assert drafts == ["so-tay-khoi", 4]


def test_an_issued_report_is_the_same_next_month(
    organiser: FlaskClient, db: Database, time: TestClock
) -> None:
    path = issued(organiser)
    word, sheet = download(organiser, path, "docx"), download(organiser, path, "xlsx")
    assert "DỰ THẢO" not in "".join(read(word).parts.values())
    with db.writing() as session:
        for row in session.scalars(select(StudySession)):
            row.present, row.excused, row.absent = 0, 0, 0
        campaign = session.scalars(select(Campaign)).one()
        campaign.issuer, campaign.title = "Một cơ quan khác", "Tên khác"
    time.move(days=31)
    sign_in(organiser, "organiser", email="sau@example.example")
    assert download(organiser, path, "docx") == word
    assert download(organiser, path, "xlsx") == sheet
    refused = organiser.post(
        f"{path}/save", data={"csrf_token": csrf_of(organiser.get(path)), "merits": "Khác"}
    )
    assert refused.status_code == 409
    assert report(db).texts == WRITTEN


def test_a_later_report_says_which_one_it_replaces(
    organiser: FlaskClient, db: Database, time: TestClock
) -> None:
    path = issued(organiser)
    time.move(hours=1)
    page = organiser.get(path)
    assert_page(page.text, page.headers)
    assert "Lập bản thay thế" in page.text
    newer = begin(organiser, replaces=path.rsplit("/", 1)[-1], newest_snapshot="1")
    assert report(db).texts == WRITTEN
    said = plain(read(download(organiser, newer, "docx")).text)
    assert (
        "Báo cáo này thay thế báo cáo sơ kết lập theo số liệu chốt lúc 09 giờ 00, ngày 18/9/2024 "
        "(bản chốt số 1)." in said
    )
    assert "Xem bản thay thế" not in organiser.get(path).text
    confirm(organiser, newer, organiser.get(f"{newer}/issue"))
    assert "Xem bản thay thế" in organiser.get(path).text


def test_a_draft_cannot_be_replaced(organiser: FlaskClient) -> None:
    path = begin(organiser)
    token = csrf_of(organiser.get(f"{LIST}/new"))
    data = {"csrf_token": token, "snapshot": "1", "replaces": path.rsplit("/", 1)[-1]}
    choices = {"kind": "interim", "style": "vptw36-2018", "language": "vi"}
    assert organiser.post(f"{LIST}/new", data={**data, **choices}).status_code == 409


@pytest.mark.parametrize("role", ["committee_reviewer", "campaign_monitor"])
def test_the_committee_reads_and_does_not_write(
    app: Flask, client: FlaskClient, campaign_id: int, role: str
) -> None:
    sign_in(client, "organiser")
    path = begin(client)
    reader = app.test_client()
    sign_in(reader, role, email="cap-uy@so.example")
    page = reader.get(path)
    assert "còn là dự thảo" in page.text
    assert_page(page.text, page.headers)
    assert download(reader, path, "docx")[:2] == b"PK"
    assert reader.get(f"{path}/print").status_code == 200
    assert "Lập báo cáo" not in reader.get(LIST).text
    token = csrf_of(page)
    assert reader.get(f"{LIST}/new").status_code == 403
    for action in ("save", "issue"):
        answer = reader.post(f"{path}/{action}", data={"csrf_token": token})
        assert answer.status_code == 403, action


@pytest.mark.parametrize("role", ["cell_secretary", "question_approver"])
def test_others_do_not_see_reports(app: Flask, client: FlaskClient, role: str) -> None:
    everything(app)
    with app.extensions["survey.database"].reading() as session:
        cell = cell_ids(session)[0] if role == "cell_secretary" else None
    sign_in(client, role, cell_id=cell)
    assert client.get(LIST).status_code == 403


def test_exports_are_logged_and_posts(organiser: FlaskClient, db: Database) -> None:
    path = begin(organiser)
    assert organiser.get(f"{path}/docx").status_code == 405
    download(organiser, path, "docx")
    download(organiser, path, "xlsx")
    with db.reading() as session:
        found = session.scalars(
            select(AuditEvent.details).where(AuditEvent.action == "report.exported")
        ).all()
    assert [details["format"] for details in found] == ["docx", "xlsx"]


def test_english_pages_and_an_english_document(organiser: FlaskClient) -> None:
    organiser.post("/language", data={"locale": "en"})
    organiser.get("/language/en")
    path = begin(organiser, language="en")
    word = read(download(organiser, path, "docx"))
    assert "COMMUNIST PARTY OF VIET NAM" in word.text
    assert "II- RESULTS" in word.text


def test_the_command_takes_the_newest_or_makes_the_first(
    app: Flask, db: Database, campaign_id: int, tmp_path: Path
) -> None:
    with db.reading() as session:
        slug = session.get_one(Campaign, campaign_id).slug
    run = app.test_cli_runner().invoke
    word, sheet = tmp_path / "a.docx", tmp_path / "b.xlsx"
    first = run(args=["report", slug, "--to", "docx", str(word)])
    assert first.exit_code == 0, first.output
    assert "Chưa chốt số liệu lần nào nên chốt ngay bây giờ." in first.output
    second = run(args=["report", slug, "--to", "xlsx", str(sheet), "--kind", "final"])
    assert "Chưa chốt" not in second.output
    assert "số liệu chốt lần 1" in second.output
    assert "BÁO CÁO" in read(word.read_bytes()).text
    assert CalamineWorkbook.from_path(sheet).sheet_names[:3] == [
        "Tổng hợp",
        "Nguồn số liệu",
        "Cách tính",
    ]
    absent = run(args=["report", slug, "--to", "docx", str(word), "--snapshot", "7"])
    assert absent.exit_code == 1
    assert run(args=["report", slug, "--to", "pdf", str(word)]).exit_code == 2


def test_the_command_gives_the_words_of_the_issued_report(
    app: Flask, db: Database, organiser: FlaskClient, campaign_id: int, tmp_path: Path
) -> None:
    path = issued(organiser)
    with db.reading() as session:
        slug = session.get_one(Campaign, campaign_id).slug
    target = tmp_path / "a.docx"
    app.test_cli_runner().invoke(args=["report", slug, "--to", "docx", str(target)])
    assert target.read_bytes() == download(organiser, path, "docx")


def test_a_tampered_snapshot_makes_no_report(organiser: FlaskClient, db: Database) -> None:
    path = begin(organiser)
    with db.writing() as session:
        row = session.scalars(select(Snapshot)).one()
        row.document = {**row.document, "cells": []}
    answer = submit(organiser, path, to=f"{path}/docx")
    assert answer.status_code == 409


def test_one_tap_on_the_committees_page_gives_the_document(
    organiser: FlaskClient, db: Database
) -> None:
    home = organiser.get("/committee/")
    assert 'action="/committee/reports/quick"' in home.text
    for _tap in range(2):
        answer = submit(organiser, "/committee/", {"after": "0"}, to=f"{LIST}/quick")
        assert "BÁO CÁO" in read(answer.data).text
    with db.reading() as session:
        assert len(session.scalars(select(Report.id)).all()) == 1
        assert len(session.scalars(select(Snapshot.id)).all()) == 1
