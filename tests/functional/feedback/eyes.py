"""Everything that staff, commands and mails can tell of a round, as comparable texts.

`look()` opens every page that takes a GET as every role, posts the exports, runs the commands,
freezes the figures, makes reports of them, and composes the mails.
"""

import io
import json
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy import delete, func, select
from werkzeug.routing import Rule

from survey_app import clock, formatting, jobs
from survey_app.accounts.models import ROLES
from survey_app.accounts.scope import CLI
from survey_app.audit.models import AuditEvent
from survey_app.campaigns.models import Campaign, Round, RoundCell
from survey_app.errors import Conflict
from survey_app.invitations import mails, queries, reminding
from survey_app.invitations.models import Invitation
from survey_app.mailing.models import STATES as MAIL_STATES
from survey_app.mailing.models import OutboxItem
from survey_app.people.models import Cell, Person
from survey_app.reports import closing, digest, snapshots
from survey_app.reports.annex_xlsx import xlsx_of
from survey_app.reports.composing import Terms
from survey_app.reports.docx_report import docx_of
from survey_app.reports.gathering import gather
from survey_app.reports.models import REPORT_KINDS, Report, Snapshot
from survey_app.reports.styles import STYLES
from survey_app.schema import metadata
from tests.factories import csrf_of, database_of, make_user, sign_in_as
from tests.sending import message_of

# The two tables that hold what was sent, apart from each other; nobody reads them to anybody.
OF_THE_URN = ("receipt", "ballot")
_FIRST_REPORT = 9001  # pages print the number, which must be the same in both worlds
_DOORS_OF_LISTS = ("/committee", "/secretary")  # where who has not done a quiz yet is listed
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
            round_ = session.get_one(Round, round_id)
            self.slug, self.campaign_id = round_.slug, round_.campaign_id
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
            self.cells = [session.get_one(Cell, cell).slug for cell in cells]
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
        frozen = self._freeze()
        seen.update(self._issued(frozen))
        paths = self._paths(frozen)
        for looker in self.lookers:
            for path in paths:
                place = f"{looker.name} {path}"
                seen[place] = self._page(looker.client, path)
            seen.update(self._exports(looker, frozen))
        one = f"/organiser/rounds/{self.slug}"
        assert str(seen[f"organiser {one}"]).startswith("200"), "signed out"
        for command in self._commands():
            seen[f"$ {' '.join(command)}"] = self._run(*command)
        self._thaw(frozen)
        seen.update(self._mails())
        with self.db.writing() as session:
            session.execute(delete(AuditEvent).where(AuditEvent.id > last))
        return seen

    def _freeze(self) -> "Frozen":
        """Take a snapshot and begin a report of each kind; they go again with `_thaw`."""
        now = clock.now()
        with self.app.app_context(), self.db.writing() as session:
            campaign = session.get_one(Campaign, self.campaign_id)
            taken = snapshots.take(session, campaign, CLI, now)
            made = [
                Report(
                    id=number,
                    campaign_id=campaign.id,
                    snapshot_id=taken.id,
                    kind=kind,
                    style=next(iter(STYLES)),
                    texts={},
                    created_at=now,
                    updated_at=now,
                )
                for number, kind in enumerate(REPORT_KINDS, _FIRST_REPORT)
            ]
            session.add_all(made)
            session.flush()
            return Frozen(taken.number, taken.id, tuple(report.id for report in made))

    def _thaw(self, frozen: "Frozen") -> None:
        with self.db.writing() as session:
            session.execute(delete(Report).where(Report.snapshot_id == frozen.snapshot_id))
            session.execute(delete(Snapshot).where(Snapshot.id == frozen.snapshot_id))

    def _issued(self, frozen: "Frozen") -> Iterator[tuple[str, str]]:
        """Return the frozen document, and the files that are made of it."""
        with self.app.app_context(), self.db.reading() as session:
            taken = session.get_one(Snapshot, frozen.snapshot_id)
            figures = snapshots.figures_of(taken)
        yield "figures", json.dumps(figures.plain(), ensure_ascii=False)
        with self.app.test_request_context():
            for kind in REPORT_KINDS:
                terms = Terms(kind, next(iter(STYLES)), taken.number, "0" * 64)
                yield f"file {kind}.docx", _unpacked(docx_of(figures, terms))
                yield f"file {kind}.xlsx", _unpacked(xlsx_of(figures, terms))

    def _paths(self, frozen: "Frozen") -> list[str]:
        """Every address that takes a GET and belongs to staff or the public."""
        doors = self.app.extensions["survey.doors"]
        found = []
        for rule in self.app.url_map.iter_rules():
            if rule.endpoint == "static" or "GET" not in (rule.methods or ()):
                continue
            if doors[rule.endpoint].name not in {"participant", "trial"}:
                found += self._filled(rule, frozen)
        one = f"/organiser/rounds/{self.slug}"
        for state in (*queries.STATES, "sent"):
            found.append(f"{one}/people?state={state}")
        found += [f"{one}/mail?state={state}" for state in MAIL_STATES]
        found += [f"{one}/mail?kind={kind}" for kind in ("invitation", "reminder", "result")]
        for cell in self.cells:
            found += [f"{door}/rounds/{self.slug}/people?cell={cell}" for door in _DOORS_OF_LISTS]
        for _person_id, public_id, name in self.people:
            found += [f"{one}/people?q={name}", f"{one}/mail?q={name}&kind=reminder"]
            found.append(f"{one}/preview?person={public_id}")
        return sorted(set(found))

    def _filled(self, rule: Rule, frozen: "Frozen", method: str = "GET") -> Iterator[str]:
        adapter = self.app.url_map.bind("127.0.0.1")
        choices: list[dict[str, Any]] = [{}]
        for name, converter in rule._converters.items():
            values: Iterable[Any]
            if name == "slug" and ("rounds" in rule.rule or "reports" in rule.rule):
                values = [self.slug]
            elif name == "cell_slug":
                values = self.cells
            elif name == "number":
                values = [frozen.number]
            elif name == "report_id":
                values = frozen.reports
            elif name == "public_id":
                values = [public_id for _id, public_id, _name in self.people]
            else:
                numbers = [1] if type(converter).__name__ == "IdConverter" else ["x"]
                values = sorted(getattr(converter, "items", ())) or numbers
            choices = [{**chosen, name: value} for chosen in choices for value in values]
        for chosen in choices:
            yield adapter.build(rule.endpoint, chosen, method)

    def _page(self, client: FlaskClient, path: str) -> str:
        answer = client.get(path)
        where = answer.headers.get("Location", "")
        is_text = answer.mimetype.startswith(("text/", "application/json"))
        content = _CHANGES_EACH_TIME.sub("", answer.text) if is_text else _unpacked(answer.data)
        return f"{answer.status_code} {where}\n{content}"

    def _exports(self, looker: Looker, frozen: "Frozen") -> Iterator[tuple[str, str | bytes]]:
        one = f"/committee/rounds/{self.slug}"
        page = looker.client.get(one)
        if page.status_code != 200:
            return
        for path in self._posts(frozen):
            answer = looker.client.post(path, data={"csrf_token": csrf_of(page)})
            content = _unpacked(answer.data) if _is_file(answer.data) else answer.text
            told = _CHANGES_EACH_TIME.sub("", content)
            yield f"{looker.name} post {path}", f"{answer.status_code}\n{told}"
        data = {"csrf_token": csrf_of(page)}
        sheet = looker.client.post(f"{one}/xlsx", data=data)
        assert sheet.status_code == 200
        yield f"{looker.name} raw sheet", sheet.data
        book = CalamineWorkbook.from_filelike(io.BytesIO(sheet.data))
        rows = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
        yield f"{looker.name} sheet", repr(rows)

    def _posts(self, frozen: "Frozen") -> list[str]:
        """What is posted only because it is logged: exports of reports, lists of names."""
        rules = self.app.url_map.iter_rules()
        wanted = [
            rule
            for rule in rules
            if "POST" in (rule.methods or ())
            and rule.endpoint.partition(".")[2] in {"docx", "xlsx", "print", "open_people"}
        ]
        found = {path for rule in wanted for path in self._filled(rule, frozen, "POST")}
        return sorted(found | {f"{path}?cell={cell}" for path in found for cell in self.cells})

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
        """What a reminder would say to each, the invitation, the committee's mail, the digests."""
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
                    campaign = session.get_one(Campaign, round_.campaign_id)
                    week = formatting.today(clock.now())
                    digest._of_campaign(session, campaign, week, clock.now())
                    figures = gather(session, campaign, clock.now())
                    yield "digest of all", "\n".join(digest.whole_words(figures))
                    for cell in figures.cells:
                        words = digest.cell_words(figures, cell.id)
                        yield f"digest of {cell.id}", "\n".join(words)
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
        return "\n".join(f"{name} {book.read(name).decode('utf-8', 'replace')}" for name in names)


def _is_file(data: bytes) -> bool:
    return data.startswith(b"PK")


@dataclass(frozen=True)
class Frozen:
    """A snapshot and the reports made of it, for as long as somebody looks."""

    number: int
    snapshot_id: int
    reports: tuple[int, ...]


class _Enough(Exception):
    """What was written goes again."""


def _written(session: Any, item: OutboxItem) -> str:
    message = message_of(item)
    composers: dict[str, Any] = {
        "invitation": lambda: mails.compose_invitation(
            session, message, [item], for_the_done=lambda _session, _public_id: None
        ),
        "reminder": lambda: mails.compose_reminder(session, message, [item]),
        closing.KIND: lambda: jobs.compose_committee_mail(session, message, [item]),
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
