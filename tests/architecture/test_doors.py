"""Every address has a door: nothing is open that nobody opened."""

import itertools

import pytest

from survey_app import clock
from survey_app.accounts import sessions
from survey_app.accounts.doors import SESSION_KEY
from survey_app.accounts.models import ROLES, RoleGrant, User

DOORS = {
    "public",
    "participant",
    "secretary",
    "organiser",
    "rounds",
    "recognition",
    "committee",
    "admin",
    "staff",
    "trial",  # answers 404 outside of development: tests/functional/demo
}
STAFF = {
    "organiser": {"organiser", "question_approver", "administrator"},
    "rounds": {"organiser", "administrator"},
    "committee": {"committee_reviewer", "campaign_monitor", "organiser", "administrator"},
    "recognition": {"organiser", "administrator", "campaign_monitor"},
    "secretary": {"cell_secretary"},
    "admin": {"administrator"},
}
# Staff forms before signing in: the cookie carries what protects the form from other sites.
STAFF_FORMS = {"sign_in.password", "sign_in.by_mail"}
LEAVING = {"respond.leave"}  # forgets the visitor, and does so for strangers too
_EXAMPLES = {"IdConverter": 1, "UUIDConverter": "0" * 32}
# Doors do not depend on the database.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def rules(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def example_path(app, rule):
    """Return an address that matches `rule`, about things that do not exist."""
    values = {
        name: min(getattr(converter, "items", ()), default=None)
        or _EXAMPLES.get(type(converter).__name__, "x")
        for name, converter in rule._converters.items()
    }
    adapter = app.url_map.bind("127.0.0.1")
    return adapter.build(rule.endpoint, values, next(iter(rule.methods - {"OPTIONS"})))


def walk(app, *methods):
    """Yield (door, rule, method, path) for every rule that takes one of `methods`."""
    doors = app.extensions["survey.doors"]
    for rule, method in itertools.product(rules(app), methods):
        if method in rule.methods:
            yield doors[rule.endpoint].name, rule, method, example_path(app, rule)


def test_every_endpoint_has_a_known_door(app):
    doors = app.extensions["survey.doors"]
    assert {rule.endpoint for rule in rules(app)} == set(doors)
    assert {door.name for door in doors.values()} <= DOORS


def test_an_endpoint_without_a_door_does_not_exist(app):
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    assert app.test_client().get("/forgotten").status_code == 404


def test_strangers_are_sent_to_sign_in_from_every_staff_address(app):
    client = app.test_client()
    for door, rule, method, path in walk(app, "GET", "HEAD"):
        if door in DOORS - {"public", "participant"}:
            answer = client.open(path, method=method)
            assert answer.status_code in {303, 403, 404}, (rule, method, answer.status_code)
            if answer.status_code == 303:
                assert answer.headers["Location"].startswith("/sign-in"), rule


def test_strangers_cannot_post_to_any_staff_or_member_address(app):
    client = app.test_client()
    for door, rule, method, path in walk(app, "POST", "PUT", "PATCH", "DELETE"):
        if door != "public" and rule.endpoint not in LEAVING:
            answer = client.open(path, method=method)
            assert answer.status_code in {303, 400, 403, 404, 410}, (rule, answer.status_code)


def test_strangers_find_nothing_behind_the_members_door(app):
    client = app.test_client()
    for door, rule, method, path in walk(app, "GET", "HEAD"):
        if door == "participant":
            answer = client.open(path, method=method)
            assert answer.status_code in {303, 403, 404, 410}, (rule, answer.status_code)


@pytest.mark.parametrize("role", ROLES)
def test_each_role_enters_its_own_doors_only(app, db, role):
    client = sign_in(app, db, role)
    for door, rule, method, path in walk(app, "GET"):
        if door in STAFF and role not in STAFF[door]:
            assert client.open(path, method=method).status_code == 403, (role, rule)


def test_looking_never_sets_a_cookie_and_never_fails(app):
    client = app.test_client()
    for door, rule, method, path in walk(app, "GET", "HEAD"):
        if door == "public":
            answer = client.open(path, method=method)
            assert answer.status_code < 500, rule
            if rule.endpoint not in STAFF_FORMS:
                assert "Set-Cookie" not in answer.headers, (rule, method)


def sign_in(app, db, role):
    """Return a browser signed in as someone with `role`."""
    now = clock.now()
    with db.writing() as session:
        user = User(email=f"{role}@so-mau.example", name="Nguyễn Mẫu", created_at=now)
        session.add(user)
        session.flush()
        cell_id = None
        if role == "cell_secretary":
            cell_id = add_cell(session, now)
        session.add(RoleGrant(user_id=user.id, role=role, cell_id=cell_id, granted_at=now))
        token = sessions.start(session, user.id)
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie[SESSION_KEY] = token
    return client


def add_cell(session, now):
    from survey_app.people.models import Cell

    cell = Cell(slug="chi-bo-mau", created_at=now)
    session.add(cell)
    session.flush()
    return cell.id
