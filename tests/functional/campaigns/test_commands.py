"""`flask campaigns` and `flask rounds`: exit 0 done, 1 refused, 2 wrong usage."""

import json
from pathlib import Path

import pytest

from tests.factories_rounds import launched_round, make_campaign, make_people, make_version

SHIPPED = Path(__file__).resolve().parents[3] / "quizzes" / "campaigns" / "ke-hoach-422.yaml"


@pytest.fixture
def run(app):
    def run(*arguments):
        return app.test_cli_runner().invoke(args=arguments, env={"LC_ALL": "vi_VN.UTF-8"})

    return run


def create(run, *more):
    return run(
        *("rounds create --campaign c --questions bo-1 --slug v1".split()),
        *("--opens 2024-09-18T08:00 --closes 2024-09-20T17:00".split()),
        *more,
    )


@pytest.fixture
def ready(db):
    with db.writing() as session:
        make_campaign(session, slug="c")
        make_version(session, slug="bo-1")
        make_people(session, 3)


def test_import_create_list_launch_close(run, ready):
    assert run("campaigns", "import", str(SHIPPED)).exit_code == 0
    made = create(run, "--set", "attempts_allowed=null", "--set", "show_key=never")
    assert (made.exit_code, made.stderr) == (0, "")
    launched = run("rounds", "launch", "v1")
    assert launched.exit_code == 0
    assert "3 người" in launched.stdout
    listed = run("rounds", "list", "--json")
    (line,) = json.loads(listed.stdout)["rounds"]
    assert (line["round"], line["state"], line["invited"], line["closes"]) == (
        "v1",
        "open",
        3,
        "2024-09-20T10:00:00Z",
    )
    assert run("rounds", "launch", "v1").exit_code == 1
    closed = run("rounds", "close", "v1")
    assert (closed.exit_code, "3 thư mời còn chờ gửi" in closed.stderr) == (0, True)
    assert run("rounds", "close", "v1").exit_code == 1


@pytest.mark.parametrize(
    ("more", "status"),
    [
        (["--set", "attempts=3"], 1),
        (["--set", "attempts_allowed=0"], 1),
        (["--cell", "khong-co"], 1),
        (["--set", "attempts_allowed"], 2),
    ],
)
def test_what_cannot_be_is_refused_with_words(run, ready, more, status):
    refused = create(run, *more)
    assert (refused.exit_code, refused.stdout) == (status, "")
    assert refused.stderr
    assert json.loads(run("rounds", "list", "--json").stdout) == {"rounds": []}


def test_an_unknown_round_is_named(run, db):
    with db.writing() as session:
        launched_round(session)
    refused = run("rounds", "launch", "khong-co")
    assert refused.exit_code == 1
    assert "khong-co" in refused.stderr
