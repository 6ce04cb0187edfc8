"""Two confirmations at the same moment: nobody is imported twice, on either database."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from survey_app.database import Database
from survey_app.people.models import Person
from tests.factories import csrf_of, sign_in, sign_in_as
from tests.functional.people.test_roster_pages import HEAD, preview_of

MANY = HEAD + "".join(
    f"{i},Nông Thị Số {i},,Chi bộ Một,so{i}@so.example,Đảng viên\n" for i in range(1, 201)
)


def together(*posts: tuple[FlaskClient, TestResponse]) -> list[int]:
    """Confirm each page with its client at the same moment; return the answers' codes."""
    barrier = Barrier(len(posts))

    def post(client: FlaskClient, page: TestResponse) -> int:
        digest = re.search(r'name="digest" value="([^"]+)"', page.text)
        assert digest
        data = {"csrf_token": csrf_of(page), "digest": digest[1]}
        barrier.wait()
        return client.post(f"{page.request.path}/confirm", data=data).status_code

    with ThreadPoolExecutor(len(posts)) as pool:
        return sorted(pool.map(lambda pair: post(*pair), posts))


def people_in(db: Database) -> int | None:
    with db.reading() as session:
        return session.scalar(select(func.count(Person.id)))


def test_a_button_pressed_twice_imports_once(app: Flask, db: Database) -> None:
    first, second = app.test_client(), app.test_client()
    user_id = sign_in(first)
    sign_in_as(second, user_id)
    page = preview_of(first, MANY)
    again = second.get(page.request.path)
    assert together((first, page), (second, again)) == [303, 410]
    assert people_in(db) == 200


def test_two_organisers_with_the_same_file_import_it_once(app: Flask, db: Database) -> None:
    first, second = app.test_client(), app.test_client()
    sign_in(first)
    sign_in(second, email="hai@so-mau.example")
    pages = [preview_of(client, MANY) for client in (first, second)]
    codes = together((first, pages[0]), (second, pages[1]))
    assert codes == [303, 409]
    assert people_in(db) == 200
