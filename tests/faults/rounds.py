"""A round whose opening and closing lie ahead, and members who are in the middle of it."""

from datetime import timedelta

from sqlalchemy import select

from survey_app import clock
from survey_app.campaigns.models import Round
from survey_app.mailing.models import OutboxItem
from tests.factories import make_user
from tests.faults.loads import Client, Ledger, Paper
from tests.live import Server, World

PEOPLE = 4
OPENS, CLOSES = timedelta(hours=1), timedelta(hours=2)
OPEN = OPENS + timedelta(minutes=1)
OVER = CLOSES + timedelta(minutes=1)
# Claims of a dead worker are taken back after their lease, ten minutes on PostgreSQL.
LONG_OVER = CLOSES + timedelta(minutes=30)


def launch_ahead(world: World) -> list[str]:
    """Launch a round that opens in one hour and closes in two; two people hear of its closing."""
    for name in ("mot", "hai"):
        make_user(world.db, "committee_reviewer", email=f"cap-uy-{name}@so-mau.example")
    now = clock.now()
    return world.launch(
        people=PEOPLE, cells=2, questions=3, opens_at=now + OPENS, closes_at=now + CLOSES
    )


def state(world: World) -> str:
    """Return the state of the one round."""
    with world.db.reading() as session:
        return session.scalars(select(Round.state)).one()


def said(world: World) -> dict[str, int]:
    """Return how many things of each kind were to be said."""
    with world.db.reading() as session:
        kinds = session.scalars(select(OutboxItem.kind)).all()
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}


def answer_one(site: Server, links: list[str], ledger: Ledger) -> list[tuple[Client, Paper]]:
    """Let everybody begin and answer the first question, and stop there."""
    sitting = []
    for link in links:
        client = Client(site.port)
        status, headers, _text = client.send("POST", link, {"who": "me"})
        assert status == 303, status
        ledger.note(link=link, began=True)
        paper = Paper.read(headers["location"], client.send("GET", headers["location"])[2])
        question, (value, *_others) = next(iter(paper.choices.items()))
        body = paper.save("first", 1, question, value)
        assert client.send("POST", f"{paper.location}/save", body)[0] == 200
        ledger.note(link=link, question=question, value=value)
        sitting.append((client, paper))
    return sitting
