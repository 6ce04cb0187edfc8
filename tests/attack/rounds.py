"""Rounds for the attacker as the product itself plays them: launched, sent, counted and sealed by
its own code, in hours that pass quickly. What stays simulated is only people, hours and the thief.

Who writes what, how long it is and which level they choose is drawn at random, independently of who
they are and when they come.
"""

import logging
import random
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from sqlalchemy import select

from survey_app import backups, clock, create_app, jobs
from survey_app.accounts.scope import CLI
from survey_app.campaigns.models import Campaign, Round, RoundCell
from survey_app.config import load_settings
from survey_app.database import Database
from survey_app.feedback import answers, sealing, sending
from survey_app.feedback.models import Urn
from survey_app.feedback.opening import make_urn
from survey_app.invitations.launch import launch
from survey_app.invitations.models import Invitation
from survey_app.people.models import Person as Member
from survey_app.questions.models import QuestionSetVersion
from survey_app.questions.schema import QuestionDocument
from tests.attack import collecting, weak
from tests.attack.chance import Answer
from tests.attack.evidence import Person
from tests.factories_forms import LEVELS, cabinet_of
from tests.factories_rounds import link_path, make_round
from tests.installation import environ_of
from tests.smtp_sink import SmtpSink, free_port

HOURS = 8
OPENS = datetime(2024, 9, 18, 1, 0, tzinfo=UTC)
_CLOSES = OPENS + timedelta(hours=HOURS)
_WORDS = (
    "họp sinh hoạt chuyên đề tài liệu thảo luận thời gian trình bày rõ cần thêm ví dụ “quê hương” "
    "e\u0302kíp 🌾🏞️ nghị quyết, 70% tốt; Ạ Ỗ Ự 山 <b> & ' \" \\ chưa đủ ghế ngồi"
).split()
_HTTP_EVERY = 12  # of those who send; the page itself costs most
_TICKET = re.compile(r'name="ticket" value="([^"]*)"')
_LONGEST = 980  # characters; a form takes a thousand


@dataclass
class Played:
    """What the simulation knows of a round, for after the attacker has spoken."""

    people: list[Person]
    truth: dict[str, Answer]
    groups: dict[str, str]

    @property
    def text_groups(self) -> dict[str, str]:
        """Texts are kept apart from their groups: anybody's could be anybody's."""
        return dict.fromkeys(self.groups, "")


@dataclass
class _Voter:
    person: Person
    invitation_id: int
    group: int
    answer: Answer


class Stage:
    """One installation and what a thief gets of it in `folder`."""

    def __init__(self, url: str, home: Path, folder: Path, seed: int, *, mails: bool) -> None:
        self._folder, self._random = folder, random.Random(seed)
        self._url = url
        self._sink = SmtpSink(free_port()).start() if mails else None
        port = self._sink.port if self._sink else free_port()
        self.settings = load_settings(
            environ_of(home / "instance", url, port) | {"SURVEY_KEYS_PATH": str(home / "keys")}
        )
        self.app = create_app(self.settings)
        self._data = Path(self.settings.instance_path)
        self._data.mkdir(parents=True, exist_ok=True)
        self._database: Database = self.app.extensions["survey.database"]
        self._since: str | None = None

    def close(self) -> None:
        """Let go of everything."""
        self._database.dispose()
        if self._sink:
            self._sink.stop()

    def play(self) -> Played:
        """Play the round."""
        with _logged(self._folder / "logs"), _moving_clock() as move:
            round_id, document = self._launch()
            voters = self._voters(round_id)
            self._work_and_keep_mails()
            self._snapshot("hour-00")
            order = self._random.sample(voters, len(voters))
            share = -(-len(order) // HOURS)
            for hour in range(HOURS):
                begun = OPENS + timedelta(hours=hour)
                for place, voter in enumerate(order[hour * share : (hour + 1) * share]):
                    move(begun + timedelta(seconds=60 * place + self._random.randrange(60)))
                    if place % _HTTP_EVERY == 0 and weak.keeps_to_the_pages():
                        self._send_over_http(voter)
                    else:
                        self._send(round_id, document, voter)
                move(begun + timedelta(minutes=59))
                self._back_up(hour)
                self._snapshot(f"hour-{hour + 1:02}")
            for seconds in (1, 20, 40):
                move(_CLOSES + timedelta(seconds=seconds))
                self._work_and_keep_mails()
            self._check_sealed(round_id, len(voters))
            self._back_up(HOURS)
            self._snapshot("after")
        return Played(
            [voter.person for voter in voters],
            {voter.person.id: voter.answer for voter in voters},
            {voter.person.id: voter.person.group for voter in voters},
        )

    def _launch(self) -> tuple[int, QuestionDocument]:
        with self.app.app_context(), self._database.writing() as session:
            made = make_round(
                session,
                campaign=session.scalars(select(Campaign)).one(),
                version=session.scalars(select(QuestionSetVersion)).one(),
                opens_at=OPENS,
                closes_at=_CLOSES,
            )
            make_urn(session, made.id, cabinet_of(self.app))
            launch(session, made.id, CLI, clock.now())
            version = session.get_one(QuestionSetVersion, made.version_id)
            return made.id, QuestionDocument.model_validate(version.document)

    def _voters(self, round_id: int) -> list[_Voter]:
        query = (
            select(Member, Invitation.id, RoundCell.ballot_group)
            .join(Invitation, Invitation.person_id == Member.id)
            .join(RoundCell, RoundCell.id == Invitation.round_cell_id)
            .where(Invitation.round_id == round_id)
            .order_by(Member.id)
        )
        with self._database.reading() as session:
            found = session.execute(query).all()
        return [
            _Voter(_known(member, group), invitation_id, group, self._answer(place))
            for place, (member, invitation_id, group) in enumerate(found)
        ]

    def _answer(self, place: int) -> Answer:
        """Return a text of any length that nobody else writes, as the form will keep it."""
        mark = f"{self._random.getrandbits(40):010x}{place:03}"
        length = self._random.randrange(13, _LONGEST)
        words = [mark]
        while sum(len(word) + 1 for word in words) < length:
            words.append(self._random.choice(_WORDS))
        self._random.shuffle(words)
        return Answer(unicodedata.normalize("NFC", " ".join(words)), self._random.choice(LEVELS))

    def _send(self, round_id: int, document: QuestionDocument, voter: _Voter) -> None:
        posted = {"q_q1": [voter.answer.level or ""], "q_q7": [voter.answer.text]}
        said = answers.read(document, posted)
        assert said == {"q1": voter.answer.level, "q7": voter.answer.text}, "not what was written"
        received = clock.now()
        with self._database.reading() as session:
            urn = session.get_one(Urn, round_id)
            assert urn.ballot_bytes is not None
        ballot = sealing.Ballot(voter.group, said)
        with self._database.writing() as session:
            sent = sending.send(
                session,
                round_id=round_id,
                invitation_id=voter.invitation_id,
                sealed=sealing.seal(urn.public_key, urn.ballot_bytes, ballot),
                received=received,
            )
            weak.also_in_the_transaction(session, round_id, said)
        assert not sent.before

    def _send_over_http(self, voter: _Voter) -> None:
        with self._database.reading() as session:
            invitation = session.get_one(Invitation, voter.invitation_id)
            link = link_path(session, self.settings.link_key, invitation)
        browser = self.app.test_client()
        location = browser.post(link, data={"who": "me"}).headers["Location"]
        ticket = _TICKET.search(browser.get(location).text)
        assert ticket, "a page without a ticket"
        said = {"q_q1": voter.answer.level, "q_q7": voter.answer.text}
        form = {"ticket": ticket[1], "action": "send", **said}
        sent = browser.post(location, data=form)
        assert (sent.status_code, sent.headers["Location"]) == (303, location)

    def _work_and_keep_mails(self) -> None:
        if self._sink is None:
            with self.app.app_context():
                jobs.turn_rounds(self.app, clock.now())
                jobs.tend_urns(self.app, clock.now())
            return
        before = len(self._sink.received)
        jobs.work(self.app, clock.now())
        for number, mail in enumerate(self._sink.received[before:], before):
            collecting.keep_mail(self._folder, clock.now().timestamp(), number, mail.data)

    def _back_up(self, hour: int) -> None:
        folder = self._folder / "backups"
        folder.mkdir(exist_ok=True)
        with self.app.app_context():
            backups.make(self._database, self.settings, folder / f"hour-{hour:02}.backup", CLI)

    def _snapshot(self, name: str) -> None:
        into = self._folder / "snapshots" / name
        if self._database.is_sqlite:
            path = Path(self._url.removeprefix("sqlite:///"))
            collecting.collect_sqlite(path, into, path.parent)
            return
        with psycopg.connect(self._url, autocommit=True) as connection:
            self._since = collecting.collect_postgres(connection, into, since=self._since)
        collecting.collect_files(self._data, into)

    def _check_sealed(self, round_id: int, ballots: int) -> None:
        with self._database.reading() as session:
            urn, round_ = session.get_one(Urn, round_id), session.get_one(Round, round_id)
        assert (urn.state, urn.sent, round_.state) == ("sealed", ballots, "finalised")
        assert cabinet_of(self.app).find(urn.public_key) is None


def _known(member: Member, group: int) -> Person:
    also = tuple(one for one in (member.public_id, member.email) if one)
    return Person(str(member.id), member.full_name, str(group), also)


@contextmanager
def _moving_clock() -> Iterator[Callable[[datetime], None]]:
    now = [OPENS - timedelta(minutes=30)]
    clock.use_source(lambda: now[0])

    def move(moment: datetime) -> None:
        now[0] = moment

    yield move
    clock.use_source(None)


@contextmanager
def _logged(folder: Path) -> Iterator[None]:
    """Keep everything that web and worker would print."""
    folder.mkdir(parents=True)
    handler = logging.FileHandler(folder / "product.log", encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield
    root.setLevel(level)
    root.removeHandler(handler)
    handler.close()


def play(url: str, home: Path, folder: Path, seed: int, *, mails: bool = False) -> Played:
    """Play one round on a fresh installation; the evidence is in `folder` then."""
    folder.mkdir(parents=True)
    stage = Stage(url, home, folder, seed, mails=mails)
    try:
        return stage.play()
    finally:
        stage.close()
