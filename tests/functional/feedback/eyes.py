"""Everything that staff, commands and mails can tell of a round, as comparable texts.

`look(...)` opens every page that takes a GET as every role, posts the exports, runs the commands,
`look()` opens every page that takes a GET as every role, posts the exports, runs the commands,
"""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import delete, func, select
from werkzeug.routing import Rule

from survey_app import clock
from survey_app.accounts.models import ROLES
from survey_app.accounts.scope import CLI
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import Round, RoundCell
from survey_app.errors import Conflict
from survey_app.invitations import mails, queries, reminding
from survey_app.invitations.models import Invitation
from survey_app.mailing.models import STATES as MAIL_STATES
from survey_app.mailing.models import OutboxItem
from survey_app.people.models import Person
from survey_app.reports import closing
from survey_app.schema import metadata
from tests.factories import csrf_of, database_of, make_user, sign_in_as
from tests.sending import message_of

# The two tables that hold what was sent, apart from each other; nobody reads them to anybody.
OF_THE_URN = ("receipt", "ballot")
Seen = dict[str, str | bytes]
_CHANGES_EACH_TIME = re.compile(r'(name="csrf_token" value|nonce)="[^"]*"')


class Looker:
    """Somebody of staff with a browser."""

    def __init__(self, app: Flask, role: str, cell_id: int | None, name: str) -> None:
        self.name = name
        self.client: FlaskClient = app.test_client()
        address = f"{name.replace('_', '-')}@mat.example"
        self.user_id = make_user(database_of(app), role, email=address, cell_id=cell_id)
        sign_in_as(self.client, self.user_id)


class Eyes:
    """All roles, looking at one round and at `people` (ids) in it."""

    def __init__(self, app: Flask, round_id: int, invitation_ids: Iterable[int]) -> None:
        self.app, self.db = app, database_of(app)
        with self.db.reading() as session:
            self.slug = session.get_one(Round, round_id).slug
            self.round_id = round_id
            rows = session.execute(
                select(Person.id, Person.public_id, Person.full_name, RoundCell.cell_id)
                .join(Invitation, Invitation.person_id == Person.id)
                .join(RoundCell, RoundCell.id == Invitation.round_cell_id)
                .where(Invitation.id.in_(tuple(invitation_ids)))
                .order_by(Person.id)
            ).all()
        self.people = [(row.id, row.public_id, row.full_name) for row in rows]
        cells = sorted({row.cell_id for row in rows})
        self.lookers = [Looker(app, role, None, role) for role in ROLES if role != "cell_secretary"]
        self.lookers += [
            Looker(app, "cell_secretary", cell, f"cell_secretary_{cell}") for cell in cells
        ]

    def sign_in_again(self) -> None:
        """Open fresh sessions, after time has passed."""
        for looker in self.lookers:
            sign_in_as(looker.client, looker.user_id)

    def look(self) -> Seen:
        """Return everything there is to see, by where it was seen."""
        with self.db.reading() as session:
            last = session.scalar(select(func.max(AuditEvent.id))) or 0
        seen: Seen = dict(self._tables())
        paths = self._paths()
        for looker in self.lookers:
            for path in paths:
                seen[f"{looker.name} {path}"] = self._page(looker.client, path)
            seen.update(self._exports(looker))
        one = f"/organiser/rounds/{self.slug}"
        assert str(seen[f"organiser {one}"]).startswith("200"), "signed out"
        for command in self._commands():
            seen[f"$ {' '.join(command)}"] = self._run(*command)
        seen.update(self._mails())
        with self.db.writing() as session:
            session.execute(delete(AuditEvent).where(AuditEvent.id > last))
        return seen

    def _paths(self) -> list[str]:
        """Every address that takes a GET and belongs to staff or the public."""
        doors = self.app.extensions["survey.doors"]
        found = []
        for rule in self.app.url_map.iter_rules():
            if rule.endpoint == "static" or "GET" not in (rule.methods or ()):
                continue
            if doors[rule.endpoint].name not in {"participant", "trial"}:
                found += self._filled(rule)
        one = f"/organiser/rounds/{self.slug}"
        for state in (*queries.STATES, "sent"):
            found.append(f"{one}/people?state={state}")
        found += [f"{one}/mail?state={state}" for state in MAIL_STATES]
        found += [f"{one}/mail?kind={kind}" for kind in ("invitation", "reminder", "result")]
        for _person_id, public_id, name in self.people:
            found += [f"{one}/people?q={name}", f"{one}/mail?q={name}&kind=reminder"]
            found.append(f"{one}/preview?person={public_id}")
        return sorted(set(found))

    def _filled(self, rule: Rule) -> Iterator[str]:
        adapter = self.app.url_map.bind("127.0.0.1")
        choices: list[dict[str, Any]] = [{}]
        for name, converter in rule._converters.items():
            if name == "slug" and "rounds" in rule.rule:
                values: Iterable[Any] = [self.slug]
            elif name == "public_id":
                values = [public_id for _id, public_id, _name in self.people]
            else:
                numbers = [1] if type(converter).__name__ == "IdConverter" else ["x"]
                values = sorted(getattr(converter, "items", ())) or numbers
            choices = [{**chosen, name: value} for chosen in choices for value in values]
        for chosen in choices:
            yield adapter.build(rule.endpoint, chosen, "GET")

    def _page(self, client: FlaskClient, path: str) -> str:
        answer = client.get(path)
        where = answer.headers.get("Location", "")
        is_text = answer.mimetype.startswith(("text/", "application/json"))
        content = _CHANGES_EACH_TIME.sub("", answer.text) if is_text else _unpacked(answer.data)
        return f"{answer.status_code} {where}\n{content}"

    def _exports(self, looker: Looker) -> Iterator[tuple[str, str | bytes]]:
        one = f"/committee/rounds/{self.slug}"
        page = looker.client.get(one)
        if page.status_code != 200:
            return
        data = {"csrf_token": csrf_of(page)}
        sheet = looker.client.post(f"{one}/xlsx", data=data)
        assert sheet.status_code == 200
        yield f"{looker.name} raw sheet", sheet.data
        book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data))
        rows = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
        yield f"{looker.name} sheet", repr(rows)

    def _commands(self) -> list[tuple[str, ...]]:
        both = [
            ("participation", self.slug),
            ("rounds", "list"),
            ("rounds", "urn", self.slug),
        ]
        return [
            *both,
            *((*command, "--json") for command in both),
            ("rounds", "urn-lost", self.slug),
            ("rounds", "launch", self.slug),
            ("mail", "list"),
            ("jobs", "list"),
        ]

    def _run(self, *command: str) -> str:
        done = self.app.test_cli_runner().invoke(args=list(command))
        return f"{done.exit_code}\n{done.stdout}\n{done.stderr}"

    def _tables(self) -> Iterator[tuple[str, str]]:
        with self.db.reading() as session:
            for table in metadata.sorted_tables:
                if table.name not in OF_THE_URN:
                    rows = sorted(map(repr, session.execute(select(table))))
                    yield f"table {table.name}", "\n".join(rows)

    def _mails(self) -> Iterator[tuple[str, str]]:
        """What a reminder would say to each, and the invitation, and the committee's mail."""
        with self.app.app_context():
            try:
                with self.db.writing() as session:
                    round_ = session.get_one(Round, self.round_id)
                    yield "outlook", repr(reminding.outlook(session, round_, clock.now()))
                    try:
                        reminding.remind(session, self.round_id, CLI, clock.now())
                    except Conflict as error:
                        yield "reminders", error.message
                    closing.freeze_and_tell(session, self.round_id, clock.now())
                    session.flush()
                    for item in session.scalars(select(OutboxItem).order_by(OutboxItem.dedupe_key)):
                        yield f"mail {item.dedupe_key}", _written(session, item)
                    raise _Enough
            except _Enough:
                pass


def _unpacked(data: bytes) -> str:
    """Return what is in a sheet, but for the machine's hour in it."""
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        names = sorted(set(book.namelist()) - {"docProps/core.xml"})
        return repr([(name, book.read(name)) for name in names])


class _Enough(Exception):
    """What was written goes again."""


def _written(session: Any, item: OutboxItem) -> str:
    message = message_of(item)
    composers: dict[str, Any] = {
        "invitation": lambda: mails.compose_invitation(
            session, message, [item], for_the_done=lambda _session, _public_id: None
        ),
        "reminder": lambda: mails.compose_reminder(session, message, [item]),
        closing.KIND: lambda: closing.compose_closing(session, message, [item]),
    }
    return repr(composers[item.kind]()) if item.kind in composers else ""


def differences(one: Seen, other: Seen) -> dict[str, tuple[Any, Any]]:
    """Return what was seen differently: where -> (the one, the other)."""
    places = sorted(one.keys() | other.keys())
    return {
        place: (one.get(place), other.get(place))
        for place in places
        if one.get(place) != other.get(place)
    }
