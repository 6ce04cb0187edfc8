"""Free texts are read over before anybody else sees them."""

import re
from html import unescape

import pytest
from sqlalchemy import select, update

from survey_app.audit.models import AuditEvent
from survey_app.feedback.models import CountedText
from tests.factories import csrf_of, sign_in, submit
from tests.functional.feedback.counted import TEXTS, counted_form, of
from tests.page import assert_page

RESULTS = "/organiser/rounds/gop-y/results"
PAGE = f"{RESULTS}/texts?item=q7"
NAMED, PHONE = TEXTS[0], TEXTS[15]
CLEAN = [TEXTS[3], TEXTS[20], TEXTS[30]]


@pytest.fixture
def texts(app, client, db, time) -> dict[str, str]:
    """A counted form with an organiser signed in; text -> key of the item with five of them."""
    counted_form(app, time, slug="gop-y")
    sign_in(client, "organiser")
    with db.reading() as session:
        rows = session.execute(
            select(CountedText.text, CountedText.key).where(CountedText.item == "q7")
        )
        return dict(rows.all())


def test_texts_that_wait_are_a_task_until_they_are_read_over(client, db, texts):
    def told():
        return client.get("/organiser/").text

    assert "ý kiến chờ đọc duyệt" in told() and f'href="{RESULTS}/texts"' in told()
    with db.writing() as session:
        session.execute(update(CountedText).values(state="withheld"))
    assert "ý kiến chờ đọc duyệt" not in told()


def shown(app, db) -> list[str]:
    return sorted(next(one for one in of(app, db, 1).items if one.key == "q7").texts)


def events(db):
    with db.reading() as session:
        rows = session.scalars(
            select(AuditEvent).where(AuditEvent.action == "feedback.texts_reviewed")
        )
        return [one.details for one in rows]


def save(client, choices, **words):
    data = {f"choice_{key}": choice for key, choice in choices.items()}
    data |= {f"words_{key}": text for key, text in words.items()}
    return submit(client, PAGE, {"item": "q7", **data}, to=f"{RESULTS}/texts")


def test_the_page_has_all_texts_by_key_with_names_marked(client, texts):
    page = client.get(PAGE)
    assert_page(page.text, page.headers, content={*TEXTS.values(), "Hòa", "0912 345 678"})
    said = unescape(page.text)
    places = [said.index(f'id="text-{key}"') for key in sorted(texts.values())]
    assert places == sorted(places)
    assert "đồng chí <mark>Hòa</mark> đã" in said
    assert "<mark>0912 345 678</mark>" in said
    assert "Gọi tôi qua số […] nhé</textarea>" in said  # ready to be shown instead
    assert said.count("<mark>") == 2  # "văn hóa" is nobody
    assert "Hiện tất cả ý kiến không có cảnh báo (3)" in said


def test_all_without_a_mark_at_once(app, client, db, texts):
    answer = submit(client, PAGE, {"item": "q7"}, to=f"{RESULTS}/texts/clean")
    assert answer.status_code == 303
    assert shown(app, db) == sorted(CLEAN)
    assert events(db) == [{"shown": 3, "changed": 0, "withheld": 0}]
    page = client.get(answer.headers["Location"]).text
    assert "Đã cho hiện 3 ý kiến không có chỗ nào bị đánh dấu." in page
    assert "Hiện tất cả ý kiến không có cảnh báo" not in page


def test_show_withhold_or_other_words_one_by_one(app, client, db, texts):
    named, phone, plain = texts[NAMED], texts[PHONE], texts[CLEAN[0]]
    choices = {named: "change", phone: "withhold", plain: "show"}
    answer = save(client, choices, **{named: "Cảm ơn đồng chí […] đã trình bày dễ hiểu."})
    assert answer.status_code == 303
    assert shown(app, db) == sorted(["Cảm ơn đồng chí […] đã trình bày dễ hiểu.", CLEAN[0]])
    assert events(db) == [{"shown": 1, "changed": 1, "withheld": 1}]
    with db.reading() as session:
        kept = session.get_one(CountedText, named)
        assert kept.text == NAMED  # what was written stays, for those who read over
    results = unescape(client.get(RESULTS).text)
    assert "[…]" in results and NAMED not in results and PHONE not in results
    assert save(client, {plain: "withhold"}).status_code == 303  # one may think again
    assert shown(app, db) == ["Cảm ơn đồng chí […] đã trình bày dễ hiểu."]


@pytest.mark.parametrize("before", ["show", "change"])
def test_what_is_as_it_was_is_not_saved_over_somebody_elses_choice(app, client, db, texts, before):
    key = texts[PHONE]
    save(client, {key: before}, **{key: "Xin gọi lại"})
    page = client.get(PAGE)
    fields = re.findall(rf'name="([a-z_]+_{key})" value="([^"]*)"(?! checked)(?!.*dot)', page.text)
    stale = {"item": "q7", f"choice_{key}": before, f"words_{key}": "Xin gọi lại", **dict(fields)}
    assert stale[f"before_{key}"] == before
    token = csrf_of(page)
    save(client, {key: "withhold"})  # a colleague
    client.post(f"{RESULTS}/texts", data={"csrf_token": token, **stale})
    assert shown(app, db) == []


def test_other_words_have_to_be_there_and_nothing_is_lost(app, client, db, texts):
    named, plain = texts[NAMED], texts[CLEAN[0]]
    answer = save(client, {named: "change", plain: "show"}, **{named: "  "})
    assert answer.status_code == 422
    assert "Xin ghi lời sẽ hiện, hoặc chọn không hiện." in answer.text
    assert f'href="#text-{named}"' in answer.text
    assert f'name="choice_{plain}" value="show" checked' in answer.text
    assert shown(app, db) == [] and events(db) == []
    long = save(client, {named: "change"}, **{named: "x" * 2501})
    assert long.status_code == 422 and shown(app, db) == []


def test_strange_choices_and_strange_keys_change_nothing(app, client, db, texts):
    answer = save(client, {texts[NAMED]: "publish", "khong-co": "show", "": "show"})
    assert answer.status_code == 303
    assert shown(app, db) == [] and events(db) == []
    assert client.get(f"{RESULTS}/texts?item=khong-co&page=-1&show=new").status_code == 200
    assert client.get(f"{PAGE}&page=99999999999").status_code == 200


def test_only_those_who_run_the_round_read_over(app, client, db, texts):
    sign_in(client, "committee_reviewer")
    assert client.get(PAGE).status_code == 403
    assert client.post(f"{RESULTS}/texts/clean", data={"item": "q7"}).status_code in {400, 403}
    assert shown(app, db) == []
