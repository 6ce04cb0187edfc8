"""The results of a form: the same few figures on every way out, and nothing beside them."""

import json
import re
from collections import Counter
from datetime import timedelta
from html import unescape

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import delete, select, update

from survey_app import clock, formatting
from survey_app.accounts.scope import CLI
from survey_app.audit.models import AuditEvent
from survey_app.feedback import paper
from survey_app.feedback.answers import Answers
from survey_app.feedback.headline import headline
from survey_app.feedback.models import BallotGroup, CountedText, Urn
from survey_app.feedback.results import Results
from survey_app.feedback.urns import declare_lost
from survey_app.invitations.models import Invitation
from survey_app.mailing.models import OutboxItem
from survey_app.people.models import Person
from tests.factories import csrf_of, make_user, sign_in, sign_in_as
from tests.factories_forms import invitation_ids, launched_form, make_form_round, send_form
from tests.factories_rounds import CLOSES, launched_round, make_cell
from tests.functional.feedback.counted import (
    TEXTS,
    count,
    counted_form,
    of,
    senders,
    sent_form,
    xlsx_of,
)
from tests.page import assert_page

OURS, THEIRS = "/organiser/rounds/gop-y/results", "/committee/rounds/gop-y/results"


def words_of(html: str) -> str:
    """Return what a page says, without drawings, marks and line ends."""
    text = re.sub(r"(?s)<(svg|head).*?</\1>", " ", html)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").split())


def told_lines(found: Results):
    """Yield (item, group, base, label, count, rate) of everything that is told in numbers."""
    for item in found.items:
        units = [("Tất cả", item.whole), *((one.name, one.figures) for one in item.groups)]
        for name, figures in units:
            for line in figures.lines if figures else ():
                yield item.name, name, figures.base, line.label, line.count, line.rate


@pytest.fixture
def shown(app, db, time) -> int:
    """A counted form whose texts were all read over and shown."""
    round_id = counted_form(app, time, slug="gop-y")
    with db.writing() as session:
        session.execute(update(CountedText).values(state="shown", shown=CountedText.text))
    return round_id


def test_page_chart_print_sheet_command_and_json_agree(app, client, db, shown):
    found = of(app, db, shown)
    lines = list(told_lines(found))
    assert len(lines) > 40 and {name for _i, name, *_rest in lines} > {"Tất cả", "Chi bộ Một"}
    sign_in(client, "organiser")
    run = app.test_cli_runner().invoke

    document = json.loads(run(args=["feedback", "results", "gop-y", "--json"]).stdout)
    assert [
        (item["label"], one.get("group", "Tất cả"), one["base"], *line.values())
        for item in document["items"]
        for one in [item.get("whole"), *item.get("groups", ())]
        if one and "base" in one
        for line in [{n: level[n] for n in ("label", "count", "rate")} for level in one["levels"]]
    ] == [(*line[:5], round(line[5], 4)) for line in lines]

    printed = run(args=["feedback", "results", "gop-y"]).stdout
    page, paper = client.get(OURS), client.get(f"{OURS}/print")
    assert_page(page.text, page.headers)
    assert_page(paper.text, paper.headers)
    book = xlsx_of(client, OURS)
    rows = [row for row in book.get_sheet_by_name("Kết quả").to_python()[5:] if row[4] != ""]
    assert [tuple(row[:5]) for row in rows] == [line[:5] for line in lines]
    assert [row[5] for row in rows] == pytest.approx([line[5] for line in lines])
    for _item, name, base, label, number, rate in lines:
        percent = formatting.percent(rate)
        assert f"  {name}\t{label}\t{number}/{base}\t{percent}\n" in printed
    for html in (page.text, paper.text):
        said = words_of(html)
        for item in found.items:
            if item.whole:
                for line in item.whole.lines:  # beside or below the chart
                    rate = formatting.percent(line.rate).replace("\u00a0", " ")
                    assert f"{line.label} {line.count} · {rate}" in said
            for one in item.groups:
                assert one.figures is not None
                cells = [
                    f"{line.count} ({formatting.percent(line.rate)})".replace("\u00a0", " ")
                    for line in one.figures.lines
                ]
                assert f"{one.name} {' '.join(cells)} {one.figures.base}" in said
            for text in item.texts:
                assert text in said and text in printed
        charts = [
            unescape(says)
            for says in re.findall(r'<svg class="bar"[^>]*aria-label="([^"]*)"', html)
        ]
        ordered = [item for item in found.items if item.kind == "ordered"]
        for item in ordered:
            numbers = ", ".join(f"{line.label}: {line.count}" for line in item.whole.lines)
            assert f"{item.name}. {numbers}" in charts
    sentence = "35/40 người được mời (87,5 %) đã gửi phiếu"
    assert all(sentence in words_of(text) for text in (page.text, paper.text, printed))


def test_what_groups_leave_out_is_said_wherever_they_are_told(app, client, db, time):
    """One without an opinion would be seen in a group; that its base does without, too."""
    round_id = launched_form(app, slug="gop-y")
    seen: Counter[int] = Counter()
    for invitation, cell, _place in senders(app, round_id, (14, 11, 7, 4)):
        group = min(cell, 2)  # the two small cells stand together
        place, none = seen[group], group == 0
        seen[group] += 1
        level = "khong-y-kien" if none and place == 1 else ("rat-tot", "tot")[place % 2]
        send_form(app, invitation, {"q1": level} if place else {"q2": "c1"})
    count(app, time)
    item = next(one for one in of(app, db, round_id).items if one.key == "q1")
    assert [one.figures.base for one in item.groups] == [12, 10, 10]
    assert (item.whole.base, item.in_runs.base) == (33, 32)

    sign_in(client, "organiser")
    run = app.test_cli_runner().invoke
    told = "Số liệu theo nhóm không tính phiếu chọn “Không có ý kiến”."
    document = json.loads(run(args=["feedback", "results", "gop-y", "--json"]).stdout)
    by_key = {one["item"]: one.get("left_out_of_groups") for one in document["items"]}
    assert by_key["q1"] == "Không có ý kiến" and by_key["q2"] is None
    rows = xlsx_of(client, OURS).get_sheet_by_name("Kết quả").to_python()
    assert [row[0] for row in rows if row[6] == told] == [item.name]
    ways = [client.get(OURS).text, client.get(f"{OURS}/print").text]
    ways.append(run(args=["feedback", "results", "gop-y"]).stdout)
    assert [words_of(way).count(told) for way in ways] == [1, 1, 1]


def test_texts_have_the_order_of_their_keys_and_no_group(app, client, db, shown):
    with db.reading() as session:
        mine = select(CountedText.text).where(CountedText.item == "q7").order_by(CountedText.key)
        texts = list(session.scalars(mine))
    item = next(one for one in of(app, db, shown).items if one.key == "q7")
    assert list(item.texts) == texts and sorted(texts) == sorted(TEXTS.values())
    sign_in(client, "committee_reviewer")
    rows = xlsx_of(client, THEIRS).get_sheet_by_name("Ý kiến").to_python()
    assert [row[1] for row in rows if row[0] == item.name] == texts
    assert {len(row) for row in rows} == {2}
    assert "=1+1 là hai, buổi sau bắt đầu đúng giờ." in [row[1] for row in rows]  # no formula


def test_only_texts_that_were_read_over_are_told(app, client, db, time):
    round_id = counted_form(app, time, slug="gop-y")
    sign_in(client, "committee_reviewer")
    page = client.get(THEIRS).text
    assert not any(item.texts for item in of(app, db, round_id).items)
    assert not any(text in unescape(page) for text in TEXTS.values())
    assert "5 ý kiến chưa đọc duyệt nên chưa hiện." in page


def test_four_forms_of_a_cell_stay_hidden_also_by_subtraction(app, client, db, time):
    round_id = counted_form(app, time, (14, 4, 6, 5), slug="gop-y")
    found = of(app, db, round_id)
    names = {one.name for one in found.groups}
    assert "Chi bộ Hai" in found.hidden and len(names) < 2
    for item in found.items:
        if item.kind != "text":
            assert "Chi bộ Hai" not in {one.name for one in item.groups}
            assert len(item.groups) < 2  # else the difference were Chi bộ Hai
    sign_in(client, "committee_reviewer")
    assert "Không hiện riêng, để không ai bị nhận ra:" in client.get(THEIRS).text


@pytest.mark.parametrize("counts", [(4, 0, 0, 0), (0, 0, 0, 0)])
def test_of_fewer_than_five_forms_nothing_is_told(app, client, db, time, counts):
    round_id = counted_form(app, time, counts, {0: "Chỉ một lời"}, slug="gop-y")
    found = of(app, db, round_id)
    assert (found.sent, found.items, found.groups) == (None, (), ())
    sign_in(client, "organiser")
    page = client.get(OURS).text
    assert "Có ít hơn 5 phiếu gửi qua mạng nên không có kết quả nào được hiện." in page
    assert "Chỉ một lời" not in page and "Tải kết quả" not in page
    assert client.get(f"{OURS}/texts").status_code == 404
    assert app.test_cli_runner().invoke(args=["feedback", "results", "gop-y"]).exit_code == 1


def test_before_the_count_there_is_nothing_but_that(app, client, db, time):
    round_id = sent_form(app, slug="gop-y")
    user_id = make_user(db, "organiser")
    for moment in (clock.now(), CLOSES + timedelta(seconds=5)):  # open; closed, not yet counted
        time.set(moment)
        sign_in_as(client, user_id)
        page = client.get(OURS)
        assert page.status_code == 200
        assert_page(page.text, page.headers)
        assert "Kết quả mở sau khi đếm." in page.text
        assert "35" not in words_of(page.text).replace("gop-y", "")
        assert of(app, db, round_id) == Results(
            "gop-y", "Góp ý chuyên đề quý III", "waiting", CLOSES, 5
        )
    assert client.post(f"{OURS}/xlsx", data={"csrf_token": csrf_of(page)}).status_code == 409
    run = app.test_cli_runner().invoke
    assert run(args=["feedback", "results", "gop-y"]).exit_code == 1
    document = json.loads(run(args=["feedback", "results", "gop-y", "--json"]).stdout)
    assert (document["state"], document["sent"], document["items"]) == ("waiting", None, [])


def test_a_lost_urn_is_told_honestly(app, client, db, time):
    round_id = sent_form(app, slug="gop-y")
    with app.app_context(), db.writing() as session:
        session.get_one(Urn, round_id).problem = "key_missing"
        session.flush()
        declare_lost(session, round_id, CLI, clock.now())
    sign_in(client, "organiser")
    page = client.get(OURS)
    assert "không ai đọc được các phiếu đã gửi" in page.text
    assert_page(page.text, page.headers)
    assert of(app, db, round_id).state == "lost"
    assert client.post(f"{OURS}/xlsx", data={"csrf_token": csrf_of(page)}).status_code == 409


def test_who_may_look(app, client, db, shown):
    assert client.get(OURS).status_code == client.get(THEIRS).status_code == 303
    with db.writing() as session:
        cell_id = make_cell(session, "Chi bộ Năm").id
    looks = {
        "organiser": (200, 200),
        "committee_reviewer": (403, 200),
        "campaign_monitor": (403, 200),
        "question_approver": (403, 403),
        "cell_secretary": (403, 403),
    }
    for role, expected in looks.items():
        sign_in_as(client, make_user(db, role, cell_id=cell_id))
        assert (client.get(OURS).status_code, client.get(THEIRS).status_code) == expected, role
        texts = client.get(f"{OURS}/texts").status_code
        assert texts == expected[0], role


def test_every_export_is_logged(app, client, db, shown, tmp_path):
    sign_in(client, "committee_reviewer")
    xlsx_of(client, THEIRS)
    file = tmp_path / "gop-y.xlsx"
    args = ["feedback", "results", "gop-y", "--to", "xlsx", str(file)]
    assert app.test_cli_runner().invoke(args=args).exit_code == 0
    assert CalamineWorkbook.from_path(file).sheet_names == ["Kết quả", "Ý kiến", "Phiếu đã gửi"]
    with db.reading() as session:
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == "feedback.exported"))
        assert [(one.actor_kind, one.details) for one in events] == [
            ("user", {"format": "xlsx"}),
            ("cli", {"format": "xlsx"}),
        ]
    assert client.get(f"{THEIRS}/xlsx").status_code == 405


def test_a_quiz_and_a_draft_have_no_results(app, client, db):
    with app.app_context(), db.writing() as session:
        launched_round(session, slug="vong-thi")
        make_form_round(session, slug="nhap")
    sign_in(client, "organiser")
    for slug in ("vong-thi", "nhap", "khong-co"):
        assert client.get(f"/organiser/rounds/{slug}/results").status_code == 404


def test_the_fingerprint_cannot_be_tried_out_without_the_installations_key(app, db, shown):
    with db.reading() as session:
        digest = session.get_one(Urn, shown).digest
    mark = of(app, db, shown).fingerprint
    assert len(mark) == 12 and mark not in digest
    assert mark == of(app, db, shown).fingerprint


def test_people_who_came_after_the_launch_do_not_break_the_sums(app, db, shown):
    with db.writing() as session:
        session.get_one(BallotGroup, (shown, 2)).eligible = 9  # eleven have sent one
        session.get_one(Urn, shown).digest = "another"
    found = of(app, db, shown)
    assert found.sent == 35 and "Chi bộ Hai" in found.hidden  # told as a full group: not at all


def test_the_pages_speak_english(app, client, shown):
    sign_in(client, "organiser")
    client.set_cookie("lang", "en")
    for path in (OURS, f"{OURS}/print", f"{OURS}/texts"):
        page = client.get(path).text
        assert '<html lang="en"' in page
    assert "35 of 40 people invited (87.5%) have sent a form" in client.get(OURS).text


def test_invited_people_are_called_members_where_only_they_were_asked(app, db, time):
    round_id = counted_form(app, time, slug="gop-y", kinds=("party_member",))
    assert headline(of(app, db, round_id)).startswith("35/40 đảng viên (87,5")
    with db.reading() as session:
        assert len(invitation_ids(session, round_id)) == 40


def never_mailed(session, invitations):
    """Make it so that no link ever went to these people: as if they had had no address."""
    of_them = select(Invitation.person_id).where(Invitation.id.in_(invitations))
    ids = session.scalars(of_them).all()
    gone = {"email": None, "address_state": "missing"}
    session.execute(update(Person).where(Person.id.in_(ids)).values(**gone))
    session.execute(delete(OutboxItem).where(OutboxItem.recipient_id.in_(ids)))


@pytest.mark.parametrize(("counts", "told"), [((12, 10, 6, 4), True), ((4, 0, 0, 0), False)])
def test_forms_on_paper_are_told_last_and_hide_nobody(app, client, db, time, counts, told):
    """Who typed six papers can subtract them: with four other forms nothing at all is told."""
    round_id = sent_form(app, counts, {0: "Một lời"}, slug="gop-y")
    with db.reading() as session:
        people = invitation_ids(session, round_id)
    with app.app_context(), db.writing() as session:
        handers = [people[n] for n in (12, 13, 14, 15, 26, 27)]
        never_mailed(session, handers)
        papers: list[Answers] = [{"q1": "tot", "q2": "c1"}] * 6
        paper.enter(session, round_id, papers, handers, CLI, clock.now())
    count(app, time)
    found = of(app, db, round_id)
    assert (found.sent == sum(counts) + 6) is told
    assert "Phiếu giấy" not in found.hidden
    assert not any("Phiếu giấy" in item.hidden for item in found.items)
    if told:
        assert [one.name for one in found.groups][-1:] == ["Phiếu giấy"]
        assert found.groups[-1].eligible is None
    sign_in(client, "organiser")
    assert client.get(f"{OURS}/texts").status_code == (200 if told else 404)
