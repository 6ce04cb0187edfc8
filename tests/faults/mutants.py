"""Faults put into the product on purpose, to see the fault runs see them.

    python tests/postgres_server.py python -m tests.faults.mutants [NAME …]

Each is an edit of a copy of the tree, where the tests that should see it are run, after a copy
without it. Exits with 1 when one survives, when those tests fail anyway, or when the code has moved
on and an edit no longer fits.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.faults.urn_mutants import URN_MUTANTS

ROOT = Path(__file__).resolve().parents[2]
_LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "instance", "*_cache", "__pycache__", "screens")
HANDING = "survey_app/mailing/handing.py"
CLAIMS = "survey_app/mailing/claims.py"


@dataclass(frozen=True)
class Mutant:
    """What is wrong, the edits that make it so, and where it should be seen."""

    name: str
    edits: tuple[tuple[str, str, str], ...]
    tests: str


def mutant(name: str, file: str, old: str, new: str, tests: str) -> Mutant:
    """Return one of a single edit."""
    return Mutant(name, ((file, old, new),), tests)


_SETTLE_FIRST = """        with self._db.writing() as session:
            claims.settle_sent(session, message.id, self._worker_id, Settlement("sent"))
        outcome = line.transmit(data)
"""
_LEFT_UNKNOWN = """        state="unknown",
        reason="worker_died",
        settled_at=clock.now(),
"""
_CLAIMED_BY_DEAD = """        (OutboxMessage.state == "claimed") & dead,
        state="{state}",
"""
_REPLY = """        self._watch(phase, str(reply))
        if reply.code == 421:
            self.close()
        return Outcome(_FATES"""
_ONE_MORE_WORD = """        try:
            smtp.noop()
        except _LOST as error:
            self.close()
            return Outcome(Fate.LOST, "reply", Reply(0, type(error).__name__))
"""
_LOOK = """    with reading() as unit:
        live = links.is_live(unit, token)
    if not live:"""
_SPEND = """    with writing() as unit:
        live = links.is_live(unit, token)
        if live:
            links.spend(unit, token)
    if not live:"""
_REFUSED_SAVE = """    except DomainError as error:
        return {"""
_HIDDEN_REFUSAL = """    except DBAPIError:
        return {"revision": 1}
    except DomainError as error:
        return {"""
_ONCE = """    if attempt.state == "submitted":
        return
    _in_time"""
_TWICE = """    if attempt.state == "submitted":
        return _hand_in(session, attempt, entry, received, reason="submitted")
    _in_time"""
_LOCKED_SAVE = """            found = queries.attempt(session, attempt_id, lock=True)
            if found is None or not member.holds_ticket("""
_TABLES = "survey_app/migrations/versions/20261123_0001_the_first_campaign.py"
_KEY = 'name=op.f("uq_attempt_invitation_id_attempt_no")'
_ROUNDS = "survey_app/campaigns/queries.py"
_ANSWERING = "survey_app/quizzes/views_answering.py"
_SQLITE = "survey_app/sqlite.py"
_TRANSPORT = "survey_app/mailing/transport.py"
_SERVICES = "survey_app/quizzes/services.py"
_STEPS = "tests/faults/test_sender_killed.py -k at_a_step"
_SINK = "tests/faults/test_faulty_sink.py"
_JOURNEY = "tests/faults/test_web_killed.py -k transaction"

MUTANTS = (
    mutant(
        "attempts without a unique key",
        _TABLES,
        f'"invitation_id", "attempt_no", {_KEY}',
        f'"id", {_KEY}',
        "tests/faults/test_web_killed.py -k refuses",
    ),
    mutant(
        "settled before it is sent",
        HANDING,
        "        outcome = line.transmit(data)\n",
        _SETTLE_FIRST,
        _STEPS,
    ),
    Mutant(
        "no mark before the mail leaves",
        (
            (CLAIMS, 'state="sending",', 'state="claimed",'),
            (CLAIMS, 'state.in_(("sending", "unknown"))', 'state.in_(("claimed", "unknown"))'),
            (CLAIMS, 'worker_id, "sending", "unknown")\n', 'worker_id, "claimed", "unknown")\n'),
        ),
        _STEPS,
    ),
    mutant(
        "unknown mails are sent again", CLAIMS, _LEFT_UNKNOWN, '        state="pending",\n', _STEPS
    ),
    mutant(
        "claims of the dead are passed over, as by a cursor",
        CLAIMS,
        _CLAIMED_BY_DEAD.format(state="pending"),
        _CLAIMED_BY_DEAD.format(state="skipped"),
        _STEPS,
    ),
    mutant(
        "an error after the 250 counts as failure",
        _TRANSPORT,
        _REPLY,
        _ONE_MORE_WORD + _REPLY,
        _SINK,
    ),
    mutant(
        "a lost answer to the dot counts as unsent",
        _TRANSPORT,
        'phase, fate = "reply", Fate.UNKNOWN',
        'phase, fate = "reply", Fate.LOST',
        _SINK,
    ),
    mutant(
        "the closing is checked on the page only",
        _SERVICES,
        'if attempt.state != "open" or received >= deadlines.deadline_of(attempt, entry):',
        'if attempt.state != "open":',
        "tests/faults/test_clock_moved.py",
    ),
    Mutant(
        "an opening missed by a second is missed for good",
        (
            (_ROUNDS, "import datetime\n", "import datetime, timedelta\n"),
            (
                _ROUNDS,
                '"scheduled", Round.opens_at <= now)',
                '"scheduled", Round.opens_at.between(now - timedelta(seconds=1), now))',
            ),
        ),
        "tests/faults/test_two_workers.py",
    ),
    mutant(
        "a sign-in link is spent by looking",
        "survey_app/accounts/views.py",
        _LOOK,
        _SPEND,
        "tests/faults/test_looking.py",
    ),
    mutant(
        "BEGIN without IMMEDIATE",
        _SQLITE,
        'begin.execute("BEGIN IMMEDIATE")',
        'begin.execute("BEGIN")',
        "tests/faults/test_database_locked.py",
    ),
    mutant(
        "a writer's patience begins anew behind the queue",
        _SQLITE,
        "connection.get_execution_options().get(GIVE_UP_AT, wait_until())",
        "wait_until()",
        "tests/faults/test_database_locked.py -k several",
    ),
    mutant("paths in a log", "survey_app/gunicorn_conf.py", "log = None", 'log = "-"', _JOURNEY),
    Mutant(
        "what could not be saved is acknowledged",
        (
            (_ANSWERING, _REFUSED_SAVE, _HIDDEN_REFUSAL),
            (
                _ANSWERING,
                "from werkzeug.wrappers import Response\n",
                "from sqlalchemy.exc import DBAPIError\nfrom werkzeug.wrappers import Response\n",
            ),
        ),
        "tests/faults/test_disk_full.py",
    ),
    mutant("handing in twice counts twice", _SERVICES, _ONCE, _TWICE, _JOURNEY),
    mutant(
        "saves of one paper do not wait for each other",
        _ANSWERING,
        _LOCKED_SAVE,
        _LOCKED_SAVE.replace(", lock=True", ""),
        "tests/faults/test_web_killed.py -k saves",
    ),
    mutant(
        "trouble of the database is said to be ours",
        "survey_app/crashes.py",
        "return unreachable or code",
        "return unreachable and code",
        "tests/faults/test_database_locked.py",
    ),
    mutant(
        "a button alone spends a sign-in link",
        "survey_app/accounts/views.py",
        'if request.form.get("sure") == "yes":',
        "if request.form is not None:",
        "tests/browser/test_robots.py -k submitter",
    ),
    *(Mutant(*one) for one in URN_MUTANTS),
)


def survives(one: Mutant) -> bool:
    """Whether the tests pass with this fault in the product.

    Raises:
        LookupError: an edit does not fit exactly once, the tests did not run, or they fail anyway.
    """
    if not pass_with((), one.tests):
        raise LookupError("its tests fail without it")
    return pass_with(one.edits, one.tests)


@cache
def pass_with(edits: tuple[tuple[str, str, str], ...], tests: str) -> bool:
    """Whether the tests pass in a copy of the tree with `edits`. Raises `LookupError`."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(ROOT, tree, ignore=_LEFT_OUT, symlinks=True)
        for file, old, new in edits:
            text = (tree / file).read_text(encoding="utf-8")
            if text.count(old) != 1:
                raise LookupError(f"the edit of {file} fits {text.count(old)} places")
            (tree / file).write_text(text.replace(old, new), encoding="utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
        environ = {**os.environ, "REQUIRE_ALL": "1", "PYTHONPATH": str(tree)}
        ran = subprocess.run(
            [*command, *tests.split()], cwd=tree, env=environ, capture_output=True, text=True
        )
    if ran.returncode not in {0, 1}:
        raise LookupError(f"the tests did not run\n{ran.stdout[-2000:]}")
    seen_by = [line for line in ran.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    for line in seen_by:
        print(f"    {line[:150]}", flush=True)
    return ran.returncode == 0


def main() -> int:
    """Try the mutants named on the command line, or all."""
    caught = 0
    chosen = [one for one in MUTANTS if not sys.argv[1:] or one.name in sys.argv[1:]]
    for one in chosen:
        print(one.name, flush=True)
        try:
            fate = "SURVIVED" if survives(one) else "caught"
        except LookupError as error:
            fate = f"NOT TRIED: {error}"
        print(f"  {fate}", flush=True)
        caught += fate == "caught"
    print(f"{caught} of {len(chosen)} caught")
    return 0 if caught == len(chosen) else 1


if __name__ == "__main__":
    sys.exit(main())
